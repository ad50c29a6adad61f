"""An offer made into an order, an order into an invoice: proved by the source's own reference, never done twice."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.base import Held, Json, Link, Park, UnknownEnd
from connectors.fortnox.client import Client
from connectors.fortnox.document_state import number_of
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.forms import BY_ENVELOPE, FORMS, Form, reference_of
from connectors.fortnox.resource import held
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import is_true
from handlers.commands import DocumentCommand
from handlers.values import Ref

OPERATION_NAMES: Mapping[str, tuple[str, ...]] = {
    "invoice": ("order_to_invoice", "offer_to_invoice"),
    "order": ("offer_to_order",),
    "offer": (),
}
"""What a document may be made from, the later stage first."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """The far document that another one is made from, and the operation that makes it."""

    source: Form
    target: Form
    number: str
    state: Json

    @property
    def operation(self) -> str:
        """The operation's name in the table of the wire."""
        return f"{self.source.kind}_to_{self.target.kind}"

    @property
    def reference(self) -> str:
        """The source's field that names what was made of it."""
        return f"{self.target.kind.capitalize()}Reference"

    @property
    def path(self) -> str:
        """Where the call goes."""
        return OPERATIONS[self.operation].at(self.number)


@dataclass(frozen=True, slots=True)
class Made:
    """What the source became: the new document's number, and the document that the answer showed (of ``form``)."""

    number: str
    form: Form
    shown: Json
    before: bool = False


def conversion_of(target: Form, command: DocumentCommand, refs: Mapping[Ref, Link]) -> Conversion | None:
    """From which linked document of the same sale this one is made; ``None`` where there is none."""
    for name in OPERATION_NAMES[target.kind]:
        kind = name.partition("_")[0]
        ref: Ref | None = command.order if kind == "order" else command.offer
        link = None if ref is None else refs.get(ref)
        if link is not None:
            return Conversion(FORMS[kind], target, link.number, link.state)
    return None


def of_evidence(evidence: Json) -> Conversion:
    """The conversion that an attempt meant."""
    return Conversion(FORMS[evidence["source"]], FORMS[evidence["target"]], evidence["number"], {})


async def convert(conversion: Conversion, client: Client) -> Made:
    """Send the call. After a refusal the source's state decides, not the code: made already is no error (facts 8)."""
    try:
        envelope, shown = await client.answer(conversion.operation, path=conversion.path)
    except Park:
        shown = await client.read(f"read_{conversion.source.kind}", conversion.number)
        made = _made(conversion, shown)
        if made is not None:
            return made
        if is_true(shown.get("Cancelled")):
            raise _cancelled(conversion) from None
        raise
    form = BY_ENVELOPE[envelope]
    number = number_of(shown) if form is conversion.target else reference_of(shown, conversion.reference)
    if number and form in {conversion.source, conversion.target}:
        return Made(number, form, shown)
    made = await made_of(conversion, client)
    if made is None:
        raise UnknownEnd("reference_missing", system=SYSTEM, operation=conversion.operation)
    return Made(made.number, made.form, made.shown)


async def made_of(conversion: Conversion, client: Client) -> Made | None:
    """What the source says it became, by reading it; ``None`` where nothing was made."""
    return _made(conversion, await client.read(f"read_{conversion.source.kind}", conversion.number))


def _made(conversion: Conversion, shown: Json) -> Made | None:
    number = reference_of(shown, conversion.reference)
    return Made(number, conversion.source, shown, before=True) if number else None


def _cancelled(conversion: Conversion) -> Held:
    return held(
        f"{conversion.source.kind}_cancelled",
        f"{conversion.source.named(conversion.number)} is cancelled in Fortnox, so no {conversion.target.kind} is made "
        "from it. Make the document by hand and name it here (`link`), or discard this command.",
    )
