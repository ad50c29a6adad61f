"""One REST call on one company: headers, route, scope, operation, answer. Synchronous, so every effect is atomic."""

from typing import Any
from urllib.parse import unquote

from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, no_route, not_found
from connectors.fortnox.simulator.financial_years import preselect
from connectors.fortnox.simulator.lists import list_body, object_url
from connectors.fortnox.simulator.resource import Resource
from connectors.fortnox.simulator.resources import RESOURCES
from connectors.fortnox.simulator.search import Predicate, read_selection
from connectors.fortnox.simulator.special import Special
from connectors.fortnox.simulator.specials import SPECIALS
from connectors.fortnox.simulator.wire import JSON_TYPE, Answer, bare, error_answer, json_answer, opened

_ACCEPTED = frozenset({"*/*", "application/*", JSON_TYPE})


def _check_headers(call: Call, body_type: str) -> None:
    kinds = [kind.split(";")[0].strip().lower() for kind in (call.accept or "*/*").split(",")]
    if not any(kind in _ACCEPTED for kind in kinds):
        raise ApiError(1000030, "Angiven Accept är inte tillåten.")
    sends = call.method in ("POST", "PUT") and call.body
    if sends and (call.content_type or "").split(";")[0].strip().lower() != body_type:
        raise ApiError(1000031, "Angiven Content-Type är inte tillåten.")


def _segments(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return [unquote(part) for part in parts[1:]]


def _single(resource: Resource, record: Record, call: Call) -> dict[str, Any]:
    if resource.rows_in:
        return {resource.answered: {resource.rows_in: [resource.shown(record.data)]}}
    data: dict[str, Any] = {"@url": object_url(call.base, resource, record.data)}
    for name, pattern in resource.further_urls.items():
        data[name] = f"{call.base}/3/{pattern.format(key=record.data[resource.key])}"
    data.update(resource.shown(record.data))
    return {resource.answered or resource.single: data}


def _created(company: Company, resource: Resource, call: Call, moment: Moment) -> Answer:
    if resource.create is None:
        raise no_route()
    record = resource.create(company, opened(call.body, resource.single), moment)
    return json_answer(201, _single(resource, record, call), {"Location": resource.location})


def _collection(company: Company, resource: Resource, within: Predicate | None, call: Call, moment: Moment) -> Answer:
    if call.method == "GET" and resource.listed:
        selection = read_selection(
            call.query,
            searches=resource.searches,
            filters=resource.filters,
            sorts=resource.sorts,
            refuse_unknown=company.settings.refuse_unknown_parameters,
            moment=moment,
        )
        return json_answer(200, list_body(company, resource, selection.only(within), call.base, moment))
    if call.method == "POST" and within is None:
        return _created(company, resource, call, moment)
    raise no_route()


def _find(company: Company, resource: Resource, key: str, moment: Moment) -> Record:
    record = resource.seen(company, moment).get(key)
    if record is None:
        raise not_found(*resource.missing)
    return record


def _object(company: Company, resource: Resource, key: str, call: Call, moment: Moment) -> Answer:
    if call.method == "POST" and resource.created_at_object:
        return _created(company, resource, call, moment)
    if call.method == "GET" and resource.readable:
        return json_answer(200, _single(resource, _find(company, resource, key, moment), call))
    if call.method == "PUT" and resource.update is not None:
        record = _find(company, resource, key, moment)
        resource.update(company, record, opened(call.body, resource.single), moment)
        return json_answer(200, _single(resource, record, call))
    if call.method == "DELETE" and resource.delete is not None:
        if resource.delete_scope:
            call.needs(resource.delete_scope)
        resource.delete(company, _find(company, resource, key, moment), moment)
        return Answer(204)
    raise no_route()


def _action(company: Company, resource: Resource, key: str, name: str, call: Call, moment: Moment) -> Answer:
    if call.method == "PUT" and name in resource.changes:
        record = _find(company, resource, key, moment)
        sent = bare(call.body) if name in resource.bare_changes else opened(call.body, resource.single)
        resource.changes[name](company, record, sent, moment)
        return json_answer(200, _single(resource, record, call))
    actions = {"PUT": resource.actions, "GET": resource.get_actions}.get(call.method, {})
    action = actions.get(name)
    if action is None:
        raise no_route()
    record = _find(company, resource, key, moment)
    shown = action(company, record, moment)
    if isinstance(shown, Answer):
        return shown
    if shown is None:
        return json_answer(200, _single(resource, record, call))
    owner = RESOURCES[shown.path]
    ((envelope, inner),) = _single(owner, shown.record, call).items()
    return json_answer(200, {shown.envelope or envelope: inner})


def _target(parts: list[str]) -> tuple[Special | Resource | None, list[str]]:
    """Give what answers for a path, by its first two segments or else by its first, and the segments behind."""
    for count in (2, 1):
        path = "/".join(parts[:count])
        found = SPECIALS.get(path) or RESOURCES.get(path)
        if found is not None:
            return found, parts[count:]
    return None, []


def _routed(company: Company, call: Call, moment: Moment) -> Answer:
    resource, rest = _target(_segments(call.path))
    _check_headers(call, resource.body_type(call) if isinstance(resource, Special) else JSON_TYPE)
    if isinstance(resource, Special):
        return resource.answer(company, call, rest, moment)
    if resource is None:
        raise no_route()
    call.needs(resource.scope)
    place = resource.place(rest)
    if place.key is None:
        return _collection(company, resource, place.within, call, moment)
    if place.action is None:
        return _object(company, resource, place.key, call, moment)
    return _action(company, resource, place.key, place.action, call, moment)


def answer(company: Company, call: Call, moment: Moment) -> Answer:
    """Carry out one authorised REST call and give its answer; a refusal changes nothing."""
    try:
        preselect(company, moment.today)
        return _routed(company, call, moment)
    except ApiError as error:
        return error_answer(error)
