"""What our memory adds to an event: handed to rules as a frozen value, so that they stay pure."""

from collections.abc import Mapping

from pydantic import Field

from handlers.values import Frozen


class Facts(Frozen):
    """What is remembered of the event's thing and its company when rules run.

    ``generation`` is the newest of the thing: it grows when a person or a rule says that its documents are made anew.
    ``answers`` is what people answered to questions of rules, by the question's key.
    """

    generation: int = Field(default=1, ge=1)
    answers: Mapping[str, str] = Field(default_factory=dict)


NOTHING_KNOWN = Facts()
"""Of a thing that is heard of for the first time, in a company where nobody answered anything yet."""
