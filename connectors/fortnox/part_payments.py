"""Several payments on one invoice: never more than it less its credits, and only the last writes the rounding off."""

from collections.abc import Mapping
from decimal import Decimal

from connectors.base import Json, Link, Settled
from connectors.fortnox.client import Client
from connectors.fortnox.credit_notes import balance_of, credits_of, rounding_of
from connectors.fortnox.document_state import number_of
from connectors.fortnox.resource import held
from connectors.fortnox.wire import decimal_of, is_true, plain
from handlers.commands import EnsurePayment

ZERO = Decimal(0)


def paid_one_by_one(amount: Decimal, invoice: Link, others: Mapping[str, Json]) -> Settled | None:
    """What becomes of a payment of the whole invoice where ``others`` of ours are on it.

    Where they come to the whole, nothing is left to be made; ``None`` where there are none. Raises ``Held`` where they
    come to a part of it: nobody says how the rest was paid.
    """
    if not others:
        return None
    paid = sum((_amount(state) for state in others.values()), ZERO)
    numbers = ", ".join(others)
    if paid == amount:
        return Settled(None, "not_created", proof={"because": f"payments {numbers} of ours come to the whole invoice"})
    raise held(
        "paid_in_parts",
        f"Payments {numbers} of invoice {invoice.number} come to {plain(paid)}, and {plain(amount)} is said to be "
        f"paid: enter the other {plain(amount - paid)} by hand, then discard this command.",
    )


async def write_off_of(
    command: EnsurePayment, invoice: Link, others: Mapping[str, Json], amount: Decimal, client: Client
) -> tuple[Decimal, Json]:
    """The rounding that this payment of ``amount`` writes off (none where it is one of several and not the last), and
    the proof.

    What is open is the balance that Fortnox shows, less what ``others`` of ours are not booked yet; for the whole, the
    balance that booking the invoice showed just now. Credits that are set off against it take their rounding along. A
    repayment takes what its credit invoice says. Raises ``Held`` for more than is open.
    """
    rounding = decimal_of(invoice.state.get("round_off")) or ZERO
    if amount < ZERO:
        return rounding, {}
    balance, credited, proof = await _balance(command, invoice, client)
    if balance is None:
        return rounding, proof
    rounding += credited
    unbooked = sum((_amount(state) for state in others.values() if not state.get("booked")), ZERO)
    left = balance - unbooked - rounding
    if amount > left:
        raise held(
            "more_than_open",
            f"{plain(amount)} was paid, and of invoice {invoice.number} {plain(left)} is open: see what was paid twice "
            "or credited, then discard this command, or enter the payment by hand.",
        )
    _refuse_ores(amount, left, balance - unbooked, invoice)
    return (rounding if amount == left else ZERO), proof | {"open": plain(left)}


def _refuse_ores(amount: Decimal, left: Decimal, shown: Decimal, invoice: Link) -> None:
    """Hold öre that Fortnox rounded away: where ``shown`` is nothing any more it takes no payment, and before the last
    none of more than that (facts, section 6.6)."""
    if shown == ZERO or shown < amount < left:
        raise held(
            "rounded_to_nothing",
            f"{plain(amount)} was paid, and Fortnox shows {plain(shown)} as open of invoice {invoice.number}, which it "
            f"rounded: {plain(left)} is left before that. Book what it does not take by a voucher in Fortnox, against "
            "the account of the rounding, then discard this command.",
        )


async def _balance(command: EnsurePayment, invoice: Link, client: Client) -> tuple[Decimal | None, Decimal, Json]:
    """What is open of the invoice less its credits, what Fortnox rounded these by, and the proof.

    A credit that is not booked yet will take off what it says. On an invoice of which nothing is open nothing is set
    off: its credits were paid back.
    """
    known = decimal_of(invoice.state.get("balance"))
    if known is not None and not command.partial:
        return known, ZERO, {}
    stored = await client.read("read_invoice", invoice.number)
    balance, proof = decimal_of(stored.get("Balance")), {"read": f"invoice:{invoice.number}"}
    if not balance:
        return balance, ZERO, proof
    credited = await credits_of(invoice.number, stored, client)
    balance += sum((balance_of(one) for one in credited if not is_true(one.get("Booked"))), ZERO)
    return balance, rounding_of(credited), proof | {"credited_by": [number_of(one) for one in credited]}


def _amount(payment: Json) -> Decimal:
    return decimal_of(payment.get("amount")) or ZERO
