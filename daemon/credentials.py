"""Secrets by reference: where each one lies, and a type that never shows what it holds."""

import base64
import hmac
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from pydantic import BaseModel

from connectors.base import SecretReference

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
MOST_BYTES = 65536
UNIT = "fortnox-bridge"
HANDED_OVER = "credentials"
"""The folder beside the configuration that our unit takes ``credential:`` from, owned by root."""

PLACES = "credential:NAME, file:PATH, generated:NAME, env:NAME or, beside the simulator only, plain:TEXT"

Form = Literal["token", "webhook", "seal"]
"""What a generated secret is for: a token in a URL or header, a Standard Webhooks key, or the key of the store."""


class Secret:
    """A secret whose text form is ``***``; only ``reveal`` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself: only for the call that needs it, never for a text or a log line."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __format__(self, form: str) -> str:
        return format("***", form)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]  # a secret is no key of a table

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied to another process or file")


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why a reference gives no secret: one sentence that holds no part of any secret."""

    reason: str


def fault_in(reference: str) -> str | None:
    """What is wrong with the form of a reference, without looking for the secret; ``None`` where nothing is."""
    place, colon, rest = reference.partition(":")
    if not colon or place not in {"credential", "file", "generated", "env", "plain"}:
        return f"must say where the secret lies: {PLACES}"
    if not rest:
        return f"names nothing after {place}:"
    if place in {"credential", "generated"} and not NAME.fullmatch(rest):
        return f"the name after {place}: may hold letters, digits, _ . and - only"
    if place == "env" and not VARIABLE.fullmatch(rest):
        return "the name after env: is not the name of an environment variable"
    return None


class Resolver:
    """Finds secrets: in systemd's credentials directory, in files, in the data folder (made there), in the environment.

    ``folder`` is where relative ``file:`` paths begin (the configuration's own folder), ``data_dir`` holds ``secrets/``
    with generated ones; ``random_bytes`` gives unpredictable bytes (``secrets.token_bytes``).
    """

    def __init__(
        self,
        *,
        folder: Path,
        data_dir: Path,
        environment: Mapping[str, str],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._folder = folder
        self._generated = data_dir / "secrets"
        self._environment = environment
        self._random_bytes = random_bytes

    def resolve(self, reference: str, form: Form = "token") -> Secret | Unresolved:
        """The secret, without the line end of a file; or why there is none. ``form`` says what to generate."""
        fault = fault_in(reference)
        if fault is not None:
            return Unresolved(fault)
        place, _, rest = reference.partition(":")
        match place:
            case "credential":
                return self._credential(rest)
            case "file":
                return _read(self._folder / rest, private=True)
            case "generated":
                return self._made(self._generated / rest, form)
            case "env":
                value = self._environment.get(rest, "")
                return _checked(value.encode(errors="surrogateescape"), "the environment variable")
            case _:
                return _checked(rest.encode(), "the text after plain:")

    def _credential(self, name: str) -> Secret | Unresolved:
        directory = self._environment.get("CREDENTIALS_DIRECTORY")
        if not directory:
            return Unresolved("there is no credentials directory (systemd gives one to the service)")
        # LoadCredential of a whole directory puts its own name before each file's.
        for path in (Path(directory, name), Path(directory, f"{UNIT}_{name}")):
            if path.exists():
                # systemd guards this directory itself, with modes that differ between its versions.
                return _read(path, private=False)
        return Unresolved("is not in the credentials directory")

    def _made(self, path: Path, form: Form) -> Secret | Unresolved:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                _create(path, _new(form, self._random_bytes).encode())
        except OSError as error:
            return Unresolved(f"could not be generated: {error.strerror}")
        return _read(path, private=True)


class StandIns:
    """Gives a new secret for each reference, wherever it says that the secret lies; nothing is read or written.

    With them a source can be made that reads stored deliveries; nobody's proof would pass it.
    """

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes

    def resolve(self, reference: str, form: Form = "token") -> Secret | Unresolved:
        """A secret of that form; or what is wrong with the form of the reference."""
        fault = fault_in(reference)
        return Secret(_new(form, self._random_bytes)) if fault is None else Unresolved(fault)


class NotKept(Exception):
    """A secret cannot be kept where its reference says; the text says why, and holds no part of it."""


def place_of(reference: str, *, folder: Path, data_dir: Path) -> Path:
    """The file that a reference means, where it is one that we may write. Raises :class:`NotKept`."""
    place, _, rest = reference.partition(":")
    if place == "file":
        return folder / rest
    if place == "generated":
        return data_dir / "secrets" / rest
    if place == "credential" and (folder / HANDED_OVER).is_dir():
        return folder / HANDED_OVER / rest
    raise NotKept(_ELSEWHERE.get(place, f"it does not say where the secret lies: {PLACES}"))


def handed_over(folder: Path, name: str) -> bool | None:
    """Whether systemd finds a credential where our unit lets it look; ``None`` where we cannot see that."""
    try:
        if not (folder / HANDED_OVER).is_dir():
            return None
        (folder / HANDED_OVER / name).stat()
    except PermissionError:
        return None
    except OSError:
        return False
    return True


_ELSEWHERE = {
    "credential": f"systemd hands it over, from where LoadCredential= says: there is no folder {HANDED_OVER} beside "
    "the configuration (see systemd/README.md)",
    "env": "it lies in the environment of the daemon, which is for development",
    "plain": "it stands in the configuration itself, which is for the simulator: say file:PATH there instead",
}


def keep(path: Path, secret: bytes, owner: os.stat_result | None = None) -> None:
    """Write a secret for its owner only (mode 0600), whole or not at all, in place of what was there.

    ``owner`` is whose it shall be, where that is another user than ours. Raises :class:`NotKept`.
    """
    checked = _checked(secret, "it")
    if isinstance(checked, Unresolved):
        raise NotKept(checked.reason)
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True)
            if owner is not None:
                os.chown(path.parent, owner.st_uid, owner.st_gid)
        with _draft(path, checked.reveal().encode() + b"\n") as draft:
            if owner is not None:
                os.chown(draft, owner.st_uid, owner.st_gid)
            draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise NotKept(f"{path} cannot be written: {error.strerror}") from None


def _new(form: Form, random_bytes: Callable[[int], bytes]) -> str:
    raw = random_bytes(32)
    if form == "webhook":
        return "whsec_" + base64.b64encode(raw).decode()
    text = base64.urlsafe_b64encode(raw).decode()
    return text if form == "seal" else text.rstrip("=")


def _create(path: Path, content: bytes) -> None:
    """Make a whole file or none: a crash leaves no half secret, and of two makers one wins. Raises OSError."""
    with _draft(path, content) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    _sync(path.parent)


@contextmanager
def _draft(path: Path, content: bytes) -> Iterator[Path]:
    """A file beside ``path``, on disk and for its owner only, that is gone afterwards unless it was moved."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path, *, private: bool) -> Secret | Unresolved:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return Unresolved("is not a file")
            if private and status.st_mode & 0o077:
                return Unresolved("the file may be read by others: chmod 600 it")
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        return Unresolved(f"the file cannot be read: {error.strerror}")
    return _checked(content, "the file")


def _checked(content: bytes, what: str) -> Secret | Unresolved:
    if len(content) > MOST_BYTES:
        return Unresolved(f"{what} is too long for a secret")
    try:
        text = content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        return Unresolved(f"{what} is not UTF-8 text")
    return Secret(text) if text.strip() else Unresolved(f"{what} is missing or empty")


def references_in(
    settings: BaseModel, inside: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], SecretReference]]:
    """Every reference to a secret in a section and its tables, with its key path inside the section."""
    for field in type(settings).model_fields:
        value = getattr(settings, field)
        if isinstance(value, SecretReference):
            yield (*inside, field), value
        elif isinstance(value, BaseModel):
            yield from references_in(value, (*inside, field))
