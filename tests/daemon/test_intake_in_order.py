"""Intake: what one delivery leaves behind is known to the next that is told of it, also within one batch."""

import json
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.sources import Stored
from handlers.events import CommentsAdded
from handlers.routes import ROUTES
from handlers.settings import Survey, WriteBack
from handlers.settings.survey_rules import SurveyRule, When
from handlers.values import Ref
from store import inbox
from tests.daemon.test_intake import FakeSource, desk
from tests.handlers.examples import NOW, TODAY, company


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


class Commented(FakeSource):
    """Each delivery is news of lines on a document of one sale."""

    def events(self, stored: Stored) -> list[CommentsAdded]:
        """As the body says."""
        body = json.loads(stored.body)
        return [
            CommentsAdded(
                thing=Ref(system="fortnox:demo", kind=f"{body['document']}_comments", id="1"),
                version=body["at"],
                occurred_at=NOW + timedelta(seconds=body["at"]),
                dated=TODAY,
                number="1",
                lines={line: line for line in body["lines"]},
                standing=(),
                parties={Ref(system="ghl", kind="customer", id="c1").thing("demo"): "c1"},
                document=body["document"],
                sale="ghl:order:5",
            )
        ]


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
async def test_a_line_copied_to_another_document_is_told_once_within_one_batch_too(tmp_path: Path) -> None:
    """Whichever was noticed first; and what was told before stays known."""
    async with desk(tmp_path, dict(ROUTES)) as made:
        backs = {"ghl": WriteBack(notes=True, document_comments=True)}
        made.intake.deciding.companies = {"demo": company().model_copy(update={"write_backs": backs})}
        made.intake.deciding.sources = {"shop": Commented()}
        for at, document, lines in ((2, "order", ["a"]), (1, "invoice", ["a", "b"]), (3, "offer", ["a", "b", "c"])):
            await made.arrive("lines", document=document, at=at, lines=lines)
        await made.run()
        told = await made.rows("SELECT command FROM outbox_payload ORDER BY outbox_id")
        assert [json.loads(one["command"])["text"] for one in told] == [
            "In Fortnox, order 1: a",
            "In Fortnox, invoice 1: b",
            "In Fortnox, offer 1: c",
        ]
        (kept,) = await made.rows("SELECT fields FROM register")
        assert json.loads(kept["fields"]) == {"lines": {"a": "order:1", "b": "invoice:1", "c": "offer:1"}}
