"""The archive: folders by their path, files in them, and files that moved away from the inbox (Fortnox facts, 6.17)."""

from typing import Any

from connectors.fortnox.simulator import files
from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented, no_route, not_found
from connectors.fortnox.simulator.multipart import MULTIPART, read_file
from connectors.fortnox.simulator.special import Special
from connectors.fortnox.simulator.wire import JSON_TYPE, Answer, json_answer

_LONGEST_NAME = 30
ROOT = ""


def _clean(path: str) -> str:
    parts = [part for part in path.strip("/").split("/") if part]
    if any(len(part) > _LONGEST_NAME for part in parts):
        raise ApiError(2000107, "Mappens namn är för långt.")
    return "/".join(parts)


def _no_folder() -> ApiError:
    return not_found(Invented.FOLDER_NOT_FOUND, "Kan inte hitta mappen.")


def _folders(company: Company) -> dict[str, Record]:
    """Every folder but the root, by its path."""
    return company.records_of("archive_folders")


def _made(company: Company, path: str, moment: Moment) -> str:
    """Make sure that a folder exists with all that it lies in (*simulator choice*: an upload makes them)."""
    parts = path.split("/") if path else []
    for depth in range(1, len(parts) + 1):
        here = "/".join(parts[:depth])
        if here not in _folders(company):
            data = {"Id": files.new_id(company, 3), "Name": parts[depth - 1], "Path": here}
            _folders(company)[here] = Record(data, moment.now)
    return path


def _row(data: dict[str, Any], base: str) -> dict[str, Any]:
    return {"@url": f"{base}/3/archive/{data['Id']}", "Id": data["Id"], "Name": data["Name"]}


def _listing(company: Company, path: str, base: str) -> Answer:
    folders = _folders(company)
    if path != ROOT and path not in folders:
        raise _no_folder()
    about = (
        {"@url": f"{base}/3/archive", "Id": "root", "Name": "root"} if path == ROOT else _row(folders[path].data, base)
    )
    inside = [_row(one.data, base) for here, one in folders.items() if here and here.rpartition("/")[0] == path]
    lying = [data for data in files.all_files(company) if data["Place"] == files.ARCHIVE and data["Path"] == path]
    shown = [files.shown(data, base) for data in lying]
    return json_answer(200, {"Folder": {**about, "Email": "", "Files": shown, "Folders": inside}})


def _remove_folder(company: Company, path: str) -> Answer:
    """Delete a folder with everything in it."""
    folders = _folders(company)
    if path not in folders:
        raise _no_folder()
    inside = [here for here in folders if here == path or here.startswith(f"{path}/")]
    for data in files.all_files(company):
        if data["Place"] == files.ARCHIVE and data["Path"] in inside:
            files.remove(company, data)
    for here in inside:
        del folders[here]
    return Answer(204)


def _path_of(company: Company, key: str) -> str | None:
    return next((path for path, record in _folders(company).items() if record.data["Id"] == key), None)


def _upload(company: Company, call: Call, moment: Moment) -> Answer:
    folder = call.query.get("folderid")
    path = _path_of(company, folder) if folder else _clean(call.query.get("path", ROOT))
    if path is None:
        raise ApiError(Invented.FOLDER_NOT_FOUND, "Kan inte hitta mappen.")
    file = read_file(call)
    data = files.store(company, files.ARCHIVE, _made(company, path, moment), file, moment)
    return json_answer(201, {"File": files.shown(data, call.base)}, {"Location": "archive"})


def _one(company: Company, call: Call, key: str) -> Answer:
    path = _path_of(company, key)
    if path is not None:
        return _listing(company, path, call.base) if call.method == "GET" else _remove_folder(company, path)
    data = files.find(company, call.query.get("fileid", key), None if call.method == "GET" else files.ARCHIVE)
    if call.method == "GET":
        return files.sent(data)
    files.remove(company, data)
    return Answer(204)


def _all(company: Company, call: Call, moment: Moment) -> Answer:
    if call.method == "POST":
        return _upload(company, call, moment)
    if call.method == "DELETE":
        return _remove_folder(company, _clean(call.query.get("path", ROOT)))
    if "fileid" in call.query:
        return files.sent(files.find(company, call.query["fileid"]))
    return _listing(company, _clean(call.query.get("path", ROOT)), call.base)


def _answer(company: Company, call: Call, rest: list[str], moment: Moment) -> Answer:
    call.needs("archive")
    if len(rest) > 1 or call.method not in (("GET", "DELETE") if rest else ("GET", "POST", "DELETE")):
        raise no_route()
    return _one(company, call, rest[0]) if rest else _all(company, call, moment)


ARCHIVE = Special(_answer, lambda call: MULTIPART if call.method == "POST" else JSON_TYPE)
