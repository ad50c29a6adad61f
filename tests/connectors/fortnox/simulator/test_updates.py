"""Partial PUT, clearing, read-only and unknown fields, rows, cuts, limits, characters (checklist 4)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator.texts import is_accepted
from tests.connectors.fortnox.simulator.caller import ROW, Caller, Reply, opened


async def _put_customer(caller: Caller, **fields: Any) -> Reply:
    return await caller.call("PUT", "/3/customers/1", {"Customer": fields})


async def _put_invoice(caller: Caller, **fields: Any) -> Reply:
    return await caller.call("PUT", "/3/invoices/1", {"Invoice": fields})


def _row_values(invoice: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in invoice["InvoiceRows"]]


@pytest.mark.asyncio
async def test_absent_properties_keep_their_value() -> None:
    """PUT is a partial update (1.8)."""
    async with opened() as caller:
        await caller.customer(City="Växjö", Email="kund@example.com", DefaultDeliveryTypes={"Invoice": "EMAIL"})
        changed = (await _put_customer(caller, Phone1="1", DefaultDeliveryTypes={"Order": "EMAIL"})).one
        assert (changed["City"], changed["Email"], changed["Phone1"]) == ("Växjö", "kund@example.com", "1")
        assert changed["DefaultDeliveryTypes"] == {"Invoice": "EMAIL", "Offer": "PRINT", "Order": "EMAIL"}


@pytest.mark.asyncio
async def test_empty_text_is_ignored_while_null_and_api_blank_clear() -> None:
    """`""` keeps, `null` and `API_BLANK` clear to the property's own empty value (1.8)."""
    async with opened() as caller:
        await caller.customer(City="Växjö", Email="kund@example.com", Comments="a\nb", Phone1="1")
        kept = (await _put_customer(caller, City="", Email="", Comments="")).one
        assert (kept["City"], kept["Email"], kept["Comments"]) == ("Växjö", "kund@example.com", "a\nb")
        cleared = (await _put_customer(caller, City=None, Email="API_BLANK", Comments="API_BLANK", Phone1=None)).one
        assert [cleared[name] for name in ("City", "Email", "Comments", "Phone1")] == [None, "", None, None]


@pytest.mark.asyncio
async def test_numeric_fields_are_cleared_by_api_blank_or_zero() -> None:
    """`API_BLANK` works for row prices, quantities, accounts and for freight; so does 0."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice(Freight=95, InvoiceRows=[ROW])
        blanks = {"Price": "API_BLANK", "DeliveredQuantity": "API_BLANK", "AccountNumber": "API_BLANK"}
        cleared = (await _put_invoice(caller, Freight="API_BLANK", InvoiceRows=[blanks])).one
        assert (cleared["Freight"], cleared["Total"]) == (0, 0)
        assert _row_values(cleared, "Price", "DeliveredQuantity", "AccountNumber") == [(0, "0", 0)]


@pytest.mark.asyncio
async def test_null_for_a_rows_unit_is_refused() -> None:
    """`Unit` is the exception: null gives 2000699, and `""` keeps the old one."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice(InvoiceRows=[{**ROW, "Unit": "st"}])
        assert (await _put_invoice(caller, InvoiceRows=[{"Unit": None}])).code == 2000699
        kept = (await _put_invoice(caller, InvoiceRows=[{"Unit": ""}])).one
        assert _row_values(kept, "Unit") == [("st",)]


@pytest.mark.asyncio
async def test_null_on_create_stops_the_card_from_filling() -> None:
    """Omitted delivery fields come from the customer card; null prevents that (1.8)."""
    async with opened() as caller:
        await caller.customer(DeliveryName="Lagret", DeliveryCity="Kalmar")
        made = await caller.invoice(DeliveryName=None, NotCompleted="false")
        assert (made["DeliveryName"], made["DeliveryCity"]) == ("", "Kalmar")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/3/customers", {"Customer": {"Name": "x", "Mobile": "1"}}, "Mobile"),
        ("/3/invoices", {"Invoice": {"CustomerNumber": "1", "VATType": "SEVAT"}}, "VATType"),
        ("/3/invoices", {"Invoice": {"CustomerNumber": "1", "InvoiceRows": [{"Quantity": 1}]}}, "Quantity"),
    ],
)
async def test_unknown_field_is_named_in_the_refusal(path: str, body: dict[str, Any], name: str) -> None:
    """An unknown property gives 2001399 with its name (1.9)."""
    async with opened() as caller:
        await caller.customer()
        reply = await caller.call("POST", path, body)
        assert (reply.status, reply.code) == (400, 2001399)
        assert reply.json["ErrorInformation"]["message"] == f"Felaktigt fältnamn ({name})"


@pytest.mark.asyncio
async def test_read_only_fields_pass_only_when_equal_to_what_is_stored() -> None:
    """A changed read-only property is refused, an equal one ignored (simulator choice)."""
    async with opened() as caller:
        await caller.customer(CountryCode="SE")
        await caller.invoice()
        assert (await _put_customer(caller, Country="Norge")).code == 2001399
        assert (await _put_customer(caller, Country="Sverige")).status == 200
        assert (await _put_invoice(caller, Total=126)).code == 2001399
        assert (await _put_invoice(caller, Total="x")).code == 2001399
        assert (await _put_invoice(caller, Total="125.00", Booked=False)).status == 200
        assert (await caller.post_invoice(Total=125)).code == 2001399


@pytest.mark.asyncio
async def test_a_fetched_object_can_be_put_back_whole() -> None:
    """Reading and writing back everything changes nothing but the row ids."""
    async with opened() as caller:
        await caller.customer(CountryCode="SE", SalesAccount="3001")
        made = await caller.invoice(InvoiceRows=[ROW, {"Description": "text"}], Freight=10)
        customer = (await caller.get("/3/customers/1")).one
        assert (await caller.call("PUT", "/3/customers/1", {"Customer": customer})).one == customer
        sent = (await caller.get("/3/invoices/1")).text.encode()
        again = (await caller.call("PUT", "/3/invoices/1", sent)).one
        old_ids, new_ids = ([row.pop("RowId") for row in one["InvoiceRows"]] for one in (made, again))
        assert again == made
        assert set(old_ids).isdisjoint(new_ids)


@pytest.mark.asyncio
async def test_rows_without_ids_match_by_position_and_leak_old_values() -> None:
    """The list's length counts, and an omitted property keeps the old row's value at that place (6.1)."""
    async with opened() as caller:
        await caller.customer()
        rows = [{**ROW, "Description": name, "Price": price} for name, price in (("a", 1), ("b", 2), ("c", 3))]
        await caller.invoice(InvoiceRows=rows)
        changed = (await _put_invoice(caller, InvoiceRows=[{"Description": "b"}, {"Description": "c"}])).one
        assert _row_values(changed, "Description", "Price") == [("b", 1), ("c", 2)]
        grown = (await _put_invoice(caller, InvoiceRows=[{}, {}, {"Description": "d", "Price": 9}])).one
        assert _row_values(grown, "Description", "Price") == [("b", 1), ("c", 2), ("d", 9)]


@pytest.mark.asyncio
async def test_one_row_id_switches_to_matching_by_id() -> None:
    """Known ids are updated, rows without id are new, unmentioned ones go; every id is new afterwards (6.1)."""
    async with opened() as caller:
        await caller.customer()
        made = await caller.invoice(InvoiceRows=[{**ROW, "Description": name} for name in "abc"])
        first, _second, third = [row["RowId"] for row in made["InvoiceRows"]]
        rows = [{"RowId": third}, {"Description": "ny"}, {"RowId": str(first), "Price": 7}]
        changed = (await _put_invoice(caller, InvoiceRows=rows)).one
        assert _row_values(changed, "Description", "Price") == [("c", 100), ("ny", 0), ("a", 7)]
        assert {row["RowId"] for row in changed["InvoiceRows"]}.isdisjoint({first, third})
        assert (await _put_invoice(caller, InvoiceRows=[{"RowId": first}])).code == 2999020


@pytest.mark.asyncio
async def test_rows_stay_when_omitted_and_cannot_be_emptied() -> None:
    """No row list leaves rows alone (with new ids); an empty list is refused (1.8)."""
    async with opened() as caller:
        await caller.customer()
        made = await caller.invoice()
        assert (await _put_invoice(caller, InvoiceRows=[])).code == 2999019
        kept = (await _put_invoice(caller, YourReference="Ref")).one
        assert (kept["Total"], kept["YourReference"]) == (made["Total"], "Ref")
        assert kept["InvoiceRows"][0]["RowId"] != made["InvoiceRows"][0]["RowId"]


@pytest.mark.asyncio
async def test_silent_cuts() -> None:
    """Row text at 255, YourOrderNumber at 30, DeliveryAddress1 at 60, line breaks of rows gone (1.6 and 1.10)."""
    async with opened() as caller:
        await caller.customer()
        made = await caller.invoice(
            YourOrderNumber="x" * 90,
            DeliveryAddress1="y" * 61,
            Comments="a\nb",
            InvoiceRows=[{"Description": "z" * 300}, {"Description": "a\r\nb"}],
        )
        assert (made["YourOrderNumber"], made["DeliveryAddress1"]) == ("x" * 30, "y" * 60)
        assert _row_values(made, "Description") == [("z" * 255,), ("ab",)]
        assert made["Comments"] == "a\nb"


@pytest.mark.asyncio
async def test_quantity_and_price_are_rounded_half_up() -> None:
    """1.123 becomes 1.12 and 1.125 becomes 1.13 (1.10)."""
    async with opened() as caller:
        await caller.customer()
        rows = [{"DeliveredQuantity": "1.123", "Price": 1.125}, {"DeliveredQuantity": 1.125, "Price": "-1.125"}]
        made = await caller.invoice(InvoiceRows=rows)
        assert _row_values(made, "DeliveredQuantity", "Price") == [
            ("1.12", Decimal("1.13")),
            ("1.13", Decimal("-1.13")),
        ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"YourReference": "x" * 51}, 2001600),
        ({"OurReference": "x" * 51}, 2001600),
        ({"Comments": "x" * 1025}, 2001896),
        ({"ExternalInvoiceReference1": "x" * 81}, 2000107),
        ({"Currency": "EURO"}, 2000107),
        ({"Freight": "x"}, 2000108),
        ({"Freight": True}, 2000108),
        ({"Freight": "NaN"}, 2000108),
        ({"Freight": 10**14}, 2000107),
        ({"VATIncluded": "ja"}, 2000134),
        ({"InvoiceDate": "2026-02-30"}, 2999017),
        ({"InvoiceDate": "26-02-01"}, 2999017),
        ({"InvoiceDate": "9999-12-31"}, 2999017),
        ({"Language": "FI"}, 2999016),
        ({"Comments": []}, 2000106),
        ({"EDIInformation": "x"}, 2001392),
        ({"InvoiceRows": "x"}, 2001392),
        ({"InvoiceRows": [1]}, 2001392),
        ({"InvoiceRows": [{"VAT": 7}]}, 2999002),
        ({"InvoiceRows": [{"VAT": 12.5}]}, 2000108),
        ({"InvoiceRows": [{"AccountNumber": 9999}]}, 2001303),
        ({"InvoiceRows": [{"ArticleNumber": "9"}]}, 2001302),
        ({"InvoiceRows": [{"HouseWorkType": ""}]}, 2004021),
        ({"InvoiceRows": [{"HouseWork": True}]}, 2004021),
        ({"TermsOfPayment": "45"}, 2000429),
        ({"Labels": [{"Id": 1}]}, 2999025),
        ({"Currency": "GBP"}, 2000427),
        ({"CurrencyRate": 0}, 2000108),
        ({"DocumentNumber": "2"}, 2001399),
    ],
)
async def test_refused_values_leave_the_invoice_as_it_was(fields: dict[str, Any], code: int) -> None:
    """Each refusal has its code and changes nothing."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        before = (await caller.get("/3/invoices/1")).json
        reply = await _put_invoice(caller, YourOrderNumber="changed", **fields)
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.get("/3/invoices/1")).json == before


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("Åsa Öberg & Söner – 50 %", True),
        ('it\'s "ok" @ £5 ² ½ \\', True),
        ("Жук 日本", True),
        ("a < b", False),
        ("a|b", False),
        ("em — dash", False),
        ("smile 😀", False),
        ("tab\there", False),
        ("decomposed a\u030a", False),
        ("{x}", False),
        ("siffra ٣", False),
    ],
)
async def test_only_accepted_characters_pass(text: str, accepted: bool) -> None:
    """One character outside the list refuses the whole object with 2000359 (1.6)."""
    async with opened() as caller:
        await caller.customer()
        customer = await caller.call("POST", "/3/customers", {"Customer": {"Name": text}})
        in_row = await caller.post_invoice(InvoiceRows=[{"Description": text}])
        in_header = await caller.post_invoice(YourReference=text)
        replies = (customer, in_row, in_header)
        if accepted:
            assert [reply.status for reply in replies] == [201] * 3
        else:
            assert [reply.code for reply in replies] == [2000359] * 3


@given(st.text())
def test_character_rule_has_one_answer_per_character(text: str) -> None:
    """The fast path and the rule character by character agree."""
    assert is_accepted(text) == all(is_accepted(character) for character in text)
