"""A document's amounts: row totals, VAT per row or per rate, fees, rounding to whole kronor (Fortnox facts, 6.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.money import ZERO, divided, multiplied, percent_of, to_kronor, to_ore
from connectors.fortnox.simulator.settings import CompanySettings
from connectors.fortnox.simulator.wire import decimal_text

_HUNDRED = Decimal(100)
_FEE_RATES = {"SEVAT": Decimal(25), "EUVAT": Decimal(25)}


@dataclass(frozen=True, slots=True)
class _Sums:
    net: Decimal
    vat: Decimal
    undiscounted: Decimal


def _without_vat(amount: Decimal, rate: Decimal, vat_included: bool) -> Decimal:
    if not vat_included or not rate:
        return amount
    return divided(multiplied(amount, _HUNDRED), _HUNDRED + rate)


def _discounted(row: dict[str, Any], amount: Decimal) -> Decimal:
    if row["DiscountType"] == "AMOUNT":
        return amount - Decimal(row["Discount"])
    return amount - percent_of(amount, row["Discount"])


def _row_net(row: dict[str, Any], vat_included: bool) -> Decimal:
    return to_ore(_without_vat(row["Total"], Decimal(row["VAT"]), vat_included))


def set_row_amounts(row: dict[str, Any], quantity: str, *, vat_included: bool) -> None:
    """Set the computed properties of one row; the net ones only where its kind of document has them.

    A discount in kronor is taken from the whole row, not from each piece (*simulator choice*). The contribution is the
    net amount, because the simulator knows no cost of goods.
    """
    row["Total"] = to_ore(_discounted(row, multiplied(Decimal(row[quantity]), row["Price"])))
    net = _row_net(row, vat_included)
    if "TotalExcludingVAT" in row:
        row["TotalExcludingVAT"] = net
        row["PriceExcludingVAT"] = to_ore(_without_vat(row["Price"], Decimal(row["VAT"]), vat_included))
    row["ContributionValue"] = decimal_text(net)
    row["ContributionPercent"] = "100" if net else "0"


def _undiscounted(row: dict[str, Any], quantity: str, vat_included: bool) -> Decimal:
    amount = multiplied(Decimal(row[quantity]), row["Price"])
    return to_ore(_without_vat(amount, Decimal(row["VAT"]), vat_included))


def _sums_by_row(rows: Iterable[dict[str, Any]], vat_included: bool) -> tuple[Decimal, Decimal]:
    net = vat = ZERO
    for row in rows:
        row_net = _row_net(row, vat_included)
        net += row_net
        vat += row["Total"] - row_net if vat_included else to_ore(percent_of(row_net, Decimal(row["VAT"])))
    return net, vat


def _sums_by_rate(rows: Iterable[dict[str, Any]], vat_included: bool) -> tuple[Decimal, Decimal]:
    totals: dict[int, Decimal] = {}
    for row in rows:
        totals[row["VAT"]] = totals.get(row["VAT"], ZERO) + row["Total"]
    net = vat = ZERO
    for rate, total in totals.items():
        rate_net = to_ore(_without_vat(total, Decimal(rate), vat_included))
        net += rate_net
        vat += total - rate_net if vat_included else to_ore(percent_of(rate_net, Decimal(rate)))
    return net, vat


def _sums(rows: list[dict[str, Any]], quantity: str, vat_included: bool, vat_rounding: str) -> _Sums:
    summed = _sums_by_row if vat_rounding == "row" else _sums_by_rate
    net, vat = summed(rows, vat_included)
    undiscounted = sum((_undiscounted(row, quantity, vat_included) for row in rows), ZERO)
    discounted = any(row["Discount"] for row in rows)
    return _Sums(net, vat, undiscounted if discounted else net)


def vat_by_rate(invoice: dict[str, Any], vat_type: str) -> dict[int, Decimal]:
    """Split an invoice's VAT by rate for its voucher; the öre that rounding moved stand at the highest rate."""
    shares: dict[int, Decimal] = {}
    for row in invoice["InvoiceRows"]:
        share = to_ore(percent_of(row["TotalExcludingVAT"], Decimal(row["VAT"])))
        shares[row["VAT"]] = shares.get(row["VAT"], ZERO) + share
    fees = invoice["FreightVAT"] + invoice["AdministrationFeeVAT"]
    if fees:
        rate = int(_FEE_RATES[vat_type])
        shares[rate] = shares.get(rate, ZERO) + fees
    shares.pop(0, None)
    if shares:
        shares[max(shares)] += invoice["TotalVAT"] - sum(shares.values())
    return shares


def set_totals(
    document: dict[str, Any], rows: list[dict[str, Any]], quantity: str, vat_type: str, settings: CompanySettings
) -> None:
    """Set every computed amount of a document from its rows, their quantity of that name, fees, currency and regime.

    `Freight` and `AdministrationFee` are always without VAT and carry 25 % under a regime with VAT (*simulator
    choice*). Only SEK is rounded to whole kronor (*simulator choice*).
    """
    for row in rows:
        set_row_amounts(row, quantity, vat_included=document["VATIncluded"])
    sums = _sums(rows, quantity, document["VATIncluded"], settings.vat_rounding)
    fee_rate = _FEE_RATES.get(vat_type, ZERO)
    for name in ("Freight", "AdministrationFee"):
        document[f"{name}VAT"] = to_ore(percent_of(document[name], fee_rate))
    document["Net"], document["Gross"] = sums.net, sums.undiscounted
    document["TotalVAT"] = sums.vat + document["FreightVAT"] + document["AdministrationFeeVAT"]
    exact = sums.net + document["Freight"] + document["AdministrationFee"] + document["TotalVAT"]
    rounds = settings.round_to_whole_kronor and document["Currency"] == "SEK"
    document["Total"] = to_kronor(exact) if rounds else exact
    document["RoundOff"] = document["Total"] - exact
    document["TotalToPay"] = document["Total"]
    if "Balance" in document:
        document["Balance"] = document["Total"]
    document["ContributionValue"] = sums.net
    document["ContributionPercent"] = _HUNDRED if sums.net else ZERO
