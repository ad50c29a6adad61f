"""A deliberately broken daemon: it believes, without looking, that a write with an unknown end never took effect."""

import sys
from collections.abc import Sequence
from pathlib import Path

from connectors.base import Target, Task
from daemon.looking import Absent, Looks, Verdict
from daemon.service import serve
from store.attempts import OpenAttempt


async def _absent(self: Looks, target: Target, task: Task, outbox_id: int, attempts: Sequence[OpenAttempt]) -> Verdict:
    del self, target, task, outbox_id
    return Absent(tuple(attempts))


if __name__ == "__main__":
    Looks.resolve = _absent  # type: ignore[method-assign]
    sys.exit(serve(Path(sys.argv[1])))
