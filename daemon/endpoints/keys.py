"""Who calls our endpoints: keys compared in constant time, scopes, companies, and a rate limit for each client."""

import hashlib
import hmac
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from daemon.endpoints.answers import Refusal
from daemon.settings_clients import Client

MINUTE = 60.0
SCHEME = "bearer"


class Keys:
    """Proves clients. Every key is compared with every other, so that the time taken tells nothing."""

    def __init__(self, clients: Mapping[str, Client], monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._calls: dict[str, deque[float]] = {}
        self.replace(clients)

    def replace(self, clients: Mapping[str, Client]) -> None:
        """Take over the clients of a new configuration; calls already made still count."""
        self._digests = [(_digest(key.reveal()), client) for client in clients.values() for key in client.keys]

    def client(self, authorization: Sequence[str]) -> Client:
        """Who sends this header. Raises :class:`Refusal` 401 for no key of ours, 429 beyond the client's calls."""
        scheme, _, key = authorization[0].partition(" ") if len(authorization) == 1 else ("", "", "")
        given = _digest(key.strip())
        found = [client for digest, client in self._digests if hmac.compare_digest(digest, given)]
        if not found or scheme.casefold() != SCHEME:
            raise Refusal(401, "unauthorized", "a key of ours is needed: Authorization: Bearer KEY")
        self._count(found[0])
        return found[0]

    def _count(self, client: Client) -> None:
        now = self._monotonic()
        calls = self._calls.setdefault(client.name, deque())
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        if len(calls) >= client.calls_per_minute:
            seconds = max(1, round(calls[0] + MINUTE - now + 0.5))
            raise Refusal(
                429, "too_many_calls", f"at most {client.calls_per_minute} calls a minute", retry_after=seconds
            )
        calls.append(now)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogatepass")).digest()
