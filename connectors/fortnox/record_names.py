"""What an object of any resource is called: its keys as one number of ours, and back."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

from connectors.base import Json
from connectors.fortnox.table import Resource
from connectors.fortnox.wire import text_of

YEAR_OF = "vouchers"
"""Vouchers are numbered by series and financial year, so their number ends with that year's id (facts, 6.13)."""


def number_of_keys(keys: Sequence[str]) -> str:
    """Several keys as one number: ``B/ART-100/0``, a slash within one encoded; a single key stays as it is."""
    if len(keys) == 1:
        return keys[0]
    return "/".join(quote(key, safe=" åäöÅÄÖ") for key in keys)


def keys_of(resource: Resource, number: str) -> tuple[str, ...]:
    """The keys within a number of the resource."""
    if len(resource.keys) == 1:
        return (number,)
    return tuple(unquote(part) for part in number.split("/"))


def number_of(resource: Resource, stored: Json, year: str = "") -> str:
    """The number of an object as Fortnox shows it; empty where it does not name itself.

    Lists of some resources show the key under another name (``list_key``).
    """
    keys = [text_of(stored.get(key)) for key in resource.keys]
    if len(keys) == 1 and not keys[0] and resource.list_key:
        keys = [text_of(stored.get(resource.list_key))]
    if not all(keys):
        return ""
    return number_of_keys([*keys, year] if resource.name == YEAR_OF else keys)


def far_object(resource: Resource, number: str) -> str:
    """How an object is named in turns, doubts and links: ``price:B/ART-100/0``."""
    return f"{resource.one}:{number}"
