"""Addresses that the daemon may call: https, or this machine itself."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def checked_address(value: str) -> str:
    """A base address without its closing slash. Raises ``ValueError`` for anything that must not be called."""
    parts = urlsplit(value)
    host = parts.hostname or ""
    if parts.username or parts.password:
        raise ValueError("an address must not carry a user name or a password")
    if not host or parts.query or parts.fragment:
        raise ValueError("an address of a host and a path is needed, without query")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("https is required for any host but this machine's own")
    return value.rstrip("/")
