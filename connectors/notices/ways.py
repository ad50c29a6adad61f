"""The ways of a notice: each sends one, once, and says how that ended."""

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import NoReturn, Protocol, TypedDict

import anyio
from aiohttp import ClientSession

from connectors.base import Later, Park, Throttled, UnknownEnd, Unreachable
from connectors.json_body import write_object
from connectors.notices.settings import MailNotices, WebhookNotices
from connectors.notices.words import as_json, as_text, subject
from connectors.signing import sign
from connectors.transport import NoAnswer, NotSent, call, retry_after
from handlers.commands import SendNotice

WAIT = timedelta(seconds=60)
"""How long a receiver that answers 429 is left alone where it does not say."""


class Words(TypedDict):
    """Who and what, in every error."""

    system: str
    operation: str


class Way(Protocol):
    """How a notice leaves. Raises the errors of ``connectors.base``."""

    operation: str
    where: str

    async def send(self, notice: SendNotice) -> None:
        """Send it once; returns when the receiver took it."""
        ...


class ByWebhook:
    """A signed POST (Standard Webhooks): the receiver tells a repetition by ``webhook-id``."""

    operation = "notify_by_webhook"

    def __init__(
        self, settings: WebhookNotices, secret: str, session: ClientSession, clock: Callable[[], datetime]
    ) -> None:
        """``secret`` is ``whsec_...``. Raises ``ValueError`` where it cannot sign."""
        sign(secret, "trial", 0, b"")
        self.where = "webhook"
        self._settings = settings
        self._secret = secret
        self._session = session
        self._clock = clock

    async def send(self, notice: SendNotice) -> None:
        """POST it; every 2xx is a receipt."""
        body, now = write_object(as_json(notice)), int(self._clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": notice.notice_id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(self._secret, notice.notice_id, now, body),
        }
        said: Words = {"system": "notices", "operation": self.operation}
        try:
            answer = await call(
                self._session,
                "POST",
                self._settings.url,
                headers=headers,
                body=body,
                timeout_seconds=self._settings.timeout_seconds,
            )
        except NotSent as error:
            raise Unreachable(error.reason, **said) from error
        except NoAnswer as error:
            raise UnknownEnd(error.reason, **said) from error
        if 200 <= answer.status < 300:
            return
        if answer.status == 429:
            seconds = retry_after(answer)
            raise Throttled(after=WAIT if seconds is None else timedelta(seconds=seconds), **said)
        if answer.status >= 500:
            raise UnknownEnd("server_fault", **said, status=answer.status)
        raise Park("refused", **said, status=answer.status, remedy="see notices.webhook: its receiver refuses notices")


class ByMail:
    """One mail over SMTP; its ``Message-ID`` is the notice's own."""

    operation = "notify_by_mail"

    def __init__(self, settings: MailNotices, password: str | None) -> None:
        """``password`` is resolved already."""
        self.where = "mail"
        self._settings = settings
        self._password = password

    async def send(self, notice: SendNotice) -> None:
        """Hand it to the mail server, in a thread of its own: the library waits."""
        await anyio.to_thread.run_sync(partial(self._deliver, self.message(notice)))

    def message(self, notice: SendNotice) -> EmailMessage:
        """The mail; the same for the same notice."""
        made = EmailMessage()
        made["Subject"] = subject(notice)
        made["From"] = self._settings.sender
        made["To"] = ", ".join(self._settings.to)
        made["Date"] = format_datetime(notice.at)
        made["Message-ID"] = f"<{notice.notice_id}@{self._settings.sender.rpartition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(as_text(notice))
        return made

    def _deliver(self, message: EmailMessage) -> None:
        try:
            server = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable("connect", system="notices", operation=self.operation) from error
        handed, left_out = False, dict[str, tuple[int, bytes]]()
        try:
            self._introduced(server)
            handed = True
            left_out = server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            self._refused(max((code for code, _ in error.recipients.values()), default=550), error)
        except smtplib.SMTPResponseException as error:
            self._refused(error.smtp_code, error)
        except (smtplib.SMTPException, OSError) as error:
            unsure = UnknownEnd if handed else Later
            raise unsure("lost", system="notices", operation=self.operation) from error
        finally:
            server.close()
        if left_out:
            self._some_refused(len(left_out))

    def _some_refused(self, number: int) -> NoReturn:
        """The others have it: what is wrong is told by no further mail to them."""
        raise Park(
            "recipients_refused",
            system="notices",
            operation=self.operation,
            remedy=f"the mail server refuses {number} of the recipients in notices.mail and the others got the notice: "
            "correct `to`, restart, then discard the command",
        )

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_seconds, context=context)
        return smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)

    def _introduced(self, server: smtplib.SMTP) -> None:
        if self._settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if self._settings.user is not None:
            server.login(self._settings.user, self._password or "")

    def _refused(self, code: int, error: Exception) -> NoReturn:
        """A complete answer: 4xx asks to come again, 5xx never (RFC 5321, section 4.2.1); anything else is none."""
        said: Words = {"system": "notices", "operation": self.operation}
        if not 400 <= code < 600:
            raise UnknownEnd("unexpected_answer", **said) from error
        if 400 <= code < 500:
            raise Later("refused_for_now", **said, status=code) from error
        raise Park("refused", **said, status=code, remedy="see notices.mail: the mail server refuses it") from error
