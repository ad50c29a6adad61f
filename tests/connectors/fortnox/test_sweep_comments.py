"""Sweeps where comments are followed: no list shows those, so that each change of their object counts."""

from datetime import timedelta

import pytest

from tests.connectors.fortnox.stand import stand
from tests.connectors.fortnox.test_sweep import Watch, documents, ended, entries, pages, sweep_of


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


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
async def test_where_comments_of_documents_are_followed_each_that_changed_is_named() -> None:
    """And beside them those that were cancelled, which is told apart by their rows: one list for both."""
    watch = Watch()
    async with stand(clock=watch) as here:
        await here.seed(customers=[{"Name": "Ett"}])
        polled = sweep_of(here, watch, followed=frozenset({"document_comments"}))
        _, cursor = await pages(polled)
        for _ in range(3):
            await here.target.client.request("create_order", body={"Order": {"CustomerNumber": "1", "OrderRows": []}})
        await here.target.client.carry("cancel_order", "1")
        watch.moment += timedelta(hours=1, minutes=1)
        found, cursor = await documents(polled, cursor)
        assert found == [{"documents": "order", "numbers": ["1"], "written": ["1", "2", "3"]}]
