"""Every special by the first segment of its path, under `/3/` or, for the newer services, under `/api/`."""

from collections.abc import Mapping

from connectors.fortnox.simulator.company_card import COMPANY_INFORMATION
from connectors.fortnox.simulator.sie import SIE
from connectors.fortnox.simulator.special import Special

SPECIALS: Mapping[str, Special] = {
    "companyinformation": COMPANY_INFORMATION,
    "sie": SIE,
}
