"""A document's rows: defaults, articles, positional and RowId updates, accounts and VAT rates (Fortnox facts, 6.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator import housework
from connectors.fortnox.simulator.account_seeds import SALES_ACCOUNT_RATES
from connectors.fortnox.simulator.articles import row_values
from connectors.fortnox.simulator.booking_defaults import needed_account, sales_account
from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.fields import Fields, blank, lay_over, read_value

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowTerms:
    """What a document decides for its rows.

    Their properties, the quantity that counts, the list their articles' prices come from, the VAT regime of those that
    are new, and the kind of tax reduction.
    """

    fields: Fields
    quantity: str
    price_list: str
    vat_type: str
    tax_reduction: str


def _default_rate(vat_type: str, account: int) -> int:
    if vat_type not in ("SEVAT", "EUVAT"):
        return 0
    return SALES_ACCOUNT_RATES.get(account, 25)


def _fill(company: Company, row: Row, sent: Mapping[str, Any], terms: RowTerms) -> set[str]:
    """Let the row's article fill what was not given; tell which properties are settled now."""
    given = {name for name, value in sent.items() if value != ""}
    if not row["ArticleNumber"]:
        return given
    filled = row_values(
        company,
        row["ArticleNumber"],
        vat_type=terms.vat_type,
        price_list=terms.price_list,
        quantity=Decimal(row[terms.quantity]),
    )
    if terms.tax_reduction == "none":
        filled = {name: value for name, value in filled.items() if not name.startswith("HouseWork")}
    row.update({name: value for name, value in filled.items() if name not in given})
    return given | set(filled)


def _lay(row: Row, sent: Mapping[str, Any], terms: RowTerms) -> None:
    housework.check_sent(sent, terms.tax_reduction)
    lay_over(row, {name: value for name, value in sent.items() if name != "RowId"}, terms.fields)


def _new_row(company: Company, sent: Mapping[str, Any], terms: RowTerms) -> Row:
    row = blank(terms.fields)
    _lay(row, sent, terms)
    settled = _fill(company, row, sent, terms)
    if "VAT" not in settled:
        row["VAT"] = _default_rate(terms.vat_type, row["AccountNumber"] if "AccountNumber" in settled else 0)
    if "AccountNumber" not in settled:
        row["AccountNumber"] = needed_account(company, sales_account(terms.vat_type, row["VAT"]))
    if "Discount" in settled and "DiscountType" not in settled:
        row["DiscountType"] = "AMOUNT"
    return row


def _changed_row(company: Company, old: Row, sent: Mapping[str, Any], terms: RowTerms) -> Row:
    row = dict(old)
    _lay(row, sent, terms)
    if row["ArticleNumber"] != old["ArticleNumber"]:
        _fill(company, row, sent, terms)
    return row


def _check(company: Company, row: Row, terms: RowTerms) -> None:
    if row["AccountNumber"]:
        company.check_account(row["AccountNumber"], 2001303)
    if row["VAT"] not in company.settings.vat_rates:
        raise ApiError(Invented.VAT_RATE_NOT_CONFIGURED, f"Momssatsen {row['VAT']} finns inte.")
    housework.check_row(row, terms.tax_reduction)


def _by_position(company: Company, old: list[Row], sent: list[Row], terms: RowTerms) -> list[Row]:
    rows = [_changed_row(company, kept, given, terms) for kept, given in zip(old, sent, strict=False)]
    return rows + [_new_row(company, given, terms) for given in sent[len(old) :]]


def _by_row_id(company: Company, old: list[Row], sent: list[Row], terms: RowTerms) -> list[Row]:
    known = {row["RowId"]: row for row in old}
    rows: list[Row] = []
    for given in sent:
        if given.get("RowId") is None:
            rows.append(_new_row(company, given, terms))
            continue
        kept = known.pop(read_value("RowId", given["RowId"], terms.fields["RowId"]), None)
        if kept is None:
            raise ApiError(Invented.ROW_NOT_FOUND, f"Kan inte hitta raden ({given['RowId']}).")
        rows.append(_changed_row(company, kept, given, terms))
    return rows


def updated_rows(company: Company, old: list[Row], sent: Any, terms: RowTerms) -> list[Row]:
    """Give the rows after a request's row list has been laid over the old ones; new row ids for all of them.

    With no `RowId` anywhere rows match by position and the list's length counts; with at least one, rows match by id
    and the unmentioned disappear. An unknown row id is refused with an invented code.

    Raises:
        ApiError: 2001392 when the list or a row has the wrong type, 2001302, 2001303, 2001304, 2000550, the codes of
            `housework.check_row`, invented codes for an unknown VAT rate or row id or an inactive article, and
            whatever a single property refuses.
    """
    if not isinstance(sent, list) or not all(isinstance(row, dict) for row in sent):
        raise ApiError(2001392, "Felaktig indata: raderna har fel typ.")
    by_id = any(row.get("RowId") is not None for row in sent)
    rows = (_by_row_id if by_id else _by_position)(company, old, sent, terms)
    for row in rows:
        _check(company, row, terms)
    return with_new_ids(company, rows)


def with_new_ids(company: Company, rows: list[Row]) -> list[Row]:
    """Give the same rows under new row ids, as every update of the document does."""
    return [{**row, "RowId": company.next_row_id()} for row in rows]


def same_rows(one: list[Row], other: list[Row]) -> bool:
    """Tell whether two lists of rows say the same, whatever their row ids."""
    return [{**row, "RowId": 0} for row in one] == [{**row, "RowId": 0} for row in other]
