"""What the credit invoice of a refund shall say: rows below zero as Fortnox writes them, and the comparison."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from connectors.base import Json, Link
from connectors.fortnox.credit_notes import REFERENCE, wrong_in
from connectors.fortnox.document_content import QUANTITY, meant_row, row_of, updated_rows
from connectors.fortnox.document_state import differences, stored_rows
from connectors.fortnox.forms import INVOICE, reference_of
from connectors.fortnox.registers import KRONA
from connectors.fortnox.text import (
    COMMENTS_LIMIT,
    ORDER_NUMBER_LIMIT,
    REFERENCE_LIMIT,
    reference_or_park,
    row_description,
    several_lines,
)
from connectors.fortnox.wire import decimal_of, is_true, plain, text_of
from handlers.commands import CreditContent
from handlers.layout import SURCHARGES
from handlers.values import Ref, plain_number

Sign = Literal["quantity", "price", "none"]
ZERO = Decimal(0)
RATES = ("CurrencyRate", "CurrencyUnit")
OWN_DIMENSIONS = ("CostCenter", "Project")


def digest_of(content: CreditContent) -> str:
    """A fingerprint of what a refund takes back, whatever its day."""
    return hashlib.sha256(content.model_dump_json(exclude={"credit_date", "comments"}).encode()).hexdigest()


def is_all(content: CreditContent, invoice: Json) -> bool:
    """Whether the refund is all of the invoice: its totals before Fortnox's rounding are the refund's.

    Of a source that states no VAT the net alone is compared.
    """
    net = sum((decimal_of(invoice.get(name)) or ZERO for name in ("Net", "Freight", "AdministrationFee")), ZERO)
    if content.total is None:
        return content.whole and net == content.total_excluding_vat
    vat = decimal_of(invoice.get("TotalVAT")) or ZERO
    return (net, vat, net + vat) == (content.total_excluding_vat, content.total_vat, content.total)


def sign_of(rows: Sequence[Json]) -> Sign:
    """How Fortnox wrote the rows of this credit invoice below zero: what of a row it turned around.

    The facts say only that a credit invoice has negative amounts (section 6.5). Our own rows never have a quantity
    below zero, and the first of them that costs anything is one that was sold.
    """
    if any((decimal_of(row.get(QUANTITY)) or ZERO) < 0 for row in rows):
        return "quantity"
    prices = (decimal_of(row.get("Price")) or ZERO for row in rows)
    return "price" if next(filter(None, prices), ZERO) < 0 else "none"


def rows_of(content: CreditContent, sign: Sign, refs: Mapping[Ref, Link]) -> list[Json]:
    """The refund's rows as they shall stand on the credit invoice; a discount in kronor is turned with its row."""
    rows = [
        row_of(place, row, row_description(row.description).value, refs)
        for place, row in enumerate(content.rows, start=1)
    ]
    return [_turned(row, sign) for row in rows]


def _turned(row: Json, sign: Sign) -> Json:
    if sign == "none":
        return row
    turned = {"Price": -row["Price"]} if sign == "price" else {QUANTITY: plain(-Decimal(row[QUANTITY]))}
    if row["DiscountType"] == "AMOUNT" and row["Discount"]:
        turned["Discount"] = -row["Discount"]
    return row | turned


def meant_of(content: CreditContent, original: Json, rows: Sequence[Json]) -> Json:
    """What Fortnox's credit invoice must equal where the refund is a part, in the form of ``document_state``."""
    assert content.total_vat is not None
    assert content.total is not None
    net = content.total_excluding_vat - content.freight - content.administration_fee
    return {
        "customer": original["CustomerNumber"],
        "currency": original["Currency"],
        "vat_included": content.prices_include_vat,
        "rows": [meant_row(row) for row in rows],
        "net": plain(-net),
        "freight": plain(-content.freight),
        "administration_fee": plain(-content.administration_fee),
        "vat": plain(-content.total_vat),
        "total": plain(-content.total),
    }


def header_of(content: CreditContent, dated: date, mark: str, original: Json) -> Json:
    """What every credit invoice of a refund says besides its rows: its day, its marks, the rate of the sale."""
    fields: Json = {
        "InvoiceDate": dated.isoformat(),
        "DueDate": dated.isoformat(),
        "YourOrderNumber": reference_or_park("YourOrderNumber", content.number, ORDER_NUMBER_LIMIT),
        "ExternalInvoiceReference1": mark,
        "ExternalInvoiceReference2": reference_or_park("ExternalInvoiceReference2", content.origin, REFERENCE_LIMIT),
    }
    if content.comments and (comments := several_lines(content.comments, COMMENTS_LIMIT).value):
        fields["Comments"] = comments
    if original["Currency"] != KRONA:
        fields |= {name: decimal_of(original[name]) for name in RATES}
    return fields


def part_of(content: CreditContent, rows: Sequence[Json], stored: Sequence[Json]) -> Json:
    """What a credit invoice of a part says instead of what Fortnox made: fees, VAT mode and rows (facts, 6.1).

    A row keeps the id of the row of the same goods, so that cost centre and project stay those of the sale; what no
    row is like is new, and what is not named disappears. At least one id is needed for that: where nothing is alike,
    the first row is written over whole.
    """
    alike = _alike(rows, stored)
    over = bool(stored) and not any(alike)
    aligned = [one or {} for one in alike]
    if over:
        aligned[0] = stored[0]
    sent = updated_rows(INVOICE, rows, aligned)
    if over:
        leaking = [name for name in OWN_DIMENSIONS if text_of(stored[0].get(name)) and name not in sent[0]]
        sent[0] |= dict.fromkeys(leaking, "API_BLANK")
    return {
        "VATIncluded": content.prices_include_vat,
        "Freight": -content.freight,
        "AdministrationFee": -content.administration_fee,
        INVOICE.rows: sent,
    }


def _alike(rows: Sequence[Json], stored: Sequence[Json]) -> list[Json | None]:
    """For each row the stored one of the same text, account and VAT rate that no row before it took."""
    free = list(stored)
    found: list[Json | None] = []
    for row in rows:
        same = next((one for one in free if _goods(one) == _goods(row)), None)
        if same is not None:
            free.remove(same)
        found.append(same)
    return found


def _goods(row: Json) -> tuple[str, ...]:
    names = ("Description", "AccountNumber", "ArticleNumber")
    return (*(text_of(row.get(name)) for name in names), plain(decimal_of(row.get("VAT")) or ZERO))


def wrong_in_refund(credit: Json, original: Json, header: Json, meant: Json | None, number: str) -> list[str]:
    """Where the credit invoice of invoice ``number`` is not what was meant; ``meant`` is ``None`` for all of it."""
    wrong = wrong_in(credit, original) if meant is None else differences(INVOICE, meant, credit)
    if meant is not None and not is_true(credit.get("Credit")):
        wrong.append("it is no credit invoice")
    if is_true(credit.get("Cancelled")):
        wrong.append("it is cancelled")
    if reference_of(credit, REFERENCE) not in {"", number}:
        wrong.append(f"it credits invoice {reference_of(credit, REFERENCE)}")
    return wrong + [
        f"{name}: meant {text_of(header[name])}, stored {text_of(credit.get(name))}"
        for name in ("InvoiceDate", "ExternalInvoiceReference1", *RATES)
        if name in header and not _same(header[name], credit.get(name))
    ]


def _same(ours: object, theirs: object) -> bool:
    if isinstance(ours, Decimal):
        return decimal_of(theirs) == ours
    return text_of(theirs) == text_of(ours)


def signed_rows(content: CreditContent, credit: Json, refs: Mapping[Ref, Link]) -> list[Json]:
    """The refund's rows, turned around as the rows of this credit invoice are; one of nothing where it has none."""
    stored = stored_rows(INVOICE, credit)
    if not content.rows and stored:
        return [_nothing(content, stored[0])]
    return rows_of(content, sign_of(stored), refs)


def _nothing(content: CreditContent, stored: Json) -> Json:
    """A row that comes to nothing and says what goes back: Fortnox takes no empty list of rows (facts, section 1.8),
    and what stands in its own fields has no row."""
    named = [SURCHARGES[name] for name in ("freight", "administration_fee") if getattr(content, name)]
    return {
        "Description": ", ".join(named),
        QUANTITY: "0",
        "Unit": None,
        "Price": ZERO,
        "VAT": plain_number(decimal_of(stored.get("VAT")) or ZERO),
        "AccountNumber": int(text_of(stored.get("AccountNumber")) or 0),
        "Discount": ZERO,
        "DiscountType": "PERCENT",
    }
