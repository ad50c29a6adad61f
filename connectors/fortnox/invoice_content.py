"""What an invoice shall say: the body that is sent, what was meant, and how Fortnox's answer is compared with it."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from connectors.base import Json
from connectors.fortnox.registers import Rate
from connectors.fortnox.text import ORDER_NUMBER_LIMIT, REFERENCE_LIMIT, reference_or_park, row_description
from connectors.fortnox.wire import decimal_of, encode, is_true, plain, plain_number, text_of
from handlers.commands import EnsureInvoice, InvoiceRow

UNIT_LIMIT = 20
ONE = Decimal(1)
Altered = tuple[tuple[str, str, str], ...]


def number_of(invoice: Json) -> str:
    """The invoice's number at Fortnox."""
    return text_of(invoice.get("DocumentNumber"))


def _row(row: InvoiceRow, description: str) -> Json:
    """One row, every property that we own named explicitly; quantities are texts on the wire (facts 1.7)."""
    return {
        "Description": description,
        "DeliveredQuantity": plain(row.quantity),
        "Unit": reference_or_park("Unit", row.unit, UNIT_LIMIT) if row.unit else None,
        "Price": row.price,
        "VAT": plain_number(row.vat),
        "AccountNumber": row.account,
        "Discount": plain_number(row.discount_percent),
        "DiscountType": "PERCENT",
    }


def rows_of(command: EnsureInvoice) -> tuple[list[Json], Altered]:
    """The rows as they are sent, in accepted text, and what that changed. ``Unit`` is ``None`` where there is none."""
    rows: list[Json] = []
    altered: list[tuple[str, str, str]] = []
    for place, row in enumerate(command.rows, start=1):
        fitted = row_description(row.description)
        if fitted.altered:
            altered.append((f"InvoiceRows {place} Description", row.description, fitted.value))
        rows.append(_row(row, fitted.value))
    return rows, tuple(altered)


def header(command: EnsureInvoice, customer: str, mark: str, rate: Rate | None) -> Json:
    """Everything outside the rows: written completely, no date left to a default (architecture, invariant 11)."""
    fields: Json = {
        "CustomerNumber": customer,
        "InvoiceDate": command.invoice_date.isoformat(),
        "DueDate": command.due_date.isoformat(),
        "Currency": command.currency,
        "VATIncluded": command.prices_include_vat,
        "Freight": 0,
        "AdministrationFee": 0,
        "ExternalInvoiceReference1": mark,
        "ExternalInvoiceReference2": reference_or_park("ExternalInvoiceReference2", command.origin, REFERENCE_LIMIT),
        "YourOrderNumber": reference_or_park("YourOrderNumber", command.number, ORDER_NUMBER_LIMIT),
    }
    if rate is not None:
        fields |= {"CurrencyRate": rate.rate, "CurrencyUnit": rate.unit}
    return fields


def created_rows(rows: Sequence[Json]) -> list[Json]:
    """Rows for a new invoice: what is not there is left out (a row's ``Unit`` may not be null, facts 1.8)."""
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def updated_rows(rows: Sequence[Json], stored: Sequence[Json]) -> list[Json]:
    """Rows for an update in RowId mode (facts 6.1): rows beyond the stored ones are new, the others keep their id.

    Everything is stated, so nothing of an old row stays: ``API_BLANK`` clears a unit, null an article.
    """
    sent: list[Json] = []
    for place, row in enumerate(rows):
        old = stored[place] if place < len(stored) else {}
        whole: Json = {name: value for name, value in row.items() if value is not None}
        if isinstance(old.get("RowId"), int):
            whole["RowId"] = old["RowId"]
            if row["Unit"] is None and text_of(old.get("Unit")):
                whole["Unit"] = "API_BLANK"
            if text_of(old.get("ArticleNumber")):
                whole["ArticleNumber"] = None
            if is_true(old.get("HouseWork")):
                whole["HouseWork"] = False
        sent.append(whole)
    return sent


def meant(command: EnsureInvoice, customer: str, rows: Sequence[Json]) -> Json:
    """What Fortnox's answer must equal, as texts that go to disk; no names and no descriptions in it."""
    return {
        "customer": customer,
        "currency": command.currency,
        "vat_included": command.prices_include_vat,
        "rows": [
            {
                "price": plain(row["Price"]),
                "quantity": row["DeliveredQuantity"],
                "vat": plain(Decimal(row["VAT"])),
                "account": str(row["AccountNumber"]),
                "discount": plain(Decimal(row["Discount"])),
            }
            for row in rows
        ],
        "net": plain(command.total_excluding_vat),
        "vat": plain(command.total_vat),
        "total": plain(command.total),
        "texts": texts_digest(rows),
        "digest": digest(command, customer, rows),
    }


def digest(command: EnsureInvoice, customer: str, rows: Sequence[Json]) -> str:
    """A fingerprint of the money content: rows with their texts, VAT mode, currency, totals. Dates do not count."""
    content = [
        customer,
        command.currency,
        command.prices_include_vat,
        [
            {name: plain(value) if isinstance(value, Decimal) else text_of(value) for name, value in row.items()}
            for row in rows
        ],
        [plain(total) for total in (command.total_excluding_vat, command.total_vat, command.total)],
    ]
    return hashlib.sha256(encode(content).encode()).hexdigest()


def texts_digest(rows: Sequence[Json]) -> str:
    """A fingerprint of the rows' descriptions, ours or Fortnox's."""
    return hashlib.sha256(encode([text_of(row.get("Description")) for row in rows]).encode()).hexdigest()


ROW_FIELDS = (
    ("Price", "price"),
    ("DeliveredQuantity", "quantity"),
    ("VAT", "vat"),
    ("AccountNumber", "account"),
    ("Discount", "discount"),
)


def _number_differs(ours: str, theirs: object) -> bool:
    return decimal_of(theirs) != Decimal(ours)


def _row_differences(place: int, ours: Json, theirs: Json) -> list[str]:
    found = [
        f"row {place} {name}: meant {ours[key]}, stored {text_of(theirs.get(name))}"
        for name, key in ROW_FIELDS
        if _number_differs(ours[key], theirs.get(name))
    ]
    if Decimal(ours["discount"]) and text_of(theirs.get("DiscountType")) != "PERCENT":
        found.append(f"row {place} DiscountType: meant PERCENT, stored {text_of(theirs.get('DiscountType'))}")
    return found


def _total_differences(ours: Json, stored: Json) -> list[str]:
    """Fortnox's own rounding to whole kronor is taken off the total before it is compared (facts 6.1)."""
    wanted = [("Net", ours["net"]), ("TotalVAT", ours["vat"]), ("Freight", "0"), ("AdministrationFee", "0")]
    found = [
        f"{name}: meant {value}, stored {text_of(stored.get(name))}"
        for name, value in wanted
        if _number_differs(value, stored.get(name))
    ]
    total, round_off = decimal_of(stored.get("Total")), decimal_of(stored.get("RoundOff"))
    if total is None or round_off is None or total - round_off != Decimal(ours["total"]) or abs(round_off) >= ONE:
        found.append(
            f"Total: meant {ours['total']}, stored {text_of(stored.get('Total'))} "
            f"with RoundOff {text_of(stored.get('RoundOff'))}"
        )
    return found


def stored_rows(invoice: Json) -> list[Json]:
    """The rows of Fortnox's invoice."""
    rows = invoice.get("InvoiceRows")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def differences(ours: Json, stored: Json) -> list[str]:
    """Where Fortnox's invoice is not what was meant: field, meant, stored; empty where it agrees to the öre."""
    found = [
        f"{name}: meant {value}, stored {text_of(stored.get(name))}"
        for name, value in (("CustomerNumber", ours["customer"]), ("Currency", ours["currency"]))
        if text_of(stored.get(name)) != value
    ]
    if is_true(stored.get("VATIncluded")) != ours["vat_included"]:
        found.append(f"VATIncluded: meant {ours['vat_included']}, stored {text_of(stored.get('VATIncluded'))}")
    theirs = stored_rows(stored)
    if len(theirs) != len(ours["rows"]):
        found.append(f"rows: meant {len(ours['rows'])}, stored {len(theirs)}")
    else:
        for place, (mine, other) in enumerate(zip(ours["rows"], theirs, strict=True), start=1):
            found += _row_differences(place, mine, other)
    return found + _total_differences(ours, stored)


def state_of(invoice: Json, ours: Json, *, mismatch: bool) -> Json:
    """What later commands stand on, as texts: the far state last seen, and what was meant."""
    return {
        "booked": is_true(invoice.get("Booked")),
        "cancelled": is_true(invoice.get("Cancelled")),
        "total": text_of(invoice.get("Total")),
        "round_off": text_of(invoice.get("RoundOff") or "0"),
        "balance": text_of(invoice.get("Balance")),
        "currency": text_of(invoice.get("Currency")),
        "currency_rate": text_of(invoice.get("CurrencyRate") or "1"),
        "currency_unit": text_of(invoice.get("CurrencyUnit") or "1"),
        "customer": text_of(invoice.get("CustomerNumber")),
        "invoice_date": text_of(invoice.get("InvoiceDate")),
        "mark": text_of(invoice.get("ExternalInvoiceReference1")),
        "exact": ours["total"],
        "meant": ours["digest"],
        "mismatch": mismatch,
    }


def cut_number(sent: str, invoice: Json) -> Json:
    """A note for ``explain`` where Fortnox cut ``YourOrderNumber`` silently (facts 1.10); empty where it did not."""
    kept = text_of(invoice.get("YourOrderNumber"))
    return {} if kept == sent else {"YourOrderNumber": {"sent": sent, "stored": kept}}
