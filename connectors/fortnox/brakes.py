"""Brakes: what is larger, or comes faster, than a company allows is held for a person before it leaves."""

from decimal import Decimal

from connectors.base import Task
from connectors.fortnox.registers import Rate
from connectors.fortnox.resource import held
from connectors.fortnox.wire import plain
from handlers.commands import DocumentCommand
from handlers.values import round_ore


def check_amount(command: DocumentCommand, rate: Rate | None) -> None:
    """Hold a document above the company's most kronor, at the rate that it is written with. Raises ``Held``."""
    most = command.most_kronor
    if most is None or "above_brake" in command.allowed:
        return
    amount = command.total if command.total is not None else command.total_excluding_vat
    kronor = amount if rate is None else round_ore(amount * rate.rate / Decimal(rate.unit))
    if kronor > most:
        raise held(
            "above_brake",
            f"It comes to {plain(kronor)} kronor, and `brakes.max_document_kronor` is {plain(most)}: retry with "
            "--allow if that is right, or discard this command.",
        )


async def check_pace(task: Task, command: DocumentCommand) -> None:
    """Hold a new document beyond the company's most in an hour; one that goes on counts from now. Raises ``Held``."""
    most = command.most_per_hour
    if most is None or "too_many_documents" in command.allowed:
        return
    if not await task.links.reserve_document(task.company, task.thing, most):
        raise held(
            "too_many_documents",
            f"{most} documents were made in the last hour, the most that `brakes.max_documents_per_hour` allows: retry "
            "with --allow if that is right (all of them: --reason too_many_documents --allow), or retry later.",
            about="pace",
        )
