"""Five senders, each under its own law of repetition, in front of a daemon that stops, dies and has no room.

Time is scaled by one factor for all laws: one second here is two hours at the sender (1 : 7200). So HighLevel's ten
minutes are a twelfth of a second, and an absence of the daemon of three seconds is one of six hours. The environment's
RETRY_LAWS_SEED chooses other random moments.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, time

import pytest

from tests.acceptance.law_stage import Stage, full_disk, full_house, staged, stopped_in_order, told_to_wait
from tests.acceptance.process import command
from tests.acceptance.scene import OVERVIEW
from tests.fakes.senders import Json
from tests.stand_ins.sending import REFUSED, Delivery

SEED = int(os.environ.get("RETRY_LAWS_SEED", "20261127"))
PATIENCE_SECONDS = 90.0
NOTHING_TO_READ = "SELECT count(*) FROM inbox WHERE state IN ('waiting', 'reading') HAVING count(*) = 0"
Each = Mapping[str, Delivery]
"""One delivery of each sender, by the sender's name."""

POLLED = {"app": "ghl", "workflow": "ghl", "upsales": "crm", "flow": "flow"}
"""Senders whose own system is polled, and the source that does it; a Standard Webhooks sender has only its word."""


@pytest.mark.asyncio
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.capability("000-51", "f2", "f5", "f7", "f9")
async def test_every_record_arrives_once_whatever_its_sender_s_law(tmp_path: Path) -> None:
    """What a law lets arrive arrives; what it loses is found by polling; everything is in Fortnox exactly once.

    Records come all the while: the daemon is stopped in order, has no room while Fortnox is away, then no disk, and is
    killed.
    """
    sys.stdout.write(f"seed {SEED} (RETRY_LAWS_SEED)\n")  # shown where it fails
    async with staged(tmp_path, SEED) as stage:
        stopping = await a_stop_in_order(stage)
        absent = await stage.one_each()
        proxied = await stage.one("app", way=1)
        crowded, spared, unwritten = await no_room_and_a_kill(stage)
        await calm_at_last(stage)
        check_codes(stage, (stopping, crowded, unwritten), absent, spared, proxied)
        check_books(stage, await stage.world.state())
        check_lists(stage)
        check_ways_in(stage, absent, proxied)
        await check_story(stage, proxied)


# --- the script -------------------------------------------------------------------------------------------------------


async def a_stop_in_order(stage: Stage) -> Each:
    """All is well, then SIGTERM; gives what came on kept connections during the stop. Others go on into the absence."""
    async with stage.daemon() as daemon:
        stage.scatter(2, 1.0)
        assert all(one.statuses == [200] for one in await stage.ended())
        stage.scatter(3, 5.0)
        return await stopped_in_order(stage, daemon)


async def no_room_and_a_kill(stage: Stage) -> tuple[Each, Each, Each]:
    """A full house while Fortnox is away, a full disk once it is back, and SIGKILL in mid-work.

    Gives what came to the full house, what came after it while Fortnox was away still, and what came to the full disk.
    """
    async with stage.daemon() as daemon:
        await stage.world.fortnox_down()
        async with full_house(stage):
            crowded = await stage.one_each()
        await stage.world.until(lambda: crowded["app"].ended)
        spared = await stage.one_each()
        await stage.world.fortnox_up()
        stage.scatter(3, 2.0)
        await asyncio.sleep(stage.random.uniform(0.2, 0.5))
        with full_disk(daemon):
            unwritten = await stage.one_each()
        await stage.world.until(lambda: unwritten["app"].ended)
        await asyncio.sleep(stage.random.uniform(0.2, 0.5))
        daemon.process.kill()
        await daemon.process.wait()
    return crowded, spared, unwritten


async def calm_at_last(stage: Stage) -> None:
    """The daemon works off what there is, by polling too; the senders' APIs ask for a pause, and get it."""
    async with stage.daemon() as daemon:
        await stage.ended()
        await everything_in_fortnox(stage)
        await stage.world.until(NOTHING_TO_READ)
        await told_to_wait(stage)
        await everything_in_fortnox(stage)
        await polled_once_more(stage)
        assert await daemon.stop() == 0


# --- waiting ----------------------------------------------------------------------------------------------------------


async def everything_in_fortnox(stage: Stage) -> None:
    """Wait until all that the senders hold stands in Fortnox, at least once and finished."""
    until = monotonic() + PATIENCE_SECONDS
    while lacking := missing(stage, await stage.world.state()):
        if monotonic() > until:
            raise TimeoutError(f"not in Fortnox: {sorted(lacking)}; {stage.world.rows(OVERVIEW)}")
        await asyncio.sleep(0.2)


async def polled_once_more(stage: Stage) -> None:
    """Wait until every system was polled whole and all is worked off: what would come twice has had the chance."""
    for _ in range(2):
        now = round(time() * 1000)
        await stage.world.until(
            f"SELECT count(*) FROM sender WHERE outcome = 'finished' AND polled_at > {now} HAVING count(*) = 3"
        )
    await stage.world.until(NOTHING_TO_READ)
    await stage.world.settle()


# --- the judge --------------------------------------------------------------------------------------------------------


def found(state: Json) -> Counter[str]:
    """How often each record stands in Fortnox: documents by their number at the sender, notes by their survey."""
    documents = Counter(str(one["YourOrderNumber"]) for one in state["invoices"])
    words = " ".join(str(card.get("Comments") or "") for card in state["customers"]).split()
    return documents + Counter(word.strip(":,;()") for word in words if word.startswith("enkat-"))


def held(stage: Stage) -> set[str]:
    """All records of all senders' own systems."""
    return set().union(*(model.holds() for model in stage.models))


def missing(stage: Stage, state: Json) -> set[str]:
    """Records that are not in Fortnox, or not paid there yet although they are at their sender."""
    unpaid = {str(one["YourOrderNumber"]) for one in state["invoices"] if one["Balance"]}
    return held(stage) - set(found(state)) | (unpaid - stage.model("upsales").holds())


def check_books(stage: Stage, state: Json) -> None:
    """Every record once, every paid one paid once, one customer for each buyer and respondent; and nothing else."""
    assert found(state) == Counter(dict.fromkeys(held(stage), 1))
    assert missing(stage, state) == set()
    payments = Counter(str(one["InvoiceNumber"]) for one in state["payments"])
    unpaid = stage.model("upsales").holds()
    paid = {str(one["DocumentNumber"]) for one in state["invoices"] if one["YourOrderNumber"] not in unpaid}
    assert payments == Counter(dict.fromkeys(paid, 1))
    assert max(Counter(card["Name"] for card in state["customers"]).values()) == 1


def check_codes(stage: Stage, put_off: Sequence[Each], absent: Each, spared: Each, proxied: Delivery) -> None:
    """Who comes during a stop, to a full house or with a full disk gets the code that its own law repeats, if any.

    ``put_off`` are those three; ``spared`` came while only Fortnox was away, ``absent`` and ``proxied`` while we were.
    """
    codes = {model.name: model.later for model in stage.models}
    for deliveries in put_off:
        assert {name: one.statuses[0] for name, one in deliveries.items()} == codes
    for deliveries in put_off[1:]:
        assert {name for name, one in deliveries.items() if one.delivered} == {"standard", "app"}
    assert all(one.statuses == [200] for one in spared.values())
    assert {one.statuses[0] for one in absent.values()} == {REFUSED}
    assert {name for name, one in absent.items() if one.delivered} == {"standard"}
    assert proxied.statuses == [502]


def check_lists(stage: Stage) -> None:
    """The senders' own lists: each came again as its law says, and only a Standard Webhooks sender gave nothing up."""
    for model in stage.models:
        assert all(one.ended for one in model.deliveries)
        given_up = {one.record for one in model.deliveries if one.given_up}
        delivered = {one.record for one in model.deliveries if one.delivered}
        assert given_up | delivered <= model.holds()
        assert bool(given_up) == (model.name in POLLED)
    laws = {"standard": set(range(-1, 600)) - {200}, "app": {429}}
    for model in stage.models:
        for one in model.deliveries:
            assert set(one.statuses[:-1]) <= laws.get(model.name, set())


def check_ways_in(stage: Stage, absent: Each, proxied: Delivery) -> None:
    """What never arrived came by polling and by nothing else; what HighLevel was told is taken came by webhook.

    An attempt that was cut, or answered 502 by the proxy because of that, may have arrived: it proves nothing here.
    """
    rows = stage.world.rows("SELECT source, number, origin FROM inbox WHERE number IS NOT NULL")
    for name, source in POLLED.items():
        model = stage.model(name)
        ways: dict[str, set[str]] = {record: set() for record in model.holds()}
        for from_source, number, origin in rows:
            if from_source == source and (record := stage.record(number)) in ways:
                ways[record].add(origin)
        lost = {one.record for one in model.deliveries if set(one.statuses) <= {REFUSED, 429, 503}}
        lost |= {proxied.record} & model.holds()
        delivered = {one.record for one in model.deliveries if one.delivered}
        assert absent[name].record in lost
        assert {record: ways[record] for record in lost if ways[record] != {"poll"}} == {}
        if source == "ghl":  # elsewhere a webhook after the poll is the same row
            assert [record for record in delivered if "webhook" not in ways[record]] == []
        assert any("webhook" in origins for origins in ways.values())


async def check_story(stage: Stage, delivery: Delivery) -> None:
    """`explain` tells of the one delivery that brought the record, and that polling found it."""
    told = await command("explain", delivery.record, "--json", "--config", str(stage.configuration))
    assert [(story["origin"], story["state"]) for story in told.json()] == [("poll", "handled")]
