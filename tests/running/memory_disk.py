"""Where the files of the tests lie: in memory where there is room, so that no commit waits for a disk."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # pytest makes a folder in it that only this user may enter
ROOM = 2 * 1024**3
"""Bytes that must be free: ten times what one run of all tests leaves."""
_VARIABLE = "PYTEST_DEBUG_TEMPROOT"


def use() -> None:
    """Let pytest make its temporary folders in memory, unless the environment names a place for them."""
    if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault(_VARIABLE, str(MEMORY))
