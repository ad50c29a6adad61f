"""How a sender that is written to is called where companies are named: in the outbox, in pauses, on screens."""

PREFIX = "to:"
"""No configured company has a colon in its name."""

NOTICE = "notice:"
"""No configured source has one either."""


def destination(source: str) -> str:
    """What stands for the source of this name as a target."""
    return PREFIX + source


def written_to(name: str) -> str | None:
    """The source that a destination is; ``None`` for a company."""
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else None


def target_name(way: str) -> str:
    """What a notice that leaves by this way (webhook, mail) names as its target."""
    return NOTICE + way


def is_notice(name: str) -> bool:
    """Whether a destination is a way of notices."""
    return name.startswith(destination(NOTICE))
