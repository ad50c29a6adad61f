"""Sweeps where comments are followed: no list shows those, so that each change of a customer counts."""

from datetime import timedelta

import pytest

from tests.connectors.fortnox.stand import stand
from tests.connectors.fortnox.test_sweep import Watch, ended, entries, pages, sweep_of


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
@pytest.mark.parametrize("followed", [frozenset[str](), frozenset({"comments"})])
async def test_where_comments_are_followed_a_whole_sweep_passes_over_no_change(followed: frozenset[str]) -> None:
    """It does not say what changed, so that this is asked for afterwards; elsewhere it need not be."""
    watch = Watch()
    async with stand(clock=watch) as here:
        await here.seed(customers=[{"Name": "Ett"}, {"Name": "Två"}])
        watch.moment += timedelta(minutes=12)
        polled = sweep_of(here, watch, followed=followed)
        _, cursor = await pages(polled)
        watch.moment += timedelta(hours=2)
        await here.target.client.request("update_customer", "2", body={"Customer": {"Comments": "Ring före nio"}})
        watch.moment += timedelta(hours=11)
        told, cursor = await pages(polled, cursor)
        assert ended(told)["customers"] is True
        for named in (["2"] if followed else [], []):
            watch.moment += timedelta(minutes=61)
            told, cursor = await pages(polled, cursor)
            assert list(entries(told, "customers")) == named
            assert ended(told)["customers"] is False
