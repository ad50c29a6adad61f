"""The ways of a notice: what is said, and how each answer of the far side ends."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from aiohttp import web
from pydantic import ValidationError

from connectors.base import Later, OutsideError, Park, Throttled, UnknownEnd, Unreachable
from connectors.notices.settings import MailNotices, WebhookNotices
from connectors.notices.ways import ByMail, ByWebhook
from connectors.notices.words import as_text, subject
from connectors.transport import open_session
from handlers.commands import NoticeLine, SendNotice
from handlers.values import Ref
from tests.stand_ins.mail import mail_server
from tests.stand_ins.serving import serving

AT = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)
SECRET = "whsec_" + b64encode(b"a shared secret of 32 characters").decode()
ADDRESS = "books@example.com"
Answering = Callable[[web.Request, bytes], web.StreamResponse]


def notice(more: int = 0) -> SendNotice:
    """A question with 2,500 kronor behind it, and a company whose credentials no longer work."""
    return SendNotice(
        target="notice:webhook",
        thing=Ref(system="notices", kind="webhook", id="notice"),
        company="notices",
        record="notice",
        id="webhook",
        notice_id="notice-1",
        at=AT,
        lines=(
            NoticeLine(
                about="demo",
                reason="article_missing",
                question="q-1",
                waiting=2,
                sales=2,
                kronor=Decimal(2500),
                since=AT,
            ),
            NoticeLine(about="demo", reason="unauthorized", since=AT - timedelta(minutes=7)),
        ),
        more=more,
    )


def test_what_belongs_to_no_company_is_named() -> None:
    """A delivery of an account that is in no table: the subject and the line say so."""
    lines = (NoticeLine(about="", reason="unknown_account", question="q-1", waiting=1),)
    told = notice().model_copy(update={"lines": lines})
    assert subject(told) == "fortnox-bridge: 1 thing needs you (unknown account)"
    assert as_text(told).startswith("unknown account: unknown_account, 1 waiting: fortnox-bridge held show q-1")


@asynccontextmanager
async def receiving(answer: Answering) -> AsyncIterator[tuple[ByWebhook, list[bytes]]]:
    """A receiver that answers so, and the way to it."""
    bodies: list[bytes] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.read())
        return answer(request, bodies[-1])

    app = web.Application()
    app.router.add_post("/hook", handle)
    async with serving(app) as url, open_session() as session:
        settings = WebhookNotices(url=f"{url}/hook", secret="plain:x", timeout_seconds=5)
        yield ByWebhook(settings, SECRET, session, lambda: AT), bodies


@pytest.mark.asyncio
@pytest.mark.capability("f78")
async def test_a_webhook_is_signed_and_says_numbers_and_closed_words() -> None:
    """The receiver can prove it by the shared secret, and tells a repetition by its id."""

    def proved(request: web.Request, body: bytes) -> web.Response:
        key = b64decode(SECRET.removeprefix("whsec_"))
        head = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
        right = "v1," + b64encode(hmac.digest(key, head + body, hashlib.sha256)).decode()
        return web.Response(status=204 if request.headers["webhook-signature"] == right else 401)

    async with receiving(proved) as (way, bodies):
        await way.send(notice(more=3))
    (told,) = map(json.loads, bodies)
    assert told["type"] == "fortnox-bridge.notice"
    assert told["data"]["more"] == 3
    assert told["data"]["lines"] == [
        {
            "about": "demo",
            "reason": "article_missing",
            "question": "q-1",
            "waiting": 2,
            "sales": 2,
            "kronor": "2500",
            "since": "2026-11-13T10:15:00+00:00",
        },
        {"about": "demo", "reason": "unauthorized", "since": "2026-11-13T10:08:00+00:00"},
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "error"), [(410, Park), (404, Park), (429, Throttled), (500, UnknownEnd), (503, UnknownEnd)]
)
async def test_what_a_receiver_answers(status: int, error: type[OutsideError]) -> None:
    """A refusal is a person's task; a fault may have taken effect."""
    async with receiving(lambda _, _body: web.Response(status=status)) as (way, bodies):
        with pytest.raises(error) as caught:
            await way.send(notice())
    assert (len(bodies), caught.value.status) == (1, status)


@pytest.mark.asyncio
async def test_a_receiver_that_is_not_there_is_unreachable() -> None:
    """Nothing was sent."""
    async with receiving(lambda _, _body: web.Response()) as (way, _):
        pass
    async with open_session() as session:
        gone = ByWebhook(way._settings, SECRET, session, lambda: AT)
        with pytest.raises(Unreachable):
            await gone.send(notice())


def test_a_secret_that_cannot_sign_is_found_at_start() -> None:
    """Not when the first notice is due."""
    settings = WebhookNotices(url="http://127.0.0.1:1/hook", secret="plain:x")
    with pytest.raises(ValueError, match="whsec_"):
        ByWebhook(settings, "no secret of that kind", None, lambda: AT)  # type: ignore[arg-type]


@pytest.mark.asyncio
@pytest.mark.capability("f78")
async def test_a_mail_says_what_to_type() -> None:
    """Plain text, one line for each thing; the same notice is the same mail."""
    async with mail_server() as mailbox:
        way = ByMail(MailNotices(port=mailbox.port, security="none", sender=ADDRESS, to=(ADDRESS,)), None)
        await way.send(notice(more=1))
        await way.send(notice(more=1))
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"] == "<notice-1@example.com>"
    assert first["Subject"] == "fortnox-bridge: 3 things need you (demo)"
    assert first.get_content().splitlines() == [
        "demo: article_missing, 2 waiting, 2 500.00 kr, since 2026-11-13 10:15 UTC: fortnox-bridge held show q-1",
        "demo: unauthorized, since 2026-11-13 10:08 UTC: fortnox-bridge status",
        "... and 1 more: fortnox-bridge held",
        "",
        "Nothing is lost: what waits goes on when it is answered.",
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "error"), [("451 later", Later), ("550 never", Park), ("", UnknownEnd), ("nonsense", UnknownEnd)]
)
async def test_what_a_mail_server_answers(answer: str, error: type[OutsideError]) -> None:
    """4xx asks to come again, 5xx never; a connection that is lost behind the text may have taken it."""
    async with mail_server() as mailbox:
        mailbox.answers.append(answer)
        way = ByMail(MailNotices(port=mailbox.port, security="none", sender=ADDRESS, to=(ADDRESS,)), None)
        with pytest.raises(error):
            await way.send(notice())
    assert len(mailbox.mails) == (1 if error is UnknownEnd else 0)


@pytest.mark.asyncio
async def test_a_recipient_who_is_refused_among_others_is_said() -> None:
    """The others have the mail; nobody is left out in silence. Where all are refused, the notice is."""
    async with mail_server() as mailbox:
        mailbox.unknown = frozenset({"gone@example.com"})
        settings = MailNotices(port=mailbox.port, security="none", sender=ADDRESS, to=(ADDRESS, "gone@example.com"))
        with pytest.raises(Park, match="recipients_refused") as parked:
            await ByMail(settings, None).send(notice())
        assert "refuses 1 of the recipients" in parked.value.remedy
        assert "gone@example.com" not in parked.value.remedy
        assert len(mailbox.mails) == 1
        mailbox.unknown = frozenset({ADDRESS, "gone@example.com"})
        with pytest.raises(Park, match="refused"):
            await ByMail(settings, None).send(notice())
        assert len(mailbox.mails) == 1


@pytest.mark.asyncio
async def test_no_mail_server_is_unreachable() -> None:
    """Nothing was sent."""
    async with mail_server() as mailbox:
        pass
    way = ByMail(MailNotices(port=mailbox.port, security="none", sender=ADDRESS, to=(ADDRESS,)), None)
    with pytest.raises(Unreachable):
        await way.send(notice())


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"security": "none", "host": "mail.example.com"}, "on this machine alone"),
        ({"user": "anna"}, "belong together"),
        ({"to": ()}, "at least 1"),
    ],
)
def test_settings_that_cannot_be_meant(more: dict[str, object], fault: str) -> None:
    """A password never travels in the clear to another machine."""
    with pytest.raises(ValidationError, match=fault):
        MailNotices.model_validate({"sender": ADDRESS, "to": [ADDRESS], **more})
