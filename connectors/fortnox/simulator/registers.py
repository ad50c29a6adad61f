"""The registers beside the documents: currencies, and the company's own information (Fortnox facts, 6.15)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import Field, Kind, blank, lay_over

CURRENCY_FIELDS: dict[str, Field] = {
    "BuyRate": Field(Kind.NUMBER, default=Decimal(1)),
    "Code": Field(longest=3),
    "Date": Field(Kind.DATE, default=None, read_only=True),
    "Description": Field(longest=50),
    "IsAutomatic": Field(Kind.BOOLEAN, default=False, read_only=True),
    "SellRate": Field(Kind.NUMBER, default=Decimal(1)),
    "Unit": Field(Kind.NUMBER, default=Decimal(1)),
}


def _check_currency(currency: dict[str, Any]) -> None:
    for name in ("Code", "Description"):
        if not currency[name]:
            raise ApiError(2000204, f"Fältet {name} saknas.")
    for name in ("BuyRate", "SellRate", "Unit"):
        if currency[name] <= 0:
            raise ApiError(2000108, f"Fältet {name} måste vara större än noll.")


def create_currency(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Register a currency.

    Raises:
        ApiError: 2000204 without code or description, an invented code for one that is registered already.
    """
    currency = blank(CURRENCY_FIELDS)
    lay_over(currency, sent, CURRENCY_FIELDS)
    _check_currency(currency)
    if currency["Code"] in company.currencies:
        raise ApiError(Invented.CURRENCY_EXISTS, f"Valutan {currency['Code']} finns redan.")
    currency["Date"] = moment.today.isoformat()
    record = Record(currency, moment.now)
    company.currencies[currency["Code"]] = record
    return record


def update_currency(_company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change rates, unit or description; the code stays.

    Raises:
        ApiError: 2001399 for another code, else as `create_currency`.
    """
    currency = dict(record.data)
    if sent.get("Code") not in (None, "", currency["Code"]):
        raise unknown_field("Code")
    lay_over(currency, {name: value for name, value in sent.items() if name != "Code"}, CURRENCY_FIELDS)
    _check_currency(currency)
    currency["Date"] = moment.today.isoformat()
    record.data, record.modified = currency, moment.now


def company_information(company: Company) -> dict[str, Any]:
    """Give the company's own card; `DatabaseNumber` is the tenant id as a number (Fortnox facts, 1.7)."""
    return {
        "Address": "Provgatan 1",
        "City": "Växjö",
        "CompanyName": company.settings.company_name,
        "CountryCode": "SE",
        "DatabaseNumber": company.settings.tenant_id,
        "OrganizationNumber": company.settings.organisation_number,
        "VisitAddress": "",
        "VisitCity": "",
        "VisitCountryCode": "",
        "VisitZipCode": "",
        "ZipCode": "35230",
    }
