"""Upsales as a target: what an order and a company are told, companies and products from Fortnox (facts, section 5)."""

from dataclasses import dataclass
from typing import NoReturn

from connectors.base import Held, Json, Link, OutsideError, Park, Settled, Sighting, Task, UnknownEnd, Write
from connectors.upsales import meant
from connectors.upsales.account_search import AccountSearch
from connectors.upsales.api import Api
from connectors.upsales.callbacks import identifier
from connectors.upsales.changes import TOLD_ON_ORDERS, Change, custom_in, filled_in, unlike
from connectors.upsales.meant import ACCOUNT, CUSTOMER_NUMBER, ORDER, PRODUCT, RESOURCES
from connectors.upsales.product_search import products_of
from connectors.upsales.settings import UpsalesSettings
from handlers.commands import EnsureSenderRecord, SetSenderFields

FRESH = 1
"""Priority in the rate window of what is read while a call is under way."""

NO_NOTES = "Upsales takes no notes and no tasks from here: discard this command, and leave them out for this source."


@dataclass(frozen=True, slots=True)
class Record:
    """One record of Upsales: ``kind`` is account, order or product."""

    kind: str
    number: str

    @property
    def far_object(self) -> str:
        """As turns and doubts name it."""
        return f"{self.kind}:{self.number}"

    @property
    def path(self) -> str:
        """Where it stands."""
        return f"/{RESOURCES[self.kind]}/{self.number}"


class UpsalesDesk:
    """How commands become calls in one account. A record is read, merged and written; nothing is ever deleted."""

    def __init__(self, settings: UpsalesSettings, api: Api) -> None:
        self._settings = settings
        self._api = api

    def far_object(self, task: Task) -> str | None:
        """The record that would change, where it is known."""
        command = task.command
        if isinstance(command, SetSenderFields):
            return f"{command.record}:{command.id}"
        if isinstance(command, EnsureSenderRecord) and task.link is not None:
            return f"{command.record}:{task.link.number}"
        return None

    async def plan(self, task: Task) -> Write | Settled:
        """Read what stands there, and decide the one call that is lacking.

        Raises ``Held`` where a person must say which record is meant, ``Park`` for what Upsales has no place for.
        """
        command = task.command
        if isinstance(command, SetSenderFields) and command.record in {ACCOUNT, ORDER}:
            return await self._told(task, command)
        if isinstance(command, EnsureSenderRecord) and command.record == ACCOUNT:
            return await self._account(task, command)
        if isinstance(command, EnsureSenderRecord) and command.record == PRODUCT:
            return await self._product(task, command)
        raise Park("not_taken", system=self._api.name, operation=command.kind, remedy=NO_NOTES)

    async def perform(self, task: Task, write: Write) -> Settled:
        """Send the change and compare: in the answer, and where that does not show all, by reading once more."""
        answer = await self._api.write(write.operation, write.method, write.path, write.body or {})
        if write.creates:
            return await self._made(write, answer)
        record = Record(write.evidence["kind"], write.evidence["number"])
        return Settled(
            self._link(record, write.evidence), "changed", question=await self._amiss(record, write.evidence, answer)
        )

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """A change is seen on the record itself, a new record by its number; one that is gone shows nothing."""
        if evidence["number"] is None:
            return await self._look_for_new(task, evidence)
        record = Record(evidence["kind"], evidence["number"])
        proof: Json = {"read": record.far_object}
        seen = await self._api.one(f"look_{record.kind}", RESOURCES[record.kind], record.number, task.priority)
        if seen is None or unlike(evidence["prints"], seen):
            return Sighting(None, proof | {"there": seen is not None})
        settled = Settled(self._link(record, evidence), "changed", question=_lost(record, evidence, seen), proof=proof)
        return Sighting(settled, proof)

    async def identify(self, task: Task, kind: str, number: str) -> Settled:
        """A company or product that a person names, where the command looks for one."""
        command = task.command
        if not isinstance(command, EnsureSenderRecord) or kind != command.record:
            self._not_linkable(f"only what looks for {command.kind} is linked by hand", command.kind)
        record = Record(kind, number)
        seen = await self._api.one(f"read_{kind}", RESOURCES[kind], number, task.priority)
        if seen is None:
            self._not_linkable(f"there is no {record.far_object} at Upsales", command.kind)
        field = self._settings.customer_number_field
        theirs = custom_in(seen, field) if kind == ACCOUNT and field is not None else ""
        if theirs not in {"", command.number}:
            self._not_linkable(f"{record.far_object} has another customer number, {theirs}", command.kind)
        return Settled(Link(kind, number, {}), "found", again=True)

    async def probe(self) -> None:
        """The currencies are always there: the key is taken."""
        await self._api.listed("probe", "currencies", {}, FRESH)

    # --- orders and companies that are told something -----------------------------------------------------------------

    async def _told(self, task: Task, command: SetSenderFields) -> Write | Settled:
        change = meant.told_fields(task, command, self._settings, self._api.name)
        record = Record(command.record, command.id)
        seen = await self._read(record, task.priority)
        proof: Json = {"read": record.far_object}
        if command.record == ORDER and meant.STAGE in command.fields:
            stage, because = meant.stage_for(seen, command.fields[meant.STAGE], self._settings)
            if stage is not None:
                change = Change({meant.STAGE: stage}, change.custom)
            else:
                proof["stage_left"] = because
        number = dict(command.numbers).get(CUSTOMER_NUMBER)
        state: Json = {} if number is None else {"customer_number": task.refs[number].number}
        if number is not None:
            self._not_of_another(record, seen, task)
        return self._changed(record, seen, change, state, proof)

    def _not_of_another(self, record: Record, seen: Json, task: Task, own: str | None = None) -> None:
        """A number that somebody else wrote is not overwritten. Raises ``Held``."""
        field = self._settings.customer_number_field
        theirs = "" if field is None else custom_in(seen, field)
        last = None if task.link is None else task.link.state.get("customer_number")
        ours = own or next((task.refs[ref].number for ref in task.refs), None)
        if theirs in {"", ours, last}:
            return
        raise Held(
            "another_number",
            system=self._api.name,
            operation=f"tell_{record.kind}",
            remedy=f"The company {record.number} of Upsales has customer number {theirs}, and what it bought stands in "
            f"Fortnox under customer {ours}: correct one of the two (empty the field to take ours), then retry.",
            about=f"{record.far_object}:{theirs}",
        )

    # --- companies and products from Fortnox --------------------------------------------------------------------------

    async def _account(self, task: Task, command: EnsureSenderRecord) -> Write | Settled:
        field = self._settings.customer_number_field
        if task.link is None:
            hit = await AccountSearch(self._api, field, task.priority).for_customer(command)
            if hit.number is not None:
                return Settled(Link(ACCOUNT, hit.number, {}), "found", again=True, proof=hit.proof)
            if not command.create or command.gone:
                return Settled(None, "not_created", proof=hit.proof)
            return self._creation(command, meant.account_meant(command, self._settings, new=True), hit.proof)
        record = Record(ACCOUNT, task.link.number)
        seen = await self._read(record, task.priority)
        proof: Json = {"read": record.far_object}
        if command.gone:
            taken_off = field is None or custom_in(seen, field) != command.number
            change = Change() if taken_off else Change(custom={str(field): ""})
            return self._changed(record, seen, change, {}, proof)
        self._not_of_another(record, seen, task, command.number)
        change = meant.account_meant(command, self._settings, new=False)
        return self._changed(record, seen, change, {"customer_number": command.number}, proof)

    async def _product(self, task: Task, command: EnsureSenderRecord) -> Write | Settled:
        if task.link is None:
            found, proof = await products_of(self._api, command.number, task.priority)
            if found is not None:
                return Settled(Link(PRODUCT, found, {}), "found", again=True, proof=proof)
            if not command.create or command.gone:
                return Settled(None, "not_created", proof=proof)
            return self._creation(command, meant.product_meant(command, new=True), proof)
        record = Record(PRODUCT, task.link.number)
        seen = await self._read(record, task.priority)
        return self._changed(record, seen, meant.product_meant(command, new=False), {}, {"read": record.far_object})

    def _creation(self, command: EnsureSenderRecord, change: Change, proof: Json) -> Write:
        if "name" not in change.plain:
            remedy = "Fortnox shows no name for it, and Upsales takes none without: name it in Fortnox, then retry."
            raise Park("no_name", system=self._api.name, operation=f"create_{command.record}", remedy=remedy)
        return Write(
            f"create_{command.record}",
            "POST",
            f"/{RESOURCES[command.record]}",
            change.body({}),
            creates=True,
            evidence={
                "kind": command.record,
                "number": None,
                "own": command.number,
                "prints": change.prints(),
                "filled": [],
                "state": {"customer_number": command.number} if command.record == ACCOUNT else {},
            },
            proof=proof,
        )

    # --- one change ---------------------------------------------------------------------------------------------------

    def _changed(self, record: Record, seen: Json, change: Change, state: Json, proof: Json) -> Write | Settled:
        lacking = change.lacking(seen)
        proof = proof | {"lacking": lacking.names}
        if not lacking:
            return Settled(Link(record.kind, record.number, state), "unchanged", proof=proof)
        body = lacking.body(seen) | (TOLD_ON_ORDERS if record.kind == ORDER else {})
        return Write(
            f"update_{record.kind}",
            "PUT",
            record.path,
            body,
            creates=False,
            far_object=record.far_object,
            stands_on=lacking.before(seen),
            evidence={
                "kind": record.kind,
                "number": record.number,
                "prints": lacking.prints(),
                "filled": filled_in(seen),
                "state": state,
            },
            proof=proof,
        )

    async def _read(self, record: Record, priority: int) -> Json:
        """What stands there. Raises ``Park`` where nothing does."""
        operation = f"read_{record.kind}"
        seen = await self._api.one(operation, RESOURCES[record.kind], record.number, priority)
        if seen is None:
            raise self._api.gone(operation)
        return seen

    def _link(self, record: Record, evidence: Json) -> Link:
        return Link(record.kind, record.number, evidence["state"])

    async def _made(self, write: Write, answer: Json | None) -> Settled:
        number = identifier((answer or {}).get("id"))
        if number is None:
            # It may stand there: it is looked for by its number.
            raise UnknownEnd("no_id", system=self._api.name, operation=write.operation)
        record = Record(write.evidence["kind"], number)
        return Settled(
            self._link(record, write.evidence), "created", question=await self._amiss(record, write.evidence, answer)
        )

    async def _amiss(self, record: Record, evidence: Json, answer: Json | None) -> str | None:
        """What Upsales stored otherwise than it was sent, or no longer holds; ``None`` where all is right.

        An answer may show only part of the record. Raises ``UnknownEnd`` where it cannot be read: a look comes.
        """
        if answer is not None and _question(record, evidence, answer) is None:
            return None
        try:
            seen = await self._read(record, FRESH)
        except OutsideError as error:
            raise UnknownEnd("not_compared", system=self._api.name, operation=f"read_{record.kind}") from error
        return _question(record, evidence, seen)

    async def _look_for_new(self, task: Task, evidence: Json) -> Sighting:
        kind, own = evidence["kind"], evidence["own"]
        if kind == PRODUCT:
            found, proof = await products_of(self._api, own, task.priority)
            numbers = [] if found is None else [found]
        else:
            search = AccountSearch(self._api, self._settings.customer_number_field, task.priority)
            numbers, proof = await search.by_number(own), search.proof
        if not numbers:
            return Sighting(None, proof)
        question = None
        if len(numbers) > 1:
            question = (
                f"The companies {', '.join(numbers)} of Upsales all have customer number {own}: one was made too many. "
                "Take the number off all but one there."
            )
        link = self._link(Record(kind, numbers[0]), evidence)
        return Sighting(Settled(link, "created", question=question, proof=proof), proof)

    def _not_linkable(self, why: str, operation: str) -> NoReturn:
        raise Park("not_linkable", system=self._api.name, operation=operation, remedy=why)


def _question(record: Record, evidence: Json, seen: Json) -> str | None:
    wrong = unlike(evidence["prints"], seen)
    if wrong:
        names = ", ".join(wrong)
        return f"Upsales stored something else than was sent to {record.far_object}: {names}. Compare it there."
    return _lost(record, evidence, seen)


def _lost(record: Record, evidence: Json, seen: Json) -> str | None:
    """Whether the change emptied what it did not speak of: that PUT keeps it is unconfirmed."""
    lost = sorted(set(evidence["filled"]) - set(filled_in(seen)) - evidence["prints"].keys())
    if not lost:
        return None
    return f"After our change {record.far_object} of Upsales no longer holds {', '.join(lost)}: restore it there."
