"""The command ``surveys`` beside a running daemon: what was answered, as a table, as plots and as JSON."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.cli.surveys_text import lines_of
from tests.acceptance.scene import CompanyPlan, scene
from tests.daemon.test_cli import beside, told
from tests.fakes.senders import survey

RESPONDENT = {"name": "Kajsa Ek", "email": "kajsa@example.com"}
SCALE = '[companies.demo.survey.scales."besok-*"]\nkind = "csat"'


@pytest.mark.asyncio
@pytest.mark.capability("000-43")
async def test_surveys_shows_what_was_answered_and_what_was_corrected(tmp_path: Path) -> None:
    """Counted once each, by Stockholm's days; a correction changes the figures, a repetition does not."""
    evening = datetime.now(UTC).replace(hour=23, minute=30, second=0, microsecond=0) - timedelta(days=2)
    stamp, later = evening.isoformat(), (evening + timedelta(minutes=1)).isoformat()
    async with scene(tmp_path, CompanyPlan(sections=SCALE)) as here:
        bodies = [
            survey(f"r{place}", RESPONDENT, score=score, timestamp=stamp) for place, score in enumerate((9, 10, 3))
        ]
        await here.send(*bodies, survey("r2", RESPONDENT, score=8, timestamp=later))
        await here.sender().send(bodies[0], delivery_id="again")
        await here.sender().send(bodies[0], delivery_id="again")
        await here.send(survey("v1", RESPONDENT, score=4, timestamp=stamp, survey_id="besok-1"))
        await here.settle()
        listed = told(await beside(here, "surveys", "--json"))
        assert [(one["survey"], one["responses"], one["mean"], one["index"]) for one in listed] == [
            ("besok-1", 1, "4.00", "100.0"),
            ("kundenkat-q4", 3, "9.00", "66.7"),
        ]
        table = (await beside(here, "surveys", "demo")).stdout.splitlines()
        day = (evening + timedelta(hours=1)).date().isoformat()
        assert table[2].split() == ["demo", "SIMULATOR", "kundenkat-q4", "nps", "3", "9.00", "66.7", day]
        shown = await beside(here, "surveys", "demo", "kundenkat-q4", "--by", "week")
        assert (shown.exit_code, shown.stdout.splitlines()[2:4]) == (
            0,
            ["  mean 9.00, NPS +66.7", "  2 promoter, 1 passive, 0 detractor"],
        )
        none = await beside(here, "surveys", "demo", "kundenkat")
        assert (none.exit_code, "nobody has answered a survey kundenkat of demo" in none.stderr) == (1, True)
        assert (await beside(here, "surveys", "demi")).exit_code == 2


def test_the_plots() -> None:
    """Each whole number of a short scale has its bar, a long scale ten parts; an empty step has no point."""
    shown = {
        "company": "demo",
        "company_kind": "live",
        "survey": "a",
        "scale": {"kind": "csat", "low": "1", "high": "5", "satisfied_from": "4"},
        "first": "2026-10-01",
        "last": "2026-12-24",
        "responses": 7,
        "scored": 5,
        "outside": 1,
        "mean": "4.20",
        "index": "80.0",
        "classes": {"satisfied": 4, "unsatisfied": 1},
        "distribution": [{"score": "1", "responses": 1}, {"score": "5", "responses": 4}],
        "period": "month",
        "trend": [
            {"name": "2026-10", "begins": "2026-10-01", "responses": 4, "scored": 4, "mean": "4", "index": "75.0"},
            {"name": "2026-11", "begins": "2026-11-01", "responses": 0, "scored": 0, "mean": None, "index": None},
            {"name": "2026-12", "begins": "2026-12-01", "responses": 1, "scored": 1, "mean": "5", "index": "100.0"},
        ],
    }
    assert list(lines_of(shown)) == [
        "survey a of demo, scale csat 1 to 5, satisfied from 4",
        "  7 responses from 2026-10-01 to 2026-12-24; 1 without a score, 1 NOT ON THE SCALE and left out",
        "  mean 4.20, CSAT 80.0 %",
        "  4 satisfied, 1 unsatisfied",
        "",
        "  1 |##########                              | 1   20 %",
        "  2 |                                        | 0    0 %",
        "  3 |                                        | 0    0 %",
        "  4 |                                        | 0    0 %",
        "  5 |########################################| 4   80 %",
        "",
        "  CSAT by month, from 0 to 100",
        "  2026-10  |                             *          |   75.0  4 responses",
        "  2026-11  |                                        |      -  0 responses",
        "  2026-12  |                                       *|  100.0  1 response",
    ]
    free = {"scale": {"kind": "free", "low": None, "high": None, "satisfied_from": None}, "index": None, "classes": {}}
    scores = [{"score": str(place), "responses": 1} for place in range(100)]
    long = list(lines_of(shown | free | {"distribution": scores, "scored": 100}))
    assert long[4].startswith("    0.0 to 9.9 |####")
    assert long[13].startswith("  89.1 to 99.0 |####")
