"""What every command carries, and what it says about the others of its lane."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, field_validator

from handlers.values import Frozen, Ref

MatchKey = tuple[str, str]
"""A name of a key (organisation_number, own_number, email) and its normalised value."""

Purpose = tuple[str, Ref]
"""A kind of command and the thing that it is about."""


def exact(value: Any) -> Any:
    """The value as it may lie on disk and come back the same: decimals become text.

    Raises ``ValueError`` for a binary fraction, which has no exact form.
    """
    if isinstance(value, float):
        raise ValueError("a number with a fraction must be given as a decimal or as text")  # noqa: TRY004 - a validator must raise it
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {str(name): exact(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [exact(inner) for inner in value]
    return value


FORTNOX = "fortnox"
"""The target of a command that nothing else is said of: the company's own Fortnox."""


ExactFields = Annotated[dict[str, Any], AfterValidator(exact)]
"""Fields under Fortnox's own names: texts, whole numbers, flags, ``None``, lists and objects; a decimal as its text."""


class CommandBase(Frozen):
    """What every command carries: the thing it makes true. Its outbox key is event identity + rule + subject."""

    goes_back: ClassVar[bool] = False
    """Whether it goes to a sender, which it then names as its target."""

    target: str = FORTNOX
    thing: Ref

    @field_validator("target")
    @classmethod
    def _its_own(cls, target: str) -> str:
        if (target == FORTNOX) == cls.goes_back:
            raise ValueError("names another system than such a command is for")
        return target

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Things that must be linked before this command can go."""
        return ()

    @property
    def optional_refs(self) -> tuple[Ref, ...]:
        """Things that are used where they are linked; nothing waits for them, and nothing stops without them."""
        return ()

    @property
    def beside(self) -> bool:
        """Whether it stands in a lane of its own, so that nothing of its event waits for it.

        It waits until whatever makes the things it needs is done; where one of those never comes, nor does this.
        """
        return False

    @property
    def patient(self) -> bool:
        """Whether what it needs may be told later than itself: then it waits although nothing makes that yet."""
        return False

    @property
    def dispensable(self) -> bool:
        """Whether there is nothing to do, and nobody to ask, where no command makes what it needs."""
        return False

    @property
    def supersedes(self) -> tuple[Purpose, ...]:
        """Kinds of older unsent commands that mean the opposite and give way to this one, each with its thing."""
        return ()

    @property
    def replaces_older(self) -> bool:
        """Whether older unsent commands of this kind for the same thing give way to this one."""
        return True

    @property
    def match_keys(self) -> tuple[MatchKey, ...]:
        """Keys to claim before the thing is looked up or created, strongest first; only parties have any."""
        return ()


ClosedPeriod = Literal["hold", "next_open_day", "ask"]
"""What happens to a document whose day is locked, or in no financial year."""


class Braked(CommandBase):
    """What may be held for a person's permission: ``allowed`` are the reasons for holding it that a person allowed."""

    allowed: tuple[str, ...] = ()
