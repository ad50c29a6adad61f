"""What HighLevel's orders, invoices, opportunities, contacts and notes become, with values worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from connectors.sources import Ignored, Needs, Wanted
from handlers.events import Address, NoteAdded, PartyChanged, Refunded
from handlers.values import Question, Ref
from tests.connectors.highlevel.bodies import (
    API,
    CONTACT,
    Body,
    contact,
    invoice,
    opportunity,
    order,
    read,
)
from tests.connectors.highlevel.shown import invoice_event, lines, order_event, sums
from tests.fakes.examples import example

D = Decimal
FIELD = "4jEDCN7RpB0fWeo4NjQr"
WANTS_CONTACT = (Wanted("contact", "contact", CONTACT),)


# --- the example payloads ------------------------------------------------------------------------------------------


@pytest.mark.capability("000-48")
def test_the_example_of_a_completed_order() -> None:
    """1990 + 4 x 210 = 2830, 25 % on top = 707.50, together 3537.50; ordered on the 6th and paid on the 6th."""
    event = order_event(read(example("highlevel/order-status-update.json")))
    document = event.document
    assert (event.thing, event.status) == (Ref(system="ghl", kind="order", id="80b21ead8f062d15a4f4ef27"), "paid")
    assert (event.version, event.dated) == (D("1793966680.020"), date(2026, 11, 6))
    assert (document.number, document.currency) == ("80b21ead8f062d15a4f4ef27", "SEK")
    assert lines(document) == [("1", "1990", "25", "0", "0"), ("4", "210", "25", "0", "0")]
    assert [line.description for line in document.lines] == ["Servicepaket svarv", "Packningssats"]
    assert sums(document) == ("2830.00", "707.50", "3537.50")
    assert (document.prices_include_vat, document.dated, document.paid) == (False, date(2026, 11, 6), date(2026, 11, 6))
    buyer = document.customer
    assert (buyer.source_id, buyer.name, buyer.country) == (CONTACT, "Vättern Mekaniska AB", "SE")
    assert (buyer.email, buyer.phone) == ("asa.wikstrom@example.com", "+46701740605")
    assert buyer.address == Address(street="Verkstadsgatan 4", zip_code="553 16", city="Jönköping")


def test_the_example_of_a_new_order_means_nothing_until_mapped() -> None:
    """Only ``completed`` counts by default; the settings may make an order in Fortnox of a pending one."""
    raw = example("highlevel/order-create.json")
    assert read(raw) == Ignored("status_not_mapped")
    event = order_event(read(raw, order_statuses={"pending": "won", "completed": "paid"}))
    assert (event.status, event.document.paid, sums(event.document)[2]) == ("won", None, "3537.50")


@pytest.mark.capability("000-48")
def test_the_example_of_a_paid_invoice() -> None:
    """8 x 1250 = 10000, 25 % on top = 2500; issued on the 1st, due a month later, paid on the 9th."""
    event = invoice_event(read(example("highlevel/invoice-paid.json")))
    document = event.document
    assert (event.thing, event.status) == (Ref(system="ghl", kind="invoice", id="bd6b0165debbc6530a2c6a88"), "paid")
    assert (event.version, event.dated) == (D("1794230530.450"), date(2026, 11, 1))
    assert (document.number, lines(document)) == ("1043", [("8", "1250", "25", "0", "0")])
    assert document.lines[0].description == "Rådgivning, 8 timmar"
    assert sums(document) == ("10000.00", "2500.00", "12500.00")
    assert (document.dated, document.due, document.paid) == (date(2026, 11, 1), date(2026, 12, 1), date(2026, 11, 9))
    buyer = document.customer
    assert (buyer.source_id, buyer.name, buyer.email) == (CONTACT, "Vättern Mekaniska AB", "asa.wikstrom@example.com")
    assert (buyer.phone, buyer.country, buyer.organisation_number) == ("+46701740605", "SE", None)
    assert buyer.address == Address(street="Verkstadsgatan 4", zip_code="553 16", city="Jönköping")


def test_the_example_of_a_voided_invoice() -> None:
    """It no longer counts, and keeps its own date."""
    event = invoice_event(read(example("highlevel/invoice-void.json")))
    assert (event.status, event.document.number, event.document.paid) == ("voided", "1044", None)
    assert (event.dated, sums(event.document)) == (date(2026, 11, 1), ("10000.00", "2500.00", "12500.00"))


@pytest.mark.capability("000-48")
@pytest.mark.parametrize(
    ("name", "email", "version", "day"),
    [
        ("contact-create", "asa.wikstrom@example.com", "1773475965.002", date(2026, 3, 14)),
        ("contact-update", "ekonomi@vattern-mekaniska.example.com", "1793874001.777", date(2026, 11, 5)),
    ],
)
def test_the_examples_of_a_contact(name: str, email: str, version: str, day: date) -> None:
    """The party is the contact; its organisation number is the custom field that the settings name."""
    found = read(example(f"highlevel/{name}.json"), organisation_number_field=FIELD)
    assert isinstance(found, tuple)
    [event] = found
    assert isinstance(event, PartyChanged)
    assert event.thing == Ref(system="ghl", kind="customer", id=CONTACT)
    assert (event.version, event.dated) == (D(version), day)
    party = event.party
    assert (party.source_id, party.name, party.email) == (CONTACT, "Vättern Mekaniska AB", email)
    assert (party.organisation_number, party.phone, party.country) == ("559901-1045", "+46701740605", "SE")
    assert party.address == Address(street="Verkstadsgatan 4", zip_code="553 16", city="Jönköping")


@pytest.mark.capability("000-48", "000-28")
def test_the_example_of_a_note() -> None:
    """The note names its contact by id only, so that is read first; a contact that is gone leaves nothing to note."""
    raw = example("highlevel/note-create.json")
    assert read(raw) == Needs(WANTS_CONTACT, date(2026, 11, 12))
    found = read(raw, {"contact": contact()})
    assert isinstance(found, tuple)
    [event] = found
    assert isinstance(event, NoteAdded)
    assert event.thing == Ref(system="ghl", kind="note", id="QkTEzF9uLmRrZggYPXXh")
    assert (event.text, event.dated) == ("Kunden vill ha månadsfaktura från januari.", date(2026, 11, 12))
    assert (event.about.name, event.about.source_id) == ("Vättern Mekaniska AB", CONTACT)
    assert read(raw, {"contact": None}) == Ignored("gone_at_the_sender")


def test_the_example_of_an_opportunity() -> None:
    """Nothing by default; with terms 45 000 kronor and 25 % on top, won on the 12th."""
    raw = example("highlevel/opportunity-status-update.json")
    assert read(raw) == Ignored("opportunity")
    section: Body = {"api": API, "opportunities": {"vat_rate": 25, "currency": "SEK"}}
    assert read(raw, **section) == Needs(WANTS_CONTACT, date(2026, 11, 12))
    event = order_event(read(raw, {"contact": contact()}, **section))
    assert (event.thing.kind, event.thing.id, event.status) == ("opportunity", "YjKHZeJtcfpSroucZ0yj", "won")
    assert (lines(event.document), event.document.currency) == ([("1", "45000", "25", "0", "0")], "SEK")
    assert sums(event.document) == ("45000.00", "11250.00", "56250.00")
    assert event.document.lines[0].description == "Serviceavtal 2027 – Vättern Mekaniska"


# --- statuses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "ours", "dated", "paid"),
    [
        ("pending", "won", date(2026, 11, 6), None),
        ("completed", "paid", date(2026, 11, 6), date(2026, 11, 8)),
        ("cancelled", "cancelled", date(2026, 11, 8), None),
        ("refunded", "refunded", date(2026, 11, 8), None),
    ],
)
def test_order_statuses_are_mapped(status: str, ours: str, dated: date, paid: date | None) -> None:
    """Late on the 7th in London is the 8th in Stockholm; a way back is dated on its own day."""
    mapping = {"pending": "won", "completed": "paid", "cancelled": "cancelled", "refunded": "refunded"}
    body = order(status.upper(), updatedAt="2026-11-07T23:30:00Z")
    event = order_event(read(body, order_statuses=mapping))
    assert (event.status, event.dated, event.document.paid) == (ours, dated, paid)
    assert event.document.dated == date(2026, 11, 6)


def test_an_order_that_is_always_refunded_whole_is_a_refund_of_it() -> None:
    """Where the settings say so; its own words do not say how much of it."""
    body = order("REFUNDED", updatedAt="2026-11-07T23:30:00Z")
    found = read(body, order_statuses={"refunded": "refunded_in_full"})
    assert isinstance(found, tuple)
    [event] = found
    assert isinstance(event, Refunded)
    assert (event.whole, event.dated, event.thing.kind) == (True, date(2026, 11, 8), "order_refund")
    assert event.lane == f"{event.order.system}:order:{event.thing.id}"


def test_nothing_is_paid_before_its_own_date() -> None:
    """An invoice paid ahead of its date of issue is paid on that date."""
    event = invoice_event(read(invoice(issueDate="2026-11-30", updatedAt="2026-11-09T13:00:00Z")))
    assert (event.document.dated, event.document.paid) == (date(2026, 11, 30), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("fields", "meaning"),
    [
        ({"status": "paid"}, "paid"),
        ({"status": "partially_paid", "amountPaid": 12500, "amountDue": 0}, "paid"),
        ({"status": "sent", "amountPaid": 12500, "amountDue": 0}, "paid"),
        ({"status": "draft", "amountPaid": 12500, "amountDue": 0}, Ignored("not_paid")),
        ({"status": "void"}, "voided"),
        ({"status": "sent", "type": "InvoiceDelete"}, "voided"),
        ({"status": "sent"}, Ignored("not_paid")),
        ({"status": "payment_processing"}, Ignored("not_paid")),
        ({"status": "partially_paid", "amountPaid": 5000, "amountDue": 7500}, Ignored("not_paid_in_full")),
        (
            {"status": "partially_paid", "webhookId": None, "updatedAt": None},
            Ignored("not_paid_in_full", forget=True),
        ),
        ({"status": "sent", "amountPaid": 0, "amountDue": 0, "total": 0}, Ignored("not_paid")),
        ({"type": None, "status": "paid"}, "paid"),
        ({"type": None, "status": "sent", "invoiceNumber": None}, Ignored("unknown_type")),
        ({"liveMode": False}, Ignored("test_mode")),
        ({"liveMode": None}, "paid"),
    ],
)
def test_the_status_says_what_became_of_an_invoice(fields: Body, meaning: object) -> None:
    """By default only a paid invoice counts; an amount that is paid in full is paid, whatever the word."""
    found = read(invoice(**fields))
    assert (found if isinstance(found, Ignored) else invoice_event(found).status) == meaning


def test_settings_let_more_count() -> None:
    """Sent invoices where the company wants them issued, and test mode where somebody tests."""
    assert invoice_event(read(invoice("sent"), invoices="sent")).status == "issued"
    assert invoice_event(read(invoice(liveMode=False), test_mode=True)).status == "paid"
    assert order_event(read(order(liveMode=False), test_mode=True)).status == "paid"
    assert read(order(liveMode=False)) == Ignored("test_mode")


@pytest.mark.parametrize(
    ("status", "ours", "dated"),
    [
        ("open", "offer", date(2026, 10, 20)),
        ("won", "won", date(2026, 11, 13)),
        ("lost", "cancelled", date(2026, 11, 13)),
        ("abandoned", "cancelled", date(2026, 11, 13)),
    ],
)
def test_opportunity_statuses(status: str, ours: str, dated: date) -> None:
    """An offer has the day it was made, everything else the day it happened (in Stockholm)."""
    section: Body = {"api": API, "opportunities": {"vat_rate": D("12"), "currency": "EUR"}}
    event = order_event(read(opportunity(status), {"contact": contact()}, **section))
    assert (event.status, event.dated, sums(event.document)) == (ours, dated, ("45000.00", "5400.00", "50400.00"))
    assert read(opportunity("parked"), **section) == Ignored("status_not_mapped")
    with pytest.raises(Question, match="no longer exists"):
        read(opportunity(status), {"contact": None}, **section)
