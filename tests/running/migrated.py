"""New databases as copies of one: in each test process the real migrations run once, and give what is copied."""

import functools
import tempfile
from pathlib import Path

from store import migrate as module
from store.migrate import Migrated

migrate_for_real = module.migrate
_OWN = module.MIGRATIONS


@functools.cache
def _made() -> tuple[Migrated, bytes]:
    """What the real migrations do with a new file, and the file that they leave (closed: nothing is in its log)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        return migrate_for_real(path), path.read_bytes()


def migrate(path: Path) -> Migrated:
    """As :func:`store.migrate.migrate`, which it leaves everything to that is no new file in a folder to write in."""
    if module.MIGRATIONS != _OWN or path.exists():
        return migrate_for_real(path)
    done, content = _made()
    try:
        path.write_bytes(content)
    except OSError:
        return migrate_for_real(path)  # it says what is wrong with the place
    return done


def install() -> None:
    """Let everything that is imported from here on migrate by copies."""
    module.migrate = migrate
