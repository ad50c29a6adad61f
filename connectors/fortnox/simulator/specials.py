"""Every special by the first segment of its path or the first two, under `/3/` or, for newer services, `/api/`."""

from collections.abc import Mapping

from connectors.fortnox.simulator.archive import ARCHIVE
from connectors.fortnox.simulator.attachments import ATTACHMENTS
from connectors.fortnox.simulator.company_card import COMPANY_INFORMATION
from connectors.fortnox.simulator.depreciations import DEPRECIATIONS
from connectors.fortnox.simulator.inbox import INBOX
from connectors.fortnox.simulator.sie import SIE
from connectors.fortnox.simulator.singletons import SINGLETONS
from connectors.fortnox.simulator.special import Special

SPECIALS: Mapping[str, Special] = {
    "archive": ARCHIVE,
    "companyinformation": COMPANY_INFORMATION,
    **DEPRECIATIONS,
    **SINGLETONS,
    "sie": SIE,
    "fileattachments": ATTACHMENTS,
    "inbox": INBOX,
}
