"""Which senders take notes and tasks back from us, and what to add where none does."""

from collections.abc import Sequence
from typing import Literal

from daemon.settings import ConfiguredSource

Kind = Literal["notes", "tasks"]
KINDS: tuple[Kind, Kind] = ("notes", "tasks")


def takes(source: ConfiguredSource, kind: Kind) -> bool:
    """Whether the source's settings let rules and workflows leave such there."""
    back = source.settings.back
    return back is not None and (back.notes if kind == "notes" else back.tasks)


def takes_none(kind: Kind, names: Sequence[str]) -> str:
    """What is said where these sources take no such: the reason of a fault."""
    if not names:
        return f"no source sends to this company, so none takes {kind}"
    which = " and ".join(f"sources.{name}" for name in names)
    return (
        f"{which} {'takes' if len(names) == 1 else 'take'} no {kind} from us: add {kind} = true to "
        f"[sources.{names[0]}.write_back] (a source with access to its sender's API can have it)"
    )
