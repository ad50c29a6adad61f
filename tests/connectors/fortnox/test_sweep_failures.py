"""Sweeps while Fortnox fails: at one list, which stops no other and is told, and at everything, which stops all."""

from datetime import timedelta

import pytest

from connectors.base import Json, Later
from connectors.fortnox.register_entries import REGISTERED
from connectors.sources import Page
from tests.connectors.fortnox.stand import stand
from tests.connectors.fortnox.test_sweep import SINCE, Watch, ended, learned, pages, sweep_of


@pytest.mark.asyncio
async def test_a_list_at_which_fortnox_fails_stops_no_other_and_an_outage_stops_all() -> None:
    """It is asked for again an hour later; whether Fortnox answers anything else shows which of the two it is."""
    watch = Watch()
    async with stand(clock=watch) as here:
        polled = sweep_of(here, watch)
        await here.fault("status", "GET", "/3/currencies", status=500, body="{}", times=1)
        found: list[Page] = []
        cursor: Json | None = None
        while (page := await polled.poll(cursor, SINCE)) is not None:
            found, cursor = [*found, page], page.cursor
        assert ended([told for page in found for told in learned(page)]) == dict.fromkeys(
            REGISTERED.keys() - {"currencies"}, True
        )
        assert [page.failed.status for page in found if page.failed is not None] == [500]
        watch.moment += timedelta(minutes=61)
        await here.fault("status", "GET", "/3/currencies", status=503, body="", times=1)
        await here.fault("status", "GET", "/3/companyinformation", status=503, body="", times=1)
        with pytest.raises(Later):
            await pages(polled, cursor)
        assert ended((await pages(polled, cursor))[0])["currencies"] is True
