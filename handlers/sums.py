"""What a document's rows come to, account by account and rate by rate: for people who compare, never for booking."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from handlers.totals import HUNDRED, NOTHING
from handlers.values import round_ore


class Priced(NamedTuple):
    """A row's total as priced, with its account and VAT rate in percent (``None`` where its article decides them)."""

    account: int | None
    rate: Decimal | None
    amount: Decimal


Place = tuple[int | None, Decimal | None]
"""An account and a VAT rate in percent."""


def by_account(rows: Iterable[Priced], *, prices_include_vat: bool) -> Mapping[Place, Decimal]:
    """The sums without VAT, in two decimals, in the order of their first row.

    Where prices include VAT each sum is split once for its account and rate, so their sum may differ from the
    document's own net by what the document rounds row by row.
    """
    priced: dict[Place, Decimal] = {}
    for row in rows:
        place = (row.account, row.rate)
        priced[place] = priced.get(place, NOTHING) + row.amount
    if not prices_include_vat:
        return priced
    return {
        (account, rate): round_ore(amount * HUNDRED / (HUNDRED + (rate or NOTHING)))
        for (account, rate), amount in priced.items()
    }
