"""The client: what every kind of answer means for a read and for a write, and how many calls it costs."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from connectors.base import CredentialsLost, Later, OutsideError, Park, Throttled, UnknownEnd, Unreachable
from connectors.fortnox.client import Client
from connectors.fortnox.simulator import CompanySettings
from connectors.transport import Answer, open_session, retry_after
from connectors.window import Window
from tests.connectors.fortnox.stand import customer, stand
from tests.connectors.fortnox.token_server import MemoryTokens, credentials, no_sleep, stored

CARD: dict[str, Any] = {"Customer": {"Name": "A"}}
REFUSED = json.dumps({"ErrorInformation": {"error": 1, "message": "Anna är fel", "code": 2000359}})


def refusal(code: int) -> str:
    """Error information in the capitalised casing."""
    return json.dumps({"ErrorInformation": {"Error": 1, "Message": "m", "Code": code}})


class Far:
    """A far side that answers one thing to everything under /3."""

    def __init__(self) -> None:
        self.status, self.text, self.content_type = 200, "{}", "application/json"
        self.headers: dict[str, str] = {}
        self.seen: list[tuple[str, str, str, str]] = []

    async def handle(self, request: web.Request) -> web.Response:
        """Keep what was asked, answer what was told."""
        body = await request.text()
        self.seen.append((request.method, request.path_qs, request.headers.get("Authorization", ""), body))
        return web.Response(status=self.status, text=self.text, content_type=self.content_type, headers=self.headers)


@asynccontextmanager
async def client_of(far: Far) -> AsyncIterator[Client]:
    """A client in front of it, with a token on disk."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", far.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    window = Window(25, 5, monotonic=time.monotonic, sleep=asyncio.sleep)
    try:
        async with credentials(url, MemoryTokens(stored())) as made, open_session() as session:
            yield Client(f"{url}/3", session, window, made, no_sleep, 2.0)
    finally:
        await runner.cleanup()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "text", "read", "write", "reason"),
    [
        (400, REFUSED, Park, Park, "illegal_characters"),
        (403, refusal(2000663), Park, Park, "scope_missing"),
        (400, refusal(2001101), Park, Park, "licence_missing"),
        (400, refusal(9999999), Park, Park, "refused"),
        (403, refusal(2000310), CredentialsLost, CredentialsLost, "login_refused"),
        (403, refusal(2001103), CredentialsLost, CredentialsLost, "api_licence_missing"),
        (400, refusal(1000003), Later, Later, "system_exception"),
        (400, "<html>no</html>", Later, UnknownEnd, "unreadable"),
        (400, '{"message":"no"}', Later, UnknownEnd, "unexpected_answer"),
        (404, "", Later, UnknownEnd, "unreadable"),
        (500, REFUSED, Later, UnknownEnd, "server_fault"),
        (503, "<html>maintenance</html>", Later, UnknownEnd, "unreadable"),
        (302, "{}", Later, UnknownEnd, "unexpected_answer"),
        (200, "{}", Later, UnknownEnd, "object_missing"),
        (200, '{"Customer":{}}', Later, UnknownEnd, "object_missing"),
        (201, '{"Customer":{"Custom', Later, UnknownEnd, "unreadable"),
        (204, "", Later, UnknownEnd, "unreadable"),
    ],
)  # fmt: skip
async def test_what_an_answer_means(
    status: int, text: str, read: type[OutsideError], write: type[OutsideError], reason: str
) -> None:
    """An end is known only by a complete answer that parses; their message is kept apart from the error's text."""
    far = Far()
    far.status, far.text = status, text
    async with client_of(far) as client:
        with pytest.raises(OutsideError) as reading:
            await client.read("read_customer", "1")
        with pytest.raises(OutsideError) as writing:
            await client.request("create_customer", body=CARD)
    assert (type(reading.value), type(writing.value)) == (read, write)
    assert (reading.value.reason, writing.value.reason) == (reason, reason)
    assert "Anna" not in f"{writing.value}{writing.value.remedy}"
    assert len(far.seen) == 2


@pytest.mark.asyncio
@pytest.mark.capability("002-14")
async def test_a_bearer_request_to_customers() -> None:
    """The token goes as Bearer; the answer's object comes back."""
    far = Far()
    far.text = '{"Customer":{"CustomerNumber":"1","Name":"\\u00c5"}}'
    async with client_of(far) as client:
        card = await client.read("read_customer", "1")
    assert card == {"CustomerNumber": "1", "Name": "Å"}
    assert far.seen == [("GET", "/3/customers/1", "Bearer access-of-refresh-0", "")]


@pytest.mark.asyncio
async def test_not_found_needs_fortnox_own_word() -> None:
    """404 with error information is an absence; a bare 404 of some proxy is not."""
    far = Far()
    far.status, far.text = 404, refusal(2000433)
    async with client_of(far) as client:
        assert await client.find("read_customer", "1") is None
        for other in (2000204, 2000434, 2000729, 2999999):
            far.text = refusal(other)
            assert await client.find("read_offer", "1") is None
        far.text = refusal(2000764)
        with pytest.raises(Park, match="no_such_route"):
            await client.find("read_offer", "1")
        far.text = "{}"
        with pytest.raises(Later):
            await client.find("read_customer", "1")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"MetaInformation":{"@TotalResources":1,"@TotalPages":1},"Customers":{}}',
        '{"MetaInformation":{"@TotalResources":2,"@TotalPages":1},"Customers":[{"CustomerNumber":"1"}]}',
        '{"MetaInformation":{"@TotalResources":1,"@TotalPages":1},"Customers":[{}]}',
        '{"MetaInformation":{"@TotalResources":"1","@TotalPages":1},"Customers":[]}',
        '{"Customers":[]}',
    ],
)
async def test_a_list_that_is_not_whole_is_no_list(text: str) -> None:
    """Without its counts, or with fewer rows than counted, a search proves nothing."""
    far = Far()
    far.text = text
    async with client_of(far) as client:
        with pytest.raises(Later):
            await client.search("list_customers", {"email": "a"})


@pytest.mark.asyncio
async def test_the_counts_of_a_list_may_be_texts() -> None:
    """Numbers come as texts in many places (Fortnox facts, section 1.7)."""
    far = Far()
    far.text = '{"MetaInformation":{"@TotalResources":"1","@TotalPages":"1"},"Customers":[{"CustomerNumber":"7"}]}'
    async with client_of(far) as client:
        assert await client.search("list_customers", {"email": "a"}) == [{"CustomerNumber": "7"}]


@pytest.mark.asyncio
async def test_a_429_waits_and_freezes_the_company() -> None:
    """Their wish where it is given, else one window; nothing more leaves meanwhile."""
    far = Far()
    far.status, far.text, far.headers = 429, "slow down", {"Retry-After": "7"}
    async with client_of(far) as client:
        with pytest.raises(Throttled) as caught:
            await client.request("create_customer", body=CARD)
        assert caught.value.after == timedelta(seconds=7)
        assert client.window.free() == 0
        assert 6 < client.window.next_free_in() <= 7


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3),
        ("99999", 3600),
        ("0", None),
        (None, None),
        ("soon", None),
        ("Sat, 21 Nov 2026 10:00:09 GMT", 9),
        ("Sat, 21 Nov 2026 09:00:00 GMT", None),
    ],
)
def test_retry_after_in_all_forms(header: str | None, seconds: float | None) -> None:
    """Seconds or a date, at most an hour; rubbish is nothing."""
    assert retry_after(Answer(429, "", b"", header, "Sat, 21 Nov 2026 10:00:00 GMT")) == seconds


@pytest.mark.asyncio
async def test_nobody_there_is_unreachable_and_each_try_takes_a_place() -> None:
    """A refused connection sent nothing, for a write too; three tries, three places."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    window = Window(25, 5, monotonic=time.monotonic, sleep=asyncio.sleep)
    async with credentials(url, MemoryTokens(stored())) as made, open_session() as session:
        client = Client(f"{url}/3", session, window, made, no_sleep, 2.0)
        with pytest.raises(Unreachable):
            await client.request("create_customer", body=CARD)
    assert window.free() == 22


@pytest.mark.asyncio
async def test_an_expired_token_is_renewed_once_and_the_call_repeated() -> None:
    """401 is a known end: the creation goes once more, and exactly one card exists."""
    async with stand() as here:
        await here.carry_out(customer(email="a@example.test"))
        await here.fault("expire_token", "POST", "/3/customers")
        here.known.clear()
        await here.carry_out(customer(email="b@example.test"))
        assert len(await here.stored("customers")) == 2
        assert (await here.calls()).count("POST /3/customers") == 3


@pytest.mark.asyncio
async def test_a_new_token_that_dies_with_the_old_one_is_renewed_too() -> None:
    """Two refusals are no lost credentials yet: the second token may have been ended together with the first."""
    async with stand() as here:
        await here.fault("expire_token", "POST", "/3/customers", times=2)
        await here.carry_out(customer())
        assert len(await here.stored("customers")) == 1
        assert (await here.calls()).count("POST /3/customers") == 3


@pytest.mark.asyncio
async def test_new_tokens_that_are_refused_too_pause_the_company() -> None:
    """Three times 401: a person must connect again."""
    async with stand() as here:
        await here.fault("expire_token", None, "/3/.*", times=None)
        with pytest.raises(CredentialsLost, match="unauthorized"):
            await here.carry_out(customer())


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["reset_after", "reset_before", "answer_lost", "truncated", "html"])
async def test_a_write_without_a_whole_answer_has_an_unknown_end(kind: str) -> None:
    """Whatever cut the answer off, the write is sent once and its end is unknown."""
    async with stand() as here:
        command = customer()
        write = await here.write_of(command)
        await here.fault(kind, "POST", "/3/customers", **({"effect": "after"} if kind == "html" else {}))
        with pytest.raises(UnknownEnd):
            await here.target.perform(here.task(command), write)
        assert (await here.calls()).count("POST /3/customers") == 1


@pytest.mark.asyncio
async def test_an_answer_that_hangs_is_an_unknown_end() -> None:
    """The effect happened, the answer never came within the time."""
    async with stand(timeout_seconds=0.2) as here:
        command = customer()
        write = await here.write_of(command)
        await here.fault("hang_after", "POST", "/3/customers", seconds=1)
        with pytest.raises(UnknownEnd, match="timeout"):
            await here.target.perform(here.task(command), write)
        assert len(await here.stored("customers")) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f57")
async def test_no_window_at_the_simulator_ever_holds_more_than_25() -> None:
    """Eighty reads at a scaled window, counted where they arrive: never more than 25, not one refused."""
    seconds = 0.25
    company = CompanySettings(rate_limit=25, rate_window_seconds=seconds)
    async with stand(company=company, window_calls=25, window_seconds=seconds) as here:
        await asyncio.gather(*(here.target.client.read("read_company") for _ in range(80)))
        log = (await here.control("GET", "calls"))["calls"]
        arrivals = [one["monotonic"] for one in log if one["kind"] == "rest"]
        assert {one["status"] for one in log} == {200}
        assert len(arrivals) == 80
        assert all(later - first >= seconds for first, later in zip(arrivals, arrivals[25:], strict=False))
