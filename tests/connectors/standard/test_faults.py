"""What a person is told of a body that does not fit: the field, one short reason, and not too many of them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.sources import Stored, Unreadable
from connectors.standard.settings import StandardSettings
from connectors.standard.source import StandardSource
from tests.fakes.senders import Json, order, survey

SOURCE = StandardSource(
    "shop",
    StandardSettings.model_validate({"company": "demo", "secret": "generated:x"}),
    {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
)
VALUE = "must be text, a number, true or false, or a list of these"


def fault(body: Json) -> str:
    """Why the body cannot be read."""
    with pytest.raises(Unreadable) as found:
        SOURCE.events(Stored(1, "k", datetime(2026, 11, 13, tzinfo=UTC), {}, json.dumps(body).encode()))
    return str(found.value)


@pytest.mark.parametrize("value", [{"canary": 1}, ["a", {"canary": 1}], [["canary"]]])
def test_an_answer_of_a_wrong_shape_is_one_fault(value: Any) -> None:
    """Not one for each thing that an answer could have been."""
    body = survey("R-1", {"name": "Granskogen AB"})
    body["data"]["answers"][1]["value"] = value
    assert fault(body) == f"data.answers.1.value: {VALUE}"


def test_at_most_three_fields_are_named() -> None:
    """And how many more there are."""
    body = survey("R-1", {"name": "Granskogen AB"})
    body["data"]["answers"] = [{"key": "a", "value": {}} for _ in range(5)]
    found = fault(body).split("; ")
    assert found == [*(f"data.answers.{place}.value: {VALUE}" for place in range(3)), "and 2 more"]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("customer", "canary", "data.customer: must be an object"),
        ("lines", "canary", "data.lines: must be a list"),
        ("lines", [], "data.lines: must not be empty"),
        ("prices_include_vat", "canary", "data.prices_include_vat: must be true or false"),
        ("currency", ["canary"], "data.currency: must be text"),
    ],
)
def test_reasons_are_words_of_ours(field: str, value: Any, expected: str) -> None:
    """No names of classes, no values."""
    body = order("SO-1")
    body["data"][field] = value
    assert fault(body) == expected
