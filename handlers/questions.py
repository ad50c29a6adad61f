"""Questions that rules take an answer to: their keys, which answers are possible, and one form for each answer."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from handlers.values import Ref, short_reference

BUYER_COUNTRY = "buyer_country"
"""In which country the buyer is, where nobody states it: ``domestic``."""
BUYER_KIND = "buyer_kind"
"""Whether a company or a private person buys, where the source contradicts itself or leaves it open."""
PAID_ON = "paid_on"
"""The day a sale was paid."""
FEE_VAT = "fee_vat"
"""Which VAT a fee of a payout carries, where nobody says; of the whole company."""

DOMESTIC = "domestic"
COMPANY = "company"
PRIVATE = "private"

TAKEN_BACK = "taken_back"
STAYS = "stays"

NUMBER = "NUMBER"
"""A choice that is a form: a number above zero, with a point or a comma before its decimals, below ten million."""
DATE = "YYYY-MM-DD"
"""A choice that is a form: a day of the calendar."""

LARGEST_NUMBER = Decimal(10_000_000)
MOST_DECIMALS = 6
"""What Fortnox stores of a currency's rate (Fortnox facts, section 6.15)."""


def currency_rate(currency: str, day: date) -> str:
    """The key of the question how many kronor one unit of ``currency`` is on a day; of the whole company."""
    return f"currency_rate:{currency}:{day.isoformat()}"


def payment_method(word: str) -> str:
    """The key of the question which method of payment a sender's word means; of the whole company."""
    return f"payment_method:{word.strip().casefold()}"


def above_brake(currency: str) -> str:
    """The key of what a person allowed a sale to come to, above the brake on amounts; in ``currency``."""
    return f"above_brake:{currency}"


def voucher_of(rule: str) -> str:
    """The key of the question what became of the voucher that a survey's rule made and would make no longer."""
    return f"voucher_of:{rule}"


def party(match_keys: Sequence[tuple[str, str]]) -> str:
    """What stands for a party in a key: twelve characters that tell nothing of it, the same for the same strongest key.

    Empty where the party has no key.
    """
    if not match_keys:
        return ""
    name, value = match_keys[0]
    return short_reference(Ref(system="key", kind="customer", id=f"{name}:{value}").thing(""))


def possible(choices: Sequence[str], answer: str) -> str | None:
    """The answer in its one form where it is one of ``choices``, or of a form among them; else ``None``."""
    text = answer.strip()
    for choice in choices:
        if choice == NUMBER:
            found = _number(text)
        elif choice == DATE:
            found = _day(text)
        else:
            found = choice if text.casefold() == choice.casefold() else None
        if found is not None:
            return found
    return None


def _number(text: str) -> str | None:
    plain = text.replace(",", ".")
    if not plain.isascii() or not all(character.isdigit() or character == "." for character in plain):
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    exponent = number.normalize().as_tuple().exponent
    if not 0 < number < LARGEST_NUMBER or (isinstance(exponent, int) and -exponent > MOST_DECIMALS):
        return None
    return f"{number.normalize():f}"


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
