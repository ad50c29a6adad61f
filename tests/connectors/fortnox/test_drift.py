"""Drift: what a newer API description of Fortnox says otherwise is told, and nothing where it says the same."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.table.described import path_of
from connectors.fortnox.table.drift import NOT_DESCRIBED, NotADescription, call_of, drift
from connectors.fortnox.table.fields import Stated, stated_schemas
from daemon import reference
from daemon.cli import main

_TYPES = {"text": "string", "flag": "boolean", "date": "string"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _field(stated: Stated) -> dict[str, Any]:
    if stated["kind"] == "rows":
        within = {"$ref": f"#/components/schemas/{stated['of']}"} if "of" in stated else {"type": "string"}
        return {"type": "array", "items": within}
    if "of" in stated:
        return {"$ref": f"#/components/schemas/{stated['of']}"}
    field: dict[str, Any] = {"type": _TYPES.get(stated["kind"], stated["kind"])}
    field |= {"format": "date"} if stated["kind"] == "date" else {}
    field |= {"maxLength": stated["longest"]} if "longest" in stated else {}
    return field | ({"enum": stated["choices"]} if "choices" in stated else {})


def description() -> dict[str, Any]:
    """A description that says what the table says, in the form of Fortnox's own."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS.values():
        if call_of(operation) not in NOT_DESCRIBED:
            paths.setdefault(path_of(operation), {})[operation.method.lower()] = {}
    schemas = {
        name: {"properties": {field: _field(stated) for field, stated in fields.items()}}
        for name, fields in stated_schemas().items()
    }
    return {"paths": paths, "components": {"schemas": schemas}}


def compared(described: Mapping[str, Any], *more: str) -> Result:
    """What the command says of a description on its standard input."""
    return CliRunner().invoke(main, ["operations", "--against", "-", *more], input=json.dumps(described))


@pytest.mark.capability("002-18")
def test_a_description_that_says_the_same_shows_nothing() -> None:
    """And the command ends well, so that a weekly run is silent."""
    result = compared(description())
    assert (result.exit_code, result.stdout) == (0, "nothing changed\n")


@pytest.mark.capability("002-18")
def test_everything_that_differs_is_told_with_before_and_after() -> None:
    """A call that is gone, a field that is gone, shorter or of another kind, and what is new."""
    newer = deepcopy(description())
    del newer["paths"]["/3/invoices/{DocumentNumber}/bookkeep"]
    newer["paths"]["/3/invoices/{DocumentNumber}/remind"] = {"put": {}}
    invoice = newer["components"]["schemas"]["fortnox_InvoicePayload"]["properties"]
    del invoice["OCR"]
    invoice["OurReference"] = {"type": "string", "maxLength": 10}
    invoice["Reminded"] = {"type": "boolean"}
    result = compared(newer)
    assert result.exit_code == 1
    before = stated_schemas()["fortnox_InvoicePayload"]["OurReference"]
    assert before != {"kind": "text", "longest": 10}
    lines = result.stdout.splitlines()
    assert lines[0] == "gone    PUT /3/invoices/{}/bookkeep"
    assert lines[1] == "gone    fortnox_InvoicePayload.OCR  text"
    assert lines[2].startswith("changed fortnox_InvoicePayload.OurReference  text")
    assert lines[2].endswith("-> text, at most 10 characters")
    assert lines[3:5] == ["new     PUT /3/invoices/{}/remind", "new     fortnox_InvoicePayload.Reminded  flag"]
    assert lines[5] == "2 gone, 1 changed, 2 new: see docs/adding-a-resource.md"
    told = json.loads(compared(newer, "--json").stdout)
    assert told[1] == {"what": "gone", "subject": "fortnox_InvoicePayload.OCR", "before": "text", "after": ""}


def test_a_schema_that_vanished_is_told_and_the_others_are_still_compared() -> None:
    """Fortnox renames schemas; that is a difference, no reason to give up."""
    newer = deepcopy(description())
    del newer["components"]["schemas"]["fortnox_Currency"]
    del newer["components"]["schemas"]["fortnox_Customer"]["properties"]["Email"]
    assert {(change.what, change.subject) for change in drift(newer)} == {
        ("gone", "fortnox_Currency"),
        ("gone", "fortnox_Customer.Email"),
    }


def test_payroll_and_areas_outside_the_rest_address_are_no_news() -> None:
    """What is left out for a known reason stays left out."""
    newer = deepcopy(description())
    newer["paths"]["/3/salarytransactions/{Row}"] = {"get": {}}
    newer["paths"]["/api/some-new-product/{id}"] = {"get": {}}
    assert drift(newer) == []


@given(json_values)
def test_whatever_the_file_holds_it_is_compared_or_refused(value: Any) -> None:
    """Never another error than the documented one."""
    with pytest.raises(NotADescription):
        reference.changes(json.dumps(value).encode())


def test_a_file_that_is_no_description_is_refused_in_one_sentence() -> None:
    """No trace of the program, and another exit code than a difference has."""
    result = CliRunner().invoke(main, ["operations", "--against", "-"], input="<html>")
    assert result.exit_code == 2
    assert "it is not JSON" in result.output
    named = CliRunner().invoke(main, ["operations", "read_invoice", "--against", "-"], input="{}")
    assert "leave NAME and --resource out" in named.output
