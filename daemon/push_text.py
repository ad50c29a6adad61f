"""One line about a company's push stream, as people read it."""

from typing import Any

from daemon.times import age, local

STANDS = {
    "current": "current",
    "closed": "CLOSED, tried again by itself",
    "left_out": "THIS COMPANY IS LEFT OUT",
    "silent": "SILENT",
    "topics_missing": "Fortnox does not give every topic",
    "catching_up": "catching up",
    "behind": "events are not handled yet",
    "in_doubt": "events may have been missed, a whole sweep is due",
}
LEFT_OUT = {
    "credentials": "its credentials do not work",
    "refused": "Fortnox does not take its token",
    "gone": "Fortnox has ended its events: its consent may be revoked",
    "another_company": "its token opens another company",
    "not_connected": "it has never been connected",
    "no_token": "no token can be had now",
}


def push_line(push: dict[str, Any]) -> str:
    """What :func:`daemon.screens.status` tells of the stream, in a line."""
    if push["stream"] is None:
        attended = "never" if push["attended_at"] is None else local(push["attended_at"])
        return f"last listened to {attended}, newest event of {local(push['newest_offset_of'])}"
    parts = [STANDS[push["stream"]]]
    if push["left_out"] is not None:
        parts.append(LEFT_OUT[push["left_out"]])
    if push["open_since"] is not None:
        parts.append(f"open since {local(push['open_since'])}, last heard of {age(push['silent_s'])} ago")
    parts.append(f"newest event of {local(push['last_event_at'] or push['newest_offset_of'])}")
    if push["in_doubt"]:
        parts.append(f"in doubt: {', '.join(push['in_doubt'])}")
    if push["topics_missing"]:
        parts.append(f"refused topics: {', '.join(push['topics_missing'])}")
    return "; ".join(parts)
