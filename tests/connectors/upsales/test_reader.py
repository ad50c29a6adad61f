"""Reading at the stand-in of Upsales: its limits, its errors, and the key that never shows."""

import logging
import traceback
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import CredentialsLost, Json, Later, OutsideError, Park, Throttled, Unreachable
from connectors.registry import SOURCES
from connectors.sources import Stored, Surroundings, Wanted
from connectors.upsales.settings import UpsalesSettings
from tests.conftest import Lines
from tests.connectors.upsales.bodies import SECTION, account, callback, delivered, only, order, source
from tests.connectors.upsales.stand import TOKEN, NoTokens, standing
from tests.fakes.clock import ManualClock

# --- one record -------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("000-02")
async def test_records_and_lists_are_read_with_the_key() -> None:
    """One by its id, the currencies whole; what does not exist is nothing."""
    async with standing() as stand:
        stand.state.put("orders", order())
        stand.state.put("accounts", account())
        for iso, master in (("SEK", True), ("EUR", False)):
            stand.state.records.setdefault("currencies", {})[iso] = {"iso": iso, "masterCurrency": master}
        read = await stand.reader.read(Wanted("order", "orders", "4711"))
        assert read is not None
        assert (read["id"], read["client"]["id"]) == (4711, 318)
        assert await stand.reader.read(Wanted("account", "accounts", "319")) is None
        currencies = await stand.reader.read(Wanted("currencies", "currencies", "all"))
        assert currencies is not None
        assert sorted(one["iso"] for one in currencies["currencies"]) == ["EUR", "SEK"]
        assert {call["path"] for call in stand.state.calls} == {
            "/api/v2/orders/4711",
            "/api/v2/accounts/319",
            "/api/v2/currencies",
        }
        assert not await stand.reader.keep_alive()


@pytest.mark.asyncio
async def test_what_a_source_asks_for_the_reader_reads() -> None:
    """From a hint to the event: every wanted record is one that the API has."""
    section: dict[str, Any] = {"api_key": "generated:a", "use_price_list": True, "bundles": "bundle_and_sub_products"}
    async with standing(**section) as stand:
        parts = [{"productId": 43, "quantity": 1, "price": 1}]
        rows = [{"quantity": 1, "price": 100, "product": {"id": 41, "name": "x"}, "bundleRows": parts}]
        euros = {"currency": "EUR", "valueInMasterCurrency": 1093, "contact": {"id": 902}, "priceListId": 2}
        record = order(orderRow=rows, **euros)
        stand.state.put("orders", record)
        stand.state.put("accounts", account())
        stand.state.put("contacts", {"id": 902, "email": "erik.ohman@example.com"})
        stand.state.put("products", {"id": 43, "name": "Skrov"})
        stand.state.put("priceLists", {"id": 2, "code": "A"})
        stand.state.put("currencies", {"id": 1, "iso": "SEK", "masterCurrency": True})
        ours = source(**section)
        kept = delivered(callback(record), **section).body
        assert kept is not None
        reads: dict[str, Json | None] = {}
        for _ in range(4):
            found = ours.events(Stored(1, "k", stand.clock.wall, {}, kept, reads=reads))
            wanted = getattr(found, "wanted", ())
            reads |= {one.name: await stand.reader.read(one) for one in wanted}
        document = only(found).document
        assert (str(document.currency_rate), document.price_list) == ("10.93", "A")
        assert document.customer.email == "erik.ohman@example.com"
        assert [line.description for line in document.lines] == ["x", "Skrov"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (200, {"error": {"key": "Gone", "code": 404}, "data": None}, None, None),
        (200, {"error": {"key": "Invalid", "code": 401}}, CredentialsLost, "unauthorized"),
        (200, {"error": {"key": "Invalid", "code": 403}}, CredentialsLost, "forbidden"),
        (200, {"error": {"key": "Many", "code": 429}}, Throttled, "throttled"),
        (200, {"error": {"key": "Oops", "code": 500}}, Later, "server_fault"),
        (200, {"error": {"key": "NotThis", "code": 17}, "data": {"id": 4711}}, Park, "refused"),
        (200, {"error": "words", "data": {"id": 4711}}, Park, "refused"),
        (200, {"error": None}, Later, "unreadable"),
        (200, {"error": None, "data": []}, Later, "unreadable"),
        (200, {"error": None, "data": {"id": 4712}}, Later, "unreadable"),
        (200, "<html>", Later, "unreadable"),
        (400, {"error": {"key": "BadFilter"}}, Park, "refused"),
        (401, {"error": {"key": "InvalidToken"}}, CredentialsLost, "unauthorized"),
        (403, {}, CredentialsLost, "forbidden"),
        (404, {}, None, None),
        (429, {}, Throttled, "throttled"),
        (502, "<html>", Later, "server_fault"),
    ],
)
async def test_what_an_answer_means(status: int, body: object, kind: type[OutsideError] | None, reason: str) -> None:
    """``error`` counts even on 200; each refusal says what to do next."""
    async with standing() as stand:
        stand.failing(status, body)
        if kind is None:
            assert await stand.reader.read(Wanted("order", "orders", "4711")) is None
            return
        with pytest.raises(kind) as raised:
            await stand.reader.read(Wanted("order", "orders", "4711"))
        assert type(raised.value) is kind
        assert (raised.value.reason, raised.value.system, raised.value.operation) == (reason, "ups", "read_orders")
        assert raised.value.remedy or isinstance(raised.value, Later)


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("000-51")
async def test_two_hundred_calls_in_ten_seconds_and_no_429() -> None:
    """The window of the page is kept by ourselves: the 201st call waits, and the server never refuses one."""
    async with standing() as stand:
        stand.state.put("orders", order())
        began = stand.clock.seconds
        assert (await stand.reader.facts()).left == 200
        for number in range(401):
            assert await stand.reader.read(Wanted("order", "orders", "4711")) is not None
            assert stand.clock.seconds - began >= number // 200 * 10
        assert stand.clock.seconds - began < 21
        facts = await stand.reader.facts()
        assert (facts.left, facts.window, facts.credentials_until) == (199, 200, None)


@pytest.mark.asyncio
@pytest.mark.capability("000-51")
@pytest.mark.parametrize(
    ("remaining", "reset", "waited"),
    [
        ("0", "7", 7),
        ("0", "0.5", 0.5),
        ("0", "epoch", 9),
        ("0", "99999", 3600),
        ("3", "7", 0),
        ("0", "", 0),
        ("x", "7", 0),
        ("0", "-1", 0),
    ],
)
async def test_what_the_server_says_is_left_is_obeyed(remaining: str, reset: str, waited: float) -> None:
    """Another program may use the same key: at 0 nothing leaves before the reset, whichever way that is written."""
    async with standing() as stand:
        text = str(stand.clock.wall.timestamp() + waited) if reset == "epoch" else reset
        if reset == "99999":
            text = str(stand.clock.wall.timestamp() + 10_000)
        headers = {"X_RateLimit_Remaining": remaining, "X_RateLimit_Reset": text}
        stand.failing(200, {"error": None, "data": order()}, **headers)
        stand.state.put("orders", order())
        await stand.reader.read(Wanted("order", "orders", "4711"))
        await stand.reader.read(Wanted("order", "orders", "4711"))
        assert sum(stand.clock.slept) == pytest.approx(waited, abs=0.01)


@pytest.mark.asyncio
@pytest.mark.capability("000-51")
async def test_a_429_shuts_the_window() -> None:
    """For as long as it asks, else for one window; then it goes on by itself."""
    async with standing(window_calls=5) as stand:
        stand.state.put("orders", order())
        stand.state.calls_allowed = 0
        stand.state.taken.append(stand.clock.seconds)
        with pytest.raises(Throttled) as raised:
            await stand.reader.read(Wanted("order", "orders", "4711"))
        assert raised.value.after == timedelta(seconds=10)
        assert (await stand.reader.facts()).left == 0
        stand.state.calls_allowed = 200
        assert await stand.reader.read(Wanted("order", "orders", "4711")) is not None
        assert sum(stand.clock.slept) >= 10


# --- the key ----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("f17")
@pytest.mark.parametrize("answer", ["echo", "400", "cut", "error", "401", "html", "nothing", "timeout"])
async def test_the_key_shows_nowhere(answer: str, caplog: pytest.LogCaptureFixture, log_lines: Lines) -> None:
    """Neither in an error, its cause, its detail, a repr, a log line, nor in what goes to disk."""
    caplog.set_level(logging.DEBUG)
    url = "http://127.0.0.1:9/api/v2" if answer == "nothing" else None
    async with standing(url, timeout_seconds=0.2) as stand:
        stand.state.before = lambda _: None
        echo = f"GET /orders?token={TOKEN} and canary%2Ftoken%2Bof%20upsales"
        if answer == "timeout":
            stand.failing(200, {}, Content_Length="99")
        else:
            refused = {"error": {"key": echo}}
            bodies = {
                "echo": (400, echo),
                "400": (400, refused),
                "cut": (400, "x" * 488 + echo),
                "401": (401, echo),
                "html": (500, echo),
            }
            stand.failing(*bodies.get(answer, (200, {"error": {"key": echo, "code": 1}})))
        with pytest.raises(OutsideError) as raised:
            await stand.reader.read(Wanted("order", "orders", "4711"))
        error = raised.value
        if answer == "nothing":
            assert isinstance(error, Unreachable)
        shown = [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error), repr(stand.reader)]
        shown += [record.getMessage() for record in caplog.records]
        shown += [line.decode() for line in log_lines.raw]
        assert not [text for text in shown if "canary" in text]


def test_a_reader_is_opened_only_with_a_key() -> None:
    """Callbacks alone need no reading; a key that is none is named."""
    clock = ManualClock()
    settings = UpsalesSettings.model_validate(SECTION)
    surroundings: Any = Surroundings(None, NoTokens(), lambda: clock.wall, lambda: clock.seconds, clock.sleep)  # type: ignore[arg-type]
    assert SOURCES["upsales"].open_reader("ups", settings, {}, surroundings) is None
    for key in ("short", "a key with\nlines"):
        with pytest.raises(ValueError, match=r"^api_key: ") as fault:
            SOURCES["upsales"].open_reader("ups", settings, {"api_key": key}, surroundings)
        assert key not in str(fault.value)
