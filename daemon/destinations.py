"""How a sender that is written to is called where companies are named: in the outbox, in pauses, on screens."""

PREFIX = "to:"
"""No configured company has a colon in its name."""


def destination(source: str) -> str:
    """What stands for the source of this name as a target."""
    return PREFIX + source


def source_of(name: str) -> str | None:
    """The source that a destination is; ``None`` for a company."""
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else None
