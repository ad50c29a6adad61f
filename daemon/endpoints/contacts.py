"""``/fortnox/contacts``: a client says what a contact is now, and asks which customer it became."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connectors.client.source import contact_event, source_of
from connectors.client.wire import Contact, ContactTaken
from daemon.clock import Clock
from daemon.endpoints.answers import Answered, Refusal
from daemon.endpoints.calls import Call
from daemon.endpoints.states import AT_REST, States, shown, word_of
from daemon.ids import delivery_id
from daemon.times import iso
from handlers.contact import contact_customer
from handlers.settings import CompanySettings
from handlers.values import Question, normal_email
from store import clients
from store.acting import NotPossible
from store.clients import ContactRow, NewContact
from store.db import Database, milliseconds
from store.inbox import Arrival, Seal

MOST = 100
LONGEST_KEY = 200


class Contacts:
    """Takes and shows contacts."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        states: States,
        *,
        seal: Seal | None,
        settings: Callable[[str], CompanySettings],
        arrived: Callable[[], None],
    ) -> None:
        """``seal`` encrypts bodies where the configuration asks for it; ``settings`` gives a company's choices."""
        self._database = database
        self._clock = clock
        self._states = states
        self._seal = seal
        self._settings = settings
        self._arrived = arrived

    async def create_or_update(self, call: Call) -> Answered:
        """``POST``: an unknown contact is made."""
        return await self._take(call, create=True)

    async def update(self, call: Call) -> Answered:
        """``PUT``: an unknown contact is not made."""
        return await self._take(call, create=False)

    async def find(self, call: Call) -> Answered:
        """``GET``: the contacts of a survey id, an e-mail, or both."""
        company, survey_id, email = call.company(), call.text("survey_id"), call.text("email")
        if survey_id is None and email is None:
            raise Refusal(400, "bad_query", "name a survey_id or an email")
        mail = None if email is None else normal_email(email)
        found = await self._database.read(clients.contacts(company, survey_id=survey_id, email=mail, limit=MOST))
        return Answered(200, {"contacts": [_contact(row) for row in found]})

    async def _take(self, call: Call, *, create: bool) -> Answered:
        company, seconds = call.company(), call.wait()
        taken = ContactTaken(contact=call.read(Contact), create=create)
        arrival, contact = contact_arrival(
            self._settings(company), source_of(call.client.name), taken, _key(call, taken), self._clock
        )
        arrival = replace(arrival, headers={clients.STATEMENT: _digest(taken)})
        try:
            accepted = await self._database.write(clients.keep_contact(arrival, contact, self._seal))
        except NotPossible as error:
            raise Refusal(409, "other_statement", str(error)) from None
        self._arrived()
        now = await self._states.at_rest(accepted.inbox_id, seconds)
        kept = await self._kept(company, taken, accepted.inbox_id)
        status = 200 if word_of(now) in AT_REST and seconds else 202
        return Answered(status, kept | {"repeated": accepted.repeated} | shown(now))

    async def _kept(self, company: str, taken: ContactTaken, inbox_id: int) -> dict[str, Any]:
        given = taken.contact
        mail = None if given.email is None else normal_email(given.email)
        rows = await self._database.read(clients.contacts(company, survey_id=given.survey_id, email=mail, limit=MOST))
        mine = next((row for row in rows if row.inbox_id == inbox_id), None)
        number = None if mine is None else mine.number
        return {
            "survey_id": given.survey_id,
            "fortnox_customer_id": number,
            "email": given.email,
            "update_date": iso(milliseconds(given.update_date)),
        }


def contact_arrival(
    settings: CompanySettings, source: str, taken: ContactTaken, key: str, clock: Clock
) -> tuple[Arrival, NewContact]:
    """The delivery of a contact, and the row that finds it again.

    Raises :class:`Refusal` 422 for what can be no customer.
    """
    event = contact_event(source, taken)
    try:
        customer = contact_customer(event, settings)
    except Question as error:
        raise Refusal(422, "bad_fields", "the contact cannot be a customer", faults=(str(error),)) from None
    company = settings.name
    contact = NewContact(
        company=company,
        survey_id=event.survey_id,
        thing=event.thing.thing(company),
        customer=customer.thing.thing(company),
        email=None if taken.contact.email is None else normal_email(taken.contact.email),
        update_date=milliseconds(taken.contact.update_date),
    )
    body = taken.model_dump_json(exclude_none=True).encode()
    return Arrival(source, company, key, {}, body, clock.now()), contact


def _key(call: Call, taken: ContactTaken) -> str:
    """The client's own key of the call, else what it says: the same statement twice is one."""
    stated = call.headers.get("idempotency-key", ())
    if len(stated) > 1 or (stated and not 0 < len(stated[0]) <= LONGEST_KEY):
        raise Refusal(400, "bad_header", f"Idempotency-Key must stand there once, with 1 to {LONGEST_KEY} characters")
    if stated:
        return f"{call.company()}/key/{stated[0]}"
    return f"{call.company()}/contact/{_digest(taken)}"


def _digest(taken: ContactTaken) -> str:
    return hashlib.sha256(taken.model_dump_json(exclude_none=True).encode()).hexdigest()


def _contact(row: ContactRow) -> dict[str, Any]:
    return {
        "survey_id": row.survey_id,
        "fortnox_customer_id": row.number,
        "email": row.email,
        "update_date": iso(row.update_date),
        "id": delivery_id(row.inbox_id),
    }
