"""Second scene: a duplicate sent on purpose, and senders that prove nothing."""

from datetime import datetime
from typing import Any

from daemon.demo.configuration import STANDARD
from daemon.demo.senders import Webhook
from daemon.demo.stage import Stage, received
from daemon.demo.webhooks_scene import sales, webhooks

Json = dict[str, Any]
WRONG_KEY = "whsec_" + "AAAA" * 11
WRONG_TOKEN = "no-secret-of-this-daemon"  # noqa: S105 - wrong on purpose
OBJECTS = ("customers", "invoices", "payments", "vouchers")


async def play(stage: Stage, now: datetime) -> None:
    """Each must leave Fortnox as it was."""
    stage.screen.chapter("2  Twice on purpose, and strangers   (SIMULATOR)")
    sent = {webhook.id: webhook for _, webhook in webhooks(now)}
    stage.screen.step("2.1  The same delivery again, as senders do when an answer got lost")
    await _repeated(stage, sent["msg_demo04"])
    stage.screen.step("2.2  The same order paid, told once more under a new delivery id")
    await _told_again(stage, sales(now)["SO-20931"].event("order.paid", "msg_demo09"))
    stage.screen.step("2.3  A bad signature")
    await _refused(stage, Webhook(STANDARD, "msg_demo10", sent["msg_demo03"].body), WRONG_KEY, "a bad signature")
    stage.screen.step("2.4  A HighLevel workflow with a wrong header secret")
    await _refused(stage, sent["sub-2209"], WRONG_TOKEN, "a wrong secret")


async def _counts(stage: Stage) -> dict[str, int]:
    state = await stage.fortnox.state()
    return {name: len(state[name]) for name in OBJECTS}


def _as_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


async def _repeated(stage: Stage, webhook: Webhook) -> None:
    before, calls = await _counts(stage), len(await stage.fortnox.calls())
    reply = await stage.senders.post(webhook)
    stage.screen.labelled("received", [received(webhook, reply) + " (known already)"])
    assert reply.id is not None
    await stage.stories.at_rest(reply.id)
    after, spent = await _counts(stage), len(await stage.fortnox.calls()) - calls
    stage.screen.labelled("Fortnox", [f"{_as_words(after)}, as before; {spent or 'no'} calls"])
    stage.promise("a repeated delivery makes nothing new", before == after and spent == 0 and reply.status == 200)


async def _told_again(stage: Stage, webhook: Webhook) -> None:
    before = await _counts(stage)
    await stage.deliver(webhook)
    after = await _counts(stage)
    stage.screen.labelled("Fortnox", [f"{_as_words(after)}, as before"])
    stage.promise("one order is one invoice and one payment, however often it is told", before == after)


async def _refused(stage: Stage, webhook: Webhook, secret: str, what: str) -> None:
    before, calls = await _counts(stage), len(await stage.fortnox.calls())
    reply = await stage.senders.post(webhook, secret=secret)
    stage.screen.labelled("received", [received(webhook, reply)])
    spent = len(await stage.fortnox.calls()) - calls
    kept = reply.status == 401 and spent == 0 and before == await _counts(stage)
    stage.promise(f"{what} is refused with 401: nothing is stored, and Fortnox hears nothing", kept)
