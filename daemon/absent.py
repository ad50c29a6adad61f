"""A package that is installed, hidden while another is imported that would load it for a use we never make of it."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Hides(MetaPathFinder):
    """Answers before the real finders that the package is not there."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Nothing of other packages; raises ``ModuleNotFoundError`` for the hidden one."""
        if fullname.partition(".")[0] == self._package:
            raise ModuleNotFoundError(f"{fullname} is hidden from this import", name=fullname)
        return None


@contextmanager
def hidden(package: str) -> Iterator[None]:
    """Imports inside the block do not find ``package``, unless it is loaded already; later ones find it as ever."""
    finder = _Hides(package)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
