"""What a document shall say: the body that is sent, and what was meant, for the comparison with Fortnox's answer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.base import Json, Link
from connectors.fortnox.customer_search import PARTY
from connectors.fortnox.forms import Form
from connectors.fortnox.note_text import prints_of_lines
from connectors.fortnox.record_fields import body_of, differing
from connectors.fortnox.registers import Rate
from connectors.fortnox.resource import held, linked, parked
from connectors.fortnox.table import RESOURCES
from connectors.fortnox.text import (
    COMMENTS_LIMIT,
    ORDER_NUMBER_LIMIT,
    PERSON_LIMIT,
    REFERENCE_LIMIT,
    Fitted,
    one_line,
    reference_or_park,
    row_description,
    several_lines,
)
from connectors.fortnox.wire import decimal_of, encode, is_true, plain, plain_number, text_of
from handlers.commands import DocumentCommand, DocumentRow, EnsureInvoice
from handlers.totals import NOTHING, Share, row_total, totals_of, with_surcharges
from handlers.values import Ref

UNIT_LIMIT = 20
PRICE_LIST_LIMIT = 50
COST_CENTER_LIMIT = 6
PROJECT_LIMIT = 20
OFFER_NUMBER_LIMIT = 30
"""Characters of an offer's ``YourReferenceNumber`` that we rely on: its sister field is cut there (facts, 1.10)."""
DIMENSIONS = ("CostCenter", "Project")
CLEARED = "API_BLANK"
"""The word that clears a field (Fortnox facts, section 1.8)."""
QUANTITY = "DeliveredQuantity"
"""The quantity's name in our own rows; each form has its own on the wire."""
Altered = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A command's content as Fortnox shall have it: rows with our names, what the texts lost, and what was meant."""

    rows: list[Json]
    altered: Altered
    meant: Json


def content_of(command: DocumentCommand, customer: str, refs: Mapping[Ref, Link]) -> Content:
    """The content with each article's VAT and account filled in. Raises ``Held`` and ``Park``."""
    rows: list[Json] = []
    altered: list[tuple[str, str, str]] = []
    for place, row in enumerate(command.rows, start=1):
        fitted = row_description(row.description)
        if fitted.altered:
            altered.append((f"row {place} Description", row.description, fitted.value))
        rows.append(row_of(place, row, fitted.value, refs))
    meant = _meant(command, customer, rows)
    party = refs[command.customer].state.get(PARTY) if command.customer in refs else None
    return Content(rows, tuple(altered), meant if party is None else meant | {PARTY: party})


def row_of(place: int, row: DocumentRow, description: str, refs: Mapping[Ref, Link]) -> Json:
    """One row, every property that we own named explicitly; quantities are texts on the wire (facts 1.7)."""
    article = None if row.article is None else linked(refs.get(row.article))
    vat, account = row.vat, row.account
    if vat is None and article is not None:
        vat, account = _article_vat(place, article)
    if vat is None or account is None:
        raise held("vat_missing", f"Row {place} has no VAT rate: state it at the source, or set `default_vat`.")
    if not description and article is None:
        # Fortnox takes such a row, and refuses to book its invoice (facts, section 4.3: 2003977).
        raise parked("description_unwritable", f"Nothing of the text of row {place} is text that Fortnox accepts.")
    whole: Json = {
        "Description": description,
        QUANTITY: plain(row.quantity),
        "Unit": reference_or_park("Unit", row.unit, UNIT_LIMIT) if row.unit else None,
        "Price": row.price,
        "VAT": plain_number(vat),
        "AccountNumber": account,
        "Discount": plain_number(row.discount_amount or row.discount_percent),
        "DiscountType": "AMOUNT" if row.discount_amount else "PERCENT",
    }
    whole |= _dimensions(row.cost_center, row.project)
    return whole if article is None else whole | {"ArticleNumber": article.number}


def _dimensions(cost_center: str | None, project: str | None) -> Json:
    """Where they are named; codes are never altered."""
    named = (("CostCenter", cost_center, COST_CENTER_LIMIT), ("Project", project, PROJECT_LIMIT))
    return {name: reference_or_park(name, code, limit) for name, code, limit in named if code}


def _article_vat(place: int, article: Link) -> tuple[Decimal, int]:
    """The article's own VAT rate and sales account, as they were when it was linked."""
    vat, account = decimal_of(article.state.get("vat")), text_of(article.state.get("account"))
    if vat is None or not account.isdigit() or not int(account):
        raise held(
            "article_without_vat",
            f"Row {place} takes its VAT from article {article.number}, which has no VAT rate or no sales account: set "
            "both in Fortnox and link the article again, or state the rate at the source.",
            about=article.number,
        )
    return vat, int(account)


def offer_number(mark: str, number: str) -> str:
    """``NUMBER MARK`` for an offer, which has no field for a mark; the mark alone where both do not fit whole."""
    both = f"{number} {mark}"
    return both if len(both) <= OFFER_NUMBER_LIMIT else mark


def carries(form: Form, stored: Json, mark: str) -> bool:
    """Whether the stored document carries exactly our mark, as a word of its own where it shares its field."""
    if form.marked:
        return text_of(stored.get("ExternalInvoiceReference1")) == mark
    return mark in text_of(stored.get(form.number)).split()


def header(form: Form, command: DocumentCommand, customer: str, mark: str, rate: Rate | None) -> tuple[Json, Altered]:
    """Everything outside the rows: written completely, no date left to a default (architecture, invariant 11)."""
    texts, altered = _texts(command)
    fields: Json = {
        "CustomerNumber": customer,
        form.date: command.dated.isoformat(),
        "Currency": command.currency,
        "VATIncluded": command.prices_include_vat,
        "Freight": command.freight,
        "AdministrationFee": command.administration_fee,
        form.number: _number(form, command, mark),
        **texts,
        **_dimensions(command.cost_center, command.project),
        **extra_fields(form, command),
    }
    if isinstance(command, EnsureInvoice):
        fields["DueDate"] = command.due_date.isoformat()
    if form.marked:
        origin = reference_or_park("ExternalInvoiceReference2", command.origin, REFERENCE_LIMIT)
        fields |= {"ExternalInvoiceReference1": mark, "ExternalInvoiceReference2": origin}
    if rate is not None:
        fields |= {"CurrencyRate": rate.rate, "CurrencyUnit": rate.unit}
    return fields, altered


def extra_fields(form: Form, command: DocumentCommand) -> Json:
    """What the company maps besides, as it is sent."""
    return body_of(schema_of(form), command.extra)


def evidence_of_extra(command: DocumentCommand) -> Json:
    """What is kept of it with an attempt, so that a look can compare it."""
    return {"extra": command.extra} if command.extra else {}


def unlike_extra(form: Form, evidence: Json, stored: Json) -> Json:
    """For ``explain``: which of the mapped fields Fortnox shows otherwise than they were meant."""
    wrong = differing(schema_of(form), evidence.get("extra", {}), stored)
    return {"not_as_meant": wrong} if wrong else {}


def schema_of(form: Form) -> str:
    """The fields of the form's documents."""
    return RESOURCES[f"{form.kind}s"].schema


def _number(form: Form, command: DocumentCommand, mark: str) -> str:
    number = reference_or_park(form.number, command.number, ORDER_NUMBER_LIMIT)
    return number if form.marked else offer_number(mark, number)


def _texts(command: DocumentCommand) -> tuple[Json, Altered]:
    """References, comments, delivery date and price list, where the command names them."""
    fitted: dict[str, tuple[str | None, Fitted]] = {
        "OurReference": (command.our_reference, one_line(command.our_reference or "", PERSON_LIMIT)),
        "YourReference": (command.your_reference, one_line(command.your_reference or "", PERSON_LIMIT)),
        "Comments": (command.comments, several_lines(command.comments or "", COMMENTS_LIMIT)),
    }
    fields: Json = {name: fit.value for name, (_, fit) in fitted.items() if fit.value}
    if command.delivery_date is not None:
        fields["DeliveryDate"] = command.delivery_date.isoformat()
    if command.price_list:
        fields["PriceList"] = reference_or_park("PriceList", command.price_list, PRICE_LIST_LIMIT)
    return fields, tuple((name, given or "", fit.value) for name, (given, fit) in fitted.items() if fit.altered)


def _named(form: Form, row: Json) -> Json:
    """A row under the form's names for the quantity."""
    others = {name: value for name, value in row.items() if name != QUANTITY}
    return {**others, **dict.fromkeys(form.quantities, row[QUANTITY])}


def created_rows(form: Form, rows: Sequence[Json]) -> list[Json]:
    """Rows for a new document: what is not there is left out (a row's ``Unit`` may not be null, facts 1.8)."""
    return [{name: value for name, value in _named(form, row).items() if value is not None} for row in rows]


def updated_rows(form: Form, rows: Sequence[Json], stored: Sequence[Json]) -> list[Json]:
    """Rows for an update in RowId mode (facts 6.1): rows beyond the stored ones are new, the others keep their id.

    Everything is stated, so nothing of an old row stays: ``API_BLANK`` clears a unit, null an article. Cost centres and
    projects that people set stay as long as the document names none of its own.
    """
    sent: list[Json] = []
    ours = [name for name in DIMENSIONS if any(name in row for row in rows)]
    for place, (row, whole) in enumerate(zip(rows, created_rows(form, rows), strict=True)):
        old = stored[place] if place < len(stored) else {}
        if isinstance(old.get("RowId"), int):
            whole["RowId"] = old["RowId"]
            if row["Unit"] is None and text_of(old.get("Unit")):
                whole["Unit"] = CLEARED
            if "ArticleNumber" not in row and text_of(old.get("ArticleNumber")):
                whole["ArticleNumber"] = None
            whole.update({name: CLEARED for name in ours if name not in row and text_of(old.get(name))})
            if is_true(old.get("HouseWork")):
                whole["HouseWork"] = False
        sent.append(whole)
    return sent


def _meant(command: DocumentCommand, customer: str, rows: Sequence[Json]) -> Json:
    """What Fortnox's answer must equal, as texts that go to disk; no names and no descriptions in it.

    Where the source states no VAT, ``ways`` are the pairs of VAT and total that the rows give (facts 6.1 and 11).
    """
    whole: Json = {
        "customer": customer,
        "currency": command.currency,
        "vat_included": command.prices_include_vat,
        "rows": [meant_row(row) for row in rows],
        "net": plain(command.total_excluding_vat - command.freight - command.administration_fee),
        "freight": plain(command.freight),
        "administration_fee": plain(command.administration_fee),
        "vat": None if command.total_vat is None else plain(command.total_vat),
        "total": None if command.total is None else plain(command.total),
        "texts": texts_digest(rows),
        "head": _head_digest(command, _stated_days(command)),
        "words": _head_digest(command),
        "digest": _digest(command, customer, rows),
        "lines": [*prints_of_lines(_comments(command))],
    }
    return whole if command.total is not None else whole | {"ways": _ways(command, rows)}


def _comments(command: DocumentCommand) -> str:
    """What we write in the document's comments; a rule of another package may say it among further fields."""
    return text_of(command.extra.get("Comments")) or several_lines(command.comments or "", COMMENTS_LIMIT).value


def meant_row(row: Json) -> Json:
    """One of our rows as texts that go to disk, for the comparison with what Fortnox stored."""
    whole: Json = {
        "price": plain(row["Price"]),
        "quantity": row[QUANTITY],
        "vat": plain(Decimal(row["VAT"])),
        "account": str(row["AccountNumber"]),
        "discount": plain(Decimal(row["Discount"])),
    }
    if row["DiscountType"] != "PERCENT":
        whole["discount_type"] = row["DiscountType"]
    words = (("article", "ArticleNumber"), ("cost_center", "CostCenter"), ("project", "Project"))
    return whole | {ours: row[name] for ours, name in words if name in row}


def _ways(command: DocumentCommand, rows: Sequence[Json]) -> list[list[str]]:
    """VAT and total by each legitimate way of rounding whose net is the source's. Raises ``Held`` without any."""
    shares = [
        Share(row_total(row.quantity, row.price, row.discount_percent, row.discount_amount), Decimal(sent["VAT"]))
        for row, sent in zip(command.rows, rows, strict=True)
    ]
    beside = (command.freight, command.administration_fee)
    rounded = totals_of(shares, prices_include_vat=command.prices_include_vat)
    found = [with_surcharges(way, beside) for way in rounded]
    ways = [[plain(way.vat), plain(way.total)] for way in found if way.excluding_vat == command.total_excluding_vat]
    if not ways:
        net = sum((share.amount for share in shares), sum(beside, NOTHING))
        raise held(
            "totals_differ",
            f"The rows give {plain(net)}, the source states {plain(command.total_excluding_vat)} without VAT: correct "
            "it at the source, or discard this command.",
        )
    return [list(way) for way in dict.fromkeys(map(tuple, ways))]


def _digest(command: DocumentCommand, customer: str, rows: Sequence[Json]) -> str:
    """A fingerprint of the money content, whatever the form: rows with their texts, VAT mode, currency, totals.

    Dates do not count; freight and fee only where there are any.
    """
    beside = [plain(amount) for amount in (command.freight, command.administration_fee)]
    content = [
        customer,
        command.currency,
        command.prices_include_vat,
        [
            {name: plain(value) if isinstance(value, Decimal) else text_of(value) for name, value in row.items()}
            for row in rows
        ],
        [
            "" if total is None else plain(total)
            for total in (command.total_excluding_vat, command.total_vat, command.total)
        ],
        *([beside] if command.freight or command.administration_fee else []),
    ]
    return hashlib.sha256(encode(content).encode()).hexdigest()


def _head_digest(command: DocumentCommand, days: Sequence[str] = ()) -> str:
    """A fingerprint of the words around the rows, and of ``days`` that the source states."""
    delivery = command.delivery_date.isoformat() if command.delivery_date else None
    words: list[Any] = [command.number, command.our_reference, command.your_reference, command.comments, delivery]
    # Only where there is any: what older programs stored stays comparable.
    extra = [dict(sorted(command.extra.items()))] if command.extra else []
    return hashlib.sha256(encode([*words, command.price_list, *extra, *days]).encode()).hexdigest()


def _stated_days(command: DocumentCommand) -> list[str]:
    """The document's days as far as its source states them of the document itself."""
    days = [command.dated.isoformat()] if command.dated_stated else []
    if isinstance(command, EnsureInvoice) and command.due_stated:
        days.append(f"due {command.due_date.isoformat()}")
    return days


def texts_digest(rows: Sequence[Json]) -> str:
    """A fingerprint of the rows' descriptions, ours or Fortnox's."""
    return hashlib.sha256(encode([text_of(row.get("Description")) for row in rows]).encode()).hexdigest()
