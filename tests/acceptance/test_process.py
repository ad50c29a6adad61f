"""The command as people and systemd see it: exit codes, draining, and what it says about a faulty start."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientError

from tests.acceptance.process import command, free_port, service
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import StandardSender, order

NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may enter, unlike pytest's own: root tries as somebody else."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class Load:
    """Senders that do not stop: they keep their own list of what was taken."""

    def __init__(self, stage: Scene, url: str) -> None:
        secret = (stage.data / "secrets" / "shop").read_text(encoding="utf-8").strip()
        self.sender = StandardSender(f"{url}/hooks/shop", secret, stage.session)
        self.taken: list[str] = []
        self.answers: Counter[int | str] = Counter()
        self.stopped = False

    async def run(self, name: str) -> None:
        """Send one order after another until stopped; a connection that is refused counts as such."""
        number = 0
        while not self.stopped:
            number += 1
            try:
                reply = await self.sender.send(order(f"{name}-{number}"))
            except (ClientError, OSError):
                self.answers["refused"] += 1
                await asyncio.sleep(0.01)
                continue
            self.answers[reply.status] += 1
            if reply.status == 200:
                self.taken.append(f"{name}-{number}")


@pytest.mark.asyncio
@pytest.mark.slow
@pytest.mark.capability("f61")
@pytest.mark.capability("f1")
@pytest.mark.capability("f92")
async def test_sigterm_under_load_loses_nothing_that_was_taken(tmp_path: Path) -> None:
    """Stopped in mid-work it exits 0, and the next one goes on: each order that was answered 2xx has one invoice."""
    plan = CompanyPlan(fortnox="window_calls = 0", proof=None)
    async with scene(tmp_path, plan, simulator={"rate_limit": 0}, run=False, port=free_port()) as stage:
        path = stage.write_configuration()
        async with service(path, stage.port, stage.session) as daemon:
            load = Load(stage, daemon.url)
            tasks = [asyncio.ensure_future(load.run(f"S{number}")) for number in range(8)]
            await asyncio.sleep(1.0)
            code = await daemon.stop()
            load.stopped = True
            await asyncio.gather(*tasks)
            assert code == 0, daemon.log.read_text(encoding="utf-8")[-3000:]
        assert set(load.answers) <= {200, 503, "refused"}
        assert len(load.taken) > 20
        async with service(path, stage.port, stage.session) as daemon:
            await stage.settle()
            assert await daemon.stop() == 0
        made = Counter(invoice["YourOrderNumber"] for invoice in (await stage.state())["invoices"])
        assert [number for number in load.taken if made[number] != 1] == []
        assert max(made.values()) == 1


@pytest.mark.asyncio
async def test_a_second_daemon_on_the_folder_ends_with_one_line(tmp_path: Path) -> None:
    """One process writes the database: another one says so in one clear line and exits 2."""
    async with scene(tmp_path) as stage:
        ended = await command("run", "--config", str(stage.write_configuration()))
        assert ended.code == 2
        (line,) = [entry for entry in ended.err.splitlines() if entry.startswith("fortnox-bridge:")]
        assert str(stage.data) in line


@pytest.mark.asyncio
async def test_a_faulty_configuration_names_every_fault_at_once(tmp_path: Path) -> None:
    """Exit 78 and each fault with its key path and the value given; a missing secret is one of them."""
    async with scene(tmp_path, run=False) as stage:
        path = stage.write_configuration()
        text = path.read_text(encoding="utf-8").replace("tenant_id = 1001", 'tenant_id = "many"')
        text = text.replace('secret = "generated:shop"', 'secret = "file:no-such-secret"')
        path.write_text(text.replace("start = 2026-01-01", 'start = "soon"') + "\n[nonsense]\n", encoding="utf-8")
        ended = await command("run", "--config", str(path))
        assert ended.code == 78
        for key, given in (
            ("companies.demo.fortnox.tenant_id", "many"),
            ("companies.demo.start", "soon"),
            ("sources.shop.secret", "No such file"),
            ("nonsense", ""),
        ):
            assert any(key in entry and given in entry for entry in ended.err.splitlines()), (key, ended.err)


@pytest.mark.asyncio
async def test_a_configuration_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """The place of the fault is given, and there is no stack."""
    path = tmp_path / "config.toml"
    path.write_text('data_dir = "data\n[http', encoding="utf-8")
    ended = await command("run", "--config", str(path))
    assert ended.code == 78
    assert "line 1" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.asyncio
async def test_a_folder_without_write_permission_is_named(open_folder: Path) -> None:
    """Exit 78 and one line that names the folder; no stack."""
    async with scene(open_folder, run=False) as stage:
        path = stage.write_configuration()
        stage.data.mkdir(mode=0o555)
        ended = await command("run", "--config", str(path), user=NOBODY if os.getuid() == 0 else None)
    assert ended.code == 78
    assert ended.err.startswith("data_dir: no permission")
    assert len(ended.err.splitlines()) == 1


@pytest.mark.asyncio
@pytest.mark.timeout(200)
@pytest.mark.capability("f80")
@pytest.mark.capability("f60")
async def test_explain_tells_the_whole_way(tmp_path: Path) -> None:
    """From the webhook to the number in Fortnox, with every attempt and look, beside the running daemon."""
    async with scene(tmp_path) as stage:
        stage.fault("answer_lost", method="POST", path="/3/invoices")
        await stage.sender().send(order("SO-1", "order.paid"), delivery_id="msg_whole_way")
        await stage.settle()
        config = ("--config", str(stage.folder / "config.toml"))
        ended = await command("explain", "SO-1", "--json", *config)
        assert ended.code == 0, ended.err
        (story,) = ended.json()
        assert (story["delivery_id"], story["source"], story["event"]) == ("msg_whole_way", "shop", "order_changed")
        told = {entry["command"]: entry for entry in story["commands"]}
        assert list(told) == ["ensure_customer", "ensure_invoice", "book_invoice", "ensure_payment", "book_payment"]
        assert {entry["rule"] for entry in told.values()} == {"book_order"}
        (attempt,) = told["ensure_invoice"]["attempts"]
        assert (attempt["operation"], attempt["end"]) == ("create_invoice", "found")
        assert [look["found"] for look in attempt["looks"]] == ["found"]
        assert [len(told[kind]["attempts"]) for kind in told] == [1] * 5
        text = await command("explain", "invoice:1", *config)
        assert text.code == 0
        assert "msg_whole_way" in text.out
        assert "invoice 1" in text.out or "invoice:1" in text.out
        assert (await command("explain", "SO-404", *config)).code == 1
