"""The way back to Upsales: what stands in Fortnox is told once, whoever is down, paused or restarted meanwhile."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from daemon.cli.text import print_status
from daemon.deciding import new_command
from daemon.requests import AnswerQuestion, DryRun, Pause, Resume
from handlers.commands import EnsureSenderRecord
from handlers.values import Ref
from store import handling
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.acceptance.test_upsales import COMPANY as NAME
from tests.acceptance.test_upsales import CONTACT, KEY, MAIL, SECTION, TOKEN, sale, told
from tests.conftest import Lines
from tests.connectors.upsales.bodies import account
from tests.stand_ins import upsales
from tests.stand_ins.serving import serving

BACK = """customer_number_field = 8
[sources.crm.write_back]
invoice_number_field = 33
"""
ROBOT = {"id": 99, "name": "Fortnox-koppling", "email": "integration-9001@api.upsales.com"}
TOLD = "SELECT 1 FROM outbox WHERE kind = 'set_sender_fields' AND state = 'done' LIMIT 1 OFFSET 1"
INVOICED = "SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'"
QUEUED = "SELECT 1 FROM outbox WHERE kind = 'set_sender_fields' LIMIT 1 OFFSET 1"


@dataclass
class Crm:
    """The stand-in, which may go away and come back at its address."""

    state: upsales.State
    served: AsyncExitStack
    port: int

    async def down(self) -> None:
        """Nobody answers there."""
        await self.served.aclose()

    async def up(self) -> None:
        """It answers again, with everything that it held."""
        await self.served.enter_async_context(serving(upsales.application(self.state), self.port))

    def custom(self, kind: str, number: int) -> dict[int, str]:
        """What the custom fields of a record hold."""
        return {entry["fieldId"]: entry["value"] for entry in self.state.records[kind][str(number)]["custom"]}


@asynccontextmanager
async def selling(folder: Path, *, run: bool = True) -> AsyncIterator[tuple[Scene, Crm]]:
    """One company, its account at Upsales, and the way back between the two."""
    state = upsales.State(token=TOKEN, authentication_key=KEY)
    state.put("accounts", account(name=NAME, custom=[{"fieldId": 9, "value": MAIL}]))
    async with AsyncExitStack() as served:
        url = await served.enter_async_context(serving(upsales.application(state)))
        crm = Crm(state, served, int(url.rpartition(":")[2]))
        more = SECTION.format(key=KEY, token=TOKEN, url=url, base=upsales.BASE) + BACK
        async with scene(folder, CompanyPlan(sources=()), more=more, run=run) as stage:
            yield stage, crm


async def back_of(stage: Scene) -> dict[str, Any]:
    """What ``status`` says of the way back."""
    [source] = [one for one in (await stage.status())["sources"] if one["name"] == "crm"]
    back: dict[str, Any] = source["back"]
    return back


@pytest.mark.asyncio
@pytest.mark.capability("003-09", "004-16")
async def test_a_sale_and_its_company_are_told_their_numbers_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Paused and restarted in between; what our own writes cause, by callback and by polling, writes nothing more."""
    async with selling(tmp_path, run=False) as (stage, crm):
        async with stage.running():
            await stage.act(Pause(person="anna", name="to:crm", reason="the fields are being made"))
            crm.state.put("orders", sale(4711, custom=[{"fieldId": 3, "value": "PO-88213"}]))
            await stage.until(INVOICED)
            await stage.until(QUEUED)
            assert crm.state.writes == []
            print_status(await stage.status())
            assert "written back as to:crm: 2 ready, delivered: 0\n" in capsys.readouterr().out
        async with stage.running():
            assert (await back_of(stage))["paused"] is not None
            await stage.act(Resume(person="anna", name="to:crm"))
            await stage.until(TOLD)
            assert crm.custom("orders", 4711) == {3: "PO-88213", 33: "1"}
            assert crm.custom("accounts", 318) == {9: MAIL, 8: "1"}
            assert [len(write["body"]) for write in crm.state.writes if write["path"] == "/orders/4711"] == [2]
            # Our own change of the order is polled and decided like any other; that of the company is told by callback.
            await stage.until("SELECT 1 FROM inbox WHERE state = 'handled' LIMIT 1 OFFSET 1")
            company = crm.state.records["accounts"]["318"]
            assert await told(stage, crm.state, "clientupdate", company, user=ROBOT) == 200
            await stage.until("SELECT 1 FROM inbox WHERE state = 'ignored' AND reason = 'own_write'")
            await stage.settle()
            assert len(crm.state.writes) == 2
            assert [len((await stage.state())[kind]) for kind in ("invoices", "customers")] == [1, 1]
            assert (await back_of(stage))["delivered"] == 4


@pytest.mark.asyncio
async def test_bookkeeping_goes_on_while_upsales_is_down_and_it_is_told_afterwards(tmp_path: Path) -> None:
    """The invoice is made; the way back is shut until Upsales answers, and loses nothing."""
    async with selling(tmp_path) as (stage, crm):
        await stage.act(Pause(person="anna", name="demo", reason="test"))
        crm.state.put("orders", sale(4711))
        await stage.until(QUEUED)
        await crm.down()
        await stage.act(Resume(person="anna", name="demo"))
        await stage.until(INVOICED)
        await stage.until(
            "SELECT 1 FROM outbox WHERE kind = 'set_sender_fields' AND state <> 'done' AND question IS NULL"
        )
        assert [len((await stage.state())[kind]) for kind in ("invoices", "customers")] == [1, 1]
        assert crm.state.writes == []
        await crm.up()
        await stage.until(TOLD)
        assert (crm.custom("orders", 4711)[33], crm.custom("accounts", 318)[8]) == ("1", "1")


@pytest.mark.asyncio
@pytest.mark.capability("f17")
async def test_a_lost_answer_is_looked_for_and_nothing_secret_is_told(tmp_path: Path, log_lines: Lines) -> None:
    """Each change is sent once although its answer is lost; a refused one is parked; no key and no name in a log."""
    async with selling(tmp_path) as (stage, crm):
        crm.state.faults = deque(["lost", "broken"])
        crm.state.put("orders", sale(4711))
        await stage.until(TOLD)
        assert len(crm.state.writes) == 2
        assert (crm.custom("orders", 4711)[33], crm.custom("accounts", 318)[8]) == ("1", "1")
        crm.state.faults = deque(["refused"])
        crm.state.put("orders", sale(4712))
        assert await told(stage, crm.state, "orderinsert", sale(4712)) == 200
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'set_sender_fields' AND state = 'parked'")
        assert (await back_of(stage))["stopped"] == 1
        await stage.settle()
        on_disk = b"".join(path.read_bytes() for path in stage.data.iterdir() if path.is_file())
        assert TOKEN.encode() not in on_disk
    seen = b"".join(log_lines.raw).decode()
    assert {"command.retried", "command.parked"} <= {line["event"] for line in log_lines}
    for canary in (TOKEN, KEY, NAME, CONTACT, MAIL, "5599021085"):
        assert canary not in seen, canary


@pytest.mark.asyncio
async def test_a_dry_run_shows_what_would_be_told(tmp_path: Path) -> None:
    """The PUT on order and company stands beside the calls to Fortnox, and nothing leaves."""
    async with selling(tmp_path) as (stage, crm):
        await stage.act(Pause(person="anna", reason="test"))
        crm.state.put("orders", sale(4711))
        await stage.until(QUEUED)
        shown = await stage.act(DryRun(person="anna", id="in-1"))
        calls = [(call["method"], call["path"], call["body"]) for one in shown["commands"] for call in one["calls"]]
        puts = [(path, body) for method, path, body in calls if method == "PUT" and path.count("/") == 2]
        assert [path for path, _ in puts] == ["/accounts/318", "/orders/4711"]
        assert [entry["fieldId"] for entry in puts[0][1]["custom"]] == [9, 8]
        assert puts[1][1]["notify"] is False
        assert crm.state.writes == []


@pytest.mark.asyncio
async def test_a_person_says_which_company_a_customer_is(tmp_path: Path) -> None:
    """Two of one organisation number are a question; the one that is named gets the number, though others knew it."""
    async with selling(tmp_path) as (stage, crm):
        crm.state.put("accounts", account(id=319, name=NAME))
        crm.state.put("orders", sale(4711))
        await stage.until(TOLD)
        for number in (318, 319):
            crm.state.records["accounts"][str(number)]["custom"] = []
        command = EnsureSenderRecord(
            target="crm",
            company="demo",
            thing=Ref(system="crm", kind="account_of_fortnox", id="77"),
            record="account",
            number="77",
            fields={"phone": "+46846500499"},
            match=(("organisation_number", "559902-1085"),),
            create=True,
        )
        row, now = new_command(1, "demo", "", "test", command), stage.bridge.clock.milliseconds()
        await stage.bridge.store.database.write(lambda connection: handling.add(connection, row, now))
        stage.live().new_work("to:crm")
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_sender_record' AND state = 'held'")
        question = (await back_of(stage))["questions"]
        assert question["count"] == 1
        [(number,)] = stage.rows("SELECT question FROM hold")
        await stage.act(AnswerQuestion(person="anna", id=f"q-{number}", answer="account:318"))
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_sender_record' AND state = 'done'")
        assert crm.custom("accounts", 318) == {8: "77"}
        assert crm.state.records["accounts"]["318"]["phone"] == "+46846500499"
        assert crm.custom("accounts", 319) == {}
