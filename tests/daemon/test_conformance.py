"""The record of what Fortnox shows of itself: places and kinds, no values; and what differs from an earlier one."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.conformance import Seen, asked, differences, shape_of
from connectors.fortnox.simulator import plant
from tests.acceptance.scene import CompanyPlan, scene
from tests.daemon.test_cli import beside, command
from tests.fakes.configuration import unserved

json_values = st.recursive(
    st.none() | st.booleans() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.asyncio
@pytest.mark.capability("002-16")
async def test_a_run_is_recorded_without_values_and_held_against_an_earlier_one(tmp_path: Path) -> None:
    """Only reads leave; a company that shows the same gives no difference, another answer is told by its place."""
    async with scene(tmp_path, CompanyPlan(), run=False) as here:
        here.write_configuration()
        plant(here.simulator, "small")
        record = tmp_path / "record.json"
        first = await beside(here, "conformance", "demo", "--record", str(record))
        assert first.exit_code == 0, first.output
        assert first.stdout.splitlines()[-1].endswith("SIMULATOR")
        calls = await here.calls()
        assert {call["method"] for call in calls} == {"GET"}
        assert len(calls) >= len(asked()) - first.stdout.count("nothing_there") - 30
        text = record.read_text()
        shown = await here.state()
        names = [str(customer["Name"]) for customer in shown["customers"]]
        assert names
        assert [name for name in names if name in text] == []

        again = await beside(here, "conformance", "demo", "--against", str(record))
        assert (again.exit_code, "0 differences" in again.stdout) == (0, True), again.output

        earlier: dict[str, Any] = json.loads(text)
        customer = next(one for one in earlier["seen"] if one["operation"] == "read_customer")
        customer["shape"]["Name"] = ["number"]
        del customer["shape"]["Email"]
        record.write_text(json.dumps(earlier))
        other = await beside(here, "conformance", "demo", "--against", str(record), "--json")
        assert other.exit_code == 1
        assert json.loads(other.stdout)["differences"] == [
            {"operation": "read_customer", "place": "Email", "here": "text", "there": ""},
            {"operation": "read_customer", "place": "Name", "here": "text", "there": "number"},
        ]


@pytest.mark.asyncio
@pytest.mark.capability("002-16")
async def test_an_outage_records_nothing_and_a_refusal_is_an_outcome(tmp_path: Path) -> None:
    """What Fortnox refuses belongs to the record; what it does not answer does not."""
    async with scene(tmp_path, CompanyPlan(), run=False) as here:
        here.write_configuration()
        record = tmp_path / "record.json"
        await here.fortnox_down()
        down = await beside(here, "conformance", "demo", "--record", str(record))
        assert down.exit_code == 1
        assert "nothing was recorded" in down.stderr
        assert not record.exists()


def test_a_live_company_is_left_alone(tmp_path: Path) -> None:
    """A test database is for trying; a live company is not."""
    config = unserved(tmp_path)
    address = re.compile("^(rest|oauth)_url.*$", re.MULTILINE)
    config.write_text(address.sub("", config.read_text()).replace("plain:simulator", "file:secret"))
    result = command("conformance", "demo", config=config)
    assert result.exit_code == 1
    assert "demo is a live company" in result.stderr


def test_a_file_that_is_no_record_is_refused_before_the_first_call(tmp_path: Path) -> None:
    """One line, exit 2."""
    config = unserved(tmp_path)
    for text in ("", "[]", '{"format": 2}', '{"format": 1, "seen": [{}]}', "[" * 100_000):
        other = tmp_path / "other.json"
        other.write_text(text)
        result = command("conformance", "demo", "--against", str(other), config=config)
        assert result.exit_code == 2, text[:20]
        assert "record" in result.stderr


@given(st.lists(json_values, max_size=4))
def test_a_shape_holds_kinds_only(values: list[Any]) -> None:
    """Whatever is answered: places and six words, and equal to itself."""
    shape = shape_of(values)
    words = {kind for kinds in shape.values() for kind in kinds}
    assert words <= {"null", "flag", "number", "text", "rows", "object"}
    assert differences({"x": Seen("x", "answered", shape=shape)}, {"x": Seen("x", "answered", shape=shape)}) == []


def test_an_empty_side_says_nothing_and_a_refusal_differs_from_an_answer() -> None:
    """A company without offers is no difference; a missing licence is."""
    answered = Seen("list_offers", "answered", shape={"Total": ("number",), "Note": ("null",)})
    texts = Seen("list_offers", "answered", shape={"Total": ("null", "text"), "Note": ("text",)})
    nothing, refused = Seen("list_offers", "nothing_there"), Seen("list_offers", "no_license", 400, 2001101)

    def told(here: Seen, there: Seen) -> list[tuple[str, str, str]]:
        return [(one.place, one.here, one.there) for one in differences({"o": here}, {"o": there})]

    assert told(answered, nothing) == []
    assert told(answered, texts) == [("Total", "number", "text")]
    assert told(answered, refused) == [("", "answered", "no_license")]
