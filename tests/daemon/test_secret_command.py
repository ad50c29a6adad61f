"""`secret`: taken from a prompt or a file, kept for its owner only, and shown to nobody."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from daemon.cli import main
from tests.acceptance.person import PATIENCE, PROGRAM
from tests.acceptance.process import ROOT
from tests.fakes.terminal import terminal

KEY = "companies.demo.fortnox.client_secret"
WORD = "a-secret-of-the-app"


def configuration(folder: Path, reference: str = "file:secrets/fortnox-demo") -> Path:
    """One company, its client secret where the reference says."""
    path = folder / "config.toml"
    path.write_text(
        'data_dir = "data"\nstate_key = "generated:state-key"\n[companies.demo]\nstart = 2026-01-01\n'
        f'[companies.demo.fortnox]\ntenant_id = 1\nclient_id = "app"\nclient_secret = "{reference}"\n',
        encoding="utf-8",
    )
    return path


def asked(path: Path, *words: str, given: str | None = None) -> Result:
    """Run the command without a terminal."""
    return CliRunner().invoke(main, ["secret", *words, "--config", str(path)], input=given)


@pytest.mark.capability("001-23", "002-04", "f88")
def test_a_secret_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    """In a terminal: what is typed shows nowhere, and lies in a file for its owner only, in place of the old one."""
    path = configuration(tmp_path)
    kept = tmp_path / "secrets" / "fortnox-demo"
    kept.parent.mkdir()
    kept.write_text("the old one")
    with terminal([*PROGRAM, "secret", "set", KEY, "--config", str(path)], ROOT, {}) as screen:
        screen.until(r"\(not shown\): ", PATIENCE)
        screen.type(WORD)
        assert screen.ended(PATIENCE) == 0, screen.text
        assert WORD not in screen.text
        assert f"{KEY} is kept in {kept}" in screen.text.replace("\n", "")
    assert kept.read_text() == f"{WORD}\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [file.name for file in kept.parent.iterdir()] == ["fortnox-demo"]
    listed = {one["key"]: one["says"] for one in json.loads(asked(path, "list", "--json").stdout)}
    assert listed == {"state_key": "made at first use", KEY: "found"}


@pytest.mark.capability("001-23")
def test_a_secret_comes_from_a_file_or_a_pipe(tmp_path: Path) -> None:
    """Never from the command line, and not without a terminal to ask at."""
    path, kept = configuration(tmp_path), tmp_path / "secrets" / "fortnox-demo"
    (tmp_path / "given").write_text(f"{WORD}\n", encoding="utf-8")
    assert asked(path, "set", KEY, "--from", str(tmp_path / "given")).exit_code == 0
    assert kept.read_text() == f"{WORD}\n"
    assert json.loads(asked(path, "set", KEY, "--from", "-", "--json", given="another\n").stdout)["file"] == str(kept)
    assert kept.read_text() == "another\n"
    assert asked(path, "set", KEY, WORD).exit_code == 2
    assert "there is no terminal to ask at" in asked(path, "set", KEY).stderr


@pytest.mark.parametrize(
    ("reference", "key", "given", "said"),
    [
        ("credential:fortnox", KEY, WORD, f"{KEY}: systemd hands it over, from where LoadCredential= says"),
        ("env:FORTNOX", KEY, WORD, "it lies in the environment of the daemon"),
        ("file:secrets/a", KEY, " \n", f"{KEY}: it is missing or empty"),
        ("file:config.toml/a", KEY, WORD, "cannot be written: Not a directory"),
        ("file:secrets/a", "companies.demo.fortnox.client_secrt", WORD, f"did you mean {KEY}?"),
        ("file:secrets/a", "state_key", WORD, "state_key is added to, not replaced"),
    ],
)
def test_what_cannot_be_kept_is_said(tmp_path: Path, reference: str, key: str, given: str, said: str) -> None:
    """One sentence, and nothing written; the secret stands in none."""
    path = configuration(tmp_path, reference)
    result = asked(path, "set", key, "--from", "-", given=given)
    assert result.exit_code in {1, 2}
    assert said in result.stderr
    assert WORD not in result.output
    assert {file.name for file in tmp_path.rglob("*") if file.is_file()} == {"config.toml"}


@pytest.mark.capability("001-23")
def test_a_credential_is_kept_where_systemd_takes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the folder of the unit, beside the configuration: the daemon sees it after a restart."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = configuration(tmp_path, "credential:fortnox-demo")
    (tmp_path / "credentials").mkdir(mode=0o700)
    assert "is nowhere for systemd to hand over" in asked(path, "list").stdout
    assert asked(path, "set", KEY, "--from", "-", given=WORD).exit_code == 0
    kept = tmp_path / "credentials" / "fortnox-demo"
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == (f"{WORD}\n", 0o600)
    assert "found, for systemd to hand over" in asked(path, "list").stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for another user")
def test_root_writes_for_the_daemons_user(tmp_path: Path) -> None:
    """A file that the daemon reads itself belongs to whom the data folder belongs to."""
    path = configuration(tmp_path)
    (tmp_path / "data").mkdir()
    os.chown(tmp_path / "data", 65534, 65534)
    assert asked(path, "set", KEY, "--from", "-", given=WORD).exit_code == 0
    kept = tmp_path / "secrets" / "fortnox-demo"
    assert [kept.stat().st_uid, kept.parent.stat().st_uid] == [65534, 65534]


def test_a_missing_secret_is_listed(tmp_path: Path) -> None:
    """With the reason, and exit 1; a secret in the configuration itself is masked."""
    result = asked(configuration(tmp_path), "list")
    assert result.exit_code == 1
    assert "the file cannot be read: No such file or directory" in result.stdout
    assert f"plain:{WORD}" not in asked(configuration(tmp_path, f"plain:{WORD}"), "list").stdout
