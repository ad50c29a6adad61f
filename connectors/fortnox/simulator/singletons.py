"""What a company has one of and only reads: its settings, the caller, the locked period, the EU limit (6.13, 6.15)."""

from collections.abc import Callable
from decimal import Decimal

from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.company_card import company_information
from connectors.fortnox.simulator.errors import invalid_parameter, no_route
from connectors.fortnox.simulator.fields import blank
from connectors.fortnox.simulator.generic import drawn_fields
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.resource import Data
from connectors.fortnox.simulator.special import Special
from connectors.fortnox.simulator.vouchers import in_kronor
from connectors.fortnox.simulator.wire import Answer, json_answer
from connectors.fortnox.table import RESOURCES as TABLE

# Kronor a year, net, from which sales to consumers in the EU are taxed where the buyer is.
_EU_LIMIT = 99_680
_YEARS = range(1900, 2200)


def _settings(company: Company, _moment: Moment) -> Data:
    """Give the company's card as its settings show it; `DatabaseNumber` is a text here (Fortnox facts, 1.7)."""
    card = company_information(company)
    own = {
        "Country": "Sverige",
        "DatabaseNumber": str(card["DatabaseNumber"]),
        "Domicile": card["City"],
        "Name": card["CompanyName"],
        "TaxEnabled": True,
        "VATNumber": f"SE{card['OrganizationNumber'].replace('-', '')}01",
    }
    fields = blank(drawn_fields("fortnox_CompanySettings"))
    return fields | {name: value for name, value in card.items() if name in fields} | own


def _me(_company: Company, _moment: Moment) -> Data:
    """Give the service user of the consent (*simulator choice*)."""
    return {
        "Email": "tjanst@example.com",
        "Id": "1",
        "Locale": "sv_SE",
        "Name": "Tjänstekonto",
        "SysAdmin": False,
    }


def _locked_period(company: Company, _moment: Moment) -> Data:
    until = company.settings.locked_until
    return {"EndDate": None if until is None else until.isoformat()}


def _sold_to_eu_consumers(company: Company, year: str) -> Decimal:
    total = ZERO
    for record in company.invoices.values():
        invoice = record.data
        if record.vat_type == "EUVAT" and not invoice["Cancelled"] and invoice["InvoiceDate"].startswith(year):
            total += in_kronor(invoice["Net"], invoice["CurrencyRate"], invoice["CurrencyUnit"])
    return total


def _eu_vat_limit(company: Company, moment: Moment) -> Data:
    """Give what the year's invoices under the regime EUVAT come to, in kronor and net (*simulator choice*)."""
    year = moment.query.get("year", str(moment.today.year))
    if not (year.isascii() and year.isdigit() and int(year) in _YEARS):
        raise invalid_parameter("year")
    total = _sold_to_eu_consumers(company, year)
    return {"IsOverLimit": total > _EU_LIMIT, "Limit": _EU_LIMIT, "TotalExclVat": total, "Year": year}


def _email_senders(company: Company, _moment: Moment) -> Data:
    trusted = [dict(record.data) for record in company.records_of("email_senders").values()]
    return {"RejectedSenders": [], "TrustedSenders": trusted}


def _only(name: str, envelope: str, give: Callable[[Company, Moment], Data]) -> Special:
    scope = TABLE[name].scope

    def answer(company: Company, call: Call, rest: list[str], moment: Moment) -> Answer:
        if call.method != "GET" or rest:
            raise no_route()
        call.needs(scope)
        return json_answer(200, {envelope: give(company, moment)})

    return Special(answer)


SINGLETONS = {
    "emailsenders": _only("email_senders", "EmailSenders", _email_senders),
    "euvatlimitregulation": _only("eu_vat_limit", "EUVatLimitRegulation", _eu_vat_limit),
    "me": _only("me", "MeInformation", _me),
    "settings/company": _only("company_settings", "CompanySettings", _settings),
    "settings/lockedperiod": _only("locked_period", "LockedPeriod", _locked_period),
}
"""By path; of the senders only the list, which has a form of its own (each one is a resource)."""
