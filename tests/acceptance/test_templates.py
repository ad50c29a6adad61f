"""Every ready configuration, as `init` writes it, carries what its sender sends into the simulated Fortnox."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from daemon.cli import main
from daemon.config import check_config
from daemon.gallery import gallery
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.acceptance.test_refunds import CHAIR, paid, refund
from tests.acceptance.test_subscriptionflow import due
from tests.acceptance.test_upsales import KEY, TOKEN, sale
from tests.connectors.subscriptionflow.bodies import customer
from tests.connectors.upsales.bodies import account
from tests.fakes.senders import HighLevelSender, Json, survey
from tests.stand_ins import upsales
from tests.stand_ins.serving import State, serving
from tests.stand_ins.subscriptionflow import CLIENT, Instance, served

RESPONDENT = {"name": "Mia Ek", "email": "mia.ek@example.com", "organisation_number": "559904-2032"}
FAST = "\n[delivery]\nsettle_seconds = 0.3\n[doctor]\nhours = 0\n[scheduler]\npoll_seconds = 1\n"


@dataclass
class Prepared(Scene):
    """A scene whose daemon runs on the file that is there already."""

    def write_configuration(self) -> Path:
        """It was written by `init`."""
        return self.folder / "config.toml"


OWN = ("--tenant-id", "1234567", "--client-id", "AbCdEfGhIjKl")


def init(path: Path, *arguments: str, answers: str = "") -> Result:
    """The command, with these answers on its standard input."""
    return CliRunner().invoke(main, ["init", str(path), *arguments], input=answers)


def begun(stage: Scene, template: str, changes: Mapping[str, str]) -> Prepared:
    """The written configuration, with the simulator's address, times of tests, and where the sender stands."""
    path = stage.folder / "config.toml"
    options = ["--defaults", "--simulator", stage.fortnox, "--start", "2026-01-01"]
    result = init(path, "--template", template, *options)
    assert result.exit_code == 0, result.output
    text = path.read_text(encoding="utf-8").replace("port = 8099", "port = 0")
    for before, after in {"tenant_id = 1001": "tenant_id = 1001\nwindow_seconds = 0.25", **changes}.items():
        assert before in text
        text = text.replace(before, after)
    path.write_text(text + FAST, encoding="utf-8")
    return Prepared(**{field.name: getattr(stage, field.name) for field in fields(Scene)})


@asynccontextmanager
async def running(folder: Path, template: str, **changes: str) -> AsyncIterator[Prepared]:
    """The daemon on a template; ``changes`` are what a test has elsewhere than a real sender."""
    async with scene(folder, CompanyPlan(sources=()), run=False) as stage:
        prepared = begun(stage, template, {before.replace("__", " "): after for before, after in changes.items()})
        async with prepared.running():
            yield prepared


def secret(folder: Path, name: str, text: str) -> None:
    """A secret where the template says that it lies."""
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets" / name).write_text(text, encoding="utf-8")
    (folder / "secrets" / name).chmod(0o600)


async def survey_to_customer(folder: Path) -> Json:
    """A workflow's survey is a card with a note."""
    async with running(folder, "survey-to-customer") as stage:
        told = {"event": "survey_submitted", "survey_id": "kundenkat", "submitted_at": "2026-11-13T10:15:00.000Z"}
        body = {"contact_id": "c1", "full_name": "Mia Ek", "email": "mia.ek@example.com", "Hur nöjd är du?": "9"}
        path = (stage.data / "secrets" / "ghl-path").read_text(encoding="utf-8").strip()
        sender = HighLevelSender(f"{stage.bridge.url}/hooks/ghl", path, "", stage.session)
        assert (await sender.send(body | {"customData": told})).status == 200
        await stage.settle()
        return dict(await stage.state())


async def surveys(folder: Path, template: str) -> Json:
    """A complaint, and an order of nine points."""
    async with running(folder, template) as stage:
        await stage.send(survey("R-1", RESPONDENT, score=9), source="survey")
        await stage.send(survey("R-2", RESPONDENT, score=5, word="besviken"), source="survey")
        await stage.settle()
        return dict(await stage.state())


async def webshop(folder: Path) -> Json:
    """A paid order, and one of its lines back."""
    async with running(folder, "webshop-paid-refunds") as stage:
        await stage.send(paid())
        await stage.settle()
        await stage.send(refund("R-1", CHAIR))
        await stage.settle()
        return dict(await stage.state())


async def selling(folder: Path, template: str) -> Json:
    """Orders that the stand-in for Upsales holds are polled."""
    state = upsales.State(token=TOKEN, authentication_key=KEY)
    state.put("accounts", account())
    state.put("orders", sale(4711), sale(4712, stage={"id": 10}))
    secret(folder, "upsales-api", TOKEN)
    async with serving(upsales.application(state)) as url:
        place = f'type = "upsales"\nbase_url = "{url}{upsales.BASE}"'
        async with running(folder, template, **{'type__=__"upsales"': place}) as stage:
            await stage.until("SELECT 1 FROM inbox WHERE source = 'upsales' AND handled_at > 0 LIMIT 1 OFFSET 1")
            await stage.settle()
            return dict(await stage.state())


async def subscription(folder: Path) -> Json:
    """An invoice that was paid in the stand-in for SubscriptionFlow is polled."""
    instance = Instance(State())
    instance.state.put("customers", customer())
    instance.state.put("invoices", due("inv-1"))
    await instance.pay("inv-1", day="2026-11-02")
    secret(folder, "subscriptionflow", CLIENT[1])
    async with serving(served(instance)) as url:
        changes = {
            'instance = "exempel"': f'base_url = "{url}"',
            'client_id = "my-api-client"': f'client_id = "{CLIENT[0]}"',
        }
        async with running(folder, "subscriptionflow-paid", **changes) as stage:
            await stage.until("SELECT 1 FROM outbox WHERE kind = 'book_payment' AND state = 'done'")
            return dict(await stage.state())


async def end_of_day(folder: Path) -> Json:
    """The till sends its day as one batch."""
    async with running(folder, "end-of-day-batch") as stage:
        key = (stage.data / "secrets" / "client-till").read_text(encoding="utf-8").strip()
        rows = [{"Account": 1930, "Debit": 100.5}, {"Account": 3001, "Credit": 100.5}]
        voucher = {
            "Description": "Dagens kassa",
            "TransactionDate": "2026-11-13",
            "VoucherSeries": "A",
            "VoucherRows": rows,
        }
        batch = {"batch_id": "day", "rows": [{"row_id": "1", "operation": "create_voucher", "fields": voucher}]}
        url = f"{stage.bridge.url}/fortnox/batches"
        async with stage.session.post(url, json=batch, headers={"Authorization": f"Bearer {key}"}) as answer:
            assert answer.status == 202, await answer.text()
        await stage.settle()
        return dict(await stage.state())


RUNS: Mapping[str, Callable[[Path], Awaitable[Json]]] = {
    "survey-to-customer": survey_to_customer,
    "survey-insight-note": lambda folder: surveys(folder, "survey-insight-note"),
    "survey-invoice": lambda folder: surveys(folder, "survey-invoice"),
    "webshop-paid-refunds": webshop,
    "upsales-invoice": lambda folder: selling(folder, "upsales-invoice"),
    "upsales-order-offer": lambda folder: selling(folder, "upsales-order-offer"),
    "subscriptionflow-paid": subscription,
    "end-of-day-batch": end_of_day,
}
KINDS = ("customers", "offers", "orders", "invoices", "payments", "vouchers")
STANDING: Mapping[str, tuple[int, ...]] = {
    "survey-to-customer": (1, 0, 0, 0, 0, 0),
    "survey-insight-note": (1, 0, 0, 0, 0, 0),
    "survey-invoice": (1, 0, 0, 1, 0, 0),
    "webshop-paid-refunds": (1, 0, 0, 2, 2, 4),
    "upsales-invoice": (1, 0, 0, 1, 0, 0),
    "upsales-order-offer": (1, 1, 1, 0, 0, 0),
    "subscriptionflow-paid": (1, 0, 0, 1, 1, 2),
    "end-of-day-batch": (0, 0, 0, 0, 0, 1),
}
"""How much of each kind stands in Fortnox afterwards."""


@pytest.mark.asyncio
@pytest.mark.slow
@pytest.mark.capability("000-32", "f84")
@pytest.mark.parametrize("template", [one.name for one in gallery()])
async def test_a_ready_configuration_does_what_it_says(tmp_path: Path, template: str) -> None:
    """From the file that `init` writes and what its sender sends to what stands in Fortnox."""
    state = await RUNS[template](tmp_path)
    assert tuple(len(state[kind]) for kind in KINDS) == STANDING[template]
    assert all(invoice["CustomerNumber"] == "1" for invoice in state["invoices"])
    notes = state["customers"][0]["Comments"] if template == "survey-insight-note" else ""
    assert [word in notes for word in ("NPS 5: besviken", "9 to 5", "complaint: besviken")] == [bool(notes)] * 3


def test_init_asks_what_no_option_answers_and_never_overwrites(tmp_path: Path) -> None:
    """Answers at the terminal, or suggestions; a faulty one writes nothing; a file that is there is left alone."""
    path = tmp_path / "config.toml"
    asked = init(
        path, "--kind", "test", "--start", "2026-02-01", answers="webshop-paid-refunds\nacme\n42\n" + "\n" * 20
    )
    assert asked.exit_code == 0, asked.output
    text = path.read_text(encoding="utf-8")
    for said in (
        "[companies.acme]",
        "start = 2026-02-01",
        'kind = "test"',
        "tenant_id = 42",
        "file:secrets/fortnox-acme",
    ):
        assert said in text
    assert check_config(path, resolve_secrets=False) == ()
    again = init(path, "--template", "webshop-paid-refunds", "--defaults")
    assert (again.exit_code, path.read_text(encoding="utf-8")) == (2, text)
    other = tmp_path / "other.toml"
    faulty = init(other, "--template", "webshop-paid-refunds", "--defaults", "--account-25", "abc")
    assert (faulty.exit_code, list(tmp_path.iterdir())) == (2, [path])
    for option, given, said in (
        ("--start", "tomorrow", "--start: must be a day such as 2026-11-28, not 'tomorrow'"),
        ("--start", "2026-02-30", "--start: must be a day"),
        ("--company", "Å B", "--company: must be of small letters"),
        ("--account-25", "30x1", "--account-25: must be a whole number, not '30x1'"),
        ("--payment-mode", 'a"b', "--payment-mode: must be a text without quotation marks"),
    ):
        refused = init(other, "--template", "webshop-paid-refunds", "--defaults", option, given)
        assert (refused.exit_code, said in refused.stderr) == (2, True), refused.stderr
    near = init(
        tmp_path / "near.toml", *["--template", "survey-invoice", "--defaults", "--simulator", "http://127.0.0.1:8066/"]
    )
    assert "fortnox-bridge simulator --port 8066" in near.stdout
    assert 'rest_url = "http://127.0.0.1:8066/3"' in (tmp_path / "near.toml").read_text(encoding="utf-8")
    (tmp_path / "near.toml").unlink()
    again = init(tmp_path / "again.toml", "--template", "survey-invoice", answers="A B\nacme\n" + "\n" * 20)
    assert (again.exit_code, "must be of small letters a-z, digits and _, not 'A B'" in again.output) == (0, True)
    (tmp_path / "again.toml").unlink()
    for words in ((), ("--template", "survey-invoice")):
        alone = init(other, *words)
        assert (alone.exit_code, "nobody is there to answer" in alone.stderr) == (2, True), alone.output
    unknown = init(other, "--template", "webshop-payed", "--defaults")
    assert "there is no template webshop-payed; did you mean webshop-paid-refunds" in unknown.stderr
    listed = json.loads(CliRunner().invoke(main, ["templates", "--json"]).stdout)
    assert {one["name"]: len(one["says"]) > 30 for one in listed} == dict.fromkeys(RUNS, True)
    for one in gallery():
        live = tmp_path / f"{one.name}.toml"
        written = init(live, "--template", one.name, "--defaults", "--kind", "live", "--abroad", "yes")
        assert written.exit_code == 0
        assert "write your own in place of 1001 (--tenant-id), my-client-id (--client-id)" in written.stdout
    own = init(tmp_path / "own.toml", *["--template", "survey-invoice", "--defaults", "--kind", "live"], *OWN)
    assert "write your own" not in own.stdout
