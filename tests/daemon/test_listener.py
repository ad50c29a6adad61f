"""What the door promises: 2xx only after the commit, the same delivery once, and a short fixed refusal otherwise."""

import asyncio
import json

import pytest

from connectors.sources import Delivery, Ignored, RawRequest, Stored
from daemon.listener import Hook
from tests.fakes.doorway import NOW, PREVIOUS_SECRET, doorway, order, signed, split, standard_hook, until
from tests.fakes.inbox import DiskFull

pytestmark = pytest.mark.asyncio


@pytest.mark.capability("f1")
@pytest.mark.capability("f2")
@pytest.mark.capability("000-44")
async def test_a_signed_webhook_is_answered_only_after_the_commit() -> None:
    """No 2xx leaves while the row is not yet committed; then it carries the row's number."""
    async with doorway() as door:
        door.inbox.gate.clear()
        sending = asyncio.create_task(door.post(order(), signed(order())))
        await until(lambda: door.inbox.waiting == 1)
        assert not sending.done()
        assert door.inbox.rows == []
        door.inbox.gate.set()
        assert await sending == (200, b'{"id":1}')
        [row] = door.inbox.rows
        assert (row.source, row.company, row.delivery.key, row.body) == ("shop", "demo", "msg_1", order())
        assert row.received_at == NOW
        assert "webhook-signature" not in row.headers
        [line] = door.log.fields("hook.accepted")
        assert line == {"source": "shop", "inbox_id": 1, "bytes": len(order()), "ms": 0.0, "secret": "current"}


@pytest.mark.capability("f7")
async def test_the_same_delivery_twenty_times_at_once_is_one_row() -> None:
    """Twenty copies are all answered 2xx; one row, nineteen lines of repetition (S05)."""
    async with doorway() as door:
        answers = await asyncio.gather(*(door.post(order(), signed(order())) for _ in range(20)))
        assert set(answers) == {(200, b'{"id":1}')}
        assert len(door.inbox.rows) == 1
        assert len(door.log.fields("hook.repeated")) == 19


@pytest.mark.capability("000-01")
@pytest.mark.capability("f1")
@pytest.mark.parametrize(
    "change",
    [
        {"webhook-signature": None},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,g0hM9SsE"},
        {"webhook-signature": "v1, , ,v1"},
        {"webhook-signature": "v1,\xff\xfe\xe5"},
        {"webhook-signature": "v1," + "A" * 8000},
        {"webhook-id": None},
        {"webhook-id": "msg_2"},
        {"webhook-id": "\xe5"},
        {"webhook-timestamp": None},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "+1795000098"},
    ],
)
async def test_a_wrong_signature_is_refused_and_stores_nothing(change: dict[str, str | None]) -> None:
    """Missing, cut, foreign and over-long proofs get 401 and leave one counted line (S01, S03, S04)."""
    headers: dict[str, str | None] = {**signed(order()), **change}
    async with doorway() as door:
        kept = {name: value for name, value in headers.items() if value is not None}
        assert await door.post(order(), kept) == (401, b'{"error":"unauthorized"}')
        assert door.inbox.rows == []
        [line] = door.log.fields("hook.rejected")
        assert line == {"source": "shop", "reason": "signature", "status": 401, "client": "127.0.0.1"}


@pytest.mark.capability("f1")
async def test_one_changed_byte_is_refused() -> None:
    """The signature binds the raw body (S02)."""
    async with doorway() as door:
        status, _ = await door.post(order().replace(b"SO-1", b"SO-2"), signed(order()))
        assert (status, door.inbox.rows) == (401, [])


async def test_the_previous_secret_counts_and_is_named() -> None:
    """During a rotation both secrets prove the sender, and the line says which one did (S06)."""
    headers = signed(order(), secret=PREVIOUS_SECRET)
    async with doorway() as door:
        assert (await door.post(order(), headers))[0] == 200
        assert door.log.fields("hook.accepted")[0]["secret"] == "previous"
    async with doorway(hooks={"shop": standard_hook(previous=False)}) as door:
        assert (await door.post(order(), headers))[0] == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "TRACE", "OPTIONS", "HEAD", "PATCH"])
async def test_only_post_is_taken(method: str) -> None:
    """Every other method on a hook gets 405 and the method that works (S16)."""
    async with doorway() as door:
        answer = await door.raw(f"{method} /hooks/shop HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        status, headers, _ = split(answer)
        assert (status, headers["allow"]) == (405, "post")
        assert door.log.fields("hook.rejected")[0]["reason"] == "method"


@pytest.mark.parametrize("path", ["/hooks/other", "/hooks/", "/hooks", "/", "/admin", "/hooks/shop%00", "/metrics"])
async def test_what_nobody_configured_is_not_found(path: str) -> None:
    """Unknown sources and paths get 404, and what a stranger wrote is not repeated in the log (S16, S20)."""
    async with doorway() as door:
        assert await door.post(order(), signed(order()), path=path) == (404, b'{"error":"not found"}')
        assert {line["source"] for line in door.log.fields("hook.rejected")} <= {"unknown"}
        assert door.inbox.rows == []


@pytest.mark.parametrize(
    ("body", "content_type", "status", "reason"),
    [
        (b"{", "application/json", 400, "bad_request"),
        (b'{"a":NaN}', "application/json", 400, "bad_request"),
        (b'{"a":"\xff"}', "application/json", 400, "bad_request"),
        (b"[" * 100_000, "application/json", 400, "bad_request"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "application/json", 400, "bad_request"),
        (b'{"a":' + b"9" * 5000 + b"}", "application/json", 400, "bad_request"),
        (b"[1]", "application/json", 400, "bad_request"),
        (b"", "application/json", 400, "bad_request"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "encoding"),
    ],
)
async def test_bad_bodies_of_a_proved_sender_get_a_clear_answer(
    body: bytes, content_type: str, status: int, reason: str
) -> None:
    """Broken JSON, wrong encodings, deep nesting and other media types: refused, nothing stored, still serving."""
    async with doorway() as door:
        answer = await door.post(body, {**signed(body), "content-type": content_type})
        assert answer[0] == status
        assert door.log.fields("hook.rejected")[0]["reason"] == reason
        assert door.inbox.rows == []
        assert (await door.post(order(), signed(order())))[0] == 200


@pytest.mark.capability("f10")
async def test_a_disk_that_cannot_be_written_makes_the_sender_come_again() -> None:
    """A full disk answers the sender's own retry code with a time; once it works again, so do we."""
    async with doorway() as door:
        door.inbox.fails = DiskFull()
        request = await door.raw(_request(order(), signed(order())))
        status, headers, body = split(request)
        assert (status, headers["retry-after"], body) == (503, "60", b'{"error":"try again later"}')
        assert door.log.fields("hook.overloaded") == [{"source": "shop", "reason": "disk", "status": 503}]
        door.inbox.fails = None
        assert (await door.post(order(), signed(order())))[0] == 200


async def test_a_flood_of_overload_costs_ten_lines_a_minute() -> None:
    """A disk that stays full is not filled further by the lines about it."""
    async with doorway() as door:
        door.inbox.fails = DiskFull()
        for _ in range(14):
            await door.post(order(), signed(order()))
        assert len(door.log.fields("hook.overloaded")) == 10
        door.seconds[0] = 61.0
        await door.post(order(), signed(order()))
        assert door.log.fields("hook.overloaded")[-1]["suppressed"] == 4


async def test_a_fault_of_ours_makes_the_sender_come_again(caplog: pytest.LogCaptureFixture) -> None:
    """An unforeseen error is shouted about, and the sender is not told to give up."""
    async with doorway() as door:
        door.inbox.fails = ZeroDivisionError("a bug")
        assert (await door.post(order(), signed(order())))[0] == 503
        assert "ZeroDivisionError" in caplog.text


class _Formless:
    """A sender whose proof is nothing at all and whose retry code is 429; ``delivery`` is what it says of a request."""

    name = "formless"
    retry_status = 429
    kept_headers = frozenset({"x-kept"})

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.seen: list[RawRequest] = []

    def verify(self, request: RawRequest, now: object) -> Delivery:
        """Take everything."""
        self.seen.append(request)
        return self.delivery

    def events(self, stored: Stored) -> Ignored:
        """Not asked for at the door."""
        return Ignored("nothing")


async def test_a_malformed_body_of_a_sender_that_never_repeats_is_kept() -> None:
    """Where the source says so, the raw body is stored for a person although the answer is 400."""
    source = _Formless(Delivery(key="k", malformed="the body is not JSON"))
    async with doorway(hooks={"formless": Hook(source, lambda _: "demo")}) as door:
        assert (await door.post(b"{broken", {}, path="/hooks/formless"))[0] == 400
        assert door.inbox.rows[0].body == b"{broken"
        assert door.log.fields("event.parked") == [{"source": "formless", "inbox_id": 1, "reason": "malformed"}]


async def test_the_retry_code_is_the_sender_s_own() -> None:
    """A sender that repeats only after 429 gets 429 from a full disk, not 503."""
    source = _Formless(Delivery(key="k"))
    async with doorway(hooks={"formless": Hook(source, lambda _: "demo")}) as door:
        door.inbox.fails = DiskFull()
        assert (await door.post(b"{}", {}, path="/hooks/formless"))[0] == 429


async def test_an_unknown_account_is_stored_for_nobody() -> None:
    """An account outside the table is taken, stored without a company, and shouted about; never guessed."""
    source = _Formless(Delivery(key="k", account="stranger"))
    hook = Hook(source, lambda account: {"ours": "demo"}.get(account or ""))
    async with doorway(hooks={"formless": hook}) as door:
        assert (await door.post(b"{}", {}, path="/hooks/formless"))[0] == 200
        assert door.inbox.rows[0].company is None
        assert door.log.fields("event.parked")[0]["reason"] == "unknown_account"


async def test_the_rest_of_the_path_goes_to_the_source_and_never_to_the_log() -> None:
    """What stands below the source's name may be a token: the source gets it raw, no line holds it (S22)."""
    source = _Formless(Delivery(key="k"))
    nasty = "canary%22,%22event%22:%22command.parked/more;x?query=canary"
    async with doorway(hooks={"formless": Hook(source, lambda _: "demo")}) as door:
        await door.post(b"{}", {"x-kept": "caf\xe9"}, path=f"/hooks/formless/{nasty}")
        assert source.seen[0].rest == nasty.partition("?")[0]
        assert "canary" not in json.dumps(door.log.lines, default=str)
        door.inbox.rows[0].headers["x-kept"].encode("ascii")


async def test_ten_lines_a_minute_then_a_count() -> None:
    """A flood of refusals costs ten lines a minute, and the next line says how many were held back."""
    async with doorway() as door:
        for _ in range(25):
            await door.post(order(), {})
        assert len(door.log.fields("hook.rejected")) == 10
        door.seconds[0] = 61.0
        await door.post(order(), {})
        assert door.log.fields("hook.rejected")[-1]["suppressed"] == 15
        await door.post(order(), {})
        assert "suppressed" not in door.log.fields("hook.rejected")[-1]


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [("192.0.2.7", "192.0.2.7"), ("6.6.6.6, 192.0.2.7, 127.0.0.1", "192.0.2.7"), ('x","event":"a', "127.0.0.1")],
)
async def test_the_client_of_a_trusted_proxy_is_named(forwarded: str, client: str) -> None:
    """Behind our own proxy the line names the right-most address that is no proxy; garbage names the peer (S21)."""
    async with doorway() as door:
        await door.post(order(), {"x-forwarded-for": forwarded})
        assert door.log.fields("hook.rejected")[0]["client"] == client


@pytest.mark.capability("f2")
async def test_a_source_that_was_taken_out_asks_its_sender_to_come_again() -> None:
    """404 would end the deliveries for good; a name that never was one stays unknown."""
    async with doorway() as door:
        door.listener.removed = {"old": 429}
        assert (await door.post(b"{}", {}, path="/hooks/old"))[0] == 429
        assert (await door.post(b"{}", {}, path="/hooks/older"))[0] == 404
        overloaded = [fields for _, event, fields in door.log.lines if event == "hook.overloaded"]
        assert [(fields["source"], fields["reason"]) for fields in overloaded] == [("old", "removed")]


async def test_health_is_a_fixed_short_text() -> None:
    """The health path tells nothing (S19), to GET and HEAD only."""
    async with doorway() as door:
        assert await door.post(b"", {}, path="/healthz", method="GET") == (200, b"ok\n")
        assert await door.post(b"", {}, path="/healthz", method="HEAD") == (200, b"")
        assert (await door.post(b"", {}, path="/healthz"))[0] == 405
        assert door.log.lines == []


def _request(body: bytes, headers: dict[str, str]) -> bytes:
    head = {"host": "x", "content-length": str(len(body)), "connection": "close", **headers}
    return (
        "POST /hooks/shop HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in head.items()) + "\r\n"
    ).encode() + body
