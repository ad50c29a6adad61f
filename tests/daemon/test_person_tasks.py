"""Tasks: any write of the table started by a person, once for each key, checked first, read, listed and cancelled."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox import record_actions, records, sendings
from connectors.fortnox.record_fields import body_of, faults_of, written_by_fields
from connectors.fortnox.table import OPERATIONS, RESOURCES
from connectors.fortnox.wire import encode
from daemon.asked_writes import commands_of
from daemon.opening import database_path
from daemon.requests import Misused, StartTask
from handlers.commands import COMMANDS, EnsureRecord
from handlers.values import Ref
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.daemon.test_cli import beside, command, told
from tests.fakes.configuration import unserved

THING = Ref(system="person", kind="task", id="k-1")
UNIT = {"Code": "lass", "Description": "Lass"}


def asked(operation: str, *keys: str, body: str | None = None, **more: Any) -> StartTask:
    """A request as the command line makes it."""
    return StartTask(person="anna", company="demo", operation=operation, keys=keys, body=body, key="k1", **more)


async def start(here: Scene, *words: str, body: dict[str, Any] | None = None) -> Result:
    """Start a task beside the daemon, with a file where there is a body."""
    given_body: list[str] = []
    if body is not None:
        path = here.folder / "body.json"
        path.write_text(json.dumps(body))
        given_body = ["--body", str(path)]
    return await beside(here, "task", "start", *words, "--company", "demo", *given_body)


@asynccontextmanager
async def opened(folder: Path, *, run: bool = True) -> AsyncIterator[Scene]:
    """A scene whose company has one source."""
    async with scene(folder, CompanyPlan(), run=run) as here:
        yield here


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose simulator nobody runs."""
    return unserved(tmp_path, sources="")


# --- started and read -----------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("001-05", "f53")
async def test_a_task_is_started_once_for_its_key_and_read_until_it_is_done(tmp_path: Path) -> None:
    """It answers at once with its id; the same file under the same key is the same task, and one object is made."""
    async with opened(tmp_path) as here:
        result = await start(here, "create_unit", "--key", "lass-1", "--json", body=UNIT)
        assert result.exit_code == 0, result.output
        [first] = told(result)["tasks"]
        assert (first["task"], first["operation"], told(result)["repeated"]) == ("in-1", "create_unit", False)
        again = told(await start(here, "create_unit", "--key", "lass-1", "--json", body=UNIT))
        assert (again["tasks"][0]["id"], again["repeated"]) == (first["id"], True)
        await here.settle()
        [shown] = told(await beside(here, "task", "read", "in-1", "--json"))
        assert (shown["state"], shown["result"], shown["object"]) == ("done", "created", "unit:lass")
        assert shown["person"]
        units = [unit for unit in (await here.state())["units"] if unit["Code"] == "lass"]
        assert len(units) == 1
        read = await beside(here, "task", "read", first["id"])
        assert "unit:lass" in read.stdout
        listed = await beside(here, "task", "list")
        assert "create_unit" in listed.stdout
        [story] = told(await beside(here, "explain", "in-1", "--json"))
        assert story["source"] == "person"
        assert story["commands"][0]["command"] == "ensure_record"


@pytest.mark.asyncio
@pytest.mark.capability("001-05")
async def test_the_key_of_another_task_is_refused(tmp_path: Path) -> None:
    """One line, exit 1, and nothing more is stored."""
    async with opened(tmp_path) as here:
        await start(here, "create_unit", "--key", "k", body=UNIT)
        result = await start(here, "create_unit", "--key", "k", body={**UNIT, "Code": "pall"})
        assert (result.exit_code, result.stdout) == (1, "")
        assert "key is that of another task" in result.stderr
        assert here.rows("SELECT count(*) FROM inbox WHERE source = 'person'") == [(1,)]


@pytest.mark.asyncio
@pytest.mark.capability("001-05")
async def test_a_task_without_a_daemon_waits_for_its_next_start(tmp_path: Path) -> None:
    """Stored under the lock; cancelled before anything left, so that nothing is ever sent."""
    async with opened(tmp_path, run=False) as here:
        async with here.running():
            await here.settle()
        first = await start(here, "create_unit", "--key", "a", body=UNIT)
        assert first.exit_code == 0, first.output
        await start(here, "create_unit", "--key", "b", body={**UNIT, "Code": "pall"})
        result = await beside(here, "task", "cancel", "in-1", "--reason", "for nothing")
        assert (result.exit_code, result.stdout) == (0, "in-1 out-1  create_unit  cancelled\n")
        async with here.running():
            await here.settle()
        codes = {unit["Code"] for unit in (await here.state())["units"]}
        assert "pall" in codes
        assert "lass" not in codes
        result = await beside(here, "task", "cancel", "out-2", "--reason", "too late")
        assert result.exit_code == 1
        assert "what was sent is not called back" in result.stderr


@pytest.mark.asyncio
@pytest.mark.capability("001-05", "f51")
async def test_what_may_have_left_is_not_cancelled(tmp_path: Path) -> None:
    """The answer was lost: it is looked for instead, and the command says so."""
    async with opened(tmp_path) as here:
        here.fault("answer_lost", method="POST", path="/3/units")
        await start(here, "create_unit", body=UNIT)
        await here.until("SELECT 1 FROM outbox WHERE state = 'unknown'")
        result = await beside(here, "task", "cancel", "in-1", "--reason", "changed my mind")
        assert result.exit_code == 1
        assert "may have left" in result.stderr
        await here.settle()
        [shown] = told(await beside(here, "task", "read", "in-1", "--json"))
        assert (shown["state"], shown["object"]) == ("done", "unit:lass")


@pytest.mark.asyncio
async def test_what_needs_a_person_is_exit_1_with_its_question(tmp_path: Path) -> None:
    """The number is taken by something else."""
    async with opened(tmp_path) as here:
        await start(here, "create_unit", "--key", "a", body=UNIT)
        await here.settle()
        await start(here, "create_unit", "--key", "b", body={**UNIT, "Description": "Pall"})
        await here.until("SELECT 1 FROM outbox WHERE state = 'held'")
        result = await beside(here, "task", "read", "in-2")
        assert result.exit_code == 1
        assert "not as meant in Description" in result.stdout
        assert (await beside(here, "replay", "in-2")).exit_code == 1


@pytest.mark.parametrize(
    ("words", "body", "says"),
    [
        (
            ["create_units"],
            UNIT,
            "there is no operation create_units; did you mean create_unit? (see",
        ),
        (["read_unit", "lass"], None, "read_unit only reads: a write is needed (see `fortnox-bridge operations`)"),
        (["create_inbox_file"], None, "create_inbox_file is no write of fields"),
        (["create_unit"], {"Code": "lass", "Description": "Lass", "Kod": 1}, "Kod is no field of it"),
        (["create_unit"], {"Code": "lass", "Decription": "Lass", "Description": "Lass"}, "did you mean Description?"),
        (["create_unit"], {"Unit": UNIT}, "Unit stands around the fields: give those alone"),
        (["create_unit"], {"Code": "l" * 21, "Description": "x"}, "Code has 21 characters, 20 at most"),
        (["create_unit"], {"Code": "lass"}, "Description is missing"),
        (["update_unit"], UNIT, "update_unit needs Code, 0 given"),
        (["delete_unit", "lass"], UNIT, "delete_unit sends nothing, so it takes no body"),
        (["create_payment"], {"InvoiceNumber": 1, "Amount": 5}, "PaymentDate is missing"),
        (["update_invoice", "1", "--row", "3"], {"Pris": 5}, "Pris is no field of it"),
    ],
)
def test_a_faulty_task_is_one_clear_line_and_nothing_is_stored(
    config: Path, words: list[str], body: dict[str, Any] | None, says: str
) -> None:
    """Exit 2, and the inbox is as it was."""
    file = config.parent / "body.json"
    file.write_text(json.dumps(body))
    given_body = [] if body is None else ["--body", str(file)]
    result = command("task", "start", *words, "--company", "demo", *given_body, config=config)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1
    with closing(sqlite3.connect(database_path(config.parent / "data"))) as database:
        assert database.execute("SELECT count(*) FROM inbox").fetchone() == (0,)


# --- every write of the table ---------------------------------------------------------------------------------------


@pytest.mark.capability("001-05")
def test_every_write_that_a_command_carries_can_be_started() -> None:
    """With the table's own example as its body; the command comes back from disk as it was."""
    for name in (*records.operations(), *record_actions.operations(), *sendings.operations()):
        operation = OPERATIONS[name]
        resource = RESOURCES[operation.resource]
        keys = () if name == f"create_{resource.one}" else tuple("1" for _ in operation.keys)
        if resource.name == "vouchers" and keys:
            keys = (*keys, "1")
        body = dict(resource.example if operation.effect == "create" else resource.change)
        if name in {"create_payment", "create_supplier_payment"}:
            body["PaymentDate"] = "2026-11-21"
        if name in written_by_fields(resource):
            # Where the table has no example, any required field will do.
            body = body or dict.fromkeys(resource.required, "1")
            [made] = commands_of(asked(name, *keys, body=json.dumps(body)), THING)
        else:
            [made] = commands_of(asked(name, *keys), THING)
        assert COMMANDS.validate_json(made.model_dump_json()) == made


def test_a_correction_of_a_voucher_is_two_commands() -> None:
    """The reversal first; the new voucher waits for it."""
    body = json.dumps(RESOURCES["vouchers"].example)
    reversal, anew = commands_of(asked("correct_voucher", "A", "12", "3", body=body), THING)
    assert (reversal.kind, anew.kind) == ("reverse_voucher", "ensure_record")
    assert reversal.thing in anew.refs
    with pytest.raises(Misused, match="the id of the financial year"):
        commands_of(asked("correct_voucher", "A", "12", body=body), THING)


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_money_in_a_body_is_the_same_number_when_it_is_sent(amount: Any) -> None:
    """From the file over the disk to the wire, to the öre."""
    body = f'{{"InvoiceNumber": 1, "Amount": {amount}, "PaymentDate": "2026-11-21"}}'
    [command] = commands_of(asked("create_payment", body=body), THING)
    stored = COMMANDS.validate_json(command.model_dump_json())
    assert isinstance(stored, EnsureRecord)
    sent = body_of("fortnox_InvoicePayment", stored.fields)
    assert sent["Amount"] == amount
    assert "e" not in encode(sent["Amount"]).lower()


@given(st.text(max_size=30), st.text(max_size=40))
def test_any_field_is_known_or_named(name: str, value: str) -> None:
    """A body of anything never fails otherwise than with lines that name the field."""
    faults = faults_of(RESOURCES["units"], OPERATIONS["update_unit"], {name: value})
    if name not in {"Code", "CodeEnglish", "Description"}:
        (fault,) = faults
        assert fault.startswith(f"{name} is no field of it")
