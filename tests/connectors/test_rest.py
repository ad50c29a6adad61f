"""A sender's REST API: what a refusal says, and which refusals are no known end."""

import pytest
from aiohttp import web

from connectors.base import Park, UnknownEnd
from connectors.rest import KeyAccess, Rest
from connectors.transport import open_session
from connectors.window import Window
from tests.fakes.clock import ManualClock
from tests.stand_ins.serving import serving


async def refused(answer: tuple[int, str], *, writes: bool) -> Park:
    """What a read, or a write, that is answered so raises."""
    status, text = answer

    async def answered(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    app, clock = web.Application(), ManualClock()
    app.router.add_route("*", "/things/1", answered)
    async with serving(app) as address, open_session() as session:
        window = Window(10, 1.0, monotonic=lambda: clock.seconds, sleep=clock.sleep)
        rest = Rest("crm", address, session, window, KeyAccess({}, {}), clock.sleep)
        with pytest.raises(Park) as parked:
            await (rest.write("tell thing", "PUT", "/things/1", {}) if writes else rest.read("read thing", "/things/1"))
    return parked.value


@pytest.mark.asyncio
async def test_a_refusal_says_what_was_refused() -> None:
    """A record that is not given, and a change that is not taken, are not mended in the same way."""
    read = await refused((422, '{"message": "no"}'), writes=False)
    assert "refuses to give the record (status 422)" in read.remedy
    written = await refused((422, '{"message": "no"}'), writes=True)
    assert "crm refuses the change tell thing (status 422)" in written.remedy
    assert "discard the command" in written.remedy


@pytest.mark.asyncio
async def test_a_change_that_is_refused_by_no_json_has_an_unknown_end() -> None:
    """A page of a proxy does not know whether the change took effect; the sender's own word does."""
    assert (await refused((404, "{}"), writes=True)).reason == "gone"
    for answer in ((404, "<html>Not Found</html>"), (413, ""), (403, "<html>Blocked</html>"), (400, "[]")):
        with pytest.raises(UnknownEnd, match="unexpected_answer"):
            await refused(answer, writes=True)
