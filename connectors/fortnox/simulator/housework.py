"""Housework on a document's rows, and the tax reduction that it gives (Fortnox facts, 6.1 and 6.16)."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any

from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.money import ZERO, percent_of, to_ore

Row = dict[str, Any]

OTHER_COSTS = "OTHERCOSTS"
GREEN_RATES = {"SOLARCELLS": 15, "STORAGESELFPRODUCEDELECTRICITY": 50, "CHARGINGSTATIONELECTRICVEHICLE": 50}
"""Percent of a green row's amount (*simulator choice*: the law's rates of 2026)."""

_RATES = {"rot": 30, "rut": 50}
_DISCONTINUED = ("COOKING", "TUTORING")
_TYPES: dict[str, frozenset[str]] = {
    "rot": frozenset(
        ("CONSTRUCTION", "ELECTRICITY", "GLASSMETALWORK", "GROUNDDRAINAGEWORK", "HVAC", "MASONRY",
         "PAINTINGWALLPAPERING")
    ),
    "rut": frozenset(
        ("BABYSITTING", "CLEANING", "FURNISHING", "GARDENING", "HOMEMAINTENANCE", "ITSERVICES", "MAJORAPPLIANCEREPAIR",
         "MOVINGSERVICES", "OTHERCARE", "SNOWPLOWING", "TEXTILECLOTHING", "TRANSPORTATIONSERVICES",
         "WASHINGANDCAREOFCLOTHING")
    ),
    "green": frozenset(GREEN_RATES),
}  # fmt: skip
_WITHOUT = {"HouseWork": False, "HouseWorkHoursToReport": None, "HouseWorkType": None}


def _not_allowed() -> ApiError:
    return ApiError(2004021, "Typen av husarbete är inte tillåten på dokumentet.")


def check_sent(sent: Mapping[str, Any], reduction: str) -> None:
    """Refuse a housework type on a document without tax reduction, even an empty one.

    Raises:
        ApiError: 2004021.
    """
    if reduction == "none" and sent.get("HouseWorkType") is not None:
        raise _not_allowed()


def check_row(row: Row, reduction: str) -> None:
    """Refuse housework that does not fit the document's tax reduction.

    Raises:
        ApiError: 2004021 for another kind's type, 2003157 for a discontinued one, 2002980 for other costs as housework.
    """
    kind = row["HouseWorkType"]
    if reduction == "none":
        if row["HouseWork"] or kind:
            raise _not_allowed()
        return
    if kind in _DISCONTINUED:
        raise ApiError(2003157, "Typen av husarbete har upphört.")
    if kind and kind != OTHER_COSTS and kind not in _TYPES[reduction]:
        raise _not_allowed()
    if kind == OTHER_COSTS and row["HouseWork"]:
        raise ApiError(2002980, "Övriga kostnader kan inte vara husarbete.")


def before_update(rows: Iterable[Row], reduction: str) -> list[Row]:
    """Give a document's rows as its next update finds them.

    A type without the flag becomes housework; without tax reduction nothing of housework is left (*simulator choice*).
    """
    if reduction == "none":
        return [row | _WITHOUT for row in rows]
    return [
        row | {"HouseWork": True} if row["HouseWorkType"] not in (None, "", OTHER_COSTS) else dict(row) for row in rows
    ]


def _with_vat(row: Row, vat_included: bool) -> Decimal:
    total = Decimal(row["Total"])
    return total if vat_included else total + to_ore(percent_of(total, Decimal(row["VAT"])))


def _rate(row: Row, reduction: str) -> Decimal:
    return Decimal(GREEN_RATES.get(row["HouseWorkType"], 0) if reduction == "green" else _RATES[reduction])


def allowed_reduction(document: dict[str, Any], rows: list[Row]) -> Decimal:
    """Give the tax reduction that a document's housework allows: whole kronor, cut off (*simulator choice*)."""
    reduction = document["TaxReductionType"]
    if reduction == "none":
        return ZERO
    shares = (
        percent_of(_with_vat(row, document["VATIncluded"]), _rate(row, reduction)) for row in rows if row["HouseWork"]
    )
    return sum(shares, ZERO).quantize(Decimal(1), rounding=ROUND_DOWN)


def set_tax_reduction(document: dict[str, Any], rows: list[Row], asked: Decimal | None) -> None:
    """Set what a document takes off for housework: what its entries ask for, else what its rows allow.

    Raises:
        ApiError: 2003227 where the entries ask for more than the rows allow.
    """
    document["HouseWork"] = any(row["HouseWork"] for row in rows)
    document["BasisTaxReduction"], document["TaxReduction"] = ZERO, None
    if document["TaxReductionType"] == "none":
        return
    allowed = allowed_reduction(document, rows)
    if asked is not None and asked > allowed:
        raise ApiError(2003227, "Raderna ger mindre skattereduktion än ansökan.")
    worked = (_with_vat(row, document["VATIncluded"]) for row in rows if row["HouseWork"])
    document["BasisTaxReduction"] = sum(worked, ZERO)
    document["TaxReduction"] = allowed if asked is None else asked
    document["TotalToPay"] = document["Total"] - document["TaxReduction"]
    if "Balance" in document:
        document["Balance"] = document["TotalToPay"]
