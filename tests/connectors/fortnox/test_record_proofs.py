"""Any create of the table, through the whole pipe: lost, late or not to be looked for, exactly one object stands."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import anyio
import pytest

from daemon.requests import LinkThing, Retry
from handlers.commands import EnsureRecord
from handlers.values import Ref, reference
from tests.connectors.fortnox.stand import Stand, booking, customer, invoice, stand
from tests.fakes.people import People
from tests.fakes.pipe import Pipe, pipe
from tests.fakes.target import FakeTarget

SETTLE = 0.15
THING = Ref(system="person", kind="task", id="t1")


@dataclass(frozen=True)
class Case:
    """One way to prove absence: the resource, what is made, and what must stand there before."""

    resource: str
    path: str
    fields: dict[str, Any]
    before: Callable[[Stand], Awaitable[None]] | None = None

    def command(self) -> EnsureRecord:
        """The create."""
        return EnsureRecord(thing=THING, resource=self.resource, fields=self.fields)


async def _booked(here: Stand) -> None:
    for command in (customer(), invoice(), booking()):
        await here.carry_out(command)
    await here.seed(payments=[{"InvoiceNumber": 1, "Amount": 100, "PaymentDate": "2026-11-21"}])


async def _supplier(here: Stand) -> None:
    await here.seed(suppliers=[{"SupplierNumber": "L-1", "Name": "Granlunda Trä AB"}])


CASES = {
    "number": Case("units", "/3/units", {"Code": "lass", "Description": "Lass"}),
    "number of a price": Case(
        "prices", "/3/prices", {"ArticleNumber": "P1", "PriceList": "A", "FromQuantity": "10", "Price": "89.50"}
    ),
    "mark": Case(
        "vouchers",
        "/3/vouchers",
        {
            "Description": "Dagskassa",
            "TransactionDate": "2026-11-13",
            "VoucherSeries": "A",
            "VoucherRows": [
                {"Account": 1910, "Debit": "125.50", "Credit": 0},
                {"Account": 3001, "Debit": 0, "Credit": "125.50"},
            ],
        },
    ),
    "fields of a supplier invoice": Case(
        "supplier_invoices",
        "/3/supplierinvoices",
        {
            "SupplierNumber": "L-1",
            "InvoiceNumber": "4471",
            "Total": "1250",
            "SupplierInvoiceRows": [
                {"Account": 4000, "Debit": "1000", "Credit": 0},
                {"Account": 2641, "Code": "VAT", "Debit": "250", "Credit": 0},
            ],
        },
        _supplier,
    ),
    "fields of a payment": Case(
        "payments",
        "/3/invoicepayments",
        {"InvoiceNumber": 1, "Amount": "25", "AmountCurrency": "25", "PaymentDate": "2026-11-21"},
        _booked,
    ),
    "fields of a label": Case("labels", "/3/labels", {"Description": "Brådskande"}),
}


@asynccontextmanager
async def _opened(case: Case, path: Path) -> AsyncIterator[tuple[Stand, Pipe]]:
    async with stand() as here:
        if case.resource == "prices":
            await here.seed(articles=[{"ArticleNumber": "P1", "Description": "Planka"}])
        if case.before is not None:
            await case.before(here)
        targets = cast("dict[str, FakeTarget]", {"demo": here.target})
        async with pipe(path, targets=targets, settle=SETTLE) as made, made.running():
            yield here, made


async def _made(here: Stand, case: Case) -> list[dict[str, Any]]:
    """The objects that hold the case's fields, but for texts that Fortnox or our mark may change."""
    compared = {
        name: value
        for name, value in case.fields.items()
        if name not in {"Description", "VoucherRows", "SupplierInvoiceRows"}
    }
    return [
        stored
        for stored in await here.stored(case.resource)
        if all(_plain(stored.get(name)) == _plain(value) for name, value in compared.items())
        and str(case.fields.get("Description", "")) in str(stored.get("Description", ""))
    ]


def _plain(value: object) -> str:
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("fault", [("answer_lost", {}), ("late_effect", {"seconds": SETTLE / 2})], ids=["lost", "late"])
@pytest.mark.capability("f49", "f51", "001-14", "f52", "001-06", "001-13")
async def test_a_create_whose_answer_is_lost_is_found_and_made_once(
    case: Case, fault: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    """Whether it took effect at once or late: one call, one object, linked."""
    async with _opened(case, tmp_path) as (here, made):
        await here.fault(fault[0], "POST", case.path, **fault[1])
        [only] = await made.add(case.command())
        await made.until("done", only)
        assert await made.attempts(only) == ["found"]
        assert (await here.calls()).count(f"POST {case.path}") == 1
        assert len(await _made(here, case)) == 1
        [link] = await made.rows("SELECT kind, number, verified FROM link WHERE thing = ?", THING.thing("demo"))
        assert link["verified"] == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.capability("f50", "f51", "001-14")
async def test_a_look_that_fails_sends_nothing(case: Case, tmp_path: Path) -> None:
    """While Fortnox cannot be read no second create leaves; when it can, the proof is made and one object stands."""
    async with _opened(case, tmp_path) as (here, made):
        [only] = await _vanished(here, made, case)
        await here.control("DELETE", "faults")
        await made.until("done", only)
        looks = await made.rows("SELECT found FROM look ORDER BY id")
        assert [look["found"] for look in looks][-3:] == ["absent", "absent", "found"]
        assert "failed" in {look["found"] for look in looks}
        assert await made.attempts(only) == ["absent", "known"]
        assert len(await _made(here, case)) == 1


async def _vanished(here: Stand, made: Pipe, case: Case) -> list[int]:
    """The create never arrived, and its looks fail for a while; gives the command."""
    await here.fault("reset_before", "POST", case.path)
    ids = await made.add(case.command())
    await made.until("unknown", *ids)
    await here.fault("status", "GET", f"{case.path}.*", status=500, times=50)
    while not await made.rows("SELECT 1 FROM look WHERE found = 'failed'"):  # noqa: ASYNC110 - a file has no events
        await anyio.sleep(0.01)
    assert (await here.calls()).count(f"POST {case.path}") == 1
    assert await _made(here, case) == []
    return ids


@pytest.mark.asyncio
@pytest.mark.capability("f49", "001-14", "f29", "f52")
async def test_a_vouchers_mark_is_the_last_word_of_its_description(tmp_path: Path) -> None:
    """The hash of the thing, as on documents; a long text is cut before it, and that is on disk."""
    case = CASES["mark"]
    long = Case(case.resource, case.path, {**case.fields, "Description": "Dagskassa " * 19}, case.before)
    async with _opened(long, tmp_path) as (here, made):
        [only] = await made.add(long.command())
        await made.until("done", only)
        [voucher] = await here.stored("vouchers")
        assert voucher["Description"].split()[-1] == reference(THING.thing("demo"))
        assert len(voucher["Description"]) <= 200
        [attempt] = await made.rows("SELECT altered FROM attempt")
        assert "Description" in attempt["altered"]
        [link] = await made.rows("SELECT kind, number FROM link")
        assert link["kind"] == "voucher"
        assert link["number"].startswith("A/1/")


@pytest.mark.asyncio
async def test_what_looks_the_same_is_no_proof_where_it_is_anothers(tmp_path: Path) -> None:
    """Two payments of one sum on one day, each of a thing of ours: the first is linked, so the second is made."""
    case = CASES["fields of a payment"]
    async with _opened(case, tmp_path) as (here, made):
        [first] = await made.add(case.command())
        await made.until("done", first)
        again = case.command().model_copy(update={"thing": Ref(system="person", kind="task", id="t2")})
        [second] = await made.add(again, lane="b")
        await made.until("done", second)
        assert len(await _made(here, case)) == 2
        numbers = {row["number"] for row in await made.rows("SELECT number FROM link")}
        assert len(numbers) == 2


@pytest.mark.asyncio
async def test_several_hits_are_a_question(tmp_path: Path) -> None:
    """The call made one, and somebody else another: both are named, and nothing more is sent."""
    case = CASES["fields of a label"]
    async with _opened(case, tmp_path) as (here, made):
        await here.fault("answer_lost", "POST", case.path)
        [only] = await made.add(case.command())
        await made.until("unknown", only)
        await here.seed(labels=[case.fields])
        await made.until("held", only)
        question = (await made.row(only))["question"]
        assert "label:1, label:2" in question
        assert (await here.calls()).count(f"POST {case.path}") == 1


@pytest.mark.asyncio
async def test_what_looks_the_same_is_linked_or_made_on_a_persons_word(tmp_path: Path) -> None:
    """`link` takes the payment that stands there; `retry --absent` makes another beside it."""
    case = CASES["fields of a payment"]
    async with _opened(case, tmp_path) as (here, made):
        people = People(made, tmp_path)
        await here.seed(payments=[{"InvoiceNumber": 1, "Amount": 25, "PaymentDate": "2026-11-21"}])
        [first] = await made.add(case.command())
        await made.until("held", first)
        await people.actions.perform(LinkThing(person="anna", id=f"out-{first}", kind="payment", number="2"))
        await made.until("done", first)
        assert len(await _made(here, case)) == 1
        await here.seed(payments=[{"InvoiceNumber": 1, "Amount": 25, "PaymentDate": "2026-11-21"}])
        other = case.command().model_copy(update={"thing": Ref(system="person", kind="task", id="t9")})
        [second] = await made.add(other, lane="b")
        await made.until("held", second)
        await people.actions.perform(Retry(person="anna", id=f"out-{second}", absent=True))
        await made.until("done", second)
        assert len(await _made(here, case)) == 3


@pytest.mark.asyncio
async def test_a_payment_that_a_person_entered_is_asked_about(tmp_path: Path) -> None:
    """It may be this one or another: nothing is sent before somebody says."""
    case = CASES["fields of a payment"]
    async with _opened(case, tmp_path) as (here, made):
        await here.seed(payments=[{"InvoiceNumber": 1, "Amount": 25, "PaymentDate": "2026-11-21"}])
        [only] = await made.add(case.command())
        await made.until("held", only)
        assert (await made.row(only))["reason"] == "stands_there_already"
        assert "POST /3/invoicepayments" not in await here.calls()
        other = case.command().model_copy(
            update={"although_alike": True, "thing": Ref(system="person", kind="task", id="t3")}
        )
        [meant] = await made.add(other, lane="b")
        await made.until("done", meant)
        assert len(await _made(here, case)) == 2
