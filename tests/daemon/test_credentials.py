"""Secrets are found where the reference says, and shown nowhere."""

import base64
import copy
import json
import os
import pickle
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from daemon.credentials import Resolver, Secret, Unresolved, fault_in


def resolver(
    tmp_path: Path,
    *,
    environment: dict[str, str] | None = None,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> Resolver:
    """A resolver whose configuration lies in ``tmp_path``, with its data folder below."""
    return Resolver(
        folder=tmp_path, data_dir=tmp_path / "data", environment=environment or {}, random_bytes=random_bytes
    )


def revealed(found: Secret | Unresolved) -> str:
    """The secret's text; fails the test where there is none."""
    assert isinstance(found, Secret), found
    return found.reveal()


def reason(found: Secret | Unresolved) -> str:
    """Why there is none; fails the test where there is one."""
    assert isinstance(found, Unresolved), "a secret was found"
    return found.reason


def test_a_secret_shows_itself_in_no_text() -> None:
    """repr, str, format and nested texts give ***; it is not pickled, copied or turned into JSON."""
    secret = Secret("hush-hush")
    for text in (repr(secret), str(secret), f"{secret}", f"{[secret]}", f"{secret:>9}"):
        assert "hush" not in text
        assert "***" in text
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    assert secret == Secret("hush-hush")
    assert secret != Secret("other")


@pytest.mark.parametrize(
    "reference",
    ["", "hush-hush", "vault:x", "file:", "credential:../x", "credential:a/b", "generated:.x", "env:A B", "env:"],
)
def test_a_malformed_reference_is_named_without_its_text(tmp_path: Path, reference: str) -> None:
    """The reason never repeats the reference: it may be the secret itself, written in the wrong place."""
    fault = fault_in(reference)
    assert fault is not None
    assert "hush" not in fault
    assert reason(resolver(tmp_path).resolve(reference)) == fault


@pytest.mark.capability("000-02")
@pytest.mark.parametrize("name", ["hook", "fortnox-bridge_hook"])
def test_systemd_credentials(tmp_path: Path, name: str) -> None:
    """A credential is found by its own name, and with the name that loading a whole directory puts before it."""
    (tmp_path / name).write_text("from systemd\n")
    (tmp_path / name).chmod(0o440)
    found = resolver(tmp_path, environment={"CREDENTIALS_DIRECTORY": str(tmp_path)}).resolve("credential:hook")
    assert revealed(found) == "from systemd"


def test_missing_credentials(tmp_path: Path) -> None:
    """Outside the service, and for a name that was not loaded, the reason says which."""
    assert "no credentials directory" in reason(resolver(tmp_path).resolve("credential:hook"))
    found = resolver(tmp_path, environment={"CREDENTIALS_DIRECTORY": str(tmp_path)}).resolve("credential:hook")
    assert reason(found) == "is not in the credentials directory"


def test_a_file_is_relative_to_the_configuration(tmp_path: Path) -> None:
    """The file's line end is not part of the secret, inner spaces are."""
    (tmp_path / "hook").write_text(" hush hush\r\n")
    (tmp_path / "hook").chmod(0o600)
    assert revealed(resolver(tmp_path).resolve("file:hook")) == " hush hush"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A group- or world-readable secret file is a fault that says what to do."""
    (tmp_path / "hook").write_text("hush")
    (tmp_path / "hook").chmod(mode)
    assert "chmod 600" in reason(resolver(tmp_path).resolve("file:hook"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", "empty"), (b"\n", "empty"), (b"\xff\xfe", "not UTF-8"), (b"x" * 70000, "too long")],
)
def test_a_file_that_holds_no_secret(tmp_path: Path, content: bytes, expected: str) -> None:
    """Empty, binary and endless files are faults."""
    (tmp_path / "hook").write_bytes(content)
    (tmp_path / "hook").chmod(0o600)
    assert expected in reason(resolver(tmp_path).resolve("file:hook"))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Missing files and folders are faults, not exceptions."""
    assert "cannot be read" in reason(resolver(tmp_path).resolve("file:none"))
    (tmp_path / "folder").mkdir(mode=0o700)
    assert reason(resolver(tmp_path).resolve("file:folder"))


def test_environment_and_plain(tmp_path: Path) -> None:
    """Development's two ways."""
    found = resolver(tmp_path, environment={"HOOK": "hush"})
    assert revealed(found.resolve("env:HOOK")) == "hush"
    assert "missing or empty" in reason(found.resolve("env:OTHER"))
    assert revealed(found.resolve("plain:a:b")) == "a:b"


def test_a_generated_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    """Made at first use, readable by the owner only, the same ever after, with no draft left beside it."""
    old_mask = os.umask(0)
    try:
        first = revealed(resolver(tmp_path).resolve("generated:hook"))
    finally:
        os.umask(old_mask)
    path = tmp_path / "data" / "secrets" / "hook"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["hook"]
    assert revealed(resolver(tmp_path).resolve("generated:hook")) == first
    assert len(first) == 43


def test_generated_secrets_fit_their_use(tmp_path: Path) -> None:
    """A webhook key is 32 bytes behind whsec_, a sealing key is one that Fernet takes; the given randomness is used."""
    found = resolver(tmp_path, random_bytes=lambda count: b"\7" * count)
    assert base64.b64decode(revealed(found.resolve("generated:hook", "webhook")).removeprefix("whsec_")) == b"\7" * 32
    Fernet(revealed(found.resolve("generated:key", "seal")))


def test_of_two_makers_one_wins(tmp_path: Path) -> None:
    """A secret that another process made in the same moment is taken, not replaced."""

    def late(count: int) -> bytes:
        (tmp_path / "data" / "secrets" / "hook").write_text("made by the other")
        (tmp_path / "data" / "secrets" / "hook").chmod(0o600)
        return b"\7" * count

    assert revealed(resolver(tmp_path, random_bytes=late).resolve("generated:hook")) == "made by the other"


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    """Where nothing can be made, the reason says so."""
    (tmp_path / "data").write_text("")
    assert "could not be generated" in reason(resolver(tmp_path).resolve("generated:hook"))
