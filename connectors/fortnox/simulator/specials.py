"""Every special by the first segment of its path, under `/3/` or, for the newer services, under `/api/`."""

from collections.abc import Mapping

from connectors.fortnox.simulator.archive import ARCHIVE
from connectors.fortnox.simulator.attachments import ATTACHMENTS
from connectors.fortnox.simulator.company_card import COMPANY_INFORMATION
from connectors.fortnox.simulator.inbox import INBOX
from connectors.fortnox.simulator.special import Special

SPECIALS: Mapping[str, Special] = {
    "archive": ARCHIVE,
    "companyinformation": COMPANY_INFORMATION,
    "fileattachments": ATTACHMENTS,
    "inbox": INBOX,
}
