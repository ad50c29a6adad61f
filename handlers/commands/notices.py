"""What people shall be told: a notice that leaves by webhook or mail."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from handlers.commands.senders import SenderCommand
from handlers.values import Frozen


class NoticeLine(Frozen):
    """One thing that stands still. ``about`` is a company, source or destination; ``reason`` a closed word.

    ``question`` is the id that ``held show`` takes, with what waits for it: rows, sales and their kronor (those whose
    rate is known). ``since`` is aware. Nothing here names a party.
    """

    about: str
    reason: str
    question: str | None = None
    waiting: int | None = None
    sales: int | None = None
    kronor: Decimal | None = None
    since: datetime | None = None


class SendNotice(SenderCommand):
    """One notice, by the way that ``id`` names: ``lines`` and how many ``more`` there are. ``at`` (aware) and
    ``notice_id`` are the same however often it is sent."""

    kind: Literal["send_notice"] = "send_notice"
    notice_id: str
    at: datetime
    lines: tuple[NoticeLine, ...]
    more: int = 0

    @property
    def lane(self) -> str:
        """Each leaves by itself: what one of them says, no other says again."""
        return f"{self.target}:{self.notice_id}"
