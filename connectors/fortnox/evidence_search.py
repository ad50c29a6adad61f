"""Looking for evidence of ours: in its folder of the inbox, and among what hangs on its document already."""

from hashlib import sha256

from connectors.base import Json, Link, Park
from connectors.fortnox.client import Client
from connectors.fortnox.errors import is_absence
from connectors.fortnox.evidence_file import read_name
from connectors.fortnox.evidence_places import Place
from connectors.fortnox.outcomes import FileOutcome, ObjectOutcome
from connectors.fortnox.record_proofs import unprovable
from connectors.fortnox.resource import held
from connectors.fortnox.wire import text_of
from handlers.values import reference

KIND = "evidence"
"""What evidence is called as a far object; its number is the file's ``ArchiveFileId``, which stays."""

UPLOADED, ATTACHED, REMOVED = "uploaded", "attached", "removed"
MOST_FILES = 50
"""Files on one document that are read to find ours, at most."""


def link_of(stored: Json, says: str, stage: str, attachment: str = "") -> Link:
    """A file of ours as it now lies in Fortnox; ``stored`` is its description there."""
    state: Json = {"file": text_of(stored.get("Id")), "says": says, "stage": stage, "attachment": attachment}
    return Link(KIND, text_of(stored.get("ArchiveFileId")), state)


async def in_inbox(place: Place, client: Client) -> list[Json]:
    """The files of the place's folder. Raises ``Unprovable`` where Fortnox shows no such folder.

    What a folder's id looks like is not documented (Fortnox facts, section 6.17): its path in small letters is tried,
    and where there is no such folder, the inbox itself says what the folder of this path is called.
    """
    usual = place.folder.casefold()
    folder = await _folder(usual, client)
    if folder is None:
        root = await client.carry("list_inbox")
        listed = root.fields.get("Folders") if isinstance(root, ObjectOutcome) else None
        ids = [text_of(one.get("Id")) for one in listed or () if isinstance(one, dict)]
        own = next((one for one in ids if one != usual and one.casefold() == usual), None)
        folder = None if own is None else await _folder(own, client)
    files = None if folder is None else folder.get("Files")
    if not isinstance(files, list):
        raise unprovable(f"whether a file lies in the folder {place.folder} of the inbox")
    return [one for one in files if isinstance(one, dict)]


async def _folder(number: str, client: Client) -> Json | None:
    try:
        outcome = await client.carry("list_inbox_folder", number)
    except Park as refused:
        if is_absence(refused):
            return None
        raise
    return outcome.fields if isinstance(outcome, ObjectOutcome) else None


async def sought(place: Place, thing: str, client: Client, says: str = "") -> tuple[Link | None, Json]:
    """The evidence of ``thing`` (with exactly this digest, where one is given), and the proof of what was read.

    Raises ``Held`` for several, and the errors of a read: then nothing is proved.
    """
    lying = await in_inbox(place, client)
    found = [
        link_of(file, name.says, UPLOADED)
        for file in lying
        if (name := read_name(text_of(file.get("Name")))) and name.mark == reference(thing) and says in {"", name.says}
    ]
    hanging = await _hanging(place, thing, client, says)
    proof: Json = {"searched": [f"inbox/{place.folder}", place.named], "files": len(lying)}
    proof["matched"] = [link.number for link in (*found, *hanging)]
    if len(found) + len(hanging) > 1:
        raise held(
            "several_files",
            f"Files {', '.join(proof['matched'])} all are the evidence of {place.named}: delete all but one of them in "
            "Fortnox, then retry.",
        )
    return next(iter((*found, *hanging)), None), proof


async def _hanging(place: Place, thing: str, client: Client, says: str) -> list[Link]:
    """What hangs on the document already, told by its name: the list shows no names, so each file is read."""
    there = await place.hanging(client)
    if len(there) > MOST_FILES:
        raise held("too_many_files", f"{len(there)} files hang on {place.named}: attach its evidence by hand.")
    found = []
    for one in there:
        outcome = await client.carry("read_moved_file", params={"fileid": one.file})
        name = read_name(outcome.file.name) if isinstance(outcome, FileOutcome) else None
        if name is not None and name.mark == reference(thing) and says in {"", name.says}:
            found.append(link_of({"Id": one.file, "ArchiveFileId": one.file}, name.says, ATTACHED, one.attachment))
    return found


async def check_content(link: Link, evidence: Json, client: Client) -> None:
    """That the file that a lost upload left is whole. Raises ``Held`` where it is not what was sent."""
    if link.state["stage"] != UPLOADED:
        return
    outcome = await client.carry("read_inbox_file", link.state["file"])
    content = outcome.file.content if isinstance(outcome, FileOutcome) else b""
    if (len(content), sha256(content).hexdigest()) != (evidence["bytes"], evidence["sha256"]):
        raise held(
            "file_differs",
            f"The file {evidence['name']} in Fortnox's inbox is not what was sent ({len(content)} of "
            f"{evidence['bytes']} bytes): delete it there, then retry.",
        )
