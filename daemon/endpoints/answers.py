"""What our endpoints answer: one shape for what was done, one for every refusal."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answered:
    """A status of HTTP and the JSON that goes with it."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A call is refused: ``code`` is a closed word, ``text`` one sentence that repeats nothing of the call.

    ``faults`` are field paths with a reason each; ``retry_after`` is in seconds.
    """

    def __init__(
        self, status: int, code: str, text: str, *, faults: tuple[str, ...] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.faults = faults
        self.retry_after = retry_after

    def answered(self) -> Answered:
        """The refusal as an answer."""
        body: dict[str, Any] = {"error": {"code": self.code, "message": self.text}}
        if self.faults:
            body["error"]["faults"] = list(self.faults)
        return Answered(self.status, body, {} if self.retry_after is None else {"Retry-After": str(self.retry_after)})


def not_found() -> Refusal:
    """The same for what does not exist and for what belongs to a company that the key does not see."""
    return Refusal(404, "not_found", "there is no such thing for this key")
