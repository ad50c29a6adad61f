"""Offers: fields of their own, orders and invoices made from them, locks (Fortnox facts, 6.1 and 6.7)."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened

_OFFERED = {"Description": "Vara", "Quantity": "3", "Price": 100, "VAT": 25}


async def _put(caller: Caller, **fields: Any) -> Reply:
    return await caller.call("PUT", "/3/offers/1", {"Offer": fields})


@pytest.mark.asyncio
async def test_new_offer_has_its_own_fields() -> None:
    """Dates, references and texts of an offer; nothing that only orders and invoices have (6.7)."""
    async with opened(CompanySettings(rate_limit=0, offer_valid_days=14)) as caller:
        await caller.customer(EmailOffer="offert@example.com", Email="kund@example.com")
        reply = await caller.post_offer(YourReferenceNumber="R-7")
        made = reply.one
        assert (reply.status, reply.headers["Location"], made["DocumentNumber"]) == (201, "offers", "1")
        assert made["@urlTaxReductionList"].endswith("/3/taxreductions?filter=offers&referencenumber=1")
        assert (made["OfferDate"], made["ExpireDate"]) == ("2026-03-10", "2026-03-24")
        assert (made["OrderReference"], made["InvoiceReference"], made["CopyRemarks"]) == ("0", "0", False)
        assert made["YourReferenceNumber"] == "R-7"
        assert made["EmailInformation"]["EmailAddressTo"] == "offert@example.com"
        absent = {"ExternalInvoiceReference1", "YourOrderNumber", "OutboundDate", "Balance", "OfferReference"}
        assert absent & set(made) == set()
        (row,) = made["OfferRows"]
        assert (row["Quantity"], row["Total"], row["AccountNumber"]) == ("1", 100, 3001)
        assert {"DeliveredQuantity", "OrderedQuantity", "TotalExcludingVAT"} & set(row) == set()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"ExternalInvoiceReference1": "x"}, 2001399),
        ({"YourOrderNumber": "1"}, 2001399),
        ({"VATType": "SEVAT"}, 2001399),
        ({"OrderReference": "1"}, 2001399),
        ({"OfferRows": [{"DeliveredQuantity": 1}]}, 2001399),
        ({"OfferRows": [{"OrderedQuantity": 1}]}, 2001399),
        ({"OfferRows": [{"ArticleNumber": "A9"}]}, 2001302),
        ({"OfferRows": [{"AccountNumber": 9999}]}, 2001303),
        ({"CustomerNumber": ""}, 2000204),
        ({"Currency": "GBP"}, 2000427),
        ({"ExpireDate": "i morgon"}, 2999017),
    ],
)
async def test_refused_offers_are_not_stored(fields: dict[str, Any], code: int) -> None:
    """What offers do not know is refused by name; no number is taken."""
    async with opened() as caller:
        await caller.customer()
        reply = await caller.post_offer(**fields)
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.offer())["DocumentNumber"] == "1"


@pytest.mark.asyncio
async def test_totals_of_the_documented_example() -> None:
    """Net, VAT and RoundOff of example 2 of 6.1, without its tax reduction."""
    async with opened() as caller:
        await caller.customer()
        row = {"Quantity": 1, "Price": "27867.80", "VAT": 25}
        made = await caller.offer(OfferRows=[row])
        names = ("Net", "TotalVAT", "Total", "RoundOff", "TotalToPay")
        expected = ("27867.80", "6966.95", "34835", "0.25", "34835")
        assert [Decimal(made[name]) for name in names] == [Decimal(amount) for amount in expected]


@pytest.mark.asyncio
async def test_an_article_fills_an_offers_row() -> None:
    """Price by the offered quantity (6.4)."""
    async with opened() as caller:
        await caller.customer()
        await caller.article(ArticleNumber="A1", Unit="h")
        await caller.post_price(Price=100)
        await caller.post_price(FromQuantity=10, Price=90)
        rows = [{"ArticleNumber": "A1", "Quantity": quantity} for quantity in (9, 10)]
        made = await caller.offer(OfferRows=rows)
        assert [(row["Price"], row["Unit"], row["Description"]) for row in made["OfferRows"]] == [
            (100, "h", "Timme"),
            (90, "h", "Timme"),
        ]


@pytest.mark.asyncio
async def test_offers_change_like_other_documents() -> None:
    """Partial PUT, positional rows, put back whole; a series of its own (6.1)."""
    async with opened(CompanySettings(rate_limit=0, first_offer_number=10008)) as caller:
        await caller.customer()
        assert (await caller.offer())["DocumentNumber"] == "10008"
        await caller.offer(DocumentNumber=1, OfferRows=[_OFFERED, {**_OFFERED, "Description": "Två"}])
        changed = (await _put(caller, YourReferenceNumber="ny", OfferRows=[{"Quantity": "1"}])).one
        assert changed["YourReferenceNumber"] == "ny"
        assert [(row["Description"], row["Quantity"]) for row in changed["OfferRows"]] == [("Vara", "1")]
        again = (await caller.call("PUT", "/3/offers/1", (await caller.get("/3/offers/1")).text.encode())).one
        assert again["Total"] == changed["Total"] == 125
        assert (await _put(caller, OfferRows=[])).code == 2999019
        missing = await caller.get("/3/offers/99")
        assert (missing.status, missing.code) == (404, 2999035)


@pytest.mark.asyncio
async def test_createorder_makes_one_order_and_locks_the_offer() -> None:
    """Rows, references and delivery address carry over; again is 2000499, every change 2001243 (6.7)."""
    async with opened() as caller:
        await caller.customer(VATType="SEREVERSEDVAT", OrganisationNumber="556677-8899")
        await caller.offer(
            YourReferenceNumber="r" * 40,
            YourReference="Inköp",
            DeliveryName="Lagret",
            Remarks="på offerten",
            OfferRows=[{**_OFFERED, "Quantity": "1.5", "VAT": 0}],
        )
        await caller.call(
            "PUT", "/3/customers/1", {"Customer": {"VATType": "SEVAT", "OrganisationNumber": "5566778899"}}
        )
        reply = await caller.act("offers", "createorder")
        assert (reply.status, list(reply.json)) == (200, ["Order"])
        order = reply.one
        assert (await caller.get("/3/orders/1")).one == order
        assert (order["OfferReference"], order["InvoiceReference"], order["Sent"]) == ("1", "0", False)
        assert (order["YourOrderNumber"], order["YourReference"]) == ("r" * 30, "Inköp")
        assert (order["DeliveryName"], order["Remarks"]) == ("Lagret", "")
        assert order["OrganisationNumber"] == "556677-8899"
        (row,) = order["OrderRows"]
        quantities = (row["OrderedQuantity"], row["DeliveredQuantity"])
        assert (*quantities, row["AccountNumber"], row["Total"]) == ("1.5", "1.5", 3231, 150)
        assert (await caller.get("/3/offers/1")).one["OrderReference"] == "1"
        codes = [(await caller.act("offers", action)).code for action in ("createorder", "createinvoice", "cancel")]
        assert codes == [2000499, 2001243, 2001243]
        assert (await _put(caller, Comments="x")).code == 2001243
        assert len((await caller.state())["orders"]) == 1


@pytest.mark.asyncio
async def test_the_whole_way_from_offer_to_invoice() -> None:
    """The invoice knows its order and its offer; the regime is inherited all the way (6.1 and 6.7)."""
    async with opened() as caller:
        await caller.customer(VATType="EXPORT")
        await caller.offer(Freight=100)
        await caller.call("PUT", "/3/customers/1", {"Customer": {"VATType": "SEVAT"}})
        await caller.act("offers", "createorder")
        await caller.act("orders", "createinvoice")
        invoice = (await caller.get("/3/invoices/1")).one
        assert (invoice["OfferReference"], invoice["OrderReference"]) == ("1", "1")
        assert (invoice["Freight"], invoice["FreightVAT"]) == (100, 0)


@pytest.mark.asyncio
@pytest.mark.parametrize(("switch", "envelope"), [("order", "Order"), ("offer", "Offer")])
async def test_createorder_answers_in_either_envelope(switch: str, envelope: str) -> None:
    """The document says order, one library reads an offer: both hold what their envelope says (6.7)."""
    async with opened() as caller:
        await caller.control("POST", "settings", {"createorder_answer": switch})
        await caller.customer()
        await caller.offer(DocumentNumber=5)
        reply = await caller.act("offers", "createorder", "5")
        assert list(reply.json) == [envelope]
        path = "orders/1" if switch == "order" else "offers/5"
        assert reply.one["@url"] == f"{caller.server.url}/3/{path}"
        assert (await caller.get("/3/offers/5")).one["OrderReference"] == "1"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("switch", "envelope", "number"),
    [(None, "Offer", "5"), ("offer", "Offer", "5"), ("invoice", "Invoice", "1"), ("order", "Order", "5")],
)
async def test_createinvoice_answers_in_any_envelope(switch: str | None, envelope: str, number: str) -> None:
    """Whichever comes, the offer's own InvoiceReference says what was made (6.7)."""
    async with opened() as caller:
        if switch is not None:
            await caller.control("POST", "settings", {"offer_createinvoice_answer": switch})
        await caller.customer()
        await caller.offer(DocumentNumber=5, YourReferenceNumber="R", OfferRows=[_OFFERED])
        reply = await caller.act("offers", "createinvoice", "5")
        assert (reply.status, list(reply.json), reply.one["DocumentNumber"]) == (200, [envelope], number)
        assert (await caller.get("/3/offers/5")).one["InvoiceReference"] == "1"
        invoice = (await caller.get("/3/invoices/1")).one
        assert (invoice["OfferReference"], invoice["OrderReference"], invoice["Booked"]) == ("5", "0", False)
        assert (invoice["YourOrderNumber"], invoice["InvoiceRows"][0]["DeliveredQuantity"]) == ("R", "3")
        rows = {"Invoice": {"InvoiceRows": [{"Price": 1}]}}
        assert (await caller.call("PUT", "/3/invoices/1", rows)).status == 200


@pytest.mark.asyncio
async def test_an_invoiced_offer_is_closed() -> None:
    """No second invoice, no order, no change, no cancelling (invented codes)."""
    async with opened() as caller:
        await caller.customer()
        await caller.offer()
        await caller.act("offers", "createinvoice")
        codes = [(await caller.act("offers", action)).code for action in ("createorder", "createinvoice", "cancel")]
        assert [*codes, (await _put(caller, Comments="x")).code] == [2999037] * 4
        assert len((await caller.state())["invoices"]) == 1


@pytest.mark.asyncio
async def test_cancelled_offers_stay_and_are_locked() -> None:
    """Cancelled is set; every other action and change is refused (invented codes)."""
    async with opened() as caller:
        await caller.customer()
        await caller.offer()
        assert (await caller.act("offers", "cancel")).one["Cancelled"] is True
        assert (await caller.act("offers", "cancel")).code == 2999038
        codes = [(await caller.act("offers", action)).code for action in ("createorder", "createinvoice")]
        assert [*codes, (await _put(caller, Comments="x")).code] == [2999036] * 3
        assert (await caller.act("offers", "externalprint")).one["Sent"] is True


@pytest.mark.asyncio
async def test_a_customer_with_an_open_offer_cannot_be_deleted() -> None:
    """2003614 until the offer is cancelled; its article is in use even then (6.2)."""
    async with opened() as caller:
        await caller.customer()
        await caller.article(ArticleNumber="A1")
        await caller.offer(OfferRows=[{"ArticleNumber": "A1"}])
        assert (await caller.call("DELETE", "/3/customers/1")).code == 2003614
        await caller.act("offers", "cancel")
        assert (await caller.call("DELETE", "/3/customers/1")).status == 204
        assert (await caller.call("DELETE", "/3/articles/A1")).code == 2999026


@pytest.mark.asyncio
async def test_offers_need_their_scope() -> None:
    """`order` does not open offers (2.7)."""
    async with opened(CompanySettings(rate_limit=0, scopes=("order", "customer"))) as caller:
        refused = await caller.get("/3/offers")
        assert (refused.status, refused.code) == (403, 2000663)


@pytest.mark.asyncio
@pytest.mark.capability("f99")
async def test_the_answer_to_an_offers_action_can_be_lost() -> None:
    """The order stands although nobody was told; the offer tells its number, a repeat makes no second one."""
    async with opened() as caller:
        await caller.customer()
        await caller.offer()
        await caller.fault("status", path="/3/offers/1/createorder", status=502, effect="after")
        assert (await caller.act("offers", "createorder")).status == 502
        assert (await caller.get("/3/offers/1")).one["OrderReference"] == "1"
        assert (await caller.act("offers", "createorder")).code == 2000499


@pytest.mark.asyncio
async def test_offers_can_be_seeded_in_their_states() -> None:
    """Ordered, invoiced or cancelled; reset takes them away."""
    async with opened() as caller:
        offer = {"CustomerNumber": "1", "OfferRows": [_OFFERED]}
        seeds = [offer | {state: True} for state in ("Ordered", "Invoiced", "Cancelled")]
        await caller.control("POST", "seed", {"customers": [{"Name": "Exempel AB"}], "offers": seeds})
        state = await caller.state()
        found = [(one["OrderReference"], one["InvoiceReference"], one["Cancelled"]) for one in state["offers"]]
        assert found == [("1", "0", False), ("0", "1", False), ("0", "0", True)]
        await caller.control("POST", "reset")
        assert (await caller.state())["offers"] == []
