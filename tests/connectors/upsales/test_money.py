"""The money and the parties of Upsales' orders: sums, VAT, currency rates, who buys and who is named."""

from decimal import Decimal

import pytest

from connectors.base import Json
from connectors.sources import Ignored, Unreadable, Wanted
from handlers.events import Address
from handlers.values import Question
from tests.connectors.upsales.bodies import (
    FIELDS,
    READING,
    Body,
    account,
    callback,
    changed,
    needs,
    order,
    outcome,
    row,
)

EUROS: dict[str, Json | None] = {
    "account": account(),
    "currencies": {
        "currencies": [
            {"iso": "SEK", "rate": 1, "masterCurrency": True},
            {"iso": "EUR", "rate": Decimal("0.0915"), "masterCurrency": False},
        ]
    },
}


def euro_order(**fields: object) -> Body:
    """An order for 1,000 euros."""
    euros = {"currency": "EUR", "currencyRate": "0.0915", "orderRow": [row(1000)], "value": 1000}
    return order(**{**euros, "valueInMasterCurrency": 10000, **fields})


# --- money ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [99.99, 100.01, -100, 12740])
def test_rows_that_do_not_make_the_value_are_asked_about(value: float) -> None:
    """One öre is enough; the question names both sums."""
    with pytest.raises(Question, match=r"come to 100\.00, its value is stated as"):
        changed(order(value=value))


@pytest.mark.parametrize("value", [100.004, 99.9951, "100.00", 100.0000000000001])
def test_the_sum_is_compared_to_the_ore(value: object) -> None:
    """The dust of binary fractions is none of our business."""
    assert changed(order(value=value)).document.total_excluding_vat == Decimal("100.00")


@pytest.mark.parametrize(
    "empty", [{"orderRow": []}, {"orderRow": None}, {"value": 0}, {"orderRow": [row(0)], "value": 0}]
)
def test_an_empty_order_is_asked_about_or_passed_by(empty: Body) -> None:
    """By setting; a value that is not stated at all is always asked about."""
    with pytest.raises(Question, match="nothing to sell"):
        changed(order(**empty))
    assert outcome(callback(order(**empty)), skip_zero=True) == Ignored("no_value")
    with pytest.raises(Question, match="nothing to sell"):
        changed(order(value=None), skip_zero=True)


def test_one_rate_of_vat_for_every_line() -> None:
    """Where the settings give one, the totals follow from it; else Upsales says nothing of VAT."""
    document = changed(order(orderRow=[row("33.33"), row("0.01")], value="33.34"), vat_rate=25).document
    assert [line.vat_rate for line in document.lines] == [25, 25]
    assert (document.total_vat, document.total) == (Decimal("8.34"), Decimal("41.68"))


def test_a_foreign_order_has_the_rate_of_its_values() -> None:
    """Kronor per unit with six decimals: 1,000.00 EUR were 10,928.96 SEK when Upsales reckoned."""
    euros = euro_order(currency="eur", valueInMasterCurrency=10928.96)
    wanted = needs(euros).wanted
    assert [(one.name, one.kind) for one in wanted] == [("account", "accounts"), ("currencies", "currencies")]
    document = changed(euros, EUROS, **READING).document
    assert (document.currency, document.currency_rate) == ("EUR", Decimal("10.92896"))


@pytest.mark.parametrize(
    ("fields", "rate"),
    [
        ({"valueInMasterCurrency": None}, "10.928962"),
        ({"valueInMasterCurrency": 0}, "10.928962"),
        ({"valueInMasterCurrency": None, "currencyRate": None}, None),
        ({"valueInMasterCurrency": None, "currencyRate": 0}, None),
        ({"valueInMasterCurrency": None, "currencyRate": 1}, None),
        ({"valueInMasterCurrency": 1000}, None),
        ({"valueInMasterCurrency": -1000}, None),
    ],
)
def test_a_rate_that_was_never_set_is_left_to_fortnox(fields: Body, rate: str | None) -> None:
    """1 / 0.0915 = 10.928962 where the values say nothing; 1 for a foreign currency means that nobody set it."""
    euros = euro_order(**fields)
    found = changed(euros, EUROS, **READING).document.currency_rate
    assert found == (None if rate is None else Decimal(rate))


def test_the_rate_counts_only_in_kronor() -> None:
    """Another master currency, none, two, no access, or the setting: Fortnox's register decides."""
    euros = euro_order(valueInMasterCurrency=10930)
    dollars = {"iso": "USD", "masterCurrency": True}
    kronor = {"iso": "SEK", "masterCurrency": True}
    for listed in ([dollars], [], [kronor, dollars], [{"iso": "SEK"}]):
        assert changed(euros, {**EUROS, "currencies": {"currencies": listed}}, **READING).document.currency_rate is None
    assert changed(euros, {**EUROS, "currencies": None}, **READING).document.currency_rate is None
    assert changed(euros, {"account": account()}, **READING, currency_rate="fortnox").document.currency_rate is None
    assert changed(euros).document.currency_rate is None
    assert changed(order(currencyRate=3), EUROS, **READING).document.currency_rate is None


# --- the buyer --------------------------------------------------------------------------------------------------------


def test_without_access_the_order_alone_speaks_of_its_buyer() -> None:
    """Name and id, and the contact's e-mail."""
    party = changed(order()).document.customer
    assert (party.source_id, party.name, party.email) == ("318", "Skärgårdens Båtservice AB", "erik.ohman@example.com")
    assert party.organisation_number is None
    with pytest.raises(Question, match="does not name its company"):
        changed(order(client={"id": 318}))


@pytest.mark.parametrize(
    ("custom", "contact", "email"),
    [
        ([{"fieldId": 9, "value": " faktura@batservice.example.com "}], {"id": 902}, "faktura@batservice.example.com"),
        ([{"fieldId": 9, "value": " "}], {"id": 902, "email": "erik.ohman@example.com"}, "erik.ohman@example.com"),
        ([{"fieldId": 9, "value": {"x": 1}}], {"id": 902, "email": "erik.ohman@example.com"}, "erik.ohman@example.com"),
        ([], None, None),
    ],
)
def test_the_account_field_goes_before_the_contact(custom: list[Body], contact: Body | None, email: str | None) -> None:
    """The e-mail of the custom field, else the contact's."""
    found = changed(order(contact=contact), {"account": account(custom=custom)}, **READING, **FIELDS)
    assert found.document.customer.email == email


def test_a_contact_without_e_mail_in_the_order_is_read() -> None:
    """Only where it is needed: after the account, and not where that has an e-mail field."""
    record = order(contact={"id": 902, "name": "Erik Öhman"})
    reads: dict[str, Json | None] = {"account": account()}
    assert [one.kind for one in needs(record).wanted] == ["accounts"]
    assert needs(record, reads).wanted == (Wanted("contact", "contacts", "902"),)
    read = {**reads, "contact": {"id": 902, "email": "erik.ohman@example.com"}}
    assert changed(record, read, **READING).document.customer.email == "erik.ohman@example.com"
    assert changed(record, {**reads, "contact": None}, **READING).document.customer.email is None


@pytest.mark.capability("004-06")
def test_who_stands_as_our_reference() -> None:
    """The order's user, else the name in the settings, else nobody."""
    for user in (None, {"id": 7}, {"id": 7, "name": "  "}):
        assert changed(order(user=user), fallback_reference="Kundtjänst").document.our_reference == "Kundtjänst"
        assert changed(order(user=user)).document.our_reference is None
    assert changed(order(), fallback_reference="Kundtjänst").document.our_reference == "Maja Sundström"
    assert changed(order(contact=None)).document.your_reference is None


@pytest.mark.parametrize(
    ("fields", "address", "country"),
    [
        (
            {"addresses": [{"type": "Visit", "address": "V", "country": "SE"}]},
            None,
            None,
        ),
        (
            {"addresses": [{"type": "Mail", "address": "M 1", "country": "no"}, {"type": "invoice", "city": "I"}]},
            Address(city="I"),
            "NO",
        ),
        (
            {
                "addresses": [{"type": "Invoice", "country": "SE"}],
                "mailAddress": {"address": "A\r\n\n B \nC", "zipcode": 12345},
            },
            Address(street="A", second_line="B, C", zip_code="12345"),
            "SE",
        ),
        ({"mailAddress": {"address": "A", "country": "Sverige"}}, Address(street="A"), None),
        ({"mailAddress": {}, "addresses": None}, None, None),
    ],
)
def test_where_an_invoice_goes(fields: Body, address: Address | None, country: str | None) -> None:
    """Invoice before Mail, never a visiting address; a country has two letters."""
    party = changed(order(), {"account": account(**fields)}, **READING).document.customer
    assert (party.address, party.country) == (address, country)


def test_a_connected_company_is_invoiced_where_the_settings_say_so() -> None:
    """Its account is read; the order's contact is not its own, so only the name is used."""
    record = order(clientConnection={"id": 400, "name": "Lagunda Kaffe & Te AB"})
    assert needs(record).wanted == (Wanted("account", "accounts", "318"),)
    section = {**READING, "invoice_connected_company": True}
    assert needs(record, **section).wanted == (Wanted("account", "accounts", "400"),)
    document = changed(record, {"account": account(id=400, name="Lagunda Kaffe & Te AB")}, **section).document
    assert (document.customer.source_id, document.customer.email) == ("400", None)
    assert document.your_reference == "Erik Öhman"
    assert needs(order(clientConnection=None), **section).wanted == (Wanted("account", "accounts", "318"),)
    with pytest.raises(Unreadable, match="is not the company"):
        changed(record, {"account": account()}, **section)


def test_fields_that_are_not_configured_stay_where_they_are() -> None:
    """Neither custom fields nor notes nor price lists are taken unasked."""
    document = changed(order(custom=[{"fieldId": 3, "value": "PO-1"}], notes="Ring", priceListId=2)).document
    assert (document.order_number, document.delivery, document.comments, document.price_list) == (None,) * 4
    odd = order(custom=[{"fieldId": 5, "value": "v. 47"}, {"fieldId": 3, "value": 88213}, {"fieldId": None}, {}])
    document = changed(odd, **{name: FIELDS[name] for name in ("order_number_field", "delivery_date_field")}).document
    assert (document.order_number, document.delivery) == ("88213", None)


def test_a_price_list_that_is_gone_names_nothing() -> None:
    """Without a code the customer's own price list in Fortnox counts."""
    reads = {"account": account(), "price_list": {"id": 1, "code": None}}
    for price_list in (reads["price_list"], None):
        document = changed(order(priceListId=1), {**reads, "price_list": price_list}, **READING, use_price_list=True)
        assert document.document.price_list is None
