"""The day an invoice was paid, and who bought: worked out by hand from transactions and customers."""

from typing import Any

import pytest

from connectors.base import Json
from connectors.sources import Unreadable
from handlers.events import Address, Party
from handlers.values import Question
from tests.connectors.subscriptionflow.bodies import CUSTOMER_ID, customer, event, invoice, reads, transaction


@pytest.mark.parametrize(
    ("payments", "paid"),
    [
        ([transaction()], "2026-11-02"),
        ([transaction(date="2026-11-05"), transaction(date="2026-11-03")], "2026-11-05"),
        ([transaction(date="2026-11-20", status="Pending"), transaction(status="PAID")], "2026-11-02"),
        ([transaction(date="2026-11-20", status="Declined", type="refund"), transaction()], "2026-11-02"),
        ([transaction(date="2026-11-20", status="Failed")], "2026-11-03"),
        ([transaction(date="N/A")], "2026-11-03"),
        ([transaction(date="2026-10-15")], "2026-11-01"),
        ([transaction(date="2026-11-03T23:30:00Z")], "2026-11-04"),
        ([transaction(type="", transaction_category=None)], "2026-11-02"),
        ([], "2026-11-03"),
        (None, "2026-11-03"),
    ],
)
def test_the_day_of_payment(payments: list[Json] | None, paid: str) -> None:
    """The newest payment that was made; else the day of the change in Stockholm; never before the invoice."""
    late = invoice(updated_at="2026-11-02T23:30:00.000000Z")
    found = reads(late, payments=payments or []) | ({"transactions": None} if payments is None else {})
    assert str(event(found).document.paid) == paid


def test_a_paid_day_before_the_invoice_is_not_told() -> None:
    """Also not where it comes from the change."""
    early = invoice(updated_at="2026-10-30T10:00:00Z")
    assert str(event(reads(early, payments=[])).document.paid) == "2026-11-01"


@pytest.mark.parametrize(
    "more",
    [
        {"type": "refund"},
        {"transaction_category": "Write-Off"},
        {"transaction_category": "Credit-Note"},
        {"transaction_category": "Payout"},
    ],
)
def test_what_was_not_simply_paid_is_asked(more: Json) -> None:
    """A write-off or a refund booked as a payment in full would be wrong money."""
    with pytest.raises(Question, match="hold more than payments"):
        event(reads(payments=[transaction(), transaction(**more)]))


@pytest.mark.parametrize(
    ("stated", "code"),
    [("Sweden", "SE"), ("sverige", "SE"), ("SE", "SE"), ("Norway", "NO"), ("The Netherlands", "NL"), ("UK", "GB"),
     ("N/A", None), ("Atlantis", None)],
)  # fmt: skip
def test_countries_by_name(stated: str, code: str | None) -> None:
    """A small table; an unknown name is left out where Swedish VAT was charged, as nothing depends on it then."""
    assert event(reads(buyer=customer(billing_country=stated))).document.customer.country == code


@pytest.mark.parametrize("stated", ["Atlantis", "", None])
def test_without_vat_the_country_must_be_known(stated: str | None) -> None:
    """No VAT may be export, sale within the Union, or free of tax at home: only the country tells."""
    free = invoice(total_tax="0.00", total_amount="3980.00")
    with pytest.raises(Question, match="no VAT was charged and the buyer's country is not stated or not known"):
        event(reads(free, buyer=customer(billing_country=stated)))
    assert event(reads(free, buyer=customer(billing_country="Norway"))).document.customer.country == "NO"


def test_the_customer_s_fields_have_other_names_elsewhere() -> None:
    """Names and dotted paths; the VAT number stands in for an organisation number; our own number is taken."""
    fields: dict[str, Any] = {
        "organisation_number": "custom.orgnr",
        "vat_number": "vat",
        "country": "custom.land",
        "street": ["saknas", "address_1"],
    }
    buyer = customer(
        custom={"orgnr": "N/A", "land": "Danmark"}, vat="DK12345678", address_1="Gatan 1", accounting_resource_id=1042
    )
    found = event(reads(buyer=buyer), customer_fields=fields).document.customer
    assert (found.organisation_number, found.country, found.own_number) == ("DK12345678", "DK", "1042")
    assert found.address == Address(street="Gatan 1", zip_code="215 32", city="Malmö")


def test_a_customer_that_is_gone_is_who_the_invoice_says() -> None:
    """Name and e-mail stand on the invoice; without those either, a person must look."""
    found = event(reads() | {"customer": None}).document.customer
    assert found == Party(source_id=CUSTOMER_ID, name="Blåklint Design AB", email="ekonomi.blaklint@example.com")
    with pytest.raises(Unreadable, match=r"invoice.customer.name: is missing"):
        event(reads(invoice(customer="", customer_id="")) | {"customer": None})
