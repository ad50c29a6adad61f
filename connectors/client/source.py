"""What a client of our own endpoints sent, read back from the inbox as events."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from connectors.client.wire import Contact, ContactTaken, RecordTaken, Taken, WorkflowTaken, seconds_of
from connectors.json_body import BodyFault, read_object
from connectors.sources import Delivery, Ignored, RawRequest, Refused, Stored, Unreadable
from handlers.events import Address, ContactGiven, Event, Party, RecordGiven, WorkflowAsked
from handlers.values import Ref, normal_email, stockholm_date

PREFIX = "client:"
"""No configured source has a colon in its name."""

PERSON = "person"
"""Whose batches those are that a person starts at the terminal; no client of a configuration has this name."""

CALENDAR = "calendar"
"""Who starts workflows on the days of their schedules; no client has this name."""

_TAKEN: TypeAdapter[Taken] = TypeAdapter(Taken)


def source_of(client: str) -> str:
    """What the source of a client is called."""
    return PREFIX + client


class ClientSource:
    """One client. Its key is proved by the endpoints, so nothing ever comes to this source by the door of webhooks."""

    retry_status = 503
    kept_headers: frozenset[str] = frozenset()

    def __init__(self, client: str) -> None:
        self.name = source_of(client)

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """Nothing passes here."""
        raise Refused("unknown_source", 404)

    def events(self, stored: Stored) -> Sequence[Event] | Ignored:
        """The one event of what was taken. Raises :class:`Unreadable` where it was written by another version."""
        try:
            taken = _TAKEN.validate_python(read_object(stored.body))
        except (BodyFault, ValidationError):
            raise Unreadable("it was taken by another version of the program: send it again") from None
        if isinstance(taken, ContactTaken):
            return (contact_event(self.name, taken),)
        if isinstance(taken, WorkflowTaken):
            return (_workflow(self.name, taken),)
        return (_record(self.name, taken),)


def contact_event(source: str, taken: ContactTaken) -> ContactGiven:
    """The event of a contact; its thing is the client's name for it: survey id and the strongest of its keys."""
    contact = taken.contact
    return ContactGiven(
        thing=Ref(system=source, kind="contact", id=contact_id(contact)),
        version=seconds_of(contact.update_date),
        occurred_at=contact.update_date,
        dated=stockholm_date(contact.update_date),
        survey_id=contact.survey_id,
        party=_party(contact),
        create=taken.create,
        batch=taken.batch,
    )


def contact_id(contact: Contact) -> str:
    """What tells one contact of a survey from another; the key itself stays out of names that people and logs see."""
    key = normal_email(contact.email) if contact.email else contact.fortnox_customer_id or contact.organisation_number
    return f"{contact.survey_id}/{hashlib.sha256(str(key).encode()).hexdigest()[:16]}"


def _party(contact: Contact) -> Party:
    return Party(
        name=contact.name or "",
        organisation_number=contact.organisation_number,
        own_number=contact.fortnox_customer_id,
        email=contact.email,
        phone=contact.phone,
        country=contact.country,
        address=None if contact.address is None else Address(**contact.address.model_dump()),
    )


def _workflow(source: str, taken: WorkflowTaken) -> WorkflowAsked:
    return WorkflowAsked(
        thing=Ref(system=source, kind="workflow", id=taken.workflow_id),
        version=seconds_of(taken.asked_at),
        occurred_at=taken.asked_at,
        dated=stockholm_date(taken.asked_at),
        workflow=taken.workflow,
        workflow_id=taken.workflow_id,
        survey_id=taken.survey_id,
        account_id=taken.account_id,
        inputs=taken.input,
        schedule=taken.schedule,
    )


def _record(source: str, taken: RecordTaken) -> RecordGiven:
    kind = "batch_row" if taken.batch else "record"
    return RecordGiven(
        thing=Ref(system=source, kind=kind, id=taken.row_id),
        version=seconds_of(taken.received_at),
        occurred_at=taken.received_at,
        dated=stockholm_date(taken.received_at),
        commands=taken.commands,
        batch=taken.batch,
    )
