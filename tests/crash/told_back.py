"""Judges what a sender was told back: one note for each sale in Fortnox, naming its invoice, and no second."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.crash.books import Books, Finding, surplus
from tests.crash.companies import CUSTOMER_FIELD, HIGHLEVEL, READ
from tests.crash.subjects import Document, Record
from tests.crash.truth import Told

NOTES = "notes"
"""Notes by contact, as the stand-in keeps them."""


def note_of(document: Document, number: str) -> str:
    """The words of the note about a document, without our mark below them."""
    return f"In Fortnox: invoice {number} (for {document.kind} {document.id})"


def judge_told_back(
    books: Books, everything: Sequence[Told], held: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    """Every finding at HighLevel; ``books`` are those of its company. What is lost there tells nothing here."""
    notes = Counter(note["body"].splitlines()[0] for listed in held.get(NOTES, {}).values() for note in listed)
    for text, count in notes.items():
        yield from surplus(f"{HIGHLEVEL}: note {text!r}", count, 1)
    contacts = {contact["companyName"]: contact for contact in held.get("contacts", {}).values()}
    for entry in everything:
        document = entry.subject
        if not isinstance(document, Document) or document.source != HIGHLEVEL or entry.must != "paid":
            continue
        numbers = {str(invoice["DocumentNumber"]) for invoice in books.invoices.get(document.origin, [])}
        if numbers and not any(note_of(document, number) in notes for number in numbers):
            yield Finding("lost", f"{HIGHLEVEL}: no note tells the invoice of {document.kind} {document.id}")
        cards = {str(card["CustomerNumber"]) for card in books.customers.get(document.buyer, [])}
        if numbers and cards and _number(contacts[document.buyer]) not in cards:
            yield Finding("lost", f"{HIGHLEVEL}: the contact {document.buyer!r} has no customer number")


def company() -> str:
    """Whose books they are."""
    return READ[HIGHLEVEL]


def _number(contact: Record) -> str:
    return next((str(one["value"]) for one in contact["customFields"] if one["id"] == CUSTOMER_FIELD), "")
