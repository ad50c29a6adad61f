"""From a command in our words to what shall stand in a record of Upsales; pure."""

from collections.abc import Mapping

from connectors.base import Json, Park, Task
from connectors.upsales.changes import Change, plain_in
from connectors.upsales.settings import UpsalesSettings
from handlers.commands import EnsureSenderRecord, SetSenderFields

ACCOUNT, ORDER, PRODUCT = "account", "order", "product"
RESOURCES: Mapping[str, str] = {ACCOUNT: "accounts", ORDER: "orders", PRODUCT: "products"}
"""What a record is called in commands, and its resource at Upsales."""

ACCOUNT_FIELDS = {"name": "name", "organisation_number": "orgNo", "phone": "phone", "website": "webpage"}
ADDRESS_FIELDS = {
    "address1": "address1",
    "address2": "address2",
    "zip_code": "zipcode",
    "city": "city",
    "country": "country",
}
PRODUCT_FIELDS = {"name": "name", "list_price": "listPrice", "active": "active"}
STAGE, CUSTOMER_NUMBER = "stage", "customer_number"


def places(record: str, settings: UpsalesSettings) -> dict[str, str]:
    """The custom fields of a record by the number of ours that each may hold."""
    back = settings.write_back
    if back is None:
        return {}
    if record == ORDER:
        return back.fields
    field = settings.customer_number_field
    return {CUSTOMER_NUMBER: field} if record == ACCOUNT and field is not None else {}


def told_fields(task: Task, command: SetSenderFields, settings: UpsalesSettings, system: str) -> Change:
    """The custom fields that the command speaks of, without its stage. Raises ``Park`` where one has no place."""
    known = places(command.record, settings)
    texts = {
        **{word: text for word, text in command.fields.items() if (command.record, word) != (ORDER, STAGE)},
        **{word: task.refs[ref].number for word, ref in command.numbers},
        **{word: task.refs[ref].number for word, ref in command.also if ref in task.refs},
    }
    homeless = sorted(texts.keys() - known.keys())
    if homeless:
        raise Park(
            "no_place",
            system=system,
            operation=f"tell_{command.record}",
            remedy=f"Upsales has no place for {', '.join(homeless)} on {_a(command.record)}: name the custom field in "
            "the source's settings and restart, then retry; or discard this command.",
        )
    return Change(custom={known[word]: text for word, text in texts.items()})


def stage_for(order: Json, wanted: str, settings: UpsalesSettings) -> tuple[str | None, str]:
    """The stage that the order is moved to, or ``None`` with the reason for leaving it where it is.

    What a person closed stays closed: a lost order is not won again and a won one never becomes an offer again, except
    that a won one is lost.
    """
    here = plain_in(order, STAGE)
    won = (*settings.won_stage, *settings.invoice_stage)
    groups: Mapping[str, tuple[str, ...]] = {"won": won, "lost": settings.lost_stage, "offer": settings.offer_stage}
    stages = groups.get(wanted, ())
    if not stages:
        return None, f"no stage is named for {wanted}"
    if here in stages:
        return None, f"it stands in a stage for {wanted}"
    closed = {"won": settings.lost_stage, "lost": (), "offer": (*won, *settings.lost_stage)}[wanted]
    if here in closed:
        return None, "it is closed"
    return stages[0], ""


def account_meant(command: EnsureSenderRecord, settings: UpsalesSettings, *, new: bool) -> Change:
    """A company as it is in Fortnox; what is empty there, or has no place here, is not told."""
    fields = _fields(command, new=new)
    number = settings.customer_number_field
    custom = {} if number is None else {number: command.number}
    for word, field in (("email", settings.email_field), ("vat_number", settings.vat_number_field)):
        if word in fields and field is not None:
            custom[field] = fields[word]
    return Change(_named(fields, ACCOUNT_FIELDS), custom, _named(fields, ADDRESS_FIELDS))


def product_meant(command: EnsureSenderRecord, *, new: bool) -> Change:
    """A product as its article is in Fortnox; a new one is active unless the article is not."""
    fields = _fields(command, new=new)
    if command.gone:
        fields["active"] = "0"
    made = {"articleNo": command.number, "active": "1"} if new else {}
    return Change({**made, **_named(fields, PRODUCT_FIELDS)})


def _fields(command: EnsureSenderRecord, *, new: bool) -> dict[str, str]:
    told = {**command.made_with, **command.fields} if new else command.fields
    return {word: text for word, text in told.items() if text.strip()}


def _named(fields: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {names[word]: text for word, text in fields.items() if word in names}


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
