"""What a callback becomes once its invoice, customer and transactions were read: events worked out by hand."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import Json
from connectors.sources import Ignored, Needs, Unreadable, Wanted
from handlers.events import Address, Document, InvoiceChanged, Line, Party
from handlers.invoice import book_own_invoice
from handlers.settings import CompanySettings
from handlers.totals import check_totals
from handlers.values import Question, Ref
from tests.connectors.subscriptionflow.bodies import (
    CUSTOMER_ID,
    INVOICE_ID,
    answer,
    charge,
    custom_callback,
    customer,
    event,
    invoice,
    item,
    outcome,
    reads,
)
from tests.fakes.examples import example

CHANGED = datetime(2026, 11, 2, 9, 15, 44, tzinfo=UTC)
CHANGED_SECONDS = Decimal(1793610944)
BLAKLINT = Party(
    source_id=CUSTOMER_ID,
    name="Blåklint Design AB",
    organisation_number="559903-1068",
    vat_number="SE559903106801",
    email="ekonomi.blaklint@example.com",
    phone="+46406280410",
    country="SE",
    address=Address(street="Hyllie Allé 3", zip_code="215 32", city="Malmö"),
)


@pytest.mark.capability("003-07")
@pytest.mark.capability("003-08")
@pytest.mark.parametrize(
    "name",
    ["webhook-invoice-paid.form.txt", "webhook-invoice-paid.decoded.json", "webhook-invoice-paid-custom.form.txt"],
)
def test_the_examples_become_one_paid_invoice(name: str) -> None:
    """Each example callback with the example answers of the API, every value by hand."""
    body = example(f"subscriptionflow/{name}").strip()
    read = {
        "invoice": json.loads(example("subscriptionflow/api-invoice-get.json")),
        "customer": json.loads(example("subscriptionflow/api-customer-get.json")),
        "transactions": {"data": [json.loads(example("subscriptionflow/api-transaction-get.json"))["data"]]},
    }
    assert outcome(body, read) == (
        InvoiceChanged(
            thing=Ref(system="flow", kind="invoice", id=INVOICE_ID),
            version=CHANGED_SECONDS,
            occurred_at=CHANGED,
            dated=date(2026, 11, 1),
            status="paid",
            document=Document(
                number="INV-002318",
                currency="SEK",
                currency_rate=None,
                prices_include_vat=False,
                customer=BLAKLINT,
                lines=(
                    Line(
                        description="Pro – månad 2026-11-01 – 2026-11-30",
                        quantity=Decimal(2),
                        unit_price=Decimal(1990),
                        vat_rate=Decimal(25),
                    ),
                ),
                total_excluding_vat=Decimal(3980),
                total_vat=Decimal(995),
                total=Decimal(4975),
                dated=date(2026, 11, 1),
                due=date(2026, 12, 1),
                paid=date(2026, 11, 2),
            ),
        ),
    )


@pytest.mark.capability("003-07")
def test_the_example_can_be_booked() -> None:
    """The rule for paid invoices takes the event as it is: 3980.00 + 995.00 = 4975.00, paid on 2 November."""
    found = event(reads())
    assert check_totals(found.document) == (Decimal("3980.00"), Decimal("995.00"), Decimal("4975.00"))
    company = CompanySettings.model_validate(
        {"name": "demo", "start": "2026-01-01", "bookkeeping": {"sales_accounts": {"25": 3001}, "payment_mode": "BG"}}
    )
    commands = book_own_invoice(found, company)
    assert [command.kind for command in commands] == [
        "ensure_customer",
        "ensure_invoice",
        "book_invoice",
        "ensure_payment",
        "book_payment",
    ]


@pytest.mark.capability("003-03")
def test_only_what_is_missing_is_read_round_by_round() -> None:
    """First the invoice, then what it names; a product only where a charge has no name of its own."""
    body, whole = (
        custom_callback(),
        reads(invoice(items=[item(charge()), item(charge(plan_price=None), product_id="p-2")])),
    )
    first = outcome(body)
    assert first == Needs((Wanted("invoice", "invoice", INVOICE_ID),))
    second = outcome(body, {"invoice": whole["invoice"]})
    customer_wanted, transactions_wanted = (
        Wanted("customer", "customer", CUSTOMER_ID),
        Wanted("transactions", "transactions", INVOICE_ID),
    )
    product_wanted = Wanted("product:p-2", "product", "p-2")
    assert second == Needs((customer_wanted, transactions_wanted, product_wanted), date(2026, 11, 1))
    third = outcome(body, whole)
    assert third == Needs((product_wanted,), date(2026, 11, 1))
    only_updated_at = outcome(body, {"invoice": reads()["invoice"]}, paid_date="updated_at")
    assert only_updated_at == Needs((customer_wanted,), date(2026, 11, 1))


def test_what_is_to_be_asked_is_asked_last() -> None:
    """An invoice from before the company's start is recorded without a question: its date is told first."""
    credited = {"invoice": answer(invoice(sum_of_credit_notes="10.00", closing_balance=None))}
    told = outcome(custom_callback(), credited)
    assert isinstance(told, Needs)
    assert told.dated == date(2026, 11, 1)


def test_a_product_gives_name_and_number() -> None:
    """Where the charge has none; without a product either, nothing is invented."""
    whole = reads(invoice(items=[item(charge(plan_price=""))]))
    product = {"data": {"id": "product-1", "attributes": {"name": "Pro", "sku": "PRO-1"}}}
    [line] = event(whole | {"product:product-1": product}).document.lines
    assert (line.sku, line.description) == ("PRO-1", "Pro 2026-11-01 – 2026-11-30")
    with pytest.raises(Question, match="charge 1 has neither a plan price with a name nor a product with one"):
        event(whole | {"product:product-1": None})


@pytest.mark.capability("003-08")
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"status": "DUE"}, "invoice_is_due"),
        ({"status": "Overdue"}, "invoice_is_overdue"),
        ({"status": "projected"}, "invoice_is_projected"),
        ({"status": "Partially Paid"}, "invoice_is_partially_paid"),
        ({"status": "partially_paid"}, "invoice_is_partially_paid"),
        ({"status": "Draft"}, "invoice_is_not_paid"),
        ({"status": "N/A"}, "invoice_is_not_paid"),
        ({"closing_balance": "0.01"}, "paid_with_balance_left"),
        ({"closing_balance": -5}, "paid_with_balance_left"),
    ],
)
def test_what_is_not_paid_in_full_means_nothing_yet(more: Json, reason: str) -> None:
    """Whatever the callback says: the invoice itself decides, and its key is free for when it is paid."""
    assert outcome(custom_callback(), reads(invoice(**more))) == Ignored(reason, forget=True)


def test_what_the_sender_does_not_know_means_nothing() -> None:
    """An invoice that is not there (yet), a record of another module, an invoice of nothing."""
    assert outcome(custom_callback(), {"invoice": None}) == Ignored("no_such_invoice", forget=True)
    assert outcome(custom_callback(module="transactions")) == Ignored("not_about_an_invoice")
    free = invoice(items=[item(charge("0.00"))], sub_total="0.00", total_tax="0.00", total_amount=0)
    assert outcome(custom_callback(), reads(free)) == Ignored("nothing_was_to_be_paid")


@pytest.mark.parametrize("status", ["void", "VOID", "Voided"])
def test_a_voided_invoice_is_told_as_such(status: str) -> None:
    """Dated the day it was voided; nothing more is read or judged, as it is credited as it was booked."""
    voided = invoice(status=status, sub_total="0.00", updated_at="2026-11-30T23:30:00Z", closing_balance="")
    found = event({"invoice": answer(voided)})
    assert (found.status, found.dated, found.document.dated) == ("voided", date(2026, 12, 1), date(2026, 11, 1))
    assert (found.document.number, found.document.total, found.document.lines) == ("INV-002318", Decimal(4975), ())
    assert (found.document.paid, found.document.customer.source_id) == (None, CUSTOMER_ID)


@pytest.mark.capability("f8")
def test_the_version_is_the_time_of_the_change() -> None:
    """To the microsecond, so that of two reads the newer counts."""
    older = event(reads())
    newer = event(reads(invoice(updated_at="2026-11-02T09:15:44.000001Z")))
    assert (older.version, newer.version) == (CHANGED_SECONDS, CHANGED_SECONDS + Decimal("0.000001"))


@pytest.mark.capability("003-02")
@pytest.mark.parametrize("currency", ["EUR", "eur", " Eur "])
def test_the_currency_is_the_invoice_s_and_the_rate_is_left_to_the_register(currency: str) -> None:
    """Neither the customer's currency nor the company's, and no rate is invented."""
    found = event(reads(invoice(currency=currency), buyer=customer(currency="SEK"))).document
    assert (found.currency, found.currency_rate) == ("EUR", None)
    assert found.total == Decimal(4975)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"sum_of_credit_notes": "100.00"}, "credit notes were taken"),
        ({"sum_of_credit_notes": -1}, "credit notes were taken"),
        ({"closing_balance": "N/A"}, "does not state its closing balance"),
    ],
)
def test_what_stands_beside_the_payment_is_asked(more: Json, said: str) -> None:
    """Credit notes, or a balance that nobody states."""
    with pytest.raises(Question, match=said):
        event(reads(invoice(**more)))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"invoice_date": None}, "invoice.invoice_date: is missing"),
        ({"invoice_date": "1 november"}, "invoice.invoice_date: must be a day"),
        ({"updated_at": ""}, "invoice.updated_at: is missing"),
        ({"updated_at": "1999-11-02"}, "invoice.updated_at: must be a time"),
        ({"currency": "N/A"}, "invoice.currency: is missing"),
        ({"currency": "kr"}, "invoice.currency: must be a code of three letters"),
        ({"name": " "}, "invoice.name: is missing"),
        ({"sub_total": "N/A"}, "invoice.sub_total: is missing"),
        ({"total_tax": None}, "invoice.total_tax: is missing"),
        ({"total_amount": "4 975,00"}, "invoice.total_amount: must be a number such as 1234.50"),
        ({"total_amount": True}, "invoice.total_amount: must be a number"),
        ({"is_oneoff": "kanske"}, "invoice.is_oneoff: must be Yes or No"),
        ({"id": "another"}, "invoice.id: is not the one that was asked for"),
        ({"items": "canary"}, "invoice.items: must be a list of objects"),
        ({"items": [["canary"]]}, "invoice.items: must be a list of objects"),
        ({"items": [item(charge(quantity="canary"))]}, r"items\[0\].charges\[0\].quantity: must be a number"),
        ({"items": [item(charge(), charge(None))]}, r"items\[0\].charges\[1\].list_price: is missing"),
        ({"customer_id": "a/b"}, "invoice.customer_id: must be an id"),
    ],
)
def test_a_shape_that_is_wrong_is_named(more: Json, said: str) -> None:
    """The field and the fault, never the value."""
    with pytest.raises(Unreadable, match=said) as fault:
        event(reads(invoice(**more)))
    assert "canary" not in str(fault.value)


def test_loose_types_are_the_same_as_strict_ones() -> None:
    """Numbers as numbers, other spellings, an object where PHP had a list with gaps, fields directly in data."""
    loose = invoice(
        sub_total=3980,
        discount="N/A",
        total_tax="",
        tax_amount=Decimal("995.00"),
        total_amount=Decimal("4975"),
        closing_balance=0,
        sum_of_credit_notes=None,
        currency="sek",
        status=" PAID ",
        is_oneoff=False,
        items={"1": item(charge(1990, 2))},
    )
    assert event(reads() | {"invoice": {"data": loose}}) == event(reads())
    assert event(reads() | {"invoice": loose}) == event(reads())


@pytest.mark.capability("f5")
def test_a_polled_record_is_a_hint_as_well() -> None:
    """The same invoice, read in the same way, from the list."""
    record = {name: held for name, held in invoice().items() if name != "items"}
    body = {"polled": "invoice", "record": record}
    assert outcome(body, polled=True) == Needs((Wanted("invoice", "invoice", INVOICE_ID),), date(2026, 11, 1))
    events = outcome(body, reads(), polled=True)
    assert isinstance(events, tuple)
    assert events == (event(reads()).model_copy(update={"origin": "poll"}),)
    wrapped = {"polled": "invoice", "record": {"id": INVOICE_ID, "attributes": {"status": "paid"}}}
    assert outcome(wrapped, polled=True) == Needs((Wanted("invoice", "invoice", INVOICE_ID),))
    # The date stands beside every status, so that a voided invoice of before the company's start costs no reading.
    voided = {"polled": "invoice", "record": invoice(status="Void")}
    assert outcome(voided, polled=True) == Needs((Wanted("invoice", "invoice", INVOICE_ID),), date(2026, 11, 1))
    with pytest.raises(Unreadable):
        outcome({"polled": "invoice", "record": 5}, polled=True)


def test_a_callback_cannot_pass_for_a_polled_record() -> None:
    """Who may send callbacks may not say what was polled."""
    with pytest.raises(Unreadable, match="invoice_id: is missing"):
        outcome({"polled": "invoice", "recorded": invoice()})


odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.text(max_size=20),
    st.sampled_from(["\ud800", "canary", "1e400", 10**400, "²", "9999-12-31T23:59:59Z", "0001-01-01", "N/A", "-0"]),
    st.lists(st.text(max_size=3), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@pytest.mark.capability("f10")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_one_odd_value_in_what_was_read_is_read_or_named(data: st.DataObject) -> None:
    """Any value anywhere in the records: an event, nothing yet, or one documented error that does not quote it."""
    found: dict[str, Any] = reads()
    inner: Any = found
    path = data.draw(st.sampled_from([path for path in _paths(found) if len(path) > 1]))
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = data.draw(odd)
    try:
        events = outcome(custom_callback(), found)
    except (Unreadable, Question) as error:
        assert "canary" not in str(error)  # noqa: PT017 - either outcome is right
        return
    for one in events if isinstance(events, tuple) else ():
        one.model_dump_json()


def _paths(value: Any, so_far: tuple[Any, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*so_far, key)
        yield from _paths(inner, (*so_far, key))
