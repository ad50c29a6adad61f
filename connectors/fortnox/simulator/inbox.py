"""The inbox: nine fixed folders, uploads into them, and their files (Fortnox facts, 6.17)."""

from typing import Any

from connectors.fortnox.simulator import files
from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.errors import ApiError, Invented, no_route
from connectors.fortnox.simulator.multipart import MULTIPART, read_file
from connectors.fortnox.simulator.special import Special
from connectors.fortnox.simulator.wire import JSON_TYPE, Answer, json_answer

FOLDERS = {
    "Inbox_a": "Anläggningar",
    "Inbox_b": "Bank",
    "Inbox_d": "Dagskassor",
    "Inbox_kf": "Kundfakturor",
    "Inbox_l": "Lön",
    "Inbox_o": "Ordrar",
    "Inbox_of": "Offerter",
    "Inbox_s": "Leverantörsfakturor",
    "Inbox_v": "Verifikationer",
}
"""Names by path; a folder's id is its path in lower case (*simulator choice*)."""

_BY_ID = {path.casefold(): path for path in FOLDERS}


def _row(path: str, base: str) -> dict[str, Any]:
    return {"@url": f"{base}/3/inbox/{path.casefold()}", "Id": path.casefold(), "Name": FOLDERS[path]}


def _listing(company: Company, path: str | None, base: str) -> Answer:
    lying = [data for data in files.all_files(company) if data["Place"] == files.INBOX and data["Path"] == path]
    about = {"@url": f"{base}/3/inbox", "Id": "root", "Name": "root"} if path is None else _row(path, base)
    folders = [_row(one, base) for one in FOLDERS] if path is None else []
    shown = [files.shown(data, base) for data in lying]
    return json_answer(200, {"Folder": {**about, "Email": "", "Files": shown, "Folders": folders}})


def _upload(company: Company, call: Call, moment: Moment) -> Answer:
    wanted = call.query.get("folderId") or call.query.get("path", "")
    path = _BY_ID.get(wanted.casefold())
    if path is None:
        raise ApiError(Invented.FOLDER_NOT_FOUND, "Kan inte hitta mappen.")
    data = files.store(company, files.INBOX, path, read_file(call), moment)
    return json_answer(201, {"File": files.shown(data, call.base)}, {"Location": "inbox"})


def _one(company: Company, call: Call, key: str) -> Answer:
    if call.method == "GET" and key.casefold() in _BY_ID:
        return _listing(company, _BY_ID[key.casefold()], call.base)
    data = files.find(company, key, files.INBOX)
    if call.method == "GET":
        return files.sent(data)
    if call.method == "DELETE":
        files.remove(company, data)
        return Answer(204)
    raise no_route()


def _answer(company: Company, call: Call, rest: list[str], moment: Moment) -> Answer:
    call.needs("inbox")
    if len(rest) > 1:
        raise no_route()
    if rest:
        return _one(company, call, rest[0])
    if call.method == "POST":
        return _upload(company, call, moment)
    if call.method == "GET":
        return _listing(company, None, call.base)
    raise no_route()


INBOX = Special(_answer, lambda call: MULTIPART if call.method == "POST" else JSON_TYPE)
