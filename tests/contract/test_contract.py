"""A short run of `make contract`: a handful of calls is as Fortnox describes them, and what is wrong is found."""

from pathlib import Path
from typing import Any

import pytest

from connectors.fortnox.simulator import Simulator
from tests.connectors.fortnox.simulator.caller import opened
from tests.connectors.fortnox.stand import booking, customer, invoice, payment, stand
from tests.contract import description, exceptions
from tests.contract.__main__ import main, recorded
from tests.contract.description import Description
from tests.contract.exceptions import Exemption
from tests.contract.recorder import VARIABLE, Recorder, install, recording
from tests.contract.violations import Violation, violations

needs_description = pytest.mark.skipif(
    not description.DESCRIPTION.exists(), reason="Fortnox's own description is not beside the project"
)
CREATE: dict[str, Any] = {
    "method": "POST",
    "path": "/3/customers",
    "query": {},
    "client": True,
    "request": {"Customer": {"Name": "Exempel AB"}},
    "status": 201,
    "answer": {"Customer": {"Name": "Exempel AB", "Active": True}},
}
SMALL: dict[str, Any] = {
    "paths": {
        "/3/things/{Id}": {
            "put": {
                "parameters": [{"in": "query", "name": "filter", "schema": {"enum": ["active"]}}],
                "requestBody": {"content": {"*/*": {"schema": {"$ref": "#/components/schemas/Wrap"}}}},
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Wrap"}}}}
                },
            }
        },
        "/3/things/special": {"put": {"responses": {"204": {}}}},
    },
    "components": {
        "schemas": {
            "Wrap": {"type": "object", "properties": {"Thing": {"$ref": "#/components/schemas/Thing"}}},
            "Thing": {
                "type": "object",
                "required": ["Name"],
                "properties": {
                    "Name": {"type": "string", "minLength": 1, "maxLength": 5},
                    "Day": {"type": "string", "format": "date"},
                    "Count": {"type": "integer", "minimum": 1},
                    "Kind": {"type": "string", "enum": ["A", "B"]},
                    "Rows": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                },
            },
        }
    },
}
PUT = "PUT /3/things/{Id}"


def _exchange(**changed: Any) -> dict[str, Any]:
    whole = {"method": "PUT", "path": "/3/things/7", "query": {}, "client": True, "request": None}
    return {**whole, "status": 200, "answer": {"Thing": {"Name": "x"}}, **changed}


def _found(**changed: Any) -> list[tuple[str, str, str]]:
    return [one[1:] for one in violations(Description(SMALL), _exchange(**changed))]


@needs_description
@pytest.mark.asyncio
@pytest.mark.capability("f99", "f101")
async def test_a_sale_goes_over_the_wire_as_fortnox_describes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A customer, its invoice, booked and paid: nothing but the listed exceptions differs."""
    monkeypatch.setattr(Simulator, "handle", recording(Simulator.handle, Recorder(tmp_path)))
    async with stand() as here:
        for command in (customer(), invoice(), booking(), payment()):
            assert (await here.carry_out(command)).question is None
    exchanges = list(recorded(tmp_path))
    assert all(one["client"] for one in exchanges)
    described = description.load()
    written = {f"{one['method']} {one['path']}" for one in exchanges if one["method"] != "GET"}
    assert written == {"POST /3/customers", "POST /3/invoices", "PUT /3/invoices/1/bookkeep", "POST /3/invoicepayments"}
    found = {one for exchange in exchanges for one in violations(described, exchange)}
    assert exceptions.uncovered(found, exceptions.load()) == []
    main([str(tmp_path)])
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"requests={len(exchanges)} violations=0")


@needs_description
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"request": {"Customer": {"Name": "A", "Mobile": "070"}}}, [("request", "Customer/Mobile", "undeclared")]),
        ({"request": {"Customer": {"Name": 7}}}, [("request", "Customer/Name", "number for string")]),
        ({"request": {"Customer": {}}}, [("request", "Customer/Name", "missing")]),
        (
            {"answer": {"Customer": {"Name": "A", "Active": "yes"}}},
            [("answer", "Customer/Active", "string for boolean")],
        ),
        ({"answer": {"Kund": {}}}, [("answer", "Kund", "undeclared")]),
        ({"status": 200}, [("answer", "", "status 200")]),
        ({"query": {"colour": "red"}}, [("request", "?colour", "undeclared")]),
    ],
)
def test_what_is_wrong_is_found_and_not_excepted(changed: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    """A field that does not exist, a wrong type, a missing name, a wrong envelope, status or query parameter."""
    found = list(violations(description.load(), {**CREATE, **changed}))
    assert exceptions.uncovered(found, exceptions.load()) == [Violation("POST /3/customers", *one) for one in expected]


@pytest.mark.parametrize(
    ("thing", "at", "kind"),
    [
        ({"Name": "too long"}, "Name", "length"),
        ({"Name": ""}, "Name", "empty"),
        ({"Name": None}, "Name", "null"),
        ({"Name": "x", "Kind": None}, "Kind", "null"),
        ({"Name": "x", "Kind": "C"}, "Kind", "value"),
        ({"Name": "x", "Count": 0}, "Count", "range"),
        ({"Name": "x", "Count": True}, "Count", "boolean for integer"),
        ({"Name": "x", "Day": "2026-02-30"}, "Day", "format"),
        ({"Name": "x", "Rows": [{"Name": "y"}, {}]}, "Rows/Name", "missing"),
        ({"Name": "x", "Rows": {}}, "Rows", "object for array"),
    ],
)
def test_each_kind_of_difference_has_its_name_and_place(thing: dict[str, Any], at: str, kind: str) -> None:
    """Rows are told by their field, whatever their number; request and answer alike."""
    assert set(_found(request={"Thing": thing})) == {("request", f"Thing/{at}", kind)}
    assert set(_found(answer={"Thing": thing})) == {("answer", f"Thing/{at}", kind)}


def test_requests_are_held_where_our_client_sent_them() -> None:
    """A test may send what is wrong on purpose; what the simulator answers is held in any case."""
    assert _found(client=False, request={"Thing": {}}, query={"colour": "red"}) == []
    assert _found(client=False, answer={"Thing": {}}) == [("answer", "Thing/Name", "missing")]


def test_status_media_and_paths_are_held_too() -> None:
    """A path of fixed words goes before one with a key; what is not described is a violation only if it works."""
    assert _found(path="/3/things/special/", status=204, answer=None) == []
    assert _found(path="/3/things/special", status=204, answer={}) == [("answer", "", "media")]
    assert _found(path="/3/things/special", status=204, answer=None, request={}) == [("request", "", "body")]
    assert _found(answer=None) == [("answer", "", "media")]
    assert _found(status=None, answer=None) == []
    assert _found(status=403, answer=None) == [("error", "", "status 403")]
    assert _found(query={"filter": "inactive"}) == [("request", "?filter", "value")]
    assert _found(method="DELETE", client=False, status=404) == []
    unknown = list(violations(Description(SMALL), _exchange(method="DELETE", client=False)))
    assert unknown == [Violation("DELETE /3/things/{}", "request", "", "operation")]


def test_an_exception_covers_its_own_and_is_an_error_when_nothing_needs_it() -> None:
    """Side, kind, operation and place must fit; an operation or a place too many is told."""
    found = [Violation(PUT, "answer", "Thing/Name", "null")]
    fitting = Exemption("answer", "null", (PUT,), ("Thing/Name",), "because")
    assert exceptions.uncovered(found, [fitting]) == []
    assert fitting.unused(found) == []
    assert exceptions.uncovered(found, [Exemption("request", "null", (PUT,), ("Thing/Name",), "because")]) == found
    assert exceptions.uncovered(found, [Exemption("answer", "empty", (PUT,), ("Thing/Name",), "because")]) == found
    everywhere = Exemption("answer", "null", ("*",), ("Thing/Name", "Thing/Day"), "because")
    assert everywhere.unused(found) == ["answer null: Thing/Day is never used"]
    general = Exemption("answer", "null", ("PUT *", "GET *"), ("*/Name", "Thing*Day"), "because")
    assert exceptions.uncovered(found, [general]) == []
    assert general.unused(found) == ["answer null: GET * is never used", "answer null: Thing*Day is never used"]
    assert exceptions.uncovered(found, [Exemption("answer", "null", ("PUT *",), ("*/Nam",), "because")]) == found
    assert fitting.unused([]) == [f"answer null: {PUT} is never used", "answer null: Thing/Name is never used"]


def test_every_committed_exception_has_a_reason_with_its_source(tmp_path: Path) -> None:
    """The list names the section that says so; a block without a reason is refused."""
    assert [one.reason for one in exceptions.load() if not one.reason.startswith(("SOURCE.md", "API.md"))] == []
    proposed = tmp_path / "list.toml"
    proposed.write_text(exceptions.as_toml([Violation(PUT, "answer", "Thing/Name", "null")]), encoding="utf-8")
    with pytest.raises(ValueError, match="no reason"):
        exceptions.load(proposed)


@pytest.mark.asyncio
async def test_the_recorder_keeps_each_shape_once_and_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the variable nothing changes; with it, calls that differ in their texts alone are one line."""
    handle = Simulator.handle
    monkeypatch.delenv(VARIABLE, raising=False)
    install()
    assert Simulator.handle is handle
    monkeypatch.setattr(Simulator, "handle", recording(handle, Recorder(tmp_path)))
    async with opened() as caller:
        for name in ("Exempel 1", "Exempel 2"):
            await caller.customer(Name=name)
        await caller.customer(Name="Exempel 3", Active=False, City=None)
        await caller.fault("reset_after", method="POST", path="/3/customers")
        with pytest.raises(Exception, match=r"disconnected|reset"):
            await caller.customer(Name="Exempel 4")
    kept = [(one["status"], sorted(one["request"]["Customer"])) for one in recorded(tmp_path)]
    assert kept == [(201, ["Name"]), (201, ["Active", "City", "Name"]), (None, ["Name"])]
