"""A package that is hidden while another is imported; the daemon and every command start without rich."""

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from daemon.absent import hidden


def test_a_hidden_package_is_not_found_until_the_block_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither it nor its parts; others are, and nothing is left behind."""
    (tmp_path / "sundial").mkdir()
    (tmp_path / "sundial" / "__init__.py").write_text("")
    (tmp_path / "sundial" / "hand.py").write_text("")
    (tmp_path / "sundials.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    before = list(sys.meta_path)
    with hidden("sundial"):
        for name in ("sundial", "sundial.hand"):
            with pytest.raises(ModuleNotFoundError, match="is hidden from this import"):
                import_module(name)
        import_module("sundials")
    assert sys.meta_path == before
    assert import_module("sundial.hand").__name__ == "sundial.hand"


@pytest.mark.parametrize("module", ["daemon.service", "daemon.cli.service", "daemon.cli.looking", "daemon.demo"])
def test_nothing_but_the_live_view_loads_rich(module: str) -> None:
    """Although it is installed here, and structlog would load it."""
    assert find_spec("rich") is not None
    code = f"import {module}, sys; sys.exit('rich' in sys.modules or 'pygments' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=50).returncode == 0
