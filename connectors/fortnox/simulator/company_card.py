"""The company's own information (Fortnox facts, 6.15)."""

from typing import Any

from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.errors import no_route
from connectors.fortnox.simulator.special import Special
from connectors.fortnox.simulator.wire import Answer, json_answer


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


def _answer(company: Company, call: Call, rest: list[str], _moment: Moment) -> Answer:
    if call.method != "GET" or rest:
        raise no_route()
    call.needs("companyinformation")
    return json_answer(200, {"CompanyInformation": company_information(company)})


COMPANY_INFORMATION = Special(_answer)
