"""Keeps what Python compiles, also where the environment says not to: else each process compiles everything anew."""

import os
import sys

_VARIABLE = "PYTHONDONTWRITEBYTECODE"


def keep() -> None:
    """Let this process, and every one that it starts, keep compiled modules in ``__pycache__`` beside their source.

    Without them, each test process spends twice as long on collecting (its assertions are rewritten), and each command
    that a test starts compiles the whole daemon.
    """
    sys.dont_write_bytecode = False
    os.environ.pop(_VARIABLE, None)
