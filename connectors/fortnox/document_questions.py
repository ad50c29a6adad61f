"""What a person is asked about an invoice, an order or an offer, and where that holds a command."""

from typing import NoReturn

from connectors.base import Held, Json, Link, Task
from connectors.fortnox.conversions import Conversion
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.forms import Form
from connectors.fortnox.resource import held
from connectors.fortnox.wire import decimal_of, is_true
from handlers.commands import DocumentCommand, EnsureInvoice

ANEW = "Make the document by hand and name it here (`link`), or discard this command."
DOUBLED = "customer_doubled"
LOCKS = {
    "invoice": ("booked", "Credit it in Fortnox, or discard this command."),
    "order": ("made into an invoice", "Correct or credit that invoice in Fortnox, or discard this command."),
    "offer": ("made into an order or invoice", "Correct that in Fortnox, or discard this command."),
}
"""What closes a document for changes, and what a person can do then."""


class Outgrown(Held):
    """What stands there can no longer become what is meant: held, unless the sale may be made anew.

    ``became`` is the number of the document that the one that stands there was made into, where that is why.
    """

    def __init__(self, reason: str, found: str, remedy: str, became: str = "") -> None:
        """``found`` says what stands there and how it differs, ``remedy`` what a person can do by hand."""
        super().__init__(reason, system=SYSTEM, operation="plan", remedy=f"{found} {remedy}")
        self.found = found
        self.by_hand = remedy
        self.became = became


class Questions:
    """The questions about one kind of document; each names numbers and fields, never a name."""

    def __init__(self, form: Form) -> None:
        self._form = form

    async def about_doubled(self, task: Task, customer: str) -> None:
        """Somebody else made another customer of the same party: nothing more is made for ours. Raises ``Held``."""
        others = await task.register.doubles_of(customer)
        if others:
            raise held(
                DOUBLED,
                f"Customer {customer}, which we made, and {' and '.join(others)}, made by somebody else, have the same "
                f"strongest key. Retry with --absent if {customer} is right for this party; name the other one if that "
                f"is (`link`, `customer:{others[0]}`); making it inactive in Fortnox answers this too.",
                about=customer,
                choices=[f"customer:{other}" for other in others],
            )

    async def about_same_sale(self, task: Task, command: DocumentCommand) -> None:
        """One sale may arrive as an order and as the source's own invoice: a person decides. Raises ``Held``."""
        if not isinstance(command, EnsureInvoice) or command.hold_same_total_days == 0:
            return
        days = command.hold_same_total_days
        other = await task.links.same_sale(task.thing, days)
        if other is not None:
            number, document = other
            came = "Order" if command.made_from == "invoice" else "The source's own invoice"
            shown = f" ({document.replace(':', ' ')} in Fortnox)" if document else ""
            raise held(
                "same_sale",
                f"{came} {number}{shown} is of the same customer and total, and came in the last {days} days. Discard "
                "this command if it is the same sale; retry it with --absent if it is another one.",
            )

    def about_cancelled_sale(self, later: Link) -> None:
        """Nothing is made of a sale whose later document was cancelled. Raises :class:`Outgrown`."""
        if later.state.get("cancelled"):
            found = f"This sale's {later.kind} {later.number} is cancelled in Fortnox."
            raise Outgrown(f"{later.kind}_cancelled", found, ANEW)

    def about_credited(self, task: Task, command: DocumentCommand) -> None:
        """An invoice that was credited stands for no sale any more. Raises :class:`Outgrown`."""
        credit = None if command.credit is None else task.refs.get(command.credit)
        if credit is not None and task.link is not None:
            invoice = task.link.number if self._form.kind == "invoice" else "of this sale"
            raise Outgrown("invoice_credited", f"Invoice {invoice} was credited by invoice {credit.number}.", ANEW)

    def about_source(self, conversion: Conversion, ours: Json) -> None:
        """Nothing is made of a source that is not what was meant. Raises ``Held``."""
        source = conversion.source.named(conversion.number)
        if conversion.state.get("cancelled"):
            raise Outgrown(f"{conversion.source.kind}_cancelled", f"{source} is cancelled in Fortnox.", ANEW)
        if conversion.state.get("mismatch"):
            raise held(
                "totals_differ",
                f"{source} is not what was meant: nothing is made of it before its question is answered.",
                about=f"{conversion.source.kind}:{conversion.number}",
            )
        if self._form.kind == "invoice" and conversion.state.get("meant") not in {None, ours["digest"]}:
            raise held(
                f"{conversion.source.kind}_differs",
                f"{source} does not say what this invoice shall say, and the rows of an invoice made from it cannot be "
                f"changed. Answer what is asked about the {conversion.source.kind}, then retry.",
            )

    async def about_foreign(self, task: Task, number: str) -> None:
        """What a source became must not be another thing of ours. Raises ``Held``."""
        if await task.links.linked_elsewhere(task.company, self._form.kind, [number], task.thing):
            raise held(
                "linked_elsewhere",
                f"{self._form.named(number)} was made from this sale, but is linked to another thing of ours (see "
                f"explain {self._form.kind}:{number}). Discard this command if that is right.",
            )

    def cancelled(self, number: str) -> NoReturn:
        """Ask about a linked document that was cancelled."""
        raise Outgrown(f"{self._form.kind}_cancelled", f"{self._form.named(number)} is cancelled in Fortnox.", ANEW)

    def locked(self, number: str, wrong: list[str], stored: Json) -> NoReturn:
        """Ask about a linked document that shall be changed and no longer can be."""
        how, remedy = LOCKS[self._form.kind]
        what = "; ".join(wrong) or "its texts differ"
        raise Outgrown(
            f"{self._form.kind}_{'booked' if self._form.kind == 'invoice' else 'locked'}",
            f"{self._form.named(number)} is {how} and can no longer be changed: {what}.",
            remedy,
            became=self._form.became(stored),
        )

    def rows_of_order(self, number: str, wrong: list[str]) -> NoReturn:
        """Ask about an unbooked invoice whose rows belong to its order (Fortnox facts, section 6.1)."""
        what = "; ".join(wrong) or "its texts differ"
        raise Outgrown(
            "rows_of_order",
            f"Invoice {number} was made from an order, so its rows cannot be changed: {what}.",
            "Cancel it in Fortnox and make the right one there, then link it, or discard this command.",
        )

    def differs(self, number: str, wrong: list[str]) -> NoReturn:
        """Ask about a linked document that should be as meant and is not."""
        raise held(
            "totals_differ",
            f"{self._form.named(number)} is not what was meant: {'; '.join(wrong)}. Correct it in Fortnox and retry, "
            f"accept it as it stands with `link` and `{self._form.kind}:{number}`, or discard this command.",
            about=f"{self._form.kind}:{number}",
            choices=[f"{self._form.kind}:{number}"],
        )

    def unlike(self, number: str, wrong: list[str]) -> str:
        """The question about a document that was made and is not what was meant."""
        stays = "stays unbooked" if self._form.kind == "invoice" else "stays as it is"
        return f"{self._form.named(number)} {stays}, it is not what was meant: {'; '.join(wrong)}."

    def about_stored(self, number: str, stored: Json, ours: Json, wrong: list[str], surplus: list[str]) -> str | None:
        """What must be asked about a document of ours as it stands in Fortnox; ``None`` where it is as meant."""
        named = self._form.named(number)
        if surplus:
            plural = f"{self._form.kind.capitalize()}s {number}, {', '.join(surplus)}"
            return (
                f"{plural} all carry our mark: one sale stands twice in Fortnox. Cancel all but one in Fortnox, then "
                f"retry, or name the right one: `link`, `{self._form.kind}:{number}`."
            )
        if is_true(stored.get("Cancelled")):
            return f"{named} carries our mark and is cancelled in Fortnox. {ANEW}"
        if wrong:
            return self.unlike(number, wrong)
        meant = decimal_of(ours["total"] or ours["net"])
        if self._form.kind == "invoice" and decimal_of(stored.get("Total")) == 0 and meant != 0:
            return (
                f"Fortnox rounds invoice {number} of {meant} to 0, so it can take no payment: cancel it and discard "
                "what follows, or book it by hand."
            )
        return None
