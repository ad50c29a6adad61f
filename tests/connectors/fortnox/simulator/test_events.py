"""Which events a write makes, and what each carries."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from connectors.fortnox.simulator.topics import BY_THE_WAY, CHANGED, CREATED, TOPICS
from connectors.fortnox.table import OPERATIONS, RESOURCES
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened
from tests.connectors.fortnox.simulator.listener import connected

Act = Callable[[Caller], Awaitable[object]]
Told = list[tuple[str, str]]


async def _did(reply: Awaitable[Reply]) -> None:
    answer = await reply
    assert answer.status < 300, answer.text


async def _paid(caller: Caller) -> None:
    await caller.customer()
    await caller.booked()
    await _did(caller.post_payment(InvoiceNumber=1))


async def _booked(caller: Caller) -> None:
    await caller.customer()
    await caller.booked()


async def _sold(caller: Caller) -> None:
    await caller.customer()
    await caller.invoice()
    await caller.order()
    await caller.offer()


def _put(path: str, single: str, **changed: Any) -> Act:
    return lambda caller: _did(caller.call("PUT", f"/3/{path}", {single: changed}))


def _post(path: str, single: str, **given: Any) -> Act:
    return lambda caller: _did(caller.call("POST", f"/3/{path}", {single: given}))


def _delete(path: str) -> Act:
    return lambda caller: _did(caller.call("DELETE", f"/3/{path}"))


def _action(kind: str, action: str) -> Act:
    return lambda caller: _did(caller.act(kind, action))


_WRITES: list[tuple[Act | None, Act, str, Told]] = [
    (None, Caller.customer, "customers", [("customer-created-v1", "1")]),
    (Caller.customer, _put("customers/1", "Customer", Name="Annan AB"), "customers", [("customer-updated-v2", "1")]),
    (Caller.customer, _delete("customers/1"), "customers", [("customer-deleted-v1", "1")]),
    (None, Caller.article, "articles", [("article-created-v1", "1")]),
    (Caller.article, _put("articles/1", "Article", Description="Dag"), "articles", [("article-updated-v1", "1")]),
    (Caller.article, _delete("articles/1"), "articles", [("article-deleted-v1", "1")]),
    (Caller.customer, Caller.invoice, "invoices", [("invoice-created-v1", "1")]),
    (_sold, _put("invoices/1", "Invoice", OurReference="Lager"), "invoices", [("invoice-updated-v1", "1")]),
    (_sold, _action("invoices", "externalprint"), "invoices", [("invoice-updated-v1", "1")]),
    (_sold, _action("invoices", "bookkeep"), "invoices", [("invoice-bookkeep-v1", "1")]),
    (_sold, _action("invoices", "cancel"), "invoices", [("invoice-cancelled-v1", "1")]),
    (_booked, _action("invoices", "credit"), "invoices", [("invoice-updated-v1", "1"), ("invoice-created-v1", "2")]),
    (_paid, _action("invoicepayments", "bookkeep"), "invoices", [("invoicepayment-bookkeep-v1", "1")]),
    (_paid, _delete("invoicepayments/1"), "invoices", [("invoicepayment-deleted-v1", "1")]),
    (Caller.customer, Caller.order, "orders", [("order-created-v1", "1")]),
    (_sold, _put("orders/1", "Order", OurReference="Lager"), "orders", [("order-updated-v1", "1")]),
    (_sold, _action("orders", "cancel"), "orders", [("order-cancelled-v1", "1")]),
    (_sold, _action("orders", "createinvoice"), "orders", [("order-updated-v1", "1")]),
    (_sold, _action("orders", "createinvoice"), "invoices", [("invoice-created-v1", "2")]),
    (Caller.customer, Caller.offer, "offers", [("offer-created-v1", "1")]),
    (_sold, _put("offers/1", "Offer", OurReference="Lager"), "offers", [("offer-updated-v1", "1")]),
    (_sold, _action("offers", "cancel"), "offers", [("offer-canceled-v1", "1")]),
    (_sold, _action("offers", "createorder"), "offers", [("offer-updated-v1", "1")]),
    (_sold, _action("offers", "createorder"), "orders", [("order-created-v1", "2")]),
    (_sold, _action("offers", "createinvoice"), "invoices", [("invoice-created-v1", "2")]),
    (
        None,
        _post("currencies", "Currency", Code="GBP", Description="Brittiska pund"),
        "currencies",
        [("currency-created-v1", "GBP")],
    ),
    (
        None,
        _put("currencies/EUR", "Currency", Description="Euro"),
        "currencies",
        [("currency-updated-v1", "EUR")],
    ),
    (
        None,
        _post("termsofpayments", "TermsOfPayment", Code="17", Description="17 dagar"),
        "termsofpayments",
        [("termsofpayments-created-v1", "17")],
    ),
    (None, _delete("termsofpayments/30"), "termsofpayments", [("termsofpayments-deleted-v1", "30")]),
]


@pytest.mark.parametrize(("before", "act", "topic", "told"), _WRITES)
@pytest.mark.asyncio
async def test_a_write_is_told(before: Act | None, act: Act, topic: str, told: Told) -> None:
    """Each write that has an event type makes it, once, for the caller that wrote as for anybody."""
    async with opened() as caller:
        if before is not None:
            await before(caller)
        async with connected(caller, topic) as listener:
            await act(caller)
            assert await listener.types(len(told)) == told
            assert await listener.silent()


@pytest.mark.asyncio
async def test_an_event_has_the_known_frame() -> None:
    """Topic, type, tenant, entity, offset, and the time in Sweden with its offset from UTC."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.customer(CustomerNumber="Å/1")
        (event,) = await listener.events(1)
        assert len(event.pop("offset")) == 5
        assert event == {
            "topic": "customers",
            "type": "customer-created-v1",
            "tenantId": 1001,
            "entityId": "Å/1",
            "timestamp": "2026-03-10T13:00:00.000+01:00",
        }


@pytest.mark.asyncio
async def test_a_voucher_carries_year_series_and_number() -> None:
    """Its entity id is made of the three."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        async with connected(caller, "vouchers") as listener:
            await caller.act("invoices", "bookkeep")
            (event,) = await listener.events(1)
            voucher = (await caller.get("/3/invoices/1")).one
            year, series, number = (voucher[name] for name in ("VoucherYear", "VoucherSeries", "VoucherNumber"))
            assert event["entityId"] == f"{year}-{series}-{number}"
            assert (event["year"], event["series"], event["id"]) == (year, series, number)


@pytest.mark.asyncio
async def test_a_payment_names_its_invoice_and_whether_that_is_paid() -> None:
    """The first half leaves the invoice unpaid, the second pays it; a deleted payment names it too."""
    async with opened() as caller:
        await caller.customer()
        total = (await caller.booked())["Total"]
        async with connected(caller, "invoices") as listener:
            for number, paid in (("1", False), ("2", True)):
                half = str(total / 2)
                await _did(caller.post_payment(InvoiceNumber=1, Amount=half, AmountCurrency=half))
                await _did(caller.act("invoicepayments", "bookkeep", number))
                (event,) = await listener.events(1)
                assert (event["entityId"], event["invoiceNumber"], event["paid"]) == (number, "1", paid)


@pytest.mark.asyncio
async def test_what_changes_nothing_is_not_told() -> None:
    """Readings, refusals, objects without a topic, an unbooked payment, and seeds."""
    async with opened() as caller:
        await _booked(caller)
        async with connected(caller, *TOPICS) as listener:
            await caller.get("/3/customers/1")
            assert (await caller.call("PUT", "/3/customers/1", {"Customer": {"Nej": 1}})).status == 400
            assert (await caller.call("DELETE", "/3/customers/1")).status == 400
            await _did(caller.call("POST", "/3/units", {"Unit": {"Code": "burk", "Description": "Burk"}}))
            await _did(caller.post_payment(InvoiceNumber=1))
            await caller.control("POST", "seed", {"customers": [{"Name": "Exempel AB"}]})
            assert await listener.silent()


@pytest.mark.asyncio
async def test_a_write_whose_answer_is_lost_is_told_all_the_same() -> None:
    """Events follow what was done, not what was answered; the log of calls names their topics."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.fault("answer_lost", method="POST")
        with pytest.raises(aiohttp.ClientError):
            await caller.customer()
        assert await listener.types(1) == [("customer-created-v1", "1")]
        last = (await caller.control("GET", "calls"))["calls"][-1]
        assert (last["status"], last["topics"]) == (None, ["customers"])


def test_the_tables_name_only_what_exists() -> None:
    """Every operation and resource stands in the table of Fortnox, every kind among the known types; 19 topics."""
    assert CHANGED.keys() <= OPERATIONS.keys()
    assert CREATED.keys() <= RESOURCES.keys()
    assert set(BY_THE_WAY) <= CREATED.keys()
    for kind in (*CHANGED.values(), *CREATED.values()):
        assert kind.type in TOPICS[kind.topic]
    assert len(TOPICS) == 19
