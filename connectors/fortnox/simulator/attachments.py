"""Attachments of customer documents, a newer service: bare JSON under `/api/fileattachments/` (Fortnox facts, 6.17)."""

from typing import Any

from connectors.fortnox.simulator import files
from connectors.fortnox.simulator.attachment_rules import (
    DOCUMENTS,
    Data,
    Refusal,
    attachments,
    check_document,
    check_file,
    check_sendable,
    check_shape,
    file_of,
    of_document,
)
from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, no_route
from connectors.fortnox.simulator.special import Special
from connectors.fortnox.simulator.wire import Answer, decode, json_answer


def _body(call: Call) -> Any:
    try:
        return decode(call.body)
    except ApiError:
        raise Refusal("no_attachment_provided") from None


def _entity(call: Call) -> tuple[int, str]:
    number, kind = call.query.get("entityid", ""), call.query.get("entitytype", "")
    if not (number.isascii() and number.isdigit()) or not kind:
        raise Refusal("missing_mandatory_field")
    return int(number), kind


def _checked(company: Company, call: Call) -> list[Data]:
    """Give what is to be attached, every file and the document looked up."""
    sent: list[Data] = [{"includeOnSend": False, **one} for one in check_shape(_body(call))]
    if len(sent) > company.settings.most_attachments_at_once:
        raise Refusal("too_many_attachments_in_one_request")
    check_document(company, (sent[0]["entityId"], sent[0]["entityType"]))
    for one in sent:
        check_file(company, file_of(company, one["fileId"]))
    return sent


def _create(company: Company, call: Call, moment: Moment) -> Answer:
    sent = _checked(company, call)
    present = of_document(company, (sent[0]["entityId"], sent[0]["entityType"]))
    if len(present) + len(sent) > company.settings.most_attachments:
        raise Refusal("max_total_attachments_exceeded")
    check_sendable(company, [*present, *sent])
    made = [{"id": files.new_id(company, 4)} | one for one in sent]
    for one in made:
        files.connect(file_of(company, one["fileId"]))
        attachments(company)[one["id"]] = Record(one, moment.now)
    return json_answer(201, made)


def _changed(company: Company, call: Call, record: Record, moment: Moment) -> Answer:
    """Change `includeOnSend`, the only property that may change (*simulator choice*)."""
    sent = _body(call)
    if not isinstance(sent, dict):
        raise Refusal("no_attachment_provided")
    if sent.get("id", record.data["id"]) != record.data["id"]:
        raise Refusal("mismatch_attachment_id")
    differing = {name for name, value in sent.items() if record.data.get(name) != value}
    if not differing <= {"includeOnSend"}:
        raise Refusal("field_not_writable")
    wanted = record.data | {"includeOnSend": bool(sent.get("includeOnSend", record.data["includeOnSend"]))}
    others = of_document(company, (wanted["entityId"], wanted["entityType"]))
    check_sendable(company, [wanted, *(one for one in others if one["id"] != wanted["id"])])
    record.data, record.modified = wanted, moment.now
    return json_answer(200, wanted)


def _one(company: Company, call: Call, key: str, moment: Moment) -> Answer:
    if call.method not in ("PUT", "DELETE"):
        raise no_route()
    record = attachments(company).get(key)
    if record is None:
        raise Refusal("attachment_not_found")
    if call.method == "PUT":
        return _changed(company, call, record, moment)
    del attachments(company)[key]
    return Answer(204)


def _counted(company: Company, call: Call) -> Answer:
    kind = call.query.get("entitytype", "")
    numbers = [text for text in call.query.get("entityids", "").split(",") if text.isascii() and text.isdigit()]
    if not kind or not numbers:
        raise Refusal("missing_mandatory_field")
    counts = {int(text): len(of_document(company, (int(text), kind))) for text in numbers}
    return json_answer(200, [{"entityId": number, "numberOfAttachments": count} for number, count in counts.items()])


def _validated(company: Company, call: Call) -> Answer:
    check_sendable(company, _checked(company, call))
    return Answer(204)


def _routed(company: Company, call: Call, rest: list[str], moment: Moment) -> Answer:
    match (call.method, *rest[1:]):
        case ("GET",):
            return json_answer(200, of_document(company, _entity(call)))
        case ("POST",):
            return _create(company, call, moment)
        case ("GET", "numberofattachments"):
            return _counted(company, call)
        case ("POST", "validateincludedonsend"):
            return _validated(company, call)
        case (_, str(key)):
            return _one(company, call, key, moment)
    raise no_route()


def _answer(company: Company, call: Call, rest: list[str], moment: Moment) -> Answer:
    """Refusals of the service itself have its own shape; a missing scope has Fortnox's usual one."""
    if not call.path.startswith("/api/") or rest[:1] != ["attachments-v1"]:
        raise no_route()
    call.needs("connectfile")
    try:
        return _routed(company, call, rest, moment)
    except Refusal as refusal:
        return refusal.answer(files.new_id(company, 5))


ATTACHMENTS = Special(_answer)


def sent_along(company: Company, kind: str, record: Record) -> list[str]:
    """Give the names of the files that go along with a document, whose kind is named by its path."""
    (entity_type,) = (code for code, path in DOCUMENTS.items() if path == kind)
    present = of_document(company, (int(record.data["DocumentNumber"]), entity_type))
    return [file_of(company, one["fileId"])["Name"] for one in present if one["includeOnSend"]]
