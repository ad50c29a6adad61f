"""The table against Fortnox's own description, and against the facts about scopes; skipped where they are absent."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.fortnox.table import OPERATIONS, RESOURCES, Resource
from connectors.fortnox.table.bodies import ACTION_BODIES, CHANGED, CREATED
from connectors.fortnox.table.described import told
from connectors.fortnox.table.drift import NOT_DESCRIBED, NOT_OURS, call_of, calls_in
from connectors.fortnox.table.fields import Field, fields_of, schemas
from scripts.fortnox_fields import TABLE, written

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "fortnox"
DESCRIPTION = SHARED / "openapi.json"
FACTS = SHARED / "API.md"

IN_OTHER_WORDS: Mapping[str, str] = {
    "article_file_connections": "all file connections",
    "article_url_connections": "article url connections are listed under",
    "articles": "like-named resources",
    "asset_file_connections": "all file connections",
    "asset_types": "the product apis",
    "assets": "the product apis",
    "attachments": "all file connections",
    "archive_files": "archive",
    "company": "companyinformation",
    "cost_centers": "like-named resources",
    "currencies": "like-named resources",
    "finance_invoices": "the product apis",
    "inbox_files": "inbox",
    "me": "/3/me",
    "offers": "like-named resources",
    "orders": "like-named resources",
    "payments": "invoice payments",
    "price_lists": "prices and price lists",
    "prices": "prices and price lists",
    "print_templates": "print templates",
    "projects": "like-named resources",
    "supplier_invoice_accruals": "supplier invoices, accruals",
    "supplier_invoice_file_connections": "all file connections",
    "supplier_invoice_url_connections": "external url connections",
    "supplier_payments": "supplier invoice payments",
    "terms_of_delivery": "terms of payment/delivery",
    "voucher_file_connections": "all file connections",
}
"""Resource -> the words by which facts 2.7 name it, where they are not its own name."""

NOT_STATED = {"email_senders": "settings", "eu_vat_limit": "settings"}
"""Resources that facts 2.7 do not name: both are settings of the company."""

ANSWERED_IDS = {"CustomerReferenceRowId", "GivenNumber", "Id", "Type", "attachmentId", "id"}
"""Keys of paths that are no fields of what is written: Fortnox gives them, or they choose a kind (SIE)."""


@cache
def _described() -> Mapping[str, Any]:
    if not DESCRIPTION.exists():
        pytest.skip("Fortnox's own description is not beside the project")
    described: Mapping[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return described


def test_every_operation_is_described_by_fortnox() -> None:
    """Method and path exist there, but for those that are known to work all the same."""
    ours = {call_of(operation) for operation in OPERATIONS.values()}
    assert ours - set(calls_in(_described())) == set(NOT_DESCRIBED)


def test_everything_under_the_rest_address_is_ours_or_left_out_for_a_reason() -> None:
    """No area of the description is forgotten: what is left out is payroll."""
    ours = {call_of(operation) for operation in OPERATIONS.values()}
    left = {call for call in calls_in(_described()) if call[1].startswith("/3/")} - ours
    assert {"/".join(path.split("/")[:3]) for _, path in left} == set(NOT_OURS)
    assert {call[1].split("/")[2] for call in ours} & {path.split("/")[2] for path in NOT_OURS} == set()


def _stated_scopes() -> dict[str, str]:
    """Scope -> the text of its row in facts 2.7; one row may name several scopes."""
    if not FACTS.exists():
        pytest.skip("Fortnox facts are not beside the project")
    section = FACTS.read_text(encoding="utf-8").split("### 2.7 ", 1)[1].split("\n---", 1)[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    return {scope: row[2] for row in rows for scope in re.findall(r"`([a-z]+)`", row[1])}


def test_every_resource_has_the_scope_that_is_stated_for_it() -> None:
    """The words for the resource stand in the row of its scope (facts 2.7)."""
    stated = {scope: text.casefold() for scope, text in _stated_scopes().items()}
    for resource in RESOURCES.values():
        if resource.name in NOT_STATED:
            assert resource.scope == NOT_STATED[resource.name]
        else:
            words = IN_OTHER_WORDS.get(resource.name, resource.name.replace("_", " "))
            assert re.search(rf"(?<![a-z]){re.escape(words)}(?![a-z])", stated[resource.scope]), resource.name


def test_the_committed_fields_are_those_of_the_description() -> None:
    """`make fortnox-fields` would write the same again."""
    _described()
    assert TABLE.read_text(encoding="utf-8") == written(DESCRIPTION)


def _unknown(body: Mapping[str, Any], known: Mapping[str, Field], where: str) -> Iterator[str]:
    for name, value in body.items():
        if name not in known:
            yield f"{where}.{name}"
            continue
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                yield from _unknown(inner, schemas()[known[name].of], f"{where}.{name}")


def test_every_field_that_the_table_names_exists() -> None:
    """Required ones, examples with their rows, changes, and those that prove an absence."""
    assert {resource.schema for resource in RESOURCES.values() if resource.schema} <= set(schemas())
    unknown: list[str] = []
    for resource in RESOURCES.values():
        known = fields_of(resource)
        named = (*resource.required, *(resource.absence.fields if resource.absence else ()))
        bodies = (
            dict.fromkeys(named),
            resource.example,
            resource.change,
            CREATED.get(resource.name, {}),
            CHANGED.get(resource.name, {}),
        )
        if known:
            unknown += [name for body in bodies for name in _unknown(body, known, resource.name)]
            unknown += [f"{resource.name} key {key}" for key in resource.keys if key not in {*known, *ANSWERED_IDS}]
    assert unknown == []


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        return _resolved(_described()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    return _resolved(schema["items"]) if schema.get("type") == "array" else schema


def _answered(name: str) -> Mapping[str, Any]:
    """The fields that the answer of an operation has under its envelope."""
    [content] = calls_in(_described())[call_of(OPERATIONS[name])]["responses"]["200"]["content"].values()
    found: Mapping[str, Any] = _resolved(_resolved(content["schema"])["properties"][OPERATIONS[name].envelope])[
        "properties"
    ]
    return found


def _filters(resource: Resource) -> Iterator[str]:
    for parameter in calls_in(_described())["GET", f"/3{resource.path}"].get("parameters", ()):
        yield from (f"{parameter['name']}={value}" for value in parameter.get("schema", {}).get("enum", ()))


def test_what_an_action_shows_is_in_an_answer_of_fortnox() -> None:
    """The field of the object that tells afterwards whether an action took effect, or a filter of the list."""
    for resource in RESOURCES.values():
        for action in resource.actions:
            shown = action.shown_by
            assert not shown or shown in {*_answered(f"read_{resource.one}"), *_filters(resource)}, action.name


def test_every_example_holds_what_is_required() -> None:
    """A create whose example lacks a required field could never pass."""
    for operation in OPERATIONS.values():
        shown = told(operation)
        if shown.required and operation.sends in {"envelope", "bare"}:
            [sent] = shown.body.values() if operation.sends == "envelope" else shown.body
            assert set(shown.required) <= set(sent), operation.name


def test_the_bodies_of_actions_are_those_of_the_description() -> None:
    """Each field that an action may send is one of its request there, under the envelope or, in one case, without."""
    theirs = calls_in(_described())
    for name, body in ACTION_BODIES.items():
        request = theirs[call_of(OPERATIONS[name])]["requestBody"]
        [content] = request["content"].values()
        properties = _resolved(content["schema"])["properties"]
        if OPERATIONS[name].envelope in properties:
            properties = _resolved(properties[OPERATIONS[name].envelope])["properties"]
        assert set(body) <= set(properties), name
        for field, (stated, _) in body.items():
            kind = "date" if properties[field].get("format") == "date" else properties[field].get("type")
            kinds = {"string": "text", "boolean": "flag", "array": "rows"}
            assert stated.kind == kinds.get(kind, kind), f"{name}.{field}"
