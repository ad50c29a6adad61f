"""Looks for garbage seldom: a run holds half a million objects that stay, and looking at them again finds nothing."""

import gc

SELDOM = 50_000
"""New objects between two looks; Python's own figure is 700."""


def seldom() -> None:
    """Let this process look for garbage seldom."""
    gc.set_threshold(SELDOM, 20, 20)


def leave_out_what_stays() -> None:
    """What was made until now, all that was imported and collected, is not looked at again."""
    gc.collect()
    gc.freeze()
