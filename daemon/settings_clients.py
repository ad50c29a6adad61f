"""Clients of our own HTTP endpoints, as the configuration says them and as the daemon uses them."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, field_validator

from connectors.base import SecretReference
from connectors.fortnox.table import OPERATIONS
from connectors.nearest import meant
from daemon.credentials import Secret
from handlers.values import Frozen

Scope = Literal["contacts", "batches", "workflows", "status"]


class ClientSection(Frozen):
    """A client of our own HTTP endpoints: its key, what it may see and ask for, and how often.

    ``operations`` are the writes of Fortnox's table that rows of its batches may ask for ("*": every one).
    """

    key: SecretReference
    previous_key: SecretReference | None = None
    companies: tuple[str, ...] = Field(min_length=1)
    scopes: tuple[Scope, ...] = ("contacts", "status")
    operations: tuple[str, ...] = ()
    calls_per_minute: int = Field(default=120, ge=1, le=60_000)

    @field_validator("operations")
    @classmethod
    def _known_operations(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in {"*", "correct_voucher", *OPERATIONS}:
                raise ValueError(f"there is no operation {name}{meant(name, OPERATIONS)}")
        return names


@dataclass(frozen=True, slots=True)
class Client:
    """One client, ready to be proved. ``keys`` is empty where secrets were not resolved."""

    name: str
    companies: tuple[str, ...]
    scopes: tuple[str, ...]
    operations: tuple[str, ...]
    calls_per_minute: int
    keys: tuple[Secret, ...]
