"""The Python interpreter, set up for one process that runs for months."""

import gc

YOUNG_OBJECTS = 20_000
"""New objects before the collector looks at them: requests and rows die by their count, few are ever in a circle."""


def tune() -> None:
    """No search for garbage among what was loaded at the start, and fewer searches among the new (a tenth of the
    processor's time otherwise: docs/performance.md). Turns of threads stay as they are: shorter ones gain nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
