"""Proofs that a request comes from its sender: Standard Webhooks signatures and secret tokens; pure, constant time."""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from connectors.sources import Refused

TOLERANCE_SECONDS = 300
"""How far a signed time may lie from ours, in both directions (Standard Webhooks 1.0.0)."""

SHORTEST_KEY_BYTES = 24
SHORTEST_TOKEN = 8
"""Characters of a token that a sender puts into an address or a header."""
LONGEST_ID = 256
MOST_SIGNATURES = 16
"""More entries than this in one header are not looked at: an Ed25519 check costs about 0.1 ms."""

HEADER_FAMILIES = ("webhook", "svix")


@dataclass(frozen=True, slots=True)
class SharedKey:
    """A symmetric key (``whsec_``, scheme ``v1``); ``name`` is ``current`` or ``previous``."""

    name: str
    key: bytes

    def matches(self, message: bytes, entries: Sequence[tuple[str, str]]) -> bool:
        """Whether one ``v1`` entry is the HMAC-SHA256 of ``message``; the digest is computed in every case."""
        expected = b64encode(hmac.digest(self.key, message, "sha256"))
        found = False
        for version, signature in entries:
            if version == "v1":
                found |= hmac.compare_digest(expected, signature.encode())
        return found


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An asymmetric key (``whpk_``, scheme ``v1a``); ``name`` is ``current`` or ``previous``."""

    name: str
    key: Ed25519PublicKey

    def matches(self, message: bytes, entries: Sequence[tuple[str, str]]) -> bool:
        """Whether one ``v1a`` entry is an Ed25519 signature of ``message``."""
        return any(self._verifies(message, signature) for version, signature in entries if version == "v1a")

    def _verifies(self, message: bytes, signature: str) -> bool:
        try:
            self.key.verify(b64decode(signature, validate=True), message)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


Key = SharedKey | PublicKey


@dataclass(frozen=True, slots=True)
class Signed:
    """A proved request: the sender's delivery id, its signed time (seconds since 1970), the key that matched."""

    id: str
    timestamp: int
    matched: str


def read_key(name: str, text: str) -> Key:
    """Read a key as it is written: ``whsec_`` + base64 (the prefix may be missing), or ``whpk_`` + base64.

    Raises ``ValueError`` with a text that names the fault and never the value.
    """
    if text.startswith("whsk_"):
        raise ValueError("a private key (whsk_) belongs to the sender; give the public key (whpk_)")
    public = text.startswith("whpk_")
    try:
        key = b64decode(text.removeprefix("whpk_" if public else "whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a key is written as whsec_ or whpk_ followed by base64") from None
    if public:
        if len(key) != 32:
            raise ValueError("a public key (whpk_) has 32 bytes")
        return PublicKey(name, Ed25519PublicKey.from_public_bytes(key))
    if len(key) < SHORTEST_KEY_BYTES:
        raise ValueError(f"a signing secret needs at least {SHORTEST_KEY_BYTES} bytes")
    return SharedKey(name, key)


def verify(
    headers: Mapping[str, Sequence[str]],
    body: bytes,
    keys: Sequence[Key],
    now: datetime,
    tolerance_seconds: int = TOLERANCE_SECONDS,
) -> Signed:
    """Prove a Standard Webhooks request over its raw body (Generic webhook facts, section 3).

    ``headers`` have lower-case names; the ``svix-`` names are read where no ``webhook-`` name is present. ``now`` is
    aware. Raises :class:`Refused` with reason ``signature``, or ``stale`` for a right signature at a wrong time.
    """
    family = next((name for name in HEADER_FAMILIES if f"{name}-signature" in headers), HEADER_FAMILIES[0])
    delivery_id = _single(headers, f"{family}-id")
    timestamp = _single(headers, f"{family}-timestamp")
    entries = _entries(_single(headers, f"{family}-signature"))
    if len(delivery_id) > LONGEST_ID or len(timestamp) > 12 or not timestamp.isdigit():
        raise Refused("signature")
    message = b".".join((delivery_id.encode(), timestamp.encode(), body))
    matched = [key.name for key in keys if key.matches(message, entries)]
    if not matched:
        raise Refused("signature")
    if abs(now.timestamp() - int(timestamp)) > tolerance_seconds:
        raise Refused("stale")
    return Signed(delivery_id, int(timestamp), matched[0])


def sign(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` of a request, symmetric: for our own senders. ``timestamp`` is seconds since 1970."""
    key = read_key("current", secret)
    if not isinstance(key, SharedKey):
        raise ValueError("signing needs a symmetric secret (whsec_)")  # noqa: TRY004 - the text is wrong, not its type
    message = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(key.key, message, "sha256")).decode()


def matching_token(given: str, valid: Sequence[tuple[str, str]]) -> str | None:
    """The name of the first of ``valid`` (name, token) that equals ``given``, in constant time; all are compared."""
    sent = given.encode("utf-8", "surrogatepass")
    found = [name for name, token in valid if hmac.compare_digest(sent, token.encode())]
    return found[0] if found else None


def _single(headers: Mapping[str, Sequence[str]], name: str) -> str:
    values = headers.get(name, ())
    if len(values) != 1 or not values[0] or not values[0].isascii() or not values[0].isprintable():
        raise Refused("signature")
    return values[0]


def _entries(header: str) -> list[tuple[str, str]]:
    parts = (entry.partition(",") for entry in header.split(" "))
    known = [(version, signature) for version, _, signature in parts if version in {"v1", "v1a"}]
    return known[:MOST_SIGNATURES]


def tokens_in_force(secrets: Mapping[str, str], field: str) -> tuple[tuple[str, str], ...]:
    """The secret tokens of ``field`` and of ``previous_field``, each behind its name (``current``, ``previous``).

    Raises ``ValueError`` for one that is too short to be a secret.
    """
    found = []
    for name, label in ((field, "current"), (f"previous_{field}", "previous")):
        if name in secrets:
            if len(secrets[name]) < SHORTEST_TOKEN:
                raise ValueError(f"{name}: at least {SHORTEST_TOKEN} characters are needed")
            found.append((label, secrets[name]))
    return tuple(found)
