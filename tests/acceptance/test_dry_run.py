"""Dry runs: the calls that are shown are the calls that leave, and nothing is stored or written by showing them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.config import load_config
from daemon.requests import DryRun, Misused, Replay
from daemon.shadow_report import report
from store.acting import NotPossible
from store.shadows import told
from tests.acceptance.rehearsed import calls_of, run_dry, same_calls, writes_leaving
from tests.acceptance.scene import CompanyPlan, scene
from tests.acceptance.test_refunds import refund
from tests.fakes.senders import Json, invoice_paid, line, order, survey
from tests.properties import examples

STAGES = ("order.offered", "order.won", "order.invoiced", "order.paid", "order.cancelled")
RESPONDENT = {"name": "Mia Ek", "email": "mia.ek@example.com"}

STOPPED = (
    "SELECT reason FROM outbox WHERE inbox_id = (SELECT max(id) FROM inbox) AND state IN ('held', 'parked') ORDER BY id"
)
COUNTS = "SELECT count(*) FROM inbox UNION ALL SELECT count(*) FROM outbox UNION ALL SELECT count(*) FROM attempt"

lines = st.builds(
    lambda price, quantity, vat, percent: line(
        f"{price / 100:.2f}", quantity=str(quantity), vat=vat, discount_percent=str(percent)
    ),
    st.integers(100, 5_000_00),
    st.integers(1, 9),
    st.sampled_from(("25", "12", "6", "0")),
    st.sampled_from((0, 0, 10)),
)
orders = st.builds(
    lambda kinds, rows: [order("SO-1", kind, lines=rows) for kind in kinds],
    st.lists(st.sampled_from(STAGES), min_size=1, max_size=3),
    st.lists(lines, min_size=1, max_size=4),
)
others = st.builds(
    lambda rows, score: [survey("R-1", RESPONDENT, score=score), invoice_paid("F-1", lines=rows)],
    st.lists(lines, min_size=1, max_size=3),
    st.integers(0, 10),
)

refunded = st.builds(
    lambda rows: [order("SO-1", "order.paid", lines=rows), refund("R-1", rows[0]), refund("R-2", *rows[1:])],
    st.lists(lines, min_size=2, max_size=3),
)


def plan(module: str, proof: str) -> CompanyPlan:
    """A company whose offers make customers, and whose cancelled sales are credited."""
    return CompanyPlan(
        proof=None if proof == "looking" else proof,
        sections=f'[companies.demo.documents]\nmodule = "{module}"\noffers_create_customers = true\n'
        'credit_cancelled = "credit"\n',
    )


async def both_ways(module: str, bodies: Sequence[Json], proof: str) -> None:
    """Each event is run dry, then sent: same calls; and the dry run left neither a row nor a call that writes."""
    with TemporaryDirectory() as folder:
        async with scene(Path(folder), plan(module, proof)) as stage:
            for body in bodies:
                before = stage.rows(COUNTS)
                with writes_leaving() as left:
                    told = await run_dry(stage, body)
                    assert left == []
                    assert stage.rows(COUNTS) == before
                    await stage.send(body)
                    await stage.settle()
                if told["behind"]:
                    return
                assert same_calls(calls_of(told), left), (told, left)
                stopped = stage.rows(STOPPED)
                assert [reason for (reason,) in stopped] == [
                    one["reason"] for one in told["commands"] if one["state"] in {"held", "parked"}
                ]


@pytest.mark.asyncio
@pytest.mark.capability("000-40", "003-10", "f86")
async def test_a_dry_run_shows_money_questions_and_reads_and_leaves_nothing(tmp_path: Path) -> None:
    """Of a body: calls, sums by account; of a stored delivery: what is there already; offline: no call at all."""
    rows = [line("100.10", quantity="2"), line("50.00", vat="12")]
    async with scene(tmp_path, plan("invoice", "empty")) as stage:
        told = await run_dry(stage, order("SO-1", "order.paid", lines=rows), offline=True)
        assert [one["command"] for one in told["commands"]] == [
            "ensure_customer",
            "ensure_invoice",
            "book_invoice",
            "ensure_payment",
            "book_payment",
        ]
        assert await stage.calls() == []
        (question,) = told["held"]
        assert question["reason"] == "round_off"
        (invoice,) = told["documents"]
        sums = {"net": "250.20", "vat": "56.05", "round_off": "-0.25", "total": "306.00", "booked": False}
        assert invoice.items() >= sums.items()
        assert invoice["accounts"] == [
            {"account": 3001, "vat_rate": "25", "net": "200.20"},
            {"account": 3002, "vat_rate": "12", "net": "50.00"},
        ]
        await stage.send(order("SO-2", "order.invoiced", lines=[line("80.00")]))
        await stage.settle()
        again = await stage.act(DryRun(person="anna", id="in-1"))
        assert {one["result"] for one in again["commands"]} == {"unchanged"}
        assert again["documents"] == again["held"] == []
        wrong = await run_dry(stage, order("SO-3", "order.invoiced", total="1.00"))
        assert (wrong["state"], wrong["commands"], len(wrong["held"])) == ("held", [], 1)
        with pytest.raises(Misused, match="there is no source shopp; did you mean shop"):
            await run_dry(stage, b"{}", source="shopp")
        with pytest.raises(NotPossible, match="there is no delivery in-99"):
            await stage.act(DryRun(person="anna", id="in-99"))


@pytest.mark.asyncio
@pytest.mark.capability("000-41", "f87")
async def test_a_rule_in_shadow_mode_reports_and_sends_nothing_until_it_is_live(tmp_path: Path) -> None:
    """Two sales in shadow: sums and a question; then live: new ones are sent, and a replay sends an old one."""
    shadowed = CompanyPlan(sections='[companies.demo.rules.book_order]\nmode = "shadow"\n')
    async with scene(tmp_path, shadowed) as stage:
        with writes_leaving() as left:
            await stage.send(order("SO-1", "order.paid", lines=[line("80.00", quantity="3")]))
            await stage.send(order("SO-2", "order.paid", lines=[line("80.10")]))
            await stage.until("SELECT 1 FROM shadow WHERE state = 'told' AND inbox_id = 2")
            assert (left, stage.commands()) == ([], [])
        (entry,) = report(await stage.bridge.store.database.read(told(None, 0)), {"demo": "simulator"})
        assert entry.items() >= {"rule": "book_order", "events": 2, "waiting": 0, "gone": 0, "calls": 7}.items()
        assert entry["documents"] == [
            {"document": "invoice", "currency": "SEK", "count": 2, "total": "400.00"},
            {"document": "payment", "currency": "SEK", "count": 1, "total": "300.00"},
        ]
        assert entry["accounts"] == [{"account": 3001, "vat_rate": "25", "currency": "SEK", "net": "320.10"}]
        (held,) = entry["held"]
        assert (held["reason"], held["count"], held["first"]) == ("round_off", 1, 2)
        stage.plans = [CompanyPlan()]
        assert stage.bridge.reload(load_config(stage.write_configuration())) == []
        await stage.send(order("SO-3", "order.invoiced"))
        await stage.settle()
        assert [one["YourOrderNumber"] for one in (await stage.state())["invoices"]] == ["SO-3"]
        await stage.act(Replay(person="anna", id="in-1"))
        await stage.settle()
        assert [one["YourOrderNumber"] for one in (await stage.state())["invoices"]] == ["SO-3", "SO-1"]


@pytest.mark.properties
@pytest.mark.slow
@pytest.mark.capability("000-40", "f86")
@settings(max_examples=max(3, examples() // 100), deadline=None)
@given(
    module=st.sampled_from(("invoice", "order", "order+offer")),
    bodies=orders | refunded | others,
    proof=st.sampled_from(("empty", "looking")),
)
def test_the_calls_of_a_dry_run_are_the_calls_that_leave(module: str, bodies: list[Json], proof: str) -> None:
    """A few stages of an order by any module, refunds, a survey, a paid invoice: method, path, body of every write."""
    asyncio.run(both_ways(module, bodies, proof))
