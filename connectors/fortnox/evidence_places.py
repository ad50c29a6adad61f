"""Where evidence hangs: on an invoice as an attachment, on a voucher as a file connection (Fortnox facts, 6.17)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.base import Json, Later, Link
from connectors.fortnox.client import Client
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.outcomes import BareOutcome
from connectors.fortnox.record_names import keys_of
from connectors.fortnox.table import RESOURCES
from connectors.fortnox.wire import is_true, text_of

LIST = "list_attachments"


class Hanging(NamedTuple):
    """One file that hangs on a document: what takes it off again, and the id that the file is named by there."""

    attachment: str
    file: str


@dataclass(frozen=True, slots=True)
class Attaching:
    """The call that attaches a file."""

    operation: str
    body: Any
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OnInvoice:
    """An invoice or a credit invoice, by its number. The file never goes along when the invoice is sent."""

    number: str
    folder: str = "Inbox_kf"

    @property
    def named(self) -> str:
        """As links and proofs name it."""
        return f"invoice:{self.number}"

    def attaching(self, file: str, archived: str) -> Attaching:
        """By the id that stays, ``archived``."""
        one = {"entityId": int(self.number), "entityType": "F", "fileId": archived, "includeOnSend": False}
        return Attaching("create_attachment", [one])

    async def hanging(self, client: Client) -> list[Hanging]:
        """Everything that is attached to it, by whomever. Raises ``Later`` where not all of that can be read."""
        params = {"entityid": self.number, "entitytype": "F"}
        outcome = await client.carry(LIST, params=params)
        rows = outcome.value if isinstance(outcome, BareOutcome) else None
        found = of_answer(rows)
        if not isinstance(rows, list) or len(found) < len(rows) or not all(one.file for one in found):
            # What is not shown may be ours: that is no proof that it does not hang there.
            raise Later("list_unreadable", system=SYSTEM, operation=LIST)
        return found

    async def is_final(self, client: Client) -> bool:
        """Whether what hangs there must stay: a booked invoice keeps what it was booked on."""
        return is_true((await client.read("read_invoice", self.number)).get("Booked"))


@dataclass(frozen=True, slots=True)
class OnVoucher:
    """A voucher, by series, number and the id of its financial year."""

    number: str
    folder: str = "Inbox_v"

    @property
    def named(self) -> str:
        """As links and proofs name it."""
        return f"voucher:{self.number}"

    def attaching(self, file: str, archived: str) -> Attaching:
        """By the id of the inbox, ``file``."""
        series, number, year = keys_of(RESOURCES["vouchers"], self.number)
        body: Json = {"FileId": file, "VoucherSeries": series, "VoucherNumber": number}
        return Attaching("create_voucher_file_connection", body, {"financialyear": year})

    async def hanging(self, client: Client) -> list[Hanging]:
        """The files of its series and number: of whichever year, since a file's own name tells whose it is."""
        series, number, _ = keys_of(RESOURCES["vouchers"], self.number)
        rows = await client.search("list_voucher_file_connections", {"voucherseries": series, "vouchernumber": number})
        same = [row for row in rows if text_of(row.get("VoucherNumber")) == number]
        return [Hanging(text_of(row.get("FileId")), text_of(row.get("FileId"))) for row in same]

    async def is_final(self, client: Client) -> bool:
        """Fortnox changes no voucher."""
        return True


Place = OnInvoice | OnVoucher


def place_of(document: Link) -> Place:
    """Where the evidence of a linked document hangs."""
    return OnVoucher(document.number) if document.kind == "voucher" else OnInvoice(document.number)


def place_named(named: str) -> Place:
    """The place that a proof names: ``invoice:17``."""
    kind, _, number = named.partition(":")
    return OnVoucher(number) if kind == "voucher" else OnInvoice(number)


def of_answer(value: Any) -> list[Hanging]:
    """The attachments of an answer of the attachments' service, which has no envelope."""
    rows = value if isinstance(value, list) else []
    return [Hanging(text_of(row.get("id")), text_of(row.get("fileId"))) for row in rows if isinstance(row, dict)]
