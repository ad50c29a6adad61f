"""Evidence: the file goes up, then it is attached, each a write of its own; none of it touches what is booked."""

import asyncio
from hashlib import sha256
from typing import Any

from connectors.base import Json, Link, Park, Settled, Sighting, Task, UnknownEnd, Write
from connectors.fortnox.client import Client
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.evidence_file import evidence_file
from connectors.fortnox.evidence_places import Attaching, Hanging, Place, of_answer, place_named, place_of
from connectors.fortnox.evidence_search import (
    ATTACHED,
    KIND,
    REMOVED,
    UPLOADED,
    check_content,
    in_inbox,
    link_of,
    sought,
)
from connectors.fortnox.outcomes import BareOutcome, ObjectOutcome
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import text_of
from handlers.commands import EnsureEvidence

CARRIER = "ensure_evidence"
UPLOAD, DELETE_FILE, DETACH = "create_inbox_file", "delete_inbox_file", "delete_attachment"
ATTACHINGS = ("create_attachment", "create_voucher_file_connection")


def operations() -> tuple[str, ...]:
    """Every write that evidence may need."""
    return (UPLOAD, *ATTACHINGS, DETACH, DELETE_FILE)


class Evidence:
    """``EnsureEvidence`` at Fortnox (facts, section 6.17)."""

    def far_object(self, task: Task) -> str | None:
        """None: nothing of the document itself is written, and a doubt here must not keep it from anybody."""
        return None

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """Up, attached, done. One that says something else by now is taken off first, while its invoice is unbooked."""
        command = command_of(task, EnsureEvidence)
        place, link = place_of(linked(task.refs.get(command.document))), task.link
        if link is None:
            found, proof = await sought(place, task.thing, client) if task.looking else (None, {})
            if found is not None:
                return Settled(found, "found", again=True, proof=proof)
            return await _upload(task, command, place, proof)
        if link.state["stage"] == REMOVED:
            return await _upload(task, command, place, {"because": "what was there said something else"}, again=True)
        if link.state["says"] != command.says:
            return await _removal(link, place, client)
        return Settled(link, "unchanged") if link.state["stage"] == ATTACHED else _attachment(link, place)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Send the one call; after a refusal what hangs there decides, not the code."""
        evidence = write.evidence
        if write.operation == UPLOAD:
            return await _uploaded(task, write, client)
        if write.operation in ATTACHINGS:
            return await _attached(write, client)
        await client.request(write.operation, path=write.path)
        return _removed(evidence)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """The folder and the document show it: nothing is sent again before both were read."""
        place = place_named(evidence["document"])
        if operation == UPLOAD:
            link, proof = await sought(place, task.thing, client, evidence["says"])
            if link is None:
                return Sighting(None, proof)
            await check_content(link, evidence, client)
            return Sighting(Settled(link, "created", again=True, proof=proof), proof)
        if operation == DELETE_FILE:
            there = [text_of(file.get("Id")) for file in await in_inbox(place, client)]
            gone = evidence["link"]["state"]["file"] not in there
            return Sighting(_removed(evidence) if gone else None, {"read": place.folder, "gone": gone})
        hanging = await place.hanging(client)
        proof = {"read": place.named, "attachments": len(hanging)}
        mine = _mine(hanging, _link(evidence))
        if operation == DETACH:
            return Sighting(_removed(evidence) if mine is None else None, proof)
        return Sighting(None if mine is None else _hangs(_link(evidence), mine, "changed", proof), proof)


# --- up ---------------------------------------------------------------------------------------------------------------


async def _upload(task: Task, command: EnsureEvidence, place: Place, proof: Json, *, again: bool = False) -> Write:
    file = await asyncio.to_thread(evidence_file, command, task.thing)
    operation = OPERATIONS[UPLOAD]
    evidence: Json = {
        "carrier": CARRIER,
        "document": place.named,
        "says": command.says,
        "name": file.name,
        "bytes": len(file.content),
        "sha256": sha256(file.content).hexdigest(),
    }
    path = f"{operation.at()}?path={place.folder}"
    return Write(operation.name, operation.method, path, None, creates=not again, evidence=evidence, proof=proof)


async def _uploaded(task: Task, write: Write, client: Client) -> Settled:
    evidence = write.evidence
    file = await asyncio.to_thread(evidence_file, command_of(task, EnsureEvidence), task.thing)
    outcome = await client.carry(UPLOAD, params={"path": place_named(evidence["document"]).folder}, body=file)
    stored = outcome.fields if isinstance(outcome, ObjectOutcome) else {}
    if not text_of(stored.get("ArchiveFileId")):
        raise UnknownEnd("object_missing", system=SYSTEM, operation=UPLOAD)
    proof: Json = {name: evidence[name] for name in ("name", "bytes", "sha256")}
    return Settled(link_of(stored, evidence["says"], UPLOADED), "created", again=True, proof=proof)


# --- attached ---------------------------------------------------------------------------------------------------------


def _attachment(link: Link, place: Place) -> Write:
    call = _attaching(link, place)
    operation = OPERATIONS[call.operation]
    evidence: Json = {"carrier": CARRIER, "document": place.named, "link": _kept(link)}
    query = "".join(f"?{name}={value}" for name, value in call.params.items())
    return Write(operation.name, operation.method, operation.at() + query, None, creates=False, evidence=evidence)


def _attaching(link: Link, place: Place) -> Attaching:
    return place.attaching(link.state["file"], link.number)


async def _attached(write: Write, client: Client) -> Settled:
    link, place = _link(write.evidence), place_named(write.evidence["document"])
    call = _attaching(link, place)
    try:
        outcome = await client.carry(call.operation, params=call.params or None, body=call.body)
    except Park:
        mine = _mine(await place.hanging(client), link)
        if mine is None:
            raise
        return _hangs(link, mine, "unchanged", {"read": place.named, "because": "it hangs there already"})
    told = of_answer(outcome.value) if isinstance(outcome, BareOutcome) else [Hanging(link.state["file"], link.number)]
    one = _mine(told, link)
    if one is None:
        raise UnknownEnd("object_missing", system=SYSTEM, operation=write.operation)
    return _hangs(link, one, "changed", {"document": place.named})


def _mine(hanging: list[Hanging], link: Link) -> Hanging | None:
    """The evidence among what hangs on its document; both of a file's ids name it."""
    return next((one for one in hanging if one.file in {link.number, link.state["file"]}), None)


def _hangs(link: Link, one: Hanging, result: str, proof: Json) -> Settled:
    state = {**link.state, "stage": ATTACHED, "attachment": one.attachment}
    return Settled(Link(KIND, link.number, state), result, proof=proof)


# --- taken off --------------------------------------------------------------------------------------------------------


async def _removal(link: Link, place: Place, client: Client) -> Write | Settled:
    """A file that says something else: it stays on what is booked, else it makes room for the one to come."""
    hangs = link.state["stage"] == ATTACHED
    if hangs and await place.is_final(client):
        because = f"{place.named} is booked, so what it was booked on stays attached"
        return Settled(link, "unchanged", proof={"because": because})
    if hangs and not link.state["attachment"]:
        raise held(
            "attachment_unknown", f"Take the file {link.number} off {place.named} in Fortnox, then discard this."
        )
    operation = OPERATIONS[DETACH if hangs else DELETE_FILE]
    number = link.state["attachment"] if hangs else link.state["file"]
    evidence: Json = {"carrier": CARRIER, "document": place.named, "link": _kept(link)}
    return Write(operation.name, operation.method, operation.at(number), None, creates=False, evidence=evidence)


def _removed(evidence: Json) -> Settled:
    link = _link(evidence)
    return Settled(Link(KIND, link.number, {**link.state, "stage": REMOVED}), "changed", again=True)


def _kept(link: Link) -> Json:
    return {"number": link.number, "state": dict(link.state)}


def _link(evidence: Json) -> Link:
    kept: dict[str, Any] = evidence["link"]
    return Link(KIND, kept["number"], kept["state"])
