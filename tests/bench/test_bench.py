"""The measures themselves: prepared deliveries are taken by the door, ratios and shares are what they say."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import SecretReference
from connectors.sources import Ignored, RawRequest, Refused, Stored
from connectors.standard.settings import StandardSettings
from connectors.standard.source import StandardSource
from handlers.facts import NOTHING_KNOWN
from handlers.routes import ROUTES
from tests.bench import budget, deliveries
from tests.bench.ingest import Figure, medians
from tests.handlers.examples import company


def source() -> StandardSource:
    """The source that the benches send to."""
    return StandardSource(
        deliveries.SOURCE,
        StandardSettings(company="demo", secret=SecretReference("plain:bench")),
        {"secret": deliveries.SECRET},
    )


def test_prepared_deliveries_are_signed_and_about_1500_bytes(tmp_path: Path) -> None:
    """Each line of the file signs the template with its own number, so that the door takes it and no other."""
    prepared = deliveries.prepare(tmp_path, 2)
    template, first, second = prepared.path.read_text(encoding="ascii").splitlines()
    delivery_id, sent, signature, number = first.split()
    body = template.replace(deliveries.MARK, number).encode()
    assert abs(len(body) - deliveries.BYTES) <= 100
    signed = {"webhook-id": [delivery_id], "webhook-timestamp": [sent], "webhook-signature": [signature]}
    assert source().verify(RawRequest("", signed, body), datetime.now(UTC)).key == delivery_id
    with pytest.raises(Refused):
        source().verify(RawRequest("", signed, template.replace(deliveries.MARK, second).encode()), datetime.now(UTC))


def test_the_order_of_the_benches_passes_the_ordinary_rules() -> None:
    """Nothing is measured that would be held or parked: the order becomes a customer and an invoice."""
    body = deliveries.body("SO-1")
    read = source().events(Stored(1, "msg_1", datetime.now(UTC), {}, body))
    assert not isinstance(read, Ignored)
    [event] = read
    made = [command for rule in ROUTES[event.kind] for command in rule.decide(event, company(), NOTHING_KNOWN)]
    assert [command.kind for command in made] == ["ensure_customer", "ensure_invoice"]


def test_the_median_is_taken_of_ratios_within_a_round() -> None:
    """A slow round of both systems changes nothing."""
    rounds = [Figure("ingest 16", rate, bare, 1.0, 2.0) for rate, bare in ((100, 1000), (3000, 10_000), (20, 100))]
    assert medians(rounds) == {"ingest 16": 0.2}


def test_the_share_of_the_budget_is_one_window_over_the_wait_of_each_place() -> None:
    """Bursts on time use all of it, bursts a quarter of a second late use 95 %."""
    assert budget.share_used([place // 25 * 5.0 for place in range(100)]) == pytest.approx(1.0)
    assert budget.share_used([place // 25 * 5.25 for place in range(100)]) == pytest.approx(5 / 5.25)
