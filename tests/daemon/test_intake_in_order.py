"""Intake: what one response leaves behind is known to the next one of the same person, also within one batch."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from handlers.routes import ROUTES
from handlers.settings import Survey
from handlers.settings.survey_rules import SurveyRule, When
from store import inbox
from tests.daemon.test_intake import desk
from tests.handlers.examples import company


@pytest.mark.asyncio
@pytest.mark.parametrize("rules", [True, False])
async def test_what_one_response_leaves_is_known_to_the_next_of_its_batch(tmp_path: Path, rules: bool) -> None:
    """Ten responses of one person in one batch: it is cut before each, and only where rules ask what went before."""
    falling = SurveyRule(name="falling", when=When(dropped_by=Decimal(1)), insight="{previous} to {score}")
    async with desk(tmp_path, dict(ROUTES)) as made:
        made.intake.deciding.companies = {"demo": company(survey=Survey(rules=(falling,) if rules else ()))}
        scores = [9, 4, 4, 7, 3, 10, 2, 1, 5, 0]
        for place, score in enumerate(scores):
            await made.arrive("nps", id=f"R-{place}", score=score)
        rows = await made.database.read(inbox.waiting(32))
        assert len((await made.intake._handled(rows))[0]) == (1 if rules else 10)
        await made.run()
        met = await made.rows("SELECT score, met FROM response ORDER BY inbox_id")
        assert [int(row["score"]) for row in met] == scores
        fell = [False, *(before > after for before, after in pairwise(scores))]
        assert ["falling" in row["met"] for row in met] == [rules and one for one in fell]
