"""What a person's word means for a command: that it is another party or sale, or that its link is all it asks for."""

from handlers.commands import (
    COMMANDS,
    BookInvoice,
    BookPayment,
    Command,
    EnsureCustomer,
    EnsureRecord,
    ReverseVoucher,
)  # fmt: skip

ANOTHER_PARTY = frozenset({"ambiguous_customer", "another_party", "several_customers"})
"""Questions whether a buyer is a customer that stands there already."""

KNOWN_ALREADY = ANOTHER_PARTY | {"same_sale", "stands_there_already"}
"""Questions whether what a command makes is known already."""


def another(reason: str, text: str) -> str:
    """The text of a command whose question was one of :data:`KNOWN_ALREADY`, and a person says that it is another."""
    command = COMMANDS.validate_json(text)
    if isinstance(command, EnsureCustomer):
        names = {name for name, _ in command.match_keys}
        denied = names if reason == "several_customers" else names & {"email"}
        return command.model_copy(update={"not_by": tuple(sorted({*command.not_by, *denied}))}).model_dump_json()
    if isinstance(command, EnsureRecord):
        return command.model_copy(update={"although_alike": True}).model_dump_json()
    return command.model_copy(update={"hold_same_total_days": 0}).model_dump_json()


def done_by_linking(command: Command) -> bool:
    """Whether the link is all that the command asks for; else it goes once more with the link in place."""
    if isinstance(command, EnsureCustomer):
        return command.update == "never"
    if isinstance(command, EnsureRecord | ReverseVoucher):
        return True
    return not isinstance(command, BookInvoice | BookPayment)
