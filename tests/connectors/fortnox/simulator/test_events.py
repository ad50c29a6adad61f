"""Which events a write makes, and events on demand: made, repeated, late, before the answer, connections closed."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from connectors.fortnox.simulator.topics import BY_THE_WAY, CHANGED, CREATED, TOPICS
from connectors.fortnox.table import OPERATIONS, RESOURCES
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened
from tests.connectors.fortnox.simulator.listener import PATIENCE, connected

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


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.asyncio
async def test_every_type_can_be_made_on_demand(topic: str) -> None:
    """Also those that no call makes, with further properties."""
    async with opened() as caller, connected(caller, topic) as listener:
        for place, kind in enumerate((*TOPICS[topic], "not-known-yet-v9")):
            order = {"do": "make", "topic": topic, "type": kind, "entityId": str(place), "details": {"more": place}}
            await caller.control("POST", "events", order)
            (event,) = await listener.events(1)
            assert (event["type"], event["entityId"], event["more"]) == (kind, str(place), place)


@pytest.mark.asyncio
async def test_events_are_repeated_with_the_same_offsets() -> None:
    """At least once: the last two come again, as they were."""
    async with opened() as caller, connected(caller, "customers") as listener:
        for _ in range(3):
            await caller.customer()
        events = await listener.events(3)
        await caller.control("POST", "events", {"do": "repeat", "topic": "customers", "last": 2})
        assert await listener.events(2) == events[1:]


@pytest.mark.asyncio
async def test_a_delayed_event_comes_after_a_later_one() -> None:
    """It keeps the time at which it happened and gets its offset when it comes."""
    async with opened() as caller, connected(caller, "customers") as listener:
        shown = await caller.control("POST", "events", {"do": "delay", "seconds": 0.3, "topic": "customers"})
        assert shown["orders"] == [{"do": "delay", "seconds": Decimal("0.3"), "times": 1, "topic": "customers"}]
        await caller.customer()
        assert (await caller.control("GET", "events"))["late_events_pending"] == 1
        caller.clock.move(60)
        await caller.customer()
        later, late = await listener.events(2)
        assert (later["entityId"], late["entityId"]) == ("2", "1")
        assert late["timestamp"] < later["timestamp"]
        kept = (await caller.control("GET", "events"))["events"]
        assert [event["offset"] for event in kept] == [later["offset"], late["offset"]]


@pytest.mark.asyncio
async def test_an_event_comes_before_the_answer() -> None:
    """The writer hears of its own write while its call is still open."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.control("POST", "events", {"do": "before_answer", "seconds": PATIENCE})
        writing = asyncio.create_task(caller.customer())
        assert await listener.types(1) == [("customer-created-v1", "1")]
        assert not writing.done()
        writing.cancel()
        await caller.customer()


@pytest.mark.parametrize("code", [1000, 1001, 1011, 4000])
@pytest.mark.asyncio
async def test_connections_are_closed_with_a_code(code: int) -> None:
    """And a new one goes on from the last offset."""
    async with opened() as caller:
        async with connected(caller, "customers") as listener:
            await caller.customer()
            (event,) = await listener.events(1)
            await caller.control("POST", "events", {"do": "close", "code": code})
            await listener.socket.receive(timeout=PATIENCE)
            assert listener.socket.close_code == code
        await caller.customer()
        async with connected(caller, customers=event["offset"]) as listener:
            assert await listener.types(1) == [("customer-created-v1", "2")]


@pytest.mark.asyncio
async def test_a_connection_is_dropped_without_a_close_frame() -> None:
    """1006 means that the network went away."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.control("POST", "events", {"do": "close", "code": 1006, "company": 1001})
        message = await listener.socket.receive(timeout=PATIENCE)
        assert message.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
        assert listener.socket.close_code == 1006


@pytest.mark.asyncio
async def test_connections_are_shown_and_orders_ended() -> None:
    """Tenants, topics with the last offset sent, and what is still ordered."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.customer()
        (event,) = await listener.events(1)
        await caller.control("POST", "events", {"do": "delay", "seconds": 5, "times": None})
        shown = await caller.control("GET", "events")
        assert shown["connections"] == [
            {"tenants": [1001], "topics": {"customers": event["offset"]}, "subscribed": True, "sent": 4}
        ]
        assert shown["orders"][0]["times"] is None
        assert (await caller.control("DELETE", "events"))["orders"] == []
        await caller.customer()
        assert await listener.types(1) == [("customer-created-v1", "2")]


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"do": "shout"},
        {"do": "make", "topic": "prices", "type": "a", "entityId": "1"},
        {"do": "make", "topic": "orders", "type": 1, "entityId": "1"},
        {"do": "make", "topic": "orders", "type": "a", "entityId": "1", "details": {"offset": "x"}},
        {"do": "make", "topic": "orders", "type": "a", "entityId": "1", "soon": True},
        {"do": "repeat", "topic": "orders", "last": 0},
        {"do": "delay"},
        {"do": "delay", "seconds": -1},
        {"do": "delay", "seconds": 1, "topic": "prices"},
        {"do": "before_answer", "times": 0},
        {"do": "close", "code": 1005},
        {"do": "close", "code": 99},
        {"do": "close", "company": 77},
    ],
)
@pytest.mark.asyncio
async def test_orders_that_are_not_understood_are_refused(order: dict[str, Any]) -> None:
    """400 with a sentence; nothing is ordered."""
    async with opened() as caller:
        reply = await caller.session.post(f"{caller.server.url}/_sim/events", json=order)
        assert reply.status == 400
        assert (await reply.json())["error"]
        assert (await caller.control("GET", "events"))["orders"] == []


@pytest.mark.capability("f99")
@pytest.mark.asyncio
async def test_11_9_commands_ordered_offsets_replay_duplicates_and_echo() -> None:
    """Item 9: an own write comes back, is replayed from the offset before it, and comes twice on demand."""
    async with opened() as caller:
        async with connected(caller, "orders", "customers") as listener:
            await caller.customer()
            await caller.order()
            await caller.order()
            told = await listener.events(3)
            first, second = [event for event in told if event["topic"] == "orders"]
            assert (first["entityId"], second["entityId"]) == ("1", "2")
        async with connected(caller, orders=first["offset"]) as listener:
            assert await listener.events(1) == [second]
            await caller.control("POST", "events", {"do": "repeat", "topic": "orders", "last": 2})
            assert await listener.events(2) == [first, second]
            assert await listener.silent()


@pytest.mark.capability("f99")
@pytest.mark.asyncio
async def test_11_10_events_come_twice_and_late_and_connections_drop() -> None:
    """The part of item 10 that is about events; the rest stands with the faults."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.control("POST", "events", {"do": "delay", "seconds": 0.2})
        await caller.customer()
        await caller.customer()
        assert [entity for _type, entity in await listener.types(2)] == ["2", "1"]
        await caller.control("POST", "events", {"do": "repeat", "topic": "customers"})
        assert [entity for _type, entity in await listener.types(1)] == ["1"]
        await caller.control("POST", "events", {"do": "close", "code": 1006})
        await listener.socket.receive(timeout=PATIENCE)
        assert listener.socket.close_code == 1006
