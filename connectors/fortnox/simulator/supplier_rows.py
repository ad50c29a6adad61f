"""The rows of a supplier invoice: either article or account, the server's own debt row, the balance (6.10)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.booking_defaults import needed_account
from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.fields import blank, lay_over
from connectors.fortnox.simulator.money import ZERO, divided, multiplied, to_ore
from connectors.fortnox.simulator.supplier_invoice_fields import SUPPLIER_ROW_FIELDS
from connectors.fortnox.simulator.vouchers import in_kronor
from connectors.fortnox.simulator.wire import decimal_text

Data = dict[str, Any]

DEBT = "TOT"
_VAT_ACCOUNTS = range(2610, 2660)
_SIDES = ("Debit", "Credit")
_HEADER_OF_CODE = {"VAT": "VAT", "FRT": "Freight", "AFE": "AdministrationFee", "ROV": "RoundOffValue"}


def moved(row: Mapping[str, Any]) -> Decimal:
    """What a row moves in the invoice's currency, debit positive."""
    return Decimal(row["DebitCurrency"] - row["CreditCurrency"])


def _take_article(company: Company, row: Data) -> None:
    """Let quantity times price be the debit on the article's purchase account where the row names no account."""
    article = company.articles.get(row["ArticleNumber"])
    if article is None:
        raise ApiError(2001302, f"Kan inte hitta artikeln ({row['ArticleNumber']}).")
    row["Total"] = to_ore(multiplied(row["Quantity"], row["Price"]))
    row["Unit"] = article.data["Unit"] or ""
    row["ItemDescription"] = row["ItemDescription"] or article.data["Description"]
    row["Account"] = row["Account"] or article.data["PurchaseAccount"] or needed_account(company, "PURCASE")
    if not any(row[f"{side}Currency"] or row[side] for side in _SIDES):
        row["DebitCurrency"], row["CreditCurrency"] = max(row["Total"], ZERO), max(-row["Total"], ZERO)


def _set_sides(row: Data, rate: Decimal, unit: int) -> None:
    """Fill kronor from the invoice's currency or the other way round, whichever was given."""
    for side in _SIDES:
        foreign = f"{side}Currency"
        if row[foreign]:
            row[side] = in_kronor(row[foreign], rate, unit)
        else:
            row[foreign] = to_ore(divided(multiplied(row[side], Decimal(unit)), rate))


def _check(company: Company, row: Data, vat_type: str) -> None:
    if any(row[side] < 0 for side in _SIDES) or all(row[side] for side in _SIDES):
        raise ApiError(Invented.VOUCHER_ROW_INVALID, "En rad har antingen debet eller kredit, aldrig negativt.")
    company.check_account(row["Account"], 2000423)
    if vat_type == "REVERSE" and row["Account"] in _VAT_ACCOUNTS and not row["Code"]:
        raise ApiError(2003115, "Momsrader med omvänd betalningsskyldighet måste ha en kod.")
    account = company.account(row["Account"])
    assert account is not None
    row["AccountDescription"] = account.data["Description"]


def _row(company: Company, invoice: Data, given: Data) -> Data:
    row = blank(SUPPLIER_ROW_FIELDS) | {name: invoice[name] for name in ("CostCenter", "Project")}
    lay_over(row, given, SUPPLIER_ROW_FIELDS)
    if row["ArticleNumber"]:
        _take_article(company, row)
    _set_sides(row, Decimal(invoice["CurrencyRate"]), invoice["CurrencyUnit"])
    _check(company, row, invoice["VATType"])
    return row


def _default_rows(company: Company, invoice: Data, cost_account: int | str) -> list[Data]:
    """What an invoice without rows holds: its VAT and, for the rest, one cost (*simulator choice*)."""
    vat, total = Decimal(invoice["VAT"]), Decimal(invoice["Total"])
    parts = ((cost_account, "", total - vat), ("INVAT", "VAT", vat))
    return [
        _row(company, invoice, {"Account": _numbered(company, account), "Code": code, _side(amount): abs(amount)})
        for account, code, amount in parts
        if amount
    ]


def _numbered(company: Company, account: int | str) -> int:
    return needed_account(company, account) if isinstance(account, str) else account


def _side(amount: Decimal) -> str:
    return "DebitCurrency" if amount > 0 else "CreditCurrency"


def _debt_row(company: Company, invoice: Data, total: Decimal) -> Data:
    return _row(
        company, invoice, {"Account": needed_account(company, "SUPDEBT"), "Code": DEBT, _side(-total): abs(total)}
    )


def read_rows(company: Company, invoice: Data, sent: Any, cost_account: int | str) -> list[Data]:
    """Give an invoice's rows with the debt row first, which the server adds where it was not sent.

    Raises:
        ApiError: 2001392 for a wrong type, 2001302 for an unknown article, 2000423 and 2000550 for an account, 2001304
            for a predefined one, 2003115 for a reverse charge's VAT row without code, an invented code for a row with
            two sides or a negative one.
    """
    if not isinstance(sent, list) or not all(isinstance(row, dict) for row in sent):
        raise ApiError(2001392, "Felaktig indata: SupplierInvoiceRows har fel typ.")
    rows = [_row(company, invoice, given) for given in sent]
    if not rows:
        rows = _default_rows(company, invoice, cost_account)
    if any(row["Code"] == DEBT for row in rows):
        return rows
    total = sum((moved(row) for row in rows), ZERO)
    return [_debt_row(company, invoice, total), *rows] if total else rows


def in_new_rate(invoice: Data) -> list[Data]:
    """Give an invoice's rows with their kronor after its currency, rate or unit."""
    rows = [dict(row) for row in invoice["SupplierInvoiceRows"]]
    for row in rows:
        _set_sides(row, Decimal(invoice["CurrencyRate"]), invoice["CurrencyUnit"])
    return rows


def settle_amounts(invoice: Data, given: set[str]) -> None:
    """Take the header's amounts from the rows where they were not given, and refuse what does not balance.

    The debt row must equal `Total`, the rows with a code the amount of that name, and debit must equal credit; the VAT
    rows of another `VATType` than NORMAL cancel each other out and are not held against `VAT`.

    Raises:
        ApiError: 2000755.
    """
    rows = invoice["SupplierInvoiceRows"]
    debt = -sum((moved(row) for row in rows if row["Code"] == DEBT), ZERO)
    amounts = {"Total": debt}
    for code, name in _HEADER_OF_CODE.items():
        coded = [moved(row) for row in rows if row["Code"] == code]
        if coded:
            amounts[name] = sum(coded, ZERO)
    for name, amount in amounts.items():
        counted = name != "VAT" or invoice["VATType"] == "NORMAL"
        if counted and name in given and Decimal(invoice[name]) != amount:
            raise ApiError(2000755, f"Leverantörsfakturan balanserar inte ({name}).")
        invoice[name] = decimal_text(amount)
    if sum((moved(row) for row in rows), ZERO):
        raise ApiError(2000755, "Leverantörsfakturan balanserar inte.")
