"""Frames of the push stream: whatever comes is an event, an answer, or the one documented error."""

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.push_frames import (
    EARLIEST,
    Answered,
    FrameFault,
    PushedEvent,
    add_tenant,
    add_topics,
    event_of,
    frame_of,
    written,
)
from connectors.fortnox.simulator.event_stream import offset_number
from connectors.fortnox.simulator.topics import TOPICS
from connectors.fortnox.source import key_of
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.topics import REGISTERS, meaning_of

EVENT = {
    "topic": "invoices",
    "type": "invoice-created-v1",
    "tenantId": 123456,
    "entityId": "10042",
    "offset": "xDy7J",
    "timestamp": "2024-05-06T10:11:12.345+02:00",
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    [*EVENT, "response", "result", "tenantIds", "invalidTopics", "invalidTokens", "message", "anything"]
)


def text(**changed: Any) -> str:
    """The frame of an event with other values; ``None`` leaves one out."""
    return json.dumps({name: value for name, value in {**EVENT, **changed}.items() if value is not None})


def read(frame: str) -> PushedEvent | Answered | str:
    """What a frame is, or why it is nothing."""
    try:
        return frame_of(frame)
    except FrameFault as fault:
        return fault.reason


def test_an_event_is_read_as_it_came() -> None:
    """Every field that we use, the moment in UTC; further fields are left to whoever asks for them."""
    event = frame_of(text(year=1, series="A"))
    moment = datetime(2024, 5, 6, 8, 11, 12, 345000, tzinfo=UTC)
    assert event == PushedEvent("invoices", "invoice-created-v1", 123456, "10042", "xDy7J", moment)
    assert isinstance(event, PushedEvent)
    assert key_of(event) == "push/123456/invoices/xDy7J"


@pytest.mark.parametrize(
    ("changed", "field", "value"),
    [
        ({"tenantId": "123456"}, "tenant", 123456),
        ({"entityId": 7}, "entity", "7"),
        ({"offset": 12}, "offset", "12"),
        ({"timestamp": None}, "moment", None),
        ({"timestamp": "yesterday"}, "moment", None),
        ({"timestamp": "2024-05-06T10:11:12"}, "moment", None),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "moment", None),
        ({"type": "invoice-shredded-v9"}, "kind", "invoice-shredded-v9"),
        ({"topic": "moon-phases"}, "topic", "moon-phases"),
    ],
)
def test_numbers_may_be_texts_and_unknown_words_are_taken(changed: dict[str, Any], field: str, value: object) -> None:
    """Fortnox writes ids both ways (section 1.7), and clients must pass by what they do not know (7.3)."""
    assert getattr(frame_of(text(**changed)), field) == value


@pytest.mark.parametrize(
    "frame",
    [
        text(tenantId=None),
        text(tenantId=True),
        text(tenantId=-1),
        text(entityId=""),
        text(entityId="a\nb"),
        text(offset=None),
        text(offset="x" * 201),
        '{"topic":"customers","type":"customer-created-v1","tenantId":1,"entityId":"1","offset":"\\ud800"}',
        text(topic="Customers; DROP"),
        '{"response": 7}',
        "{}",
    ],
)
def test_a_frame_without_its_parts_is_unknown(frame: str) -> None:
    """Also one whose texts could not be stored or shown."""
    assert read(frame) == "unknown_frame"


@pytest.mark.parametrize(
    "frame", ["", "[1]", "{", "null", '{"a": NaN}', "[" * 100_000, '{"a": 1e9999999999999999999}', "\ud800"]
)
def test_what_is_no_object_is_unreadable(frame: str) -> None:
    """Whatever it is."""
    assert read(frame) == "unreadable"


@given(frame=st.text() | json_values.map(json.dumps) | st.dictionaries(names, json_values).map(json.dumps))
def test_no_text_raises_anything_else(frame: str) -> None:
    """And what is taken for an event can be written to the database and to the log."""
    found = read(frame)
    if isinstance(found, PushedEvent):
        sqlite3.connect(":memory:").execute("SELECT ?, ?", (key_of(found), found.entity)).close()
        key_of(found).encode()


@given(change=st.dictionaries(st.sampled_from(list(EVENT)), json_values, max_size=2))
def test_an_event_with_odd_values_is_an_event_or_unknown(change: dict[str, Any]) -> None:
    """Never anything in between."""
    frame = json.dumps({**EVENT, **change})
    found = read(frame)
    if isinstance(found, PushedEvent):
        assert (found.topic, found.kind) == tuple({**EVENT, **change}[name] for name in ("topic", "type"))
        assert found == event_of(json.loads(frame))


def test_answers_name_tenants_in_two_shapes_and_what_was_refused() -> None:
    """An object after adding, a list after listing (section 7.1)."""
    added = '{"response":"add-tenants-v1","result":"ok","tenantIds":{"Bearer a.b.c":123456}}'
    assert frame_of(added) == Answered("add-tenants-v1", True, frozenset({123456}))
    listed = '{"response":"list-tenants-v1","result":"ok","tenantIds":[1,2,"x"]}'
    assert frame_of(listed) == Answered("list-tenants-v1", True, frozenset({1, 2}))
    refused = '{"response":"add-topics-v1","result":"error","invalidTopics":["moon",7]}'
    assert frame_of(refused) == Answered("add-topics-v1", False, None, frozenset({"moon"}))


def test_commands_are_written_as_fortnox_describes_them() -> None:
    """One tenant a command, and an offset only where there is one."""
    tenant = json.loads(written(add_tenant("secret", "a.b.c")))
    assert tenant == {"command": "add-tenants-v1", "clientSecret": "secret", "accessTokens": ["Bearer a.b.c"]}
    topics = json.loads(written(add_topics({"customers": "xDy7J", "articles": None})))
    assert topics["topics"] == [{"topic": "customers", "offset": "xDy7J"}, {"topic": "articles"}]
    assert all(offset_number(topic, EARLIEST) is None for topic in TOPICS)


def test_every_register_topic_and_type_of_fortnox_is_known_and_can_be_read() -> None:
    """Held against the simulator's own list: made, changed and removed each mean what they say."""
    assert REGISTERS.keys() <= TOPICS.keys()
    for topic in REGISTERS:
        for kind in TOPICS[topic]:
            meaning = meaning_of(topic, kind)
            assert meaning is not None, kind
            assert kind.rsplit("-", 1)[0].endswith(meaning.step)
            assert any(operation.resource == meaning.resource for operation in OPERATIONS.values())
    assert meaning_of("invoices", "invoice-created-v1") is None
    assert meaning_of("customers", "supplier-created-v1") is None
    assert meaning_of("customers", "created") is None
    unknown = [meaning_of("customers", kind) for kind in ("customer-merged-v1", "customer-deleted-v3")]
    assert [meaning.step for meaning in unknown if meaning is not None] == ["other", "other"]
