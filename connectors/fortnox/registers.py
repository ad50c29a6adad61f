"""Registers of the company that documents stand on: the currency's rate."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.base import Held, Json
from connectors.fortnox.client import Client
from connectors.fortnox.resource import held
from connectors.fortnox.wire import decimal_of, plain, text_of
from handlers.questions import NUMBER, currency_rate

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


async def rate_of(currency: str, given: Decimal | None, client: Client, *, day: date) -> Rate | None:
    """The rate to write on a document: none for kronor, the source's own where it gave one, else Fortnox's register.

    The register's ``SellRate`` is used (Fortnox facts, section 6.15). Raises ``Held`` for a currency that the company
    has not registered, or that has no rate or the rate of the krona: a rate of the document's ``day`` answers that too.
    """
    if currency == KRONA:
        return None
    if given is not None:
        return Rate(given)
    register = await client.find("read_currency", currency)
    if register is None:
        question = f"{currency} is not registered in Fortnox: add it there, then retry."
        raise held("currency_missing", question, about=currency)
    rate, unit = decimal_of(register.get("SellRate")), decimal_of(register.get("Unit"))
    if rate is None or rate <= 0:
        raise _rate_wanted("currency_without_rate", f"{currency} has no rate in Fortnox", currency, day)
    units = int(unit) if unit is not None and unit >= 1 else 1
    if rate == units:
        wrong = f"{currency} has the rate 1 in Fortnox, as if it were kronor"
        raise _rate_wanted("currency_rate_of_one", wrong, currency, day)
    return Rate(rate, units, text_of(register.get("Date")))


def _rate_wanted(reason: str, wrong: str, currency: str, day: date) -> Held:
    question = f"{wrong}: set its rate there and retry, or answer with the rate of {day.isoformat()}."
    key = currency_rate(currency, day)
    return held(reason, question, about=f"{currency}:{day.isoformat()}", choices=[NUMBER], key=key)
