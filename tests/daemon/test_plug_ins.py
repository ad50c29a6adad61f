"""Plug-ins: the example of docs/plug-ins.md installed beside the daemon, and packages that are faulty."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from handlers.facts import NOTHING_KNOWN
from handlers.values import Question
from tests.acceptance.scene import CompanyPlan, scene
from tests.daemon.test_cli import beside, told
from tests.daemon.test_config import GOOD, faults, loaded
from tests.fakes.senders import survey
from tests.handlers.examples import company
from tests.handlers.examples import survey as submitted

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plug-ins.md").read_text(encoding="utf-8")
[CODE] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
PACKAGE, SECTION = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a package on the path as an installer would: its module, and its metadata with the entry point."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def installed(code: str, name: str = "loyalty", module: str = "loyalty_rules", version: str = "1.2.0") -> None:
        (folder / f"{module}.py").write_text(code, encoding="utf-8")
        metadata = folder / f"{module}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {module.replace('_', '-')}\nVersion: {version}\n"
        )
        (metadata / "entry_points.txt").write_text(f"[fortnox_bridge.rules]\n{name} = {module}:LOYALTY\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return installed


@pytest.mark.asyncio
@pytest.mark.capability("000-46")
async def test_the_example_of_the_page_runs(tmp_path: Path, install: Install) -> None:
    """Named by its entry point, versioned by its package; it asks, it makes, and an error of it parks one event."""
    assert '[project.entry-points."fortnox_bridge.rules"]\nloyalty = "loyalty_rules:LOYALTY"' in PACKAGE
    install(CODE.replace("    if event.score > 10:", '    assert event.survey != "broken"\n    if event.score > 10:'))
    loyal = {"name": "Tallbacken Bygg", "organisation_number": "559904-2032"}
    async with scene(tmp_path, CompanyPlan(sections=SECTION)) as here:
        await here.control("seed", {"company": 1001, "price_lists": [{"Code": "B", "Description": "Trogna"}]})
        responses = [("r1", 9, "q4"), ("r2", 11, "q4"), ("r3", 9, "broken")]
        await here.send(*(survey(of, loyal, score=score, survey_id=name) for of, score, name in responses))
        await here.settle()
        [card] = (await here.state())["customers"]
        assert card["PriceList"] == "B"
        states = here.rows("SELECT state, reason, question FROM inbox ORDER BY id")
        assert [row[:2] for row in states] == [("handled", None), ("held", "question"), ("parked", "bug")]
        assert states[1][2] == "the score is above the scale: which scale has this survey?"
        assert "rule loyalty failed" in states[2][2]
        [story] = told(await beside(here, "explain", "in-1", "--json"))
        versions = {(made["rule"], made["rule_version"]) for made in story["commands"]}
        assert ("loyalty", "loyalty-rules 1.2.0") in versions


@pytest.mark.capability("000-46")
@pytest.mark.parametrize(
    ("code", "options", "fault"),
    [
        (CODE, "{}", "threshold must be a number"),
        ("1 / 0", "{}", "loyalty_rules:LOYALTY cannot be loaded: ZeroDivisionError: division by zero"),
        ("LOYALTY = 7", "{}", "loyalty_rules:LOYALTY is no PlugIn but a int"),
        (CODE.replace('hears=["survey_', 'hears=["surveys_'), "{}", "hears surveys_submitted, which is no kind"),
        (CODE.replace("    if not isinstance(options.get", "    1 / 0\n    if not isinstance(options.get", 1), "{}",
         "its check of the options failed: ZeroDivisionError"),
    ],
)  # fmt: skip
def test_a_faulty_plug_in_is_a_fault_of_the_configuration(
    tmp_path: Path, install: Install, code: str, options: str, fault: str
) -> None:
    """Whatever the package does, the fault names the key path."""
    install(code)
    found = faults(tmp_path, f"{GOOD}[companies.demo.plugins]\nloyalty = {options}\n")
    assert found[0].startswith(f"companies.demo.plugins.loyalty: {fault}")


BILLING = """
from handlers.commands import EnsureRecord
from handlers.plug_in import PlugIn

LOYALTY = PlugIn(
    hears=["survey_submitted"],
    decide=lambda event, settings, facts: [EnsureRecord(thing=event.thing, resource="invoices", fields={})],
)
"""


def test_no_plug_in_makes_money_of_what_only_a_digest_tells_apart(tmp_path: Path, install: Install) -> None:
    """The event is held; one that its source knows by an id is not."""
    install(BILLING)
    [rule] = loaded(tmp_path, f"{GOOD}[companies.demo.plugins]\nloyalty = {{}}\n").companies["demo"].settings.own.rules
    assert len(rule.decide(submitted(), company(), NOTHING_KNOWN)) == 1
    with pytest.raises(Question, match="nothing but a digest"):
        rule.decide(submitted().model_copy(update={"by_digest": True}), company(), NOTHING_KNOWN)


def test_names_of_plug_ins(tmp_path: Path, install: Install) -> None:
    """One that nobody installed, one that two packages have, one that is a rule already."""
    install(CODE)
    text = "[companies.demo.plugins]\nloyalti = {}\n"
    assert faults(tmp_path, GOOD + text) == [
        "companies.demo.plugins.loyalti: no installed package has a plug-in loyalti; did you mean loyalty?"
    ]
    install(CODE, module="others_rules")
    [found] = faults(tmp_path, f'{GOOD}[companies.demo.plugins]\nloyalty = {{ threshold = 9, price_list = "B" }}\n')
    assert "more than one installed package has it: " in found
    install(CODE, name="book_order", module="third_rules")
    [found] = faults(tmp_path, f'{GOOD}[companies.demo.plugins]\nbook_order = {{ threshold = 9, price_list = "B" }}\n')
    assert found == "companies.demo.plugins.book_order: is the name of something else already: choose another"
