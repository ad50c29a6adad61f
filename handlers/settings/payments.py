"""How what was paid stands in the books, by the way in which it was paid."""

from typing import Annotated

from pydantic import Field, model_validator

from handlers.settings.accounts import Account
from handlers.values import Frozen

ANY = "*"
"""Stands for every method that has no section of its own, and for sales whose source names none."""


class Method(Frozen):
    """What a method of payment is in Fortnox: a mode of payment (its code), or an account; exactly one.

    ``round_off_account`` is where Fortnox's rounding is written off, else that of the bookkeeping. With ``pays`` off no
    payment is booked: the money comes later, by the bank.
    """

    mode: Annotated[str, Field(min_length=1, max_length=25)] | None = None
    account: Account | None = None
    round_off_account: Account | None = None
    pays: bool = True

    @model_validator(mode="after")
    def _one_way(self) -> "Method":
        ways = sum(way is not None for way in (self.mode, self.account))
        if self.pays and ways != 1:
            raise ValueError("set exactly one of mode and account, or pays = false")
        if not self.pays and ways:
            raise ValueError("pays = false takes neither a mode nor an account")
        return self


class Payments(Frozen):
    """Methods of payment under the names that senders give them, in whatever case.

    Without any, each sale is paid by ``bookkeeping.payment_mode`` or ``payment_account``.
    """

    methods: dict[str, Method] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _told_apart(self) -> "Payments":
        names = [name.strip().casefold() for name in self.methods]
        if len(set(names)) < len(names) or "" in names:
            raise ValueError("methods are told apart without regard to case, and none is empty")
        return self

    def named(self, name: str) -> Method | None:
        """The method of this name, else what stands for any; ``None`` where there is neither."""
        by_name = {known.strip().casefold(): method for known, method in self.methods.items()}
        return by_name.get(name.strip().casefold(), by_name.get(ANY))
