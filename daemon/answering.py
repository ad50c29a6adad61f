"""What a person's word means for a command: `absent` or `allow` answers it, a link may be all that it asks for."""

from typing import get_args

from handlers import questions
from handlers.commands import (
    COMMANDS,
    BookInvoice,
    BookPayment,
    Braked,
    Command,
    DocumentCommand,
    EnsureCustomer,
    EnsureRecord,
    EnsureSenderRecord,
    ReverseVoucher,
)
from store.facts import Said

ANOTHER_PARTY = frozenset({"ambiguous_customer", "another_party", "several_customers"})
"""Questions whether a buyer is a customer that stands there already."""

ANSWERED_BY_ABSENT = ANOTHER_PARTY | {"same_sale", "stands_there_already"}
"""Questions whether something is known already: ``absent`` says that it is another."""

TOLD_ALLOWED = frozenset(
    kind.model_fields["kind"].default for kind in get_args(get_args(Command)[0]) if issubclass(kind, Braked)
)
"""Kinds of commands that remember what a person allowed them."""

SHARED = frozenset({"article", "currency", "customer", "note"})
"""Kinds of far objects that several things of ours may be: one party of two sources, the lines of one customer, an
article with two numbers at its sources."""


def told_absent(text: str, reason: str) -> str:
    """The text of a command that was held for ``reason``, after a person said that it is another one."""
    command = COMMANDS.validate_json(text)
    if isinstance(command, EnsureCustomer):
        names = {name for name, _ in command.match_keys}
        another = names if reason == "several_customers" else names & {"email"}
        return command.model_copy(update={"not_by": tuple(sorted({*command.not_by, *another}))}).model_dump_json()
    if isinstance(command, EnsureRecord | EnsureSenderRecord):
        return command.model_copy(update={"although_alike": True}).model_dump_json()
    return command.model_copy(update={"hold_same_total_days": 0}).model_dump_json()


def told_allowed(text: str, reason: str) -> str | None:
    """The text of a command that a setting held for ``reason``, after a person let it go; ``None``: no such command."""
    command = COMMANDS.validate_json(text)
    if not isinstance(command, Braked):
        return None
    return command.model_copy(update={"allowed": (*command.allowed, reason)}).model_dump_json()


def allowance(text: str, reason: str, company: str) -> Said | None:
    """What is remembered of a sale whose document a person let pass above the brake on amounts: what it comes to.

    Its later generations are let pass as far as that, too.
    """
    command = COMMANDS.validate_json(text)
    if reason != "above_brake" or not isinstance(command, DocumentCommand) or command.sale is None:
        return None
    amount = command.total_excluding_vat if command.total is None else command.total
    sale = command.sale.model_copy(update={"generation": 1})
    return Said(sale.thing(company), questions.above_brake(command.currency), f"{amount:f}")


def done_by_linking(command: Command) -> bool:
    """Whether the link is all that the command asks for; else it goes once more with the link in place."""
    if isinstance(command, EnsureCustomer):
        return command.update == "never"
    if isinstance(command, EnsureRecord | ReverseVoucher):
        return True
    return not isinstance(command, BookInvoice | BookPayment)
