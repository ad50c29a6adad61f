"""Who sent a request, for the log: the peer, or what a trusted proxy says of it."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
MOST_HOPS = 20


def client_address(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network] = LOOPBACK) -> str:
    """The client's address in normal form, safe for a log line; ``local`` for a Unix socket.

    ``forwarded`` holds the values of ``X-Forwarded-For``. They count only where the peer is trusted; then it is the
    right-most address that is no trusted proxy (Operations facts, section 8). Garbage there leaves the peer.
    """
    address = _address(peer or "")
    if address is not None and not _within(address, trusted):
        return str(address)
    for hop in reversed(",".join(forwarded[-MOST_HOPS:]).split(",")[-MOST_HOPS:]):
        named = _address(hop.strip())
        if named is None:
            break
        if not _within(named, trusted):
            return str(named)
    return "local" if address is None else str(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    if "%" in text:
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def _within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
