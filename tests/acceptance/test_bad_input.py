"""Bad input gets a clear answer, loses nothing and leaves the daemon up."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from daemon.opening import database_path
from store.db import StoreUnavailable
from store.migrate import SchemaTooNew
from tests.acceptance.scene import WORKFLOW, CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.fakes.senders import COMPANY, Json, line, money, order, survey


async def still_works(stage: Scene) -> None:
    """A good order after whatever came before goes all the way."""
    before = len((await stage.state())["invoices"])
    await stage.send(order("SO-good", "order.paid"))
    await stage.settle()
    assert len((await stage.state())["invoices"]) == before + 1


@pytest.mark.asyncio
@pytest.mark.capability("f2")
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"type": "order.won", ', {}, 400),
        (b"", {}, 400),
        (b"[1, 2]", {}, 400),
        (b'{"type": "order.won", "name": "\xff\xfe"}', {}, 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, {}, 400),
        (b'{"type": NaN}', {}, 400),
        (b'{"a": "' + b"x" * 10_000_000 + b'"}', {}, 413),
        (json.dumps(order("SO-1")).encode(), {"content-type": "text/xml"}, 415),
    ],
    ids=["cut", "empty", "no object", "invalid UTF-8", "deep", "not a number", "10 MB", "content type"],
)
async def test_what_is_no_body_is_refused(tmp_path: Path, body: bytes, headers: dict[str, str], status: int) -> None:
    """Well signed but unreadable: a clear status, nothing stored, and the next one goes through."""
    async with scene(tmp_path) as stage:
        reply = await stage.sender().send(body, headers=headers)
        assert reply.status == status
        assert len(reply.body) < 200
        assert stage.rows("SELECT count(*) FROM inbox") == [(0,)]
        await still_works(stage)


@pytest.mark.asyncio
@pytest.mark.capability("f2")
async def test_a_workflow_whose_body_is_cut_is_kept_for_a_person(tmp_path: Path) -> None:
    """HighLevel does not send again after a refusal: what it sent is parked, once, and the answer says 400."""
    async with scene(tmp_path, more=WORKFLOW) as stage:
        for _ in range(2):
            assert (await stage.workflow().send(b'{"contact_id": "c1", ')).status == 400
        assert stage.rows("SELECT source, state FROM inbox") == [("ghl", "parked")]
        await still_works(stage)


def changed(**fields: Any) -> Json:
    """An order with other fields in its data; ``None`` leaves one out."""
    body = order("SO-1")
    body["data"] = {name: value for name, value in (body["data"] | fields).items() if value is not None}
    return body


@pytest.mark.asyncio
@pytest.mark.capability("f60")
@pytest.mark.parametrize(
    ("body", "state", "says"),
    [
        (changed(customer=None), "parked", "customer"),
        (changed(lines=[]), "parked", "lines"),
        (changed(total="viel"), "parked", "total"),
        (changed(total="1e999999"), "parked", "total"),
        (changed(currency="SEKK"), "held", "currency"),
        (changed(**money([line(vat="13")])), "held", "VAT rate"),
        (changed(**money([line(quantity="-1")])), "held", "quantity"),
        (changed(customer=COMPANY | {"organisation_number": "559904-2033"}), "held", "organisation number"),
        (changed(customer=COMPANY | {"country": "SWE"}), "parked", "country"),
        (changed(order_id=None), "parked", "order_id"),
        (changed(paid_at="yesterday"), "parked", "paid_at"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_acted_on_stops_with_its_field(tmp_path: Path, body: Json, state: str, says: str) -> None:
    """Taken, because the sender is who it says; stopped before any call, with a text that names the field."""
    async with scene(tmp_path) as stage:
        await stage.send(body)
        await stage.settle()
        ((found, question),) = stage.rows("SELECT state, question FROM inbox")
        assert found == state
        assert says in question
        assert await stage.calls() == []
        await still_works(stage)


@pytest.mark.asyncio
async def test_numbers_as_text_and_as_numbers_are_the_same(tmp_path: Path) -> None:
    """``"24.50"`` and ``24.50`` give one invoice, to the öre."""
    text = order("SO-1", lines=[line("24.50", quantity="120", discount_percent="10")])
    numbers = json.loads(json.dumps(text))
    for row in numbers["data"]["lines"]:
        row.update({name: float(row[name]) for name in ("quantity", "unit_price", "vat_rate", "discount_percent")})
    for name in ("total", "total_vat", "total_excluding_vat"):
        numbers["data"][name] = float(numbers["data"][name])
    async with scene(tmp_path) as stage:
        await stage.send(text)
        await stage.settle()
        await stage.send(numbers)
        await stage.settle()
        (invoice,) = (await stage.state())["invoices"]
        assert float(invoice["Net"]) == 2646.0
        assert {state for _, state, _ in stage.commands()} == {"done"}


@pytest.mark.asyncio
@pytest.mark.capability("f60")
async def test_a_currency_that_fortnox_does_not_know_is_parked(tmp_path: Path) -> None:
    """A currency that is not registered stops the invoice, not the buyer, and names what to do."""
    async with scene(tmp_path) as stage:
        await stage.send(changed(currency="CHF"))
        await stage.settle()
        assert stage.commands() == [("ensure_customer", "done", None), ("ensure_invoice", "held", "currency_missing")]
        assert (await stage.state())["invoices"] == []
        await still_works(stage)


@pytest.mark.asyncio
@pytest.mark.capability("f60")
async def test_a_vat_rate_that_fortnox_does_not_know_is_parked(tmp_path: Path) -> None:
    """A rate that has an account with us but none at Fortnox: refused there, parked with its reason, nothing made."""
    plan = CompanyPlan(sections='[companies.demo.bookkeeping]\nsales_accounts = { "25" = 3001, "13" = 3001 }')
    async with scene(tmp_path, plan) as stage:
        await stage.send(changed(**money([line(vat="13")])))
        await stage.settle()
        kind, state, reason = stage.commands()[1]
        assert (kind, state) == ("ensure_invoice", "parked")
        assert reason
        assert (await stage.state())["invoices"] == []
        await still_works(stage)


@pytest.mark.asyncio
@pytest.mark.capability("f47")
async def test_a_respondent_with_a_wrong_number_is_found_by_other_keys(tmp_path: Path) -> None:
    """A survey's organisation number with a wrong check digit is left out and never sent."""
    async with scene(tmp_path) as stage:
        respondent = {"company": "Tallbacken", "organisation_number": "559904-2033", "email": "a@example.com"}
        await stage.send(survey("resp-1", respondent))
        await stage.settle()
        (card,) = (await stage.state())["customers"]
        assert (card["OrganisationNumber"] or "", card["Email"]) == ("", "a@example.com")
        assert not any("2033" in call["path"] for call in await stage.calls())


@pytest.mark.asyncio
async def test_texts_that_fortnox_refuses_are_altered_and_told(tmp_path: Path) -> None:
    """Emoji and ``<`` in a name, 300 characters in a row: what Fortnox takes arrives, before and after are kept."""
    description = "Mycket lång beskrivning " * 13
    buyer = {"name": "Kaffe <Te> & 👍 AB", "email": "kaffe@example.com"}
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", "order.paid", buyer=buyer, lines=[line(description=description)]))
        await stage.settle()
        state = await stage.state()
        assert state["customers"][0]["Name"] == "Kaffe (Te) & AB"
        row = state["invoices"][0]["InvoiceRows"][0]
        assert 0 < len(row["Description"]) <= 255
        assert description.startswith(row["Description"])
        assert row["Description"].split()[-1] in description.split()
        altered = [json.loads(text) for (text,) in stage.rows("SELECT altered FROM attempt WHERE altered <> '[]'")]
        assert ["Name", buyer["name"], "Kaffe (Te) & AB"] in altered[0]
        assert any(before.strip() == description.strip() for _, before, _ in altered[1])


@pytest.mark.asyncio
@pytest.mark.capability("f2")
@pytest.mark.capability("f1")
async def test_a_full_disk_sends_senders_away_and_heals(tmp_path: Path, log_lines: Lines) -> None:
    """Nothing that cannot be kept is answered 2xx; once there is room everything goes on without anybody's help."""

    def limit(pages: int) -> Any:
        return lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    async with scene(tmp_path) as stage:
        database = stage.bridge.store.database
        await stage.send(order("SO-0"))
        await stage.settle()
        await database.write(limit(1))
        sender = stage.sender()
        replies = [await sender.send(order(f"SO-{number}"), delivery_id=f"full-{number}") for number in range(1, 60)]
        taken = [number for number, reply in enumerate(replies, start=1) if reply.status == 200]
        assert {reply.status for reply in replies} == {200, 503}
        assert {line["reason"] for line in log_lines.named("store.failed")} == {"disk_full"}
        await until_written(stage, limit(1_000_000))
        for number in range(1, 60):
            # A sender that is refused comes again, as its law says; here at most twice.
            statuses = [(await sender.send(order(f"SO-{number}"), delivery_id=f"full-{number}")).status]
            if statuses != [200]:
                statuses.append((await sender.send(order(f"SO-{number}"), delivery_id=f"full-{number}")).status)
            assert statuses[-1] == 200
        await stage.settle()
        assert len(taken) < 59
        numbers = [invoice["YourOrderNumber"] for invoice in (await stage.state())["invoices"]]
        assert sorted(numbers) == sorted(f"SO-{number}" for number in range(60))
        assert log_lines.named("store.recovered")


async def until_written(stage: Scene, job: Any) -> None:
    """Give the disk room again, however often that must be tried."""
    for _ in range(100):
        try:
            await stage.bridge.store.database.write(job)
        except StoreUnavailable:
            continue
        return


@pytest.mark.asyncio
async def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """A file that this program does not know is refused with both numbers and not touched."""
    async with scene(tmp_path, run=False) as stage:
        async with stage.running():
            pass
        connection = sqlite3.connect(database_path(stage.data))
        connection.execute("PRAGMA user_version = 999")
        connection.close()
        with pytest.raises(SchemaTooNew, match="999"):
            async with stage.running():
                pass
