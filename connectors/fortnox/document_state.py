"""How Fortnox's document compares with what was meant, and what later commands stand on."""

from collections.abc import Mapping
from decimal import Decimal

from connectors.base import Json
from connectors.fortnox.customer_search import PARTY, fingerprint
from connectors.fortnox.forms import Form
from connectors.fortnox.wire import decimal_of, is_true, text_of

ONE = Decimal(1)
ZERO = Decimal(0)
NUMBERS = (("Price", "price"), ("VAT", "vat"), ("AccountNumber", "account"), ("Discount", "discount"))
WORDS = (("ArticleNumber", "article"), ("CostCenter", "cost_center"), ("Project", "project"))


def number_of(stored: Json) -> str:
    """The document's number at Fortnox."""
    return text_of(stored.get("DocumentNumber"))


def stored_rows(form: Form, stored: Json) -> list[Json]:
    """The rows of Fortnox's document."""
    rows = stored.get(form.rows)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def differences(form: Form, ours: Json, stored: Json) -> list[str]:
    """Where Fortnox's document is not what was meant: field, meant, stored; empty where it agrees to the öre."""
    found = [
        f"{name}: meant {value}, stored {text_of(stored.get(name))}"
        for name, value in (("CustomerNumber", ours["customer"]), ("Currency", ours["currency"]))
        if text_of(stored.get(name)) != value
    ]
    if is_true(stored.get("VATIncluded")) != ours["vat_included"]:
        found.append(f"VATIncluded: meant {ours['vat_included']}, stored {text_of(stored.get('VATIncluded'))}")
    if PARTY in ours and fingerprint(text_of(stored.get("OrganisationNumber"))) not in {ours[PARTY], ""}:
        found.append("OrganisationNumber: not the buyer's, whose customer number may have been given to somebody else")
    theirs = stored_rows(form, stored)
    if len(theirs) != len(ours["rows"]):
        found.append(f"rows: meant {len(ours['rows'])}, stored {len(theirs)}")
    else:
        for place, (mine, other) in enumerate(zip(ours["rows"], theirs, strict=True), start=1):
            found += _row_differences(form, place, mine, other)
    return found + _total_differences(ours, stored)


def _number_differs(ours: str, theirs: object) -> bool:
    return decimal_of(theirs) != Decimal(ours)


def _row_differences(form: Form, place: int, ours: Json, theirs: Json) -> list[str]:
    fields = [(name, ours[key]) for name, key in NUMBERS] + [(name, ours["quantity"]) for name in form.quantities]
    found = [
        f"row {place} {name}: meant {mine}, stored {text_of(theirs.get(name))}"
        for name, mine in fields
        if _number_differs(mine, theirs.get(name))
    ]
    words = {name: ours[key] for name, key in WORDS if key in ours}
    if Decimal(ours["discount"]):
        words["DiscountType"] = ours.get("discount_type", "PERCENT")
    return found + [
        f"row {place} {name}: meant {mine}, stored {text_of(theirs.get(name))}"
        for name, mine in words.items()
        if text_of(theirs.get(name)) != mine
    ]


def _total_differences(ours: Json, stored: Json) -> list[str]:
    """Fortnox's own rounding to whole kronor is taken off the total before it is compared (facts 6.1)."""
    vat, meant_total = _meant_way(ours, stored)
    wanted = [("Net", ours["net"]), ("TotalVAT", vat), ("Freight", ours.get("freight", "0"))]
    wanted.append(("AdministrationFee", ours.get("administration_fee", "0")))
    found = [
        f"{name}: meant {value}, stored {text_of(stored.get(name))}"
        for name, value in wanted
        if _number_differs(value, stored.get(name))
    ]
    total, round_off = decimal_of(stored.get("Total")), decimal_of(stored.get("RoundOff"))
    if total is None or round_off is None or total - round_off != Decimal(meant_total) or abs(round_off) >= ONE:
        found.append(
            f"Total: meant {meant_total}, stored {text_of(stored.get('Total'))} "
            f"with RoundOff {text_of(stored.get('RoundOff'))}"
        )
    return found


def _meant_way(ours: Json, stored: Json) -> tuple[str, str]:
    """VAT and total that were meant; of several ways of rounding the one that Fortnox took, else the first."""
    if ours["total"] is not None:
        return ours["vat"], ours["total"]
    ways: list[list[str]] = ours["ways"]
    taken = [way for way in ways if not _number_differs(way[0], stored.get("TotalVAT"))]
    vat, total = (taken or ways)[0]
    return vat, total


def exact_total(ours: Json, stored: Json) -> str:
    """The total before Fortnox's rounding to whole kronor, as it was meant."""
    return _meant_way(ours, stored)[1]


def state_of(form: Form, stored: Json, ours: Json, *, mismatch: bool) -> Json:
    """What later commands stand on, as texts: the far state last seen, and what was meant."""
    state: Json = {
        "booked": is_true(stored.get("Booked")),
        "cancelled": is_true(stored.get("Cancelled")),
        "total": text_of(stored.get("Total")),
        "round_off": text_of(stored.get("RoundOff") or "0"),
        "balance": text_of(stored.get("Balance")),
        "currency": text_of(stored.get("Currency")),
        "currency_rate": text_of(stored.get("CurrencyRate") or "1"),
        "currency_unit": text_of(stored.get("CurrencyUnit") or "1"),
        "customer": text_of(stored.get("CustomerNumber")),
        "mark": text_of(stored.get("ExternalInvoiceReference1") or stored.get(form.number)),
        "exact": exact_total(ours, stored),
        "meant": ours["digest"],
        "head": ours.get("head"),
        "mismatch": mismatch,
        "lines": ours.get("lines"),
    }
    if form.kind == "invoice":
        return state | {"invoice_date": text_of(stored.get("InvoiceDate"))}
    return state | {"became": form.became(stored)}


def cut_texts(sent: Mapping[str, str], stored: Json) -> Json:
    """A note for ``explain`` where Fortnox cut a text silently (facts 1.10); empty where it did not."""
    return {
        name: {"sent": text, "stored": text_of(stored.get(name))}
        for name, text in sent.items()
        if text_of(stored.get(name)) != text
    }
