"""What an examination says of the machine: each fault is found, and a sound one has none."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from daemon.config import load_config
from daemon.host_checks import host_findings
from daemon.settings import Config, Warned
from store import engine
from tests.daemon.test_config import EXAMPLE


class Room(NamedTuple):
    """What the system says of a disk."""

    total: int
    used: int
    free: int


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The example's configuration, its data folder as the daemon makes it."""
    shutil.copy(EXAMPLE, tmp_path / "config.toml")
    return load_config(tmp_path / "config.toml", environment={})


@pytest.mark.capability("f82")
def test_a_sound_machine(config: Config) -> None:
    """Every line is ok and says what was seen."""
    found = {line.check: line for line in host_findings(config, [])}
    assert {line.level for line in found.values()} == {"ok"}
    assert list(found) == ["sqlite", "disk", "data_folder", "state_key", "senders", "configuration"]
    assert found["data_folder"].says == "mode 700, its owner's alone"
    assert found["senders"].says == "each with its secret: shop, ghl"


def _open_folder(config: Config, _: pytest.MonkeyPatch) -> Config:
    config.data_dir.chmod(0o755)
    return config


def _free(size: int) -> Callable[[Config, pytest.MonkeyPatch], Config]:
    def plant(config: Config, patch: pytest.MonkeyPatch) -> Config:
        patch.setattr(shutil, "disk_usage", lambda _: Room(10 * size, 9 * size, size))
        return config

    return plant


def _without_secret(config: Config, _: pytest.MonkeyPatch) -> Config:
    return replace(config, sources={**config.sources, "shop": replace(config.sources["shop"], source=None)})


def _another_user(config: Config, patch: pytest.MonkeyPatch) -> Config:
    other = os.geteuid() + 1
    patch.setattr(os, "geteuid", lambda: other)
    return config


def _warned(config: Config, _: pytest.MonkeyPatch) -> Config:
    return replace(config, warnings=(Warned("http.host", "listens_beyond_this_machine_without_tls"),))


@pytest.mark.capability("f82")
@pytest.mark.parametrize(
    ("plant", "level", "check", "says"),
    [
        (_open_folder, "failed", "data_folder", "the data folder has mode 755, so others may look into it"),
        (_another_user, "failed", "data_folder", "the data folder belongs to another user"),
        (_free(500 * 1024**2), "warning", "disk", "500 MiB free"),
        (_free(50 * 1024**2), "failed", "disk", "50 MiB free"),
        (_without_secret, "failed", "senders", "without its secret: shop"),
        (lambda config, _: replace(config, sources={}), "warning", "senders", "nobody may send: there is no source"),
        (_warned, "warning", "configuration", "http.host: listens beyond this machine without tls"),
    ],
)
def test_a_fault_is_found(
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[Config, pytest.MonkeyPatch], Config],
    level: str,
    check: str,
    says: str,
) -> None:
    """That one and no other, with what to do."""
    (found,) = [line for line in host_findings(plant(config, monkeypatch), []) if line.level != "ok"]
    assert (found.level, found.check, found.says) == (level, check, says)
    assert found.remedy


def test_tokens_that_do_not_open(config: Config) -> None:
    """Named by their companies."""
    (found,) = [line for line in host_findings(config, ["demo", "other"]) if line.level != "ok"]
    assert found.says == "the stored tokens of demo, other do not open with state_key"
    assert found.about == "demo,other"


@pytest.mark.parametrize(
    ("numbers", "has"), [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 6, 23), False)]
)
def test_which_versions_have_the_wal_reset_fault(numbers: tuple[int, ...], has: bool) -> None:
    """From 3.7.0 until it was mended in 3.51.3."""
    assert engine.has_wal_reset_fault(numbers) is has
    assert len(engine.version()) == 3
