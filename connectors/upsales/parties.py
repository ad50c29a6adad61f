"""From a company of Upsales to a party (Upsales facts, section 2, Account)."""

from collections.abc import Sequence

from connectors.upsales import wire
from connectors.upsales.settings import UpsalesSettings
from handlers.events import Address, Party
from handlers.values import Question

PREFERRED = ("invoice", "mail")
"""Types of address in the order in which an invoice should go there; a visiting address is none of them."""


def party(account: wire.Account, named: wire.Named | None, email: str | None, settings: UpsalesSettings) -> Party:
    """The party of an account; ``named`` is how the order calls it, ``email`` counts where the account has none.

    Raises :class:`Question` where neither knows a name.
    """
    name = account.name or (named.name if named else None)
    if name is None:
        raise Question("The company has no name in Upsales, so no customer can be named. Name it there and replay.")
    addresses = _addresses(account)
    postal = next(filter(_says_something, addresses), None)
    return Party(
        source_id=account.id,
        name=name,
        organisation_number=account.org_no,
        vat_number=wire.custom_value(account.custom, settings.vat_number_field),
        own_number=wire.custom_value(account.custom, settings.customer_number_field),
        email=wire.custom_value(account.custom, settings.email_field) or email,
        phone=account.phone,
        country=next((code for code in map(_country, addresses) if code is not None), None),
        address=None if postal is None else _address(postal),
    )


def party_by_name(named: wire.Named, email: str | None) -> Party:
    """The little that an order itself says of its company. Raises :class:`Question` where it says no name."""
    if named.name is None:
        raise Question("The order does not name its company. Correct it in Upsales and replay, or discard this event.")
    return Party(source_id=named.id, name=named.name, email=email)


def _addresses(account: wire.Account) -> Sequence[wire.AccountAddress]:
    """The postal addresses, best first."""
    ranked = [
        address for wanted in PREFERRED for address in account.addresses if (address.type or "").casefold() == wanted
    ]
    return [*ranked, *([account.mail_address] if account.mail_address is not None else [])]


def _says_something(address: wire.AccountAddress) -> bool:
    return any((address.address, address.zipcode, address.city))


def _address(found: wire.AccountAddress) -> Address:
    lines = [line.strip() for line in (found.address or "").splitlines() if line.strip()]
    return Address(
        street=lines[0] if lines else None,
        second_line=", ".join(lines[1:]) or None,
        zip_code=found.zipcode,
        city=found.city,
    )


def _country(address: wire.AccountAddress) -> str | None:
    code = (address.country or "").upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None
