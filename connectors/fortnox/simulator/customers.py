"""Customers: numbering, defaults, derived countries, and what stops a deletion (Fortnox facts, 6.2)."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.countries import country_name
from connectors.fortnox.simulator.customer_fields import CUSTOMER_FIELDS
from connectors.fortnox.simulator.errors import ApiError, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK, blank, lay_over, read_value
from connectors.fortnox.simulator.offers import is_open
from connectors.fortnox.simulator.texts import is_number

_VAT_NUMBER = re.compile(r"SE\d{12}|(?!SE)[A-Z]{2}[A-Z0-9]{2,13}")
_COUNTRIES = {
    "Country": "CountryCode",
    "DeliveryCountry": "DeliveryCountryCode",
    "VisitingCountry": "VisitingCountryCode",
}


def _is_free(company: Company, number: str) -> bool:
    if number in company.customers:
        return False
    return number not in company.deleted_customer_numbers or number in company.reissuable_customer_numbers


def _next_number(company: Company) -> str:
    number = company.next_number("customer", lambda number: _is_free(company, number))
    company.reissuable_customer_numbers.discard(number)
    return number


def _supplied_number(company: Company, sent: Mapping[str, Any]) -> str | None:
    value = sent.get("CustomerNumber")
    if value in (None, "", API_BLANK):
        return None
    number = str(read_value("CustomerNumber", value, CUSTOMER_FIELDS["CustomerNumber"]))
    if not is_number(number):
        raise ApiError(2000106, "Kundnumret måste vara alfanumeriskt.")
    if number in company.customers or number in company.deleted_customer_numbers:
        raise ApiError(2000637, f'Kundnummer "{number}" används redan.')
    return number


def _check(company: Company, data: dict[str, Any]) -> None:
    if not data["Name"]:
        raise ApiError(2000204, "Kundens namn saknas.")
    company.currency(data["Currency"])
    company.check_price_list(data["PriceList"])
    if data["TermsOfPayment"]:
        company.days_of_payment(data["TermsOfPayment"])
    if data["SalesAccount"] is not None and not company.has_account(data["SalesAccount"]):
        raise ApiError(2000423, "Kan inte hitta kontot.")
    if data["VATNumber"] and not _VAT_NUMBER.fullmatch(data["VATNumber"].replace(" ", "")):
        raise ApiError(2004194, "Ogiltigt momsregistreringsnummer.")
    for name, code_name in _COUNTRIES.items():
        data[name] = country_name(data[code_name])


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Create a customer under its own or the next number.

    Raises:
        ApiError: 2000204 without a name, 2000637 for a used number or one reserved by a deleted customer, 2000106,
            2000427, 2000431, 2000429, 2000423, 2004194, and whatever a single property refuses.
    """
    number = _supplied_number(company, sent)
    data = blank(CUSTOMER_FIELDS)
    lay_over(data, {name: value for name, value in sent.items() if name != "CustomerNumber"}, CUSTOMER_FIELDS)
    _check(company, data)
    data["CustomerNumber"] = number or _next_number(company)
    record = Record(data, moment.now)
    company.customers[data["CustomerNumber"]] = record
    return record


def update(company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change the given properties; the number itself cannot change.

    Raises:
        ApiError: as `create`; nothing is changed then.
    """
    data = dict(record.data)
    given = dict(sent)
    if str(given.pop("CustomerNumber", data["CustomerNumber"])) != data["CustomerNumber"]:
        raise unknown_field("CustomerNumber")
    lay_over(data, given, CUSTOMER_FIELDS)
    _check(company, data)
    record.data = data
    record.modified = moment.now


def _check_unused(company: Company, number: str) -> None:
    for record in (*company.invoices.values(), *company.orders.values()):
        if record.data["CustomerNumber"] == number and not record.data["Cancelled"]:
            raise ApiError(2000310, "Kunden används och kan inte tas bort.")
    for record in company.offers.values():
        if record.data["CustomerNumber"] == number and is_open(record.data):
            raise ApiError(2003614, "Kunden har offerter utan order och kan inte tas bort.")


def delete(company: Company, record: Record, _moment: Moment) -> None:
    """Delete a customer; its number stays reserved, but the series re-issues it if it was the last one.

    Raises:
        ApiError: 2000310 while the customer has an invoice or order that is not cancelled, 2003614 while it has an open
            offer.
    """
    number: str = record.data["CustomerNumber"]
    _check_unused(company, number)
    del company.customers[number]
    company.deleted_customer_numbers.add(number)
    if number == str(company.next_numbers["customer"] - 1):
        company.next_numbers["customer"] -= 1
        company.reissuable_customer_numbers.add(number)
