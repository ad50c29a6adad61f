"""Registers of the company that documents stand on: the currency's rate."""

from dataclasses import dataclass
from decimal import Decimal

from connectors.base import Json
from connectors.fortnox.client import Client
from connectors.fortnox.resource import held, parked
from connectors.fortnox.wire import decimal_of, plain, text_of

KRONA = "SEK"


@dataclass(frozen=True, slots=True)
class Rate:
    """Kronor for ``unit`` units of a foreign currency; ``dated`` is the day of a rate of Fortnox's register."""

    rate: Decimal
    unit: int = 1
    dated: str | None = None

    @property
    def told(self) -> Json:
        """What ``explain`` tells of a rate of the register; the source's own stands in the command."""
        if self.dated is None:
            return {}
        return {"rate": {"rate": plain(self.rate), "unit": self.unit, "source": "register", "date": self.dated}}


async def rate_of(currency: str, given: Decimal | None, client: Client) -> Rate | None:
    """The rate to write on a document: none for kronor, the source's own where it gave one, else Fortnox's register.

    The register's ``SellRate`` is used (Fortnox facts, section 6.15). Raises ``Park`` for a currency that the company
    has not registered, or that has no rate or the rate of the krona.
    """
    if currency == KRONA:
        return None
    if given is not None:
        return Rate(given)
    register = await client.find("read_currency", currency)
    if register is None:
        raise parked("currency_missing", f"{currency} is not registered in Fortnox: add it there, then retry.")
    rate, unit = decimal_of(register.get("SellRate")), decimal_of(register.get("Unit"))
    if rate is None or rate <= 0:
        raise parked("currency_without_rate", f"{currency} has no rate in Fortnox: set it there, then retry.")
    units = int(unit) if unit is not None and unit >= 1 else 1
    if rate == units:
        raise held("currency_rate_of_one", f"{currency} has the rate 1 in Fortnox, as if it were kronor: set its rate.")
    return Rate(rate, units, text_of(register.get("Date")))
