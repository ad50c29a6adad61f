"""The Python interpreter, set up for one process that runs for months with a loop and a writer's thread."""

import gc
import sys

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter to itself: the writer's thread asks for it several times a statement, and
with the usual 5 ms each of them may wait that long behind the loop (docs/performance.md)."""

YOUNG_OBJECTS = 20_000
"""New objects before the collector looks at them: requests and rows die by their count, few are ever in a circle."""


def tune() -> None:
    """Shorter turns for threads, and no search for garbage among what was loaded at the start."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
