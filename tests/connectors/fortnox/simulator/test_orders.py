"""Orders: rows and quantities, their one invoice, cancelling and locks (Fortnox facts, 6.1 and 6.8)."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import ROW, Caller, Reply, opened

_ORDERED = {"Description": "Vara", "OrderedQuantity": "3", "Price": 100, "VAT": 25}


async def _put(caller: Caller, **fields: Any) -> Reply:
    return await caller.call("PUT", "/3/orders/1", {"Order": fields})


@pytest.mark.asyncio
async def test_new_order_has_the_recorded_defaults() -> None:
    """As an invoice's, with its own template, type and delivery state (6.8)."""
    async with opened() as caller:
        await caller.customer(Email="kund@example.com", OrganisationNumber="556677-8899")
        reply = await caller.post_order(OrderRows=[])
        made = reply.one
        assert (reply.status, reply.headers["Location"], made["DocumentNumber"]) == (201, "orders", "1")
        assert made["@url"] == f"{caller.server.url}/3/orders/1"
        assert made["@urlTaxReductionList"].endswith("/3/taxreductions?filter=orders&referencenumber=1")
        assert (made["PrintTemplate"], made["OrderType"], made["DeliveryState"]) == ("oc", "Order", "delivery")
        assert (made["CopyRemarks"], made["OrderRows"], made["Labels"]) == (False, [], [])
        assert (made["InvoiceReference"], made["OfferReference"]) == ("0", "0")
        assert (made["OrderDate"], made["OutboundDate"], made["DeliveryDate"]) == ("2026-03-10", "2026-03-10", None)
        assert (made["TermsOfPayment"], made["OrganisationNumber"]) == ("30", "556677-8899")
        email = made["EmailInformation"]
        assert (email["EmailSubject"], email["EmailAddressTo"]) == ("Order {no} bifogas", "kund@example.com")
        assert {"Balance", "Booked", "OCR", "DueDate", "VoucherNumber", "Credit"} & set(made) == set()


@pytest.mark.asyncio
async def test_order_row_has_the_recorded_defaults() -> None:
    """Quantities are texts; only OrderedQuantity sent gives DeliveredQuantity "0" (6.1)."""
    async with opened() as caller:
        await caller.customer()
        await caller.article(ArticleNumber="A1")
        row = (await caller.order(OrderRows=[{"ArticleNumber": "A1", "OrderedQuantity": 1.125}]))["OrderRows"][0]
        quantities = ("OrderedQuantity", "DeliveredQuantity", "ReservedQuantity")
        assert [row[name] for name in quantities] == ["1.13", "0", "0"]
        assert (row["AccountNumber"], row["Discount"], row["DiscountType"], row["Cost"]) == (3001, 0, "PERCENT", 0)
        assert (row["Price"], row["Unit"], row["StockPointId"], row["VATCode"]) == (0, "", None, None)
        assert {"PriceExcludingVAT", "TotalExcludingVAT", "Quantity"} & set(row) == set()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"CustomerNumber": "9"}, 2000204),
        ({"VATType": "SEVAT"}, 2001399),
        ({"YourReferenceNumber": "1"}, 2001399),
        ({"DueDate": "2026-01-01"}, 2001399),
        ({"InvoiceReference": "1"}, 2001399),
        ({"InvoiceRows": []}, 2001399),
        ({"OrderRows": [{"Quantity": 1}]}, 2001399),
        ({"OrderRows": [{"ArticleNumber": "A9"}]}, 2001302),
        ({"OrderRows": [{"ReservedQuantity": 1}]}, 2001399),
        ({"DeliveryState": "sent"}, 2999016),
        ({"YourReference": "x" * 51}, 2001600),
        ({"ExternalInvoiceReference1": "x" * 81}, 2000107),
        ({"OrderRows": [{"Unit": None}]}, 2000699),
        ({"Comments": "a < b"}, 2000359),
    ],
)
async def test_refused_orders_are_not_stored(fields: dict[str, Any], code: int) -> None:
    """Unknown fields, other kinds' fields and unusable values each have their code; no number is taken."""
    async with opened() as caller:
        await caller.customer()
        reply = await caller.post_order(**fields)
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.order())["DocumentNumber"] == "1"


@pytest.mark.asyncio
async def test_totals_count_what_was_ordered() -> None:
    """VAT, fees and RoundOff as on an invoice, over the ordered quantities (simulator choice)."""
    async with opened() as caller:
        await caller.customer()
        row = {"OrderedQuantity": "10", "DeliveredQuantity": "4", "Price": 159, "VAT": 25}
        made = await caller.order(Freight=95, OrderRows=[row])
        names = ("Net", "FreightVAT", "TotalVAT", "Total", "RoundOff", "TotalToPay", "Gross")
        expected = ("1590", "23.75", "421.25", "2106", "-0.25", "2106", "1590")
        assert [Decimal(made[name]) for name in names] == [Decimal(amount) for amount in expected]
        assert made["OrderRows"][0]["Total"] == 1590


@pytest.mark.asyncio
async def test_silent_cuts_and_whole_fields() -> None:
    """YourOrderNumber at 30 and DeliveryAddress1 at 60; name, city and zip code stay whole (1.10)."""
    async with opened() as caller:
        await caller.customer()
        made = await caller.order(
            YourOrderNumber="n" * 31,
            DeliveryAddress1="a" * 61,
            DeliveryName="x" * 200,
            DeliveryCity="y" * 100,
            DeliveryZipCode="z" * 20,
        )
        assert (made["YourOrderNumber"], made["DeliveryAddress1"]) == ("n" * 30, "a" * 60)
        assert [len(made[name]) for name in ("DeliveryName", "DeliveryCity", "DeliveryZipCode")] == [200, 100, 20]


@pytest.mark.asyncio
async def test_orders_have_a_series_of_their_own() -> None:
    """Order 1 and invoice 1 both exist; a supplied number is used once; the series can start elsewhere (6.1)."""
    async with opened(CompanySettings(rate_limit=0, first_order_number=7)) as caller:
        await caller.customer()
        await caller.invoice()
        assert (await caller.order())["DocumentNumber"] == "7"
        assert (await caller.order(DocumentNumber=1))["DocumentNumber"] == "1"
        assert (await caller.post_order(DocumentNumber="1")).code == 2999001
        missing = await caller.get("/3/orders/99")
        assert (missing.status, missing.code) == (404, 2000439)


@pytest.mark.asyncio
async def test_orders_change_like_invoices() -> None:
    """Partial PUT, rows by position and by RowId, and the organisation number, which may be written (6.1)."""
    async with opened() as caller:
        await caller.customer()
        await caller.order(OrderRows=[{**_ORDERED, "Description": name} for name in "ab"])
        changed = (await _put(caller, OrganisationNumber="556677-8899", OrderRows=[{"DeliveredQuantity": 3}])).one
        assert changed["OrganisationNumber"] == "556677-8899"
        (row,) = changed["OrderRows"]
        assert (row["Description"], row["OrderedQuantity"], row["DeliveredQuantity"]) == ("a", "3", "3")
        grown = (await _put(caller, OrderRows=[{"Description": "ny"}, {"RowId": row["RowId"]}])).one
        assert [one["Description"] for one in grown["OrderRows"]] == ["ny", "a"]
        assert (await _put(caller, OrderRows=[])).code == 2999019
        sent = (await caller.get("/3/orders/1")).text.encode()
        again = (await caller.call("PUT", "/3/orders/1", sent)).one
        for one in (grown, again):
            for kept in one["OrderRows"]:
                kept.pop("RowId")
        assert again == grown


@pytest.mark.asyncio
async def test_createinvoice_makes_one_unbooked_invoice_of_what_was_delivered() -> None:
    """The answer is the order with its InvoiceReference; rows, accounts, VAT and references carry over (6.8)."""
    async with opened() as caller:
        await caller.customer(TermsOfPayment="10", VATType="SEREVERSEDVAT", InvoiceRemark="Tack")
        row = {**_ORDERED, "DeliveredQuantity": "2", "AccountNumber": 3001, "Discount": 10, "DiscountType": "PERCENT"}
        made = await caller.order(
            ExternalInvoiceReference1="ref-1",
            ExternalInvoiceReference2="shop",
            YourOrderNumber="77",
            YourReference="Inköp",
            DeliveryName="Lagret",
            Remarks="på ordern",
            Freight=50,
            OrderRows=[row, {**_ORDERED, "Description": "restnoterad"}],
            OrganisationNumber="556677-8899",
        )
        caller.clock.move(86400)
        await caller.log_in()
        reply = await caller.act("orders", "createinvoice")
        assert (reply.status, list(reply.json), reply.one) == (200, ["Order"], made | {"InvoiceReference": "1"})
        invoice = (await caller.get("/3/invoices/1")).one
        copied = ("ExternalInvoiceReference1", "ExternalInvoiceReference2", "YourOrderNumber", "YourReference")
        assert [invoice[name] for name in copied] == ["ref-1", "shop", "77", "Inköp"]
        assert (invoice["OrderReference"], invoice["OfferReference"], invoice["Booked"]) == ("1", "0", False)
        assert (invoice["InvoiceDate"], invoice["DueDate"], invoice["OCR"]) == ("2026-03-11", "2026-03-21", "133")
        assert (invoice["DeliveryName"], invoice["OrganisationNumber"]) == ("Lagret", "556677-8899")
        assert (invoice["Remarks"], invoice["EmailInformation"]["EmailSubject"]) == ("Tack", "Faktura {no} bifogas")
        rows = [(one["DeliveredQuantity"], one["Total"], one["AccountNumber"]) for one in invoice["InvoiceRows"]]
        assert rows == [("2", 180, 3001), ("0", 0, 3231)]
        assert [invoice[name] for name in ("Net", "FreightVAT", "TotalVAT", "Total", "Balance")] == [
            180,
            0,
            45,
            275,
            275,
        ]


@pytest.mark.asyncio
async def test_an_order_is_invoiced_once_and_closed_then() -> None:
    """Again is 2000496 and makes nothing; no edit (invented code), no cancel (2001383) (6.8)."""
    async with opened() as caller:
        await caller.customer()
        await caller.order()
        await caller.act("orders", "createinvoice")
        assert (await caller.act("orders", "createinvoice")).code == 2000496
        assert (await _put(caller, Comments="x")).code == 2999033
        assert (await caller.act("orders", "cancel")).code == 2001383
        assert (await caller.act("orders", "externalprint")).one["Sent"] is True
        assert len((await caller.state())["invoices"]) == 1


@pytest.mark.asyncio
async def test_cancelled_orders_stay_and_are_locked() -> None:
    """Cancelled is set; again is 2001279, createinvoice 2000397; the order is still found (6.8)."""
    async with opened() as caller:
        await caller.customer()
        await caller.order(ExternalInvoiceReference1="ref")
        assert (await caller.act("orders", "cancel")).one["Cancelled"] is True
        assert (await caller.act("orders", "cancel")).code == 2001279
        assert (await caller.act("orders", "createinvoice")).code == 2000397
        assert (await _put(caller, Comments="x")).code == 2999032
        listed = (await caller.get("/3/orders?externalinvoicereference1=ref")).json["Orders"]
        assert [(one["DocumentNumber"], one["Cancelled"]) for one in listed] == [("1", True)]
        assert (await caller.state())["invoices"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize("action", ["createinvoice", "cancel", "externalprint"])
async def test_actions_on_a_missing_order_are_404(action: str) -> None:
    """The action of something that is not there answers as the thing itself."""
    async with opened() as caller:
        reply = await caller.act("orders", action)
        assert (reply.status, reply.code) == (404, 2000439)


@pytest.mark.asyncio
async def test_an_invoice_made_from_an_order_keeps_its_rows() -> None:
    """Any change of rows is refused, in every mode; the rest may change, and the same rows may be sent (6.1)."""
    async with opened() as caller:
        await caller.customer()
        await caller.order()
        await caller.act("orders", "createinvoice")

        async def code(*rows: dict[str, Any]) -> int:
            return (await caller.call("PUT", "/3/invoices/1", {"Invoice": {"InvoiceRows": list(rows)}})).code

        row_id = (await caller.get("/3/invoices/1")).one["InvoiceRows"][0]["RowId"]
        assert [await code({"Price": 1}), await code({}, ROW), await code({"RowId": row_id, "Price": 1})] == [
            2999034
        ] * 3
        whole = (await caller.get("/3/invoices/1")).text.encode()
        assert (await caller.call("PUT", "/3/invoices/1", whole)).status == 200
        changed = await caller.call("PUT", "/3/invoices/1", {"Invoice": {"YourReference": "ny"}})
        assert changed.one["YourReference"] == "ny"
        assert (await caller.act("invoices", "bookkeep")).one["Booked"] is True


@pytest.mark.asyncio
async def test_remarks_carry_over_only_when_told() -> None:
    """With CopyRemarks the invoice has the order's remarks (simulator choice)."""
    async with opened() as caller:
        await caller.customer()
        await caller.order(Remarks="på ordern", CopyRemarks=True)
        await caller.act("orders", "createinvoice")
        assert (await caller.get("/3/invoices/1")).one["Remarks"] == "på ordern"


@pytest.mark.asyncio
async def test_an_order_whose_terms_are_gone_makes_no_invoice() -> None:
    """The refusal leaves order and number series as they were."""
    async with opened() as caller:
        await caller.customer(TermsOfPayment="15")
        await caller.order()
        await caller.call("DELETE", "/3/termsofpayments/15")
        assert (await caller.act("orders", "createinvoice")).code == 2000429
        assert (await caller.get("/3/orders/1")).one["InvoiceReference"] == "0"
        assert (await caller.invoice(TermsOfPayment="30"))["DocumentNumber"] == "1"


@pytest.mark.asyncio
async def test_a_customer_or_article_of_an_order_cannot_be_deleted() -> None:
    """In use: 2000310 for the customer, until the order is cancelled; an invented code for the article (6.2, 6.4)."""
    async with opened() as caller:
        await caller.customer()
        await caller.article(ArticleNumber="A1")
        await caller.order(OrderRows=[{"ArticleNumber": "A1"}])
        assert (await caller.call("DELETE", "/3/customers/1")).code == 2000310
        assert (await caller.call("DELETE", "/3/articles/A1")).code == 2999026
        await caller.act("orders", "cancel")
        assert (await caller.call("DELETE", "/3/customers/1")).status == 204


@pytest.mark.asyncio
async def test_orders_need_their_scope() -> None:
    """`invoice` does not open orders (2.7)."""
    async with opened(CompanySettings(rate_limit=0, scopes=("invoice", "customer"))) as caller:
        refused = await caller.get("/3/orders")
        assert (refused.status, refused.code) == (403, 2000663)


@pytest.mark.asyncio
@pytest.mark.capability("f99")
async def test_the_answer_to_an_orders_action_can_be_lost() -> None:
    """The invoice stands although nobody was told; the order says its number, a repeat makes no second one."""
    async with opened() as caller:
        await caller.customer()
        await caller.order()
        await caller.fault("status", method="PUT", path="/3/orders/1/createinvoice", status=504, effect="after")
        assert (await caller.act("orders", "createinvoice")).status == 504
        assert (await caller.act("orders", "createinvoice")).code == 2000496
        assert (await caller.get("/3/orders/1")).one["InvoiceReference"] == "1"
        assert len((await caller.state())["invoices"]) == 1


@pytest.mark.asyncio
async def test_orders_can_be_seeded_in_their_states() -> None:
    """Cancelled, or with their invoice; reset takes them away."""
    async with opened() as caller:
        order = {"CustomerNumber": "1", "OrderRows": [_ORDERED]}
        await caller.control(
            "POST",
            "seed",
            {
                "customers": [{"Name": "Exempel AB"}],
                "orders": [order | {"Invoiced": True}, order | {"Cancelled": True}],
            },
        )
        state = await caller.state()
        assert [(one["InvoiceReference"], one["Cancelled"]) for one in state["orders"]] == [("1", False), ("0", True)]
        assert [one["OrderReference"] for one in state["invoices"]] == ["1"]
        await caller.control("POST", "reset")
        assert (await caller.state())["orders"] == []
