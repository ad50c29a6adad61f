"""Who bought: what a record says itself, what is read at HighLevel besides, and what polling finds."""

import json
from datetime import date

import pytest

from connectors.sources import Ignored, Needs, Unreadable, Wanted
from handlers.events import InvoiceChanged, OrderChanged
from tests.connectors.highlevel.bodies import API, CONTACT, Body, contact, invoice, order, polled, read
from tests.connectors.highlevel.shown import invoice_event, order_event
from tests.fakes.examples import example

FIELD = "4jEDCN7RpB0fWeo4NjQr"
WANTS_CONTACT = (Wanted("contact", "contact", CONTACT),)
NUMBER: Body = {"organisation_number_field": FIELD, "api": API}


@pytest.mark.capability("000-48")
def test_the_organisation_number_is_read_from_the_contact() -> None:
    """Orders and invoices have no custom fields with ids: the contact is read where the settings can and want to."""
    for body, dated in ((order(), date(2026, 11, 6)), (invoice(), date(2026, 11, 1))):
        assert read(body, **NUMBER) == Needs(WANTS_CONTACT, dated)
        assert read(body, organisation_number_field=FIELD) == read(body) == read(body, api=API)
        for answer, number in ((contact(), "559901-1045"), (contact(customFields=[]), None), (None, None)):
            found = read(body, {"contact": answer}, **NUMBER)
            assert isinstance(found, tuple)
            assert isinstance(found[0], OrderChanged | InvoiceChanged)
            assert found[0].document.customer.organisation_number == number
    known = invoice()
    known["contactDetails"]["customFields"] = [{"id": FIELD, "value": "559901-2050"}]
    assert invoice_event(read(known, **NUMBER)).document.customer.organisation_number == "559901-2050"


@pytest.mark.parametrize(
    ("details", "name", "email"),
    [
        ({"companyName": " ", "name": "Åsa Wikström"}, "Åsa Wikström", None),
        ({"name": None, "companyName": None, "email": "a@example.com"}, "a@example.com", "a@example.com"),
        ({"name": "Åsa", "additionalEmails": [{"email": ""}, {"email": "b@example.com"}]}, "Åsa", "b@example.com"),
        ({"name": "Åsa", "additionalEmails": "b@example.com", "email": 7}, "Åsa", "7"),
    ],
)
def test_company_before_person_and_the_first_e_mail(details: Body, name: str, email: str | None) -> None:
    """Missing, null and empty are the same."""
    customer = invoice_event(read(invoice(contactDetails=details))).document.customer
    assert (customer.name, customer.email) == (name, email)


def test_a_polled_record_says_the_same_as_its_webhook() -> None:
    """Only the way it came is another."""
    for kind, body in (("order", order()), ("invoice", invoice())):
        record = {key: value for key, value in body.items() if key not in {"type", "timestamp", "webhookId"}}
        [by_poll], [by_webhook] = polled(kind, record), read(body)  # type: ignore[misc]
        assert by_poll == by_webhook.model_copy(update={"origin": "poll"})


def test_a_list_may_leave_the_lines_out() -> None:
    """Then the record itself is read, and its state is the one that counts; only what may mean something is read."""
    lean = {key: value for key, value in order().items() if key not in {"items", "contactSnapshot"}}
    wanted = Wanted("order", "order", "80b21ead8f062d15a4f4ef27")
    assert polled("order", lean) == Needs((wanted,), date(2026, 11, 6))
    assert polled("order", {**lean, "status": "pending"}) == Ignored("status_not_mapped")
    assert order_event(polled("order", lean, {"order": order()})).status == "paid"
    assert polled("order", lean, {"order": order("pending")}) == Ignored("status_not_mapped")
    assert polled("order", lean, {"order": None}) == Ignored("gone_at_the_sender")
    unnamed = {**order(), "contactSnapshot": None}
    assert polled("order", lean, {"order": unnamed}, api=API) == Needs(WANTS_CONTACT, date(2026, 11, 6))
    known = polled("order", lean, {"order": unnamed, "contact": contact()}, api=API)
    assert order_event(known).document.customer.name == "Vättern Mekaniska AB"
    with pytest.raises(Unreadable, match="polled: is no kind of record"):
        polled("survey", {})


def test_every_example_of_an_app_can_be_stored() -> None:
    """The events of all of them are JSON and come back equal."""
    for name in ("order-status-update", "invoice-paid", "invoice-void", "contact-create", "note-create"):
        found = read(example(f"highlevel/{name}.json"), {"contact": contact()})
        assert isinstance(found, tuple)
        for event in found:
            assert type(event).model_validate_json(event.model_dump_json()) == event
            assert json.loads(event.model_dump_json())["thing"]["system"] == "ghl"


def test_a_lead_without_a_name_is_no_question() -> None:
    """Many contacts are a telephone number and nothing else: nobody is asked about them, nor about their notes."""
    lead = {"type": "ContactCreate", "id": "c9", "phone": "+46701740605", "timestamp": "2026-11-18T06:59:00Z"}
    note = {"type": "NoteCreate", "id": "n9", "contactId": "c9", "body": "Ringde", "dateAdded": "2026-11-18T06:59:00Z"}
    assert read(lead) == Ignored("contact_without_name")
    assert read(note, {"contact": lead}) == Ignored("contact_without_name")
    assert read({**note, "body": " "}) == Ignored("empty_note")
