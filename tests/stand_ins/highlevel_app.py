"""A marketplace app of HighLevel's that sends: its webhooks, signed with keys of its own."""

import argparse
import asyncio
import json
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import ClientSession
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.stand_ins.sending import HIGHLEVEL, RetryLaw, Sender

SEED = bytes(range(32))


@cache
def legacy_key() -> RSAPrivateKey:
    """A key for ``x-wh-signature``; smaller than the vendor's, because making one takes time."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class AppSigner:
    """Signs bodies as HighLevel does: over the raw bytes and nothing else (HighLevel facts, section 6)."""

    seed: bytes = SEED

    @property
    def public_key(self) -> str:
        """The PEM text for ``app_keys``."""
        return _pem(self._key)

    @property
    def legacy_public_key(self) -> str:
        """The PEM text of the key of ``x-wh-signature``."""
        return _pem(legacy_key())

    def headers(self, body: bytes) -> dict[str, str]:
        """What a request carries today."""
        return {"content-type": "application/json", "x-ghl-signature": b64encode(self._key.sign(body)).decode()}

    def legacy_headers(self, body: bytes) -> dict[str, str]:
        """What a request carried before."""
        signature = legacy_key().sign(body, PKCS1v15(), SHA256())
        return {"content-type": "application/json", "x-wh-signature": b64encode(signature).decode()}

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass
class AppSender:
    """Sends signed webhooks to ``url`` by HighLevel's law of repetition; ``sleep`` is a test's or the loop's."""

    url: str
    session: ClientSession
    sender: Sender
    signer: AppSigner = field(default_factory=AppSigner)

    async def send(self, body: Mapping[str, Any] | bytes) -> list[int]:
        """Deliver one body; the status of each attempt."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return await self.sender.deliver(raw, self.signer.headers(raw))


def app_sender(url: str, session: ClientSession, sleep: Any, law: RetryLaw = HIGHLEVEL) -> AppSender:
    """An app that sends to ``url`` with the key of :class:`AppSigner`."""
    return AppSender(url, session, Sender(url, session, law, sleep))


def _pem(key: Ed25519PrivateKey | RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


async def _send(url: str, raw: bytes) -> list[int]:
    async with ClientSession() as session:
        return await app_sender(url, session, asyncio.sleep).sender.deliver(raw, AppSigner().headers(raw))


def main() -> None:
    """Print the public key, or sign one body (a file, or ``-``) and send it: ``... URL FILE``; prints the answers."""
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins.highlevel_app", allow_abbrev=False)
    parser.add_argument("url", nargs="?", help="for instance http://127.0.0.1:8099/hooks/ghl_app")
    parser.add_argument("body", nargs="?", type=argparse.FileType("rb"), default="-")
    wanted = parser.parse_args()
    if wanted.url is None:
        sys.stdout.write(AppSigner().public_key)
        return
    statuses = asyncio.run(_send(wanted.url, wanted.body.read()))
    sys.stdout.write(" ".join(map(str, statuses)) + "\n")


if __name__ == "__main__":
    main()
