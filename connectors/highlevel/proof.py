"""Proves that a webhook of a marketplace app comes from HighLevel: a signature over the raw body."""

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connectors.sources import Refused

SIGNATURE, LEGACY_SIGNATURE = "x-ghl-signature", "x-wh-signature"
ABSENT = "N/A"
"""The literal text that HighLevel writes where it has no signature."""

LONGEST_KEY_FILE = 65536

Signatures = Mapping[str, Sequence[str]]


def is_signed(headers: Signatures) -> bool:
    """Whether a request claims to come from an app: then its signature decides, and no token does."""
    return SIGNATURE in headers or LEGACY_SIGNATURE in headers


class AppProof:
    """The vendor's public keys; several of one kind overlap while the vendor changes over."""

    def __init__(self, keys: Sequence[str], *, legacy: bool) -> None:
        """``keys`` are PEM texts, or ``file:`` with an absolute path; ``legacy`` allows ``x-wh-signature``.

        Raises ``ValueError`` naming the setting.
        """
        read = [_public_key(key) for key in keys]
        self._current = [key for key in read if isinstance(key, Ed25519PublicKey)]
        self._legacy = [key for key in read if isinstance(key, RSAPublicKey)] if legacy else []
        if not self._current:
            raise ValueError("app_keys: an Ed25519 key is needed")
        if legacy and not self._legacy:
            raise ValueError("app_keys: an RSA key is needed for legacy_signature")

    def verify(self, headers: Signatures, body: bytes) -> str:
        """Prove ``body`` (HighLevel facts, section 6); gives ``current``, or ``previous`` for a key further down.

        Where ``X-GHL-Signature`` says anything but ``N/A`` it decides alone. Raises :class:`Refused`, whatever the
        headers are.
        """
        if _single(headers, SIGNATURE) not in {None, ABSENT}:
            return _matching(self._current, headers[SIGNATURE][0], body)
        if self._legacy and _single(headers, LEGACY_SIGNATURE) is not None:
            return _matching(self._legacy, headers[LEGACY_SIGNATURE][0], body)
        raise Refused("signature")


def _single(headers: Signatures, name: str) -> str | None:
    values = headers.get(name, ())
    if len(values) > 1:
        raise Refused("signature")
    return values[0] if values else None


def _matching(keys: Sequence[Ed25519PublicKey | RSAPublicKey], text: str, body: bytes) -> str:
    try:
        signature = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("signature") from None
    for place, key in enumerate(keys):
        if _verifies(key, signature, body):
            return "previous" if place else "current"
    raise Refused("signature")


def _verifies(key: Ed25519PublicKey | RSAPublicKey, signature: bytes, body: bytes) -> bool:
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, body)
        else:
            key.verify(signature, body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _public_key(text: str) -> Ed25519PublicKey | RSAPublicKey:
    pem = text.strip().encode()
    if text.startswith("file:"):
        try:
            with Path(text.removeprefix("file:")).open("rb") as file:
                pem = file.read(LONGEST_KEY_FILE)
        except OSError as error:
            raise ValueError(f"app_keys: the file cannot be read: {error.strerror}") from None
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("app_keys: not a public key in PEM form") from None
    if not isinstance(key, Ed25519PublicKey | RSAPublicKey):
        raise ValueError("app_keys: an Ed25519 or an RSA key is needed")  # noqa: TRY004 - configuration wants ValueError
    return key
