"""Refunds end to end: full, partial, repeated, early, of what was never booked; what a webhook leaves in Fortnox."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from daemon.explain import Explainer
from daemon.requests import Discard, Retry
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import Json, line, order

SOLD = [line("800.00", quantity="2", description="Stol"), line("200.00", vat="12", description="Bok")]
"""2 x 800 at 25 % and 200 at 12 %: 1 800, VAT 400 + 24, 2 224 in all."""


def paid(number: str = "SO-1", **more: Any) -> Json:
    """The order, paid."""
    return order(number, "order.paid", **{"lines": SOLD, **more})


def refund(number: str | None, *lines: Json, of: str = "SO-1", **more: Any) -> Json:
    """A refund of the order as our own senders write it: negative quantities and totals."""
    back = [row | {"quantity": f"-{row['quantity']}"} for row in lines]
    named: Json = {"refund_id": number} if number else {}
    return order(of, "order.refunded", lines=back, timestamp="2026-11-14T09:00:00Z", **named, **more)


async def books(stage: Scene, number: str = "SO-1") -> tuple[Json, list[Json]]:
    """The sale's invoice and its credit invoices, oldest first."""
    invoices = [one for one in (await stage.state())["invoices"] if one["YourOrderNumber"] == number]
    sold = [one for one in invoices if one["Credit"] == "false"]
    assert len(sold) == 1, stage.commands()
    return sold[0], [one for one in invoices if one["Credit"] == "true"]


def money(document: Json, *names: str) -> list[Decimal]:
    """Amounts of a document as exact numbers."""
    return [Decimal(str(document[name])) for name in names]


def all_done(stage: Scene) -> bool:
    """Nothing was held, parked or left."""
    return {state for _, state, _ in stage.commands()} <= {"done", "superseded"}


def questions(stage: Scene) -> list[tuple[Any, ...]]:
    """What is held, with why and the question."""
    return stage.rows("SELECT reason, question FROM outbox WHERE state IN ('held', 'parked')")


CHAIR, BOOK = line("800.00", description="Stol"), line("200.00", vat="12", description="Bok")


@pytest.mark.asyncio
@pytest.mark.capability("f28", "001-08")
async def test_a_part_and_then_the_rest_are_two_linked_credits(tmp_path: Path) -> None:
    """Each with its own rows to the öre, booked and paid back; together they take back the whole and no more."""
    async with scene(tmp_path) as stage:
        await stage.send(paid())
        await stage.settle()
        before = len(await stage.calls())
        await stage.send(refund("R-1", CHAIR), source="shop")
        await stage.settle()
        assert all_done(stage), questions(stage)
        assert [f"{call['method']} {call['path']}" for call in (await stage.calls())[before:]] == [
            "GET /3/invoices/1",
            "PUT /3/invoices/1/credit",
            "GET /3/invoices/2",
            "PUT /3/invoices/2",
            "PUT /3/invoices/2/bookkeep",
            "POST /3/invoicepayments",
            "PUT /3/invoicepayments/2/bookkeep",
        ]
        await stage.send(refund("R-2", CHAIR, BOOK), refund("R-2", CHAIR, BOOK))
        await stage.settle()
        assert all_done(stage), questions(stage)
        sold, (first, second) = await books(stage)
        assert money(first, "Net", "TotalVAT", "Total", "Balance") == [-800, -200, -1000, 0]
        assert money(second, "Net", "TotalVAT", "Total", "Balance") == [-1000, -224, -1224, 0]
        assert [(one["Booked"], one["CreditInvoiceReference"]) for one in (first, second)] == [(True, "1")] * 2
        assert (first["InvoiceDate"], first["DueDate"]) == ("2026-11-14", "2026-11-14")
        assert [(row["DeliveredQuantity"], row["VAT"], row["AccountNumber"]) for row in second["InvoiceRows"]] == [
            ("-1", 25, 3001),
            ("-1", 12, 3002),
        ]
        assert (sold["CreditInvoiceReference"], money(sold, "Balance")) == ("3", [Decimal(0)])
        payments = (await stage.state())["payments"]
        assert [(one["InvoiceNumber"], *money(one, "Amount")) for one in payments] == [
            (1, 2224),
            (2, -1000),
            (3, -1224),
        ]
        (story,) = await Explainer(stage.bridge.store.database.read, kinds={"demo": "simulator"}, unseal=None).stories(
            "in-2"
        )
        steps = [
            (one["command"], attempt["operation"], attempt["far_object"])
            for one in story["commands"]
            for attempt in one["attempts"]
        ]
        assert steps == [
            ("ensure_credit", "credit_invoice", "invoice:1"),
            ("ensure_credit", "update_invoice", "invoice:2"),
            ("book_invoice", "book_invoice", "invoice:2"),
            ("ensure_payment", "create_payment", "invoice:2"),
            ("book_payment", "book_payment", "invoice:2"),
        ]
        await stage.send(refund("R-3", line("0.80", description="Stol")))
        await stage.settle()
        assert [reason for reason, _ in questions(stage)] == ["refunds_exceed"]
        assert all(text in questions(stage)[0][1] for text in ("2224", "2, 3", "together more"))


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f26", "001-08")
@pytest.mark.parametrize("repayment", ["book", "none"])
async def test_all_of_it_goes_back(tmp_path: Path, repayment: str) -> None:
    """The credit invoice is Fortnox's own turned around; without a repayment it stays open for who books that."""
    plan = CompanyPlan(sections=f'[companies.demo.refunds]\nrepayment = "{repayment}"')
    async with scene(tmp_path, plan) as stage:
        await stage.send(paid(), refund(None, *SOLD), refund(None, *SOLD))
        await stage.settle()
        assert all_done(stage), questions(stage)
        sold, (credit,) = await books(stage)
        assert money(credit, "Net", "TotalVAT", "Total") == [-1800, -424, -2224]
        assert (sold["Booked"], credit["Booked"]) == (True, True)
        assert money(credit, "Balance") == [Decimal(0 if repayment == "book" else -2224)]
        assert len((await stage.state())["payments"]) == (2 if repayment == "book" else 1)
        await stage.send(refund(None, CHAIR))
        await stage.settle()
        assert [reason for reason, _ in questions(stage)] == ["refund_changed"]


@pytest.mark.asyncio
@pytest.mark.capability("f28")
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "at once"])
async def test_a_refund_waits_for_its_sale_whichever_comes_first(tmp_path: Path, together: bool) -> None:
    """Two refunds before the paid order, and the order offered first, at once or by turns: the same books."""
    plan = CompanyPlan(sections='[companies.demo.documents]\nmodule = "order"')
    told = [
        refund("R-1", CHAIR),
        order("SO-1", lines=SOLD),
        refund("R-2", BOOK),
        paid(timestamp="2026-11-13T11:00:00Z"),
    ]
    async with scene(tmp_path, plan) as stage:
        for body in told:
            await stage.send(body)
            if not together:
                await stage.settle()
        await stage.settle()
        assert all_done(stage), questions(stage)
        sold, taken = await books(stage)
        assert sorted(money(one, "Total", "Balance") for one in taken) == [[-1000, 0], [-224, 0]]
        assert money(sold, "Balance") == [Decimal(0)]
        assert stage.rows("SELECT count(*) FROM hold") == [(0,)], "nobody is asked any more"


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f26")
async def test_what_was_never_booked_is_decided_by_its_state(tmp_path: Path) -> None:
    """All of an unbooked invoice is cancelled; a part of one waits until the sale is paid."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", lines=SOLD), refund("R-1", CHAIR))
        await stage.settle()
        assert [reason for reason, _ in questions(stage)] == ["refund_before_booking"]
        await stage.send(paid(timestamp="2026-11-13T11:00:00Z"))
        await stage.settle()
        assert all_done(stage), questions(stage)
        sold, (credit,) = await books(stage)
        assert sold["Booked"]
        assert money(credit, "Total", "Balance") == [Decimal(-1000), Decimal(0)]
        await stage.send(order("SO-2", lines=SOLD), refund("R-1", *SOLD, of="SO-2"))
        await stage.settle()
        assert all_done(stage), questions(stage)
        sold, taken = await books(stage, "SO-2")
        assert (sold["Cancelled"], taken) == (True, [])


@pytest.mark.asyncio
@pytest.mark.capability("f28")
async def test_a_second_credit_that_fortnox_refuses_is_held_and_names_both(tmp_path: Path) -> None:
    """And one that a person made by hand is never doubled: it is asked about."""
    async with scene(tmp_path, simulator={"allow_second_credit": False}) as stage:
        await stage.send(paid(), refund("R-1", CHAIR), refund("R-2", BOOK))
        await stage.settle()
        ((reason, question),) = questions(stage)
        assert reason == "second_credit_refused"
        assert "invoice 1" in question
        assert "invoice 2 credits" in question
        await stage.send(paid("SO-2"))
        await stage.settle()
        await stage.bridge.targets["demo"].client.request("credit_invoice", "3")  # type: ignore[attr-defined]
        await stage.send(refund("R-1", CHAIR, of="SO-2"))
        await stage.settle()
        _, (reason, question) = questions(stage)
        assert reason == "credited_by_hand"
        assert "invoice:4" in question


BOOKED_AT_ONCE = '[companies.demo.rules.book_order]\nfinish = "booked"\n'


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f26")
async def test_what_a_refund_left_open_is_all_that_a_payment_of_the_whole_may_take(tmp_path: Path) -> None:
    """Which part of the order came in is not known then: nothing is entered that the invoice cannot take."""
    async with scene(tmp_path, CompanyPlan(sections=BOOKED_AT_ONCE)) as stage:
        for body in (order("SO-1", lines=SOLD), refund("R-1", CHAIR), paid(timestamp="2026-11-15T09:00:00Z")):
            await stage.send(body)
            await stage.settle()
        ((reason, question),) = questions(stage)
        assert reason == "more_than_open"
        assert all(text in question for text in ("2224 was paid", "1224 is open"))
        sold, _ = await books(stage)
        assert (money(sold, "Balance"), (await stage.state())["payments"]) == ([Decimal(1224)], [])


@pytest.mark.asyncio
@pytest.mark.capability("f28")
async def test_a_repayment_that_fortnox_refuses_says_what_is_left_to_do(tmp_path: Path) -> None:
    """That Fortnox takes a payment below zero is not known; the credit stands booked in any case."""
    refused = {"ErrorInformation": {"Error": 1, "Message": "Beloppet måste vara större än noll.", "Code": 2000108}}
    async with scene(tmp_path) as stage:
        await stage.send(paid())
        await stage.settle()
        stage.fault("status", method="POST", path="/3/invoicepayments", status=400, body=json.dumps(refused))
        await stage.send(refund("R-1", CHAIR))
        await stage.settle()
        ((_, question),) = questions(stage)
        assert "book it there by hand" in question
        _, (credit,) = await books(stage)
        assert (credit["Booked"], money(credit, "Balance")) == (True, [Decimal(-1000)])


ANEW = '[companies.demo.documents]\nchanged_after_booking = "reissue"\ncredit_cancelled = "credit"\n'


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f26")
async def test_a_sale_that_was_refunded_and_called_off_may_be_won_again(tmp_path: Path) -> None:
    """The refund is its credit already; what comes afterwards is a sale of its own, paid by money of its own."""
    async with scene(tmp_path, CompanyPlan(sections=ANEW)) as stage:
        told = [paid(), refund("R-1", CHAIR), refund("R-2", CHAIR, BOOK)]
        told.append(order("SO-1", "order.cancelled", lines=SOLD, timestamp="2026-11-15T09:00:00Z"))
        for body in told:
            await stage.send(body)
            await stage.settle()
        assert all_done(stage), questions(stage)
        assert len((await stage.state())["invoices"]) == 3, "nothing is credited a second time"
        await stage.send(paid(timestamp="2026-11-16T09:00:00Z"))
        await stage.settle()
        assert all_done(stage), questions(stage)
        invoices = (await stage.state())["invoices"]
        assert [(one["Credit"], *money(one, "Total", "Balance")) for one in invoices] == [
            ("false", 2224, 0), ("true", -1000, 0), ("true", -1224, 0), ("false", 2224, 0),
        ]  # fmt: skip
        assert [money(one, "Amount") for one in (await stage.state())["payments"]] == [[2224], [-1000], [-1224], [2224]]


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f26")
async def test_what_was_refunded_in_part_is_no_credit_of_the_whole(tmp_path: Path) -> None:
    """A sale that changes then is a person's, with the sums; nothing new stands beside what still counts."""
    async with scene(tmp_path, CompanyPlan(sections=ANEW + BOOKED_AT_ONCE)) as stage:
        for body in (order("SO-1", lines=SOLD), refund("R-1", CHAIR), order("SO-1", timestamp="2026-11-15T09:00:00Z")):
            await stage.send(body)
            await stage.settle()
        ((reason, question),) = questions(stage)
        assert reason == "credited_already"
        assert all(text in question for text in ("2224", "1000 is credited and booked by invoice 2"))
        for _ in range(2):  # the credit, and its booking
            ((stopped,),) = stage.rows("SELECT id FROM outbox WHERE state IN ('held', 'parked')")
            await stage.act(Discard(person="anna", id=f"out-{stopped}", reason="it is credited"))
            await stage.settle()
        assert [reason for reason, _ in questions(stage)] == ["still_counts"]
        assert len((await stage.state())["invoices"]) == 2


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f27")
async def test_money_goes_back_the_way_it_came(tmp_path: Path) -> None:
    """A refund that names no method goes by the account of the sale's payment; one that names another goes by that."""
    methods = "[companies.demo.payments.methods]\nklarna = { account = 1580 }\nswish = { account = 1930 }"
    async with scene(tmp_path, CompanyPlan(sections=methods)) as stage:
        await stage.send(
            paid(payment_method="klarna"), refund("R-1", CHAIR), refund("R-2", BOOK, payment_method="swish")
        )
        await stage.settle()
        assert all_done(stage), questions(stage)
        payments = [(one["ModeOfPaymentAccount"], *money(one, "Amount")) for one in (await stage.state())["payments"]]
        assert sorted(payments) == [(1580, -1000), (1580, 2224), (1930, -224)]


@pytest.mark.asyncio
@pytest.mark.capability("f28")
async def test_a_draft_of_which_a_part_went_back_waits_for_a_person(tmp_path: Path) -> None:
    """Nothing books a draft by itself: the question says so, also when the sale is paid, and what it says works."""
    drafts = '[companies.demo.rules.book_order]\nfinish = "draft"\n'
    async with scene(tmp_path, CompanyPlan(sections=drafts)) as stage:
        for body in (order("SO-1", lines=SOLD), refund("R-1", CHAIR), paid(timestamp="2026-11-15T09:00:00Z")):
            await stage.send(body)
            await stage.settle()
        ((reason, question),) = questions(stage)
        assert reason == "refund_before_booking"
        assert "leaves invoices as drafts" in question
        assert "goes on by itself" not in question
        await stage.bridge.targets["demo"].client.request("book_invoice", "1")  # type: ignore[attr-defined]
        ((stopped,),) = stage.rows("SELECT id FROM outbox WHERE state = 'held'")
        await stage.act(Retry(person="anna", id=f"out-{stopped}"))
        await stage.settle()
        assert all_done(stage), questions(stage)
        sold, (credit,) = await books(stage)
        assert [*money(sold, "Balance"), *money(credit, "Total", "Balance")] == [1224, -1000, 0]
