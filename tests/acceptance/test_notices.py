"""People are told by webhook and by mail what waits for them and what stands still, once, and again after a while."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from aiohttp import web

from daemon.noticing import TellHolds, Trouble
from daemon.requests import Pause
from daemon.settings_process import NoticeSettings
from tests.acceptance.person import asked
from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import line, order
from tests.stand_ins.mail import mail_server
from tests.stand_ins.serving import serving

SECRET = "whsec_" + b64encode(b"a shared secret of 32 characters").decode()
SECTION = """
[notices.webhook]
url = "{url}/hook"
secret = "plain:{secret}"
[notices.mail]
port = {port}
security = "none"
sender = "bridge@example.com"
to = ["books@example.com"]
"""
DONE = "SELECT 1 FROM outbox WHERE kind = 'send_notice' AND state = 'done' GROUP BY kind HAVING count(*) = {}"


@pytest.mark.asyncio
@pytest.mark.capability("f78")
@pytest.mark.capability("000-42")
async def test_a_question_is_told_by_both_ways_and_a_lost_answer_costs_nothing(tmp_path: Path) -> None:
    """One notice for all that is new; the receiver's fault at first is an unknown end, and the same id comes again."""
    came: list[tuple[str, object]] = []

    async def receive(request: web.Request) -> web.Response:
        came.append((request.headers["webhook-id"], json.loads(await request.read())))
        return web.Response(status=500 if len(came) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", receive)
    plan = CompanyPlan(sections='[companies.demo.articles]\npolicy = "match"')
    async with serving(app) as url, mail_server() as mailbox:
        more = SECTION.format(url=url, secret=SECRET, port=mailbox.port)
        async with scene(tmp_path, plan, more=more) as stage:
            await stage.send(order("SO-1", lines=[line(sku="K-100")]))
            await stage.until("SELECT 1 FROM asked WHERE reason = 'article_missing' AND waiting = 1")
            bridge = stage.bridge
            tell = TellHolds(
                bridge.store.database,
                stage.clock,
                lambda: NoticeSettings(repeat_hours=1),
                ways=("webhook", "mail"),
                troubles=lambda: [Trouble("to:notice:mail", "down")],
                wake=lambda name: bridge.deliveries[name].wake(),
            )
            assert (await tell(), await tell()) == (1, 0)
            await stage.until(DONE.format(2))
            assert [entry[0] for entry in came] == [came[0][0]] * 2
            assert came[1] == came[0]
            (mail,) = mailbox.mails
            assert "demo: article_missing, 1 waiting" in mail.get_content()
            assert "to:notice" not in mail.get_content()
            (state,) = {row[0] for row in stage.rows("SELECT state FROM inbox WHERE source = 'notices'")}
            assert state == "handled"
            await stage.act(Pause(person="anna", name="to:notice:mail", reason="moving house"))
            shown = json.loads((await asked(stage, "status", "--json")).stdout)["notices"]
            assert [(way["name"], way["delivered"], way["shut_by"]) for way in shown] == [
                ("to:notice:webhook", 1, None),
                ("to:notice:mail", 1, "person"),
            ]
            assert "notices leave as to:notice:mail: nothing open" in (await asked(stage, "status")).stdout


@pytest.mark.asyncio
@pytest.mark.capability("f78")
async def test_what_stands_still_for_minutes_is_told_once_and_again(tmp_path: Path) -> None:
    """Short troubles are nobody's task; one that lasts is told, and told anew when it came back."""
    async with scene(tmp_path, CompanyPlan()) as stage:
        moments = iter([0, 4, 6, 7, 70, 71, 72, 80])
        base = stage.clock.milliseconds()
        now = [base]
        standing = [Trouble("demo", "down")]

        class Minutes:
            """The clock of the job: it stands where the test puts it."""

            def milliseconds(self) -> int:
                """Now."""
                return now[0]

        tell = TellHolds(
            stage.bridge.store.database,
            Minutes(),  # type: ignore[arg-type]
            lambda: NoticeSettings(repeat_hours=1),
            ways=("mail",),
            troubles=lambda: standing,
        )
        told = []
        for _ in range(8):
            minute = next(moments)
            now[0] = base + minute * 60_000
            if minute == 71:
                standing.clear()
            if minute == 72:
                standing.append(Trouble("demo", "down"))
            await tell()
            told.append((minute, stage.rows("SELECT count(*) FROM inbox WHERE source = 'notices'")[0][0]))
        assert told == [(0, 0), (4, 0), (6, 1), (7, 1), (70, 2), (71, 2), (72, 2), (80, 3)]
