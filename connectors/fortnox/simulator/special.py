"""What a resource is that follows no common form: it answers for everything under its first path segments itself."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.wire import JSON_TYPE, Answer


def _json(_call: Call) -> str:
    return JSON_TYPE


@dataclass(frozen=True, slots=True)
class Special:
    """`answer` gets the path's decoded segments behind its own, checks the scope itself and raises `ApiError`.

    `body_type` is the content type that a call's body must have.
    """

    answer: Callable[[Company, Call, list[str], Moment], Answer]
    body_type: Callable[[Call], str] = _json
