"""Documents that are sent: each command once, proved by what shows it, and a person is asked where nothing does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import anyio
import pytest

from handlers.commands import SendDocument
from handlers.values import Ref
from store import acting
from store.acting import Person
from tests.connectors.fortnox.stand import Stand, customer, invoice, stand
from tests.fakes.pipe import Pipe, pipe
from tests.fakes.target import FakeTarget

SETTLE = 0.1
EMAIL = "/3/invoices/1/email"


def mail(name: str = "m1") -> SendDocument:
    """Invoice 1 by e-mail."""
    return SendDocument(thing=Ref(system="person", kind="task", id=name), resource="invoices", keys=("1",), how="email")


@asynccontextmanager
async def _opened(path: Path) -> AsyncIterator[tuple[Stand, Pipe]]:
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        targets = cast("dict[str, FakeTarget]", {"demo": here.target})
        async with pipe(path, targets=targets, settle=SETTLE) as made, made.running():
            yield here, made


async def _mails(here: Stand) -> list[str]:
    """The numbers of the invoices that left by mail, in order."""
    return [sending["number"] for sending in await here.stored("sendings") if sending["way"] == "email"]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["answer_lost", "truncated"])
@pytest.mark.capability("f51")
async def test_a_lost_answer_sends_no_second_mail(fault: str, tmp_path: Path) -> None:
    """The invoice was not sent before and is now: that is the proof."""
    async with _opened(tmp_path) as (here, made):
        await here.fault(fault, "GET", EMAIL)
        [only] = await made.add(mail())
        await made.until("done", only)
        assert await made.attempts(only) == ["found"]
        assert await _mails(here) == ["1"]


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_mail_that_never_left_goes_once(tmp_path: Path) -> None:
    """Two looks show it as unsent, then it goes again, and a last look follows."""
    async with _opened(tmp_path) as (here, made):
        await here.fault("reset_before", "GET", EMAIL)
        [only] = await made.add(mail())
        await made.until("done", only)
        assert await made.attempts(only) == ["absent", "known"]
        assert await _mails(here) == ["1"]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["answer_lost", "reset_before"])
@pytest.mark.capability("f50", "f51")
async def test_where_it_was_sent_before_a_person_is_asked(fault: str, tmp_path: Path) -> None:
    """The flag says nothing about this one: it is held, never repeated, and keeps no other command away."""
    async with _opened(tmp_path) as (here, made):
        [first] = await made.add(mail(), lane="a")
        await made.until("done", first)
        await here.fault(fault, "GET", EMAIL)
        [second] = await made.add(mail("m2"), lane="b")
        await made.until("held", second)
        row = await made.row(second)
        assert row["reason"] == "end_unknown"
        assert "retry --absent" in row["question"]
        sent = 2 if fault == "answer_lost" else 1
        assert len(await _mails(here)) == sent
        [third] = await made.add(mail("m3"), lane="c")
        await made.until("done", third)
        assert len(await _mails(here)) == sent + 1
        assert (await made.row(second))["state"] == "held"


@pytest.mark.asyncio
@pytest.mark.parametrize(("fault", "attempts"), [("answer_lost", ["found"]), ("reset_before", ["absent", "known"])])
@pytest.mark.capability("f51")
async def test_a_reminder_is_proved_by_their_count(fault: str, attempts: list[str], tmp_path: Path) -> None:
    """Though the invoice was sent long ago, each reminder shows; none is printed twice."""
    path = "/3/invoices/1/printreminder"
    async with _opened(tmp_path) as (here, made):
        await here.target.client.carry("externalprint_invoice", "1")
        await made.until("done", *await made.add(mail().model_copy(update={"how": "printreminder"}), lane="a"))
        await here.fault(fault, "GET", path)
        [second] = await made.add(mail("m2").model_copy(update={"how": "printreminder"}), lane="b")
        await made.until("done", second)
        assert await made.attempts(second) == attempts
        assert [invoice["Reminders"] for invoice in await here.stored("invoices")] == [2]


@pytest.mark.asyncio
async def test_a_mail_that_a_person_gave_up_is_not_looked_for_again_and_again(tmp_path: Path) -> None:
    """No look will ever tell, so the doubt rests: no call is spent on it, and nothing is sent."""
    async with _opened(tmp_path) as (here, made):
        await made.until("done", *await made.add(mail(), lane="a"))
        await here.fault("answer_lost", "GET", EMAIL)
        [second] = await made.add(mail("m2"), lane="b")
        await made.until("held", second)
        await made.database.write(acting.discard_command(second, Person("anna", 1, "it went")))
        made.delivery.wake()
        with anyio.fail_after(5):
            while len(await made.rows("SELECT 1 FROM look")) < 2:  # noqa: ASYNC110 - a file has no events
                await anyio.sleep(0.01)
        spent = await here.spent()
        await anyio.sleep(SETTLE * 4)
        assert (await here.spent(), len(await made.rows("SELECT 1 FROM look"))) == (spent, 2)
        assert await _mails(here) == ["1", "1"]


@pytest.mark.asyncio
async def test_a_mail_that_went_is_known_for_ever(tmp_path: Path) -> None:
    """Whatever brings its command again, it costs no call and sends nothing."""
    async with _opened(tmp_path) as (here, made):
        await made.until("done", *await made.add(mail(), lane="a"))
        before = await here.spent()
        await made.until("done", *await made.add(mail(), lane="b"))
        assert await here.spent() == before
        assert await _mails(here) == ["1"]


@pytest.mark.asyncio
async def test_a_look_that_fails_sends_no_second_mail(tmp_path: Path) -> None:
    """As long as the invoice cannot be read, nothing goes."""
    async with _opened(tmp_path) as (here, made):
        await here.fault("answer_lost", "GET", EMAIL)
        await here.fault("status", "GET", "/3/invoices/1", status=500, times=2, after=1)
        [only] = await made.add(mail())
        await made.until("done", only)
        looks = await made.rows("SELECT found FROM look ORDER BY id")
        assert [look["found"] for look in looks] == ["failed", "failed", "found"]
        assert await _mails(here) == ["1"]
