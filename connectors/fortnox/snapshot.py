"""What one examination read of a company: each resource once, or why it could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from connectors.base import Json


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing to read: an operation of the table, with the key of its object or the parameters of its list.

    ``pages`` bounds a list (500 rows a page). ``rows`` asks for that many of its first rows only, in one call.
    """

    operation: str
    key: str = ""
    params: tuple[tuple[str, str], ...] = ()
    pages: int = 4
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Why something was not read. ``reason`` is a closed word; ``lost`` says that a person must connect the company.

    ``says`` and ``remedy`` are for a person; ``code`` is Fortnox's error code where it gave one.
    """

    reason: str
    says: str
    remedy: str = ""
    code: int | None = None
    lost: bool = False


class NotRead(Exception):
    """A check asked for something that was not read."""

    def __init__(self, why: Unread) -> None:
        super().__init__(why.reason)
        self.why = why


@dataclass(frozen=True, slots=True)
class Token:
    """The access token by its own words (Fortnox facts, section 2.4); ``None`` where it does not say.

    ``days_left`` are those of a refresh token; ``rotates`` says that the company is connected by one.
    """

    scopes: frozenset[str] | None
    tenant: int | None
    age: timedelta | None
    expires_in: timedelta | None
    days_left: float | None
    rotates: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read, in so many ``calls``; ``ahead_seconds`` is how far Fortnox's clock is ahead of ours."""

    token: Token | Unread
    answers: Mapping[Reading, tuple[Json, ...] | Unread]
    ahead_seconds: float | None
    calls: int

    def rows(self, reading: Reading) -> tuple[Json, ...]:
        """The rows of a list, or the one object; empty for an object that does not exist. Raises :class:`NotRead`."""
        answer = self.answers[reading]
        if isinstance(answer, Unread):
            raise NotRead(answer)
        return answer

    def one(self, reading: Reading) -> Json:
        """An object that is always there. Raises :class:`NotRead`."""
        return self.rows(reading)[0]

    def by(self, key: str, reading: Reading) -> Mapping[str, Json]:
        """The rows of a list by a field of theirs, as text. Raises :class:`NotRead`."""
        return {str(row.get(key)): row for row in self.rows(reading)}

    def known_token(self) -> Token:
        """The token. Raises :class:`NotRead`."""
        if isinstance(self.token, Unread):
            raise NotRead(self.token)
        return self.token
