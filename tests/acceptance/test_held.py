"""Questions to a person: grouped by what frees them, with the kronor behind each, and one answer for all that wait."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from daemon.noticing import TellHolds
from daemon.requests import AnswerQuestion
from daemon.settings_process import NoticeSettings
from store.acting import NotPossible
from tests.acceptance.person import asked
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.fakes import registers
from tests.fakes.senders import COMPANY, TIMESTAMP, Json, invoice_paid, line, order

ALMGREN: Json = {"name": "Almgren", "email": "almgren@example.com", "kind": "private", "country": "SE"}
EARLY = "2026-11-01T10:00:00.000Z"
BERGET: Json = {"name": "Berget", "email": "berget@example.com", "kind": "private", "country": "SE"}


async def _customers(stage: Scene, *buyers: Json) -> list[str]:
    """Cards that people made at Fortnox; their numbers."""
    numbered = [(str(number), buyer) for number, buyer in enumerate(buyers, start=101)]
    cards = [{"CustomerNumber": number, "Name": buyer["name"], "Email": buyer["email"]} for number, buyer in numbered]
    await stage.control("seed", {"customers": cards})
    return [number for number, _ in numbered]


async def _listed(stage: Scene) -> Json:
    shown: Json = json.loads((await asked(stage, "held", "--json")).stdout)
    return shown


async def _answer(stage: Scene, *words: str) -> Any:
    return json.loads((await asked(stage, "held", "answer", *words, "--json")).stdout)


@pytest.mark.asyncio
@pytest.mark.capability("f48")
@pytest.mark.capability("000-42")
async def test_one_answer_frees_every_sale_of_an_ambiguous_buyer(tmp_path: Path, log_lines: Lines) -> None:
    """Two buyers with two cards each, three sales: two questions, which survive a restart; the newest never wins."""
    async with scene(tmp_path, run=False) as stage:
        cards = await _customers(stage, ALMGREN, ALMGREN, BERGET, BERGET)
        async with stage.running():
            await stage.send(
                order("SO-1", buyer=ALMGREN),
                order("SO-2", buyer=ALMGREN, currency="EUR", currency_rate="11.40"),
                order("SO-3", buyer=BERGET, currency="EUR"),
            )
            await stage.until("SELECT 1 FROM asked WHERE waiting = 2")
            await stage.until("SELECT 1 FROM hold WHERE (SELECT count(*) FROM hold) = 3")
        async with stage.running():
            almgren, berget = (await _listed(stage))["questions"]
            assert (almgren["waiting"], almgren["sales"], almgren["kronor"]) == (2, 2, "15500.00")
            assert (berget["waiting"], berget["kronor"], berget["without_rate"]) == (1, "0.00", {"EUR": "1250.00"})
            for buyer in (ALMGREN, BERGET):
                assert not stage.rows("SELECT 1 FROM asked WHERE instr(key, ?)", buyer["email"])
            shown = (await asked(stage, "held", "show", almgren["id"])).stdout
            assert all(f"held answer {almgren['id']} customer:{number}" in shown for number in cards[:2])
            refused = await asked(stage, "held", "answer", almgren["id"], "perhaps")
            assert refused.exit_code == 2
            assert f"possible is customer:{cards[0]}, customer:{cards[1]}, another" in refused.stderr
            gone = await _answer(stage, almgren["id"], "customer:999", "--only", "out-1", "--wait", "0")
            assert [entry["id"] for entry in gone["skipped"]] == ["out-1"]
            words = await asked(
                stage, "held", "answer", almgren["id"], "customer:999", "--only", "out-1", "--wait", "0"
            )
            assert f"{almgren['id']}  not answered: customer:999" in words.stdout
            assert not stage.rows("SELECT 1 FROM action WHERE action = 'answer customer:999'")
            unknown = await asked(stage, "held", "show", "q-99")
            assert (unknown.exit_code, "there is no question q-99" in unknown.stderr) == (1, True)
            told = await _answer(stage, almgren["id"], f"customer:{cards[0]}")
            assert (told["skipped"], told["still"]) == ([], [])
            await stage.settle()
            made = (await stage.state())["invoices"]
            assert {invoice["CustomerNumber"] for invoice in made} == {cards[0]}
            assert [entry["id"] for entry in (await _listed(stage))["questions"]] == [berget["id"]]
            await _answer(stage, berget["id"], "another")
            await stage.settle()
            assert len((await stage.state())["customers"]) == 5
            assert len((await stage.state())["invoices"]) == 3
            assert "nothing waits for a person" in (await asked(stage, "held")).stdout
    said = b"".join(log_lines.raw).decode()
    assert ALMGREN["email"] not in said


@pytest.mark.asyncio
@pytest.mark.capability("f48")
@pytest.mark.capability("000-42")
async def test_an_answer_is_an_input_of_rules_and_is_remembered(tmp_path: Path) -> None:
    """A country for each sale, a day's rate for the company, a day of payment; a forgotten one is asked anew."""
    plan = CompanyPlan(sections='[companies.demo.vat]\nwithout_country = "hold"')
    nowhere = {name: value for name, value in COMPANY.items() if name != "country"}
    async with scene(tmp_path, plan) as stage:
        await stage.send(order("SO-1", buyer=nowhere), order("SO-2", buyer=nowhere))
        await stage.send(
            order("SO-3", currency="EUR", currency_rate="1"),
            order("SO-4", "order.paid", ordered_at=TIMESTAMP, paid_at=EARLY),
        )
        await stage.settle()
        country, rate, paid = (await _listed(stage))["questions"]
        assert [country["kronor"], rate["without_rate"], paid["sales"]] == ["2500.00", {"EUR": "1250.00"}, 1]
        with pytest.raises(NotPossible, match="in-9 does not wait for q-1"):
            await stage.act(AnswerQuestion(person="anna", id=country["id"], answer="domestic", only="in-9"))
        first = await _answer(stage, country["id"], "domestic", "--only", "in-1")
        assert [entry["id"] for entry in first["deliveries"]] == ["in-1"]
        assert (await _answer(stage, country["id"], "Domestic"))["still"] == []
        assert (await _answer(stage, rate["id"], "11,25"))["still"] == []
        early = await _answer(stage, paid["id"], "2026-01-01")
        assert [entry["id"] for entry in early["still"]] == ["in-4"]
        assert (await _answer(stage, early["still"][0]["asks"], "2026-11-14"))["still"] == []
        await stage.settle()
        made = (await stage.state())["invoices"]
        assert [(invoice["Currency"], str(invoice["CurrencyRate"])) for invoice in made][2] == ("EUR", "11.25")
        assert [payment["PaymentDate"] for payment in (await stage.state())["payments"]] == ["2026-11-14"]
        await stage.send(order("SO-5", currency="EUR", currency_rate="1"), order("SO-6", buyer=nowhere))
        await stage.settle()
        assert [entry["question"] for entry in (await _listed(stage))["questions"]] == [country["question"]]
        answers = json.loads((await asked(stage, "held", "answers", "--json")).stdout)
        assert {entry["sale"] for entry in answers if entry["key"] == "buyer_country"} == {"SO-1", "SO-2"}
        forgotten = json.loads((await asked(stage, "held", "forget", rate["id"], "--json")).stdout)
        assert forgotten["forgotten"] == ["11.25"]
        stage.simulator.companies[1001].currencies["EUR"].data["SellRate"] = Decimal(1)
        await stage.send(order("SO-7", currency="EUR", currency_rate="1"), order("SO-8", currency="EUR"))
        await stage.until(f"SELECT 1 FROM asked WHERE waiting = 2 AND id = {rate['id'][2:]}")
        both = await _answer(stage, rate["id"], "11.5")
        assert (both["still"], both["done"]) == ([], 3)
        assert {str(invoice["CurrencyRate"]) for invoice in (await stage.state())["invoices"][-2:]} == {"11.5"}


@pytest.mark.asyncio
@pytest.mark.capability("f78")
@pytest.mark.capability("000-42")
async def test_the_log_says_what_waits_once_and_again_after_a_while(tmp_path: Path, log_lines: Lines) -> None:
    """What must be put right elsewhere takes `again`; the log names question, sales and kronor, and nobody."""
    plan = CompanyPlan(sections='[companies.demo.articles]\npolicy = "match"')
    rows = [line(sku="K-100")]
    async with scene(tmp_path, plan) as stage:
        await stage.send(order("SO-1", lines=rows), order("SO-2", lines=rows))
        await stage.until("SELECT 1 FROM asked WHERE reason = 'article_missing' AND waiting = 2")
        tell = TellHolds(stage.bridge.store.database, stage.clock, lambda: NoticeSettings(repeat_hours=1))
        assert (await tell(), await tell()) == (1, 0)
        [told] = log_lines.named("hold.waiting")
        since = told.pop("since_s")
        assert since >= 0
        assert told == {
            "question": "q-1",
            "company": "demo",
            "reason": "article_missing",
            "waiting": 2,
            "sales": 2,
            "kronor": 2500.0,
        }
        again = TellHolds(stage.bridge.store.database, stage.clock, lambda: NoticeSettings(repeat_hours=1e-9))
        assert await again() == 1
        shown = json.loads((await asked(stage, "status", "--json")).stdout)
        assert shown["companies"][0]["questions"] == {"count": 1, "first": ["q-1"]}
        assert "waits for q-1: held show q-1" in (await asked(stage, "explain", "in-1")).stdout
        still = await _answer(stage, "q-1", "done")
        assert [(entry["state"], entry["asks"]) for entry in still["still"]] == [("held", "q-1")] * 2
        await stage.control("seed", {"articles": [{"ArticleNumber": "K-100", "Description": "Te"}]})
        assert (await _answer(stage, "q-1", "again"))["still"] == []
        await stage.settle()
        assert len((await stage.state())["invoices"]) == 2


@pytest.mark.asyncio
@pytest.mark.capability("f48")
async def test_words_that_settings_and_doubts_wait_for(tmp_path: Path) -> None:
    """A closed month is one question for all its sales; the same sale that came both ways is one sale, or another."""
    plan = CompanyPlan(sections='[companies.demo.bookkeeping]\nclosed_period = "ask"')
    closed = {"locked_until": date(2026, 11, 30), "financial_years": (2026, 2027)}
    async with scene(tmp_path, plan, simulator=closed) as stage:
        await stage.send(order("SO-1"), order("SO-2", buyer=ALMGREN, lines=[line("70.00")]))
        await stage.until("SELECT 1 FROM asked WHERE reason = 'period_closed' AND waiting = 2")
        assert (await _answer(stage, "q-1", "allow"))["still"] == []
        await stage.settle()
        assert {invoice["InvoiceDate"] for invoice in (await stage.state())["invoices"]} == {"2026-12-01"}
        await stage.send(invoice_paid("F-1"), source="web")
        await stage.until("SELECT 1 FROM asked WHERE reason = 'same_sale' AND waiting = 1")
        (same,) = (await _listed(stage))["questions"]
        assert (same["sales"], same["kronor"]) == (1, "1250.00")
        told = await _answer(stage, same["id"], "same")
        assert [entry["state"] for entry in told["commands"]] == ["discarded"]
        await stage.settle()
        assert len((await stage.state())["invoices"]) == 2


BOOKS, ARTICLES = "[companies.demo.bookkeeping]\n", "[companies.demo.articles]\n"


@pytest.mark.asyncio
@pytest.mark.capability("f48")
@pytest.mark.parametrize(
    ("before", "after", "body", "reason"),
    [
        (BOOKS, f"{BOOKS}round_off_account = 3740", order("SO-1", "order.paid", price="99.90"), "round_off"),
        (
            f'{ARTICLES}policy = "match"',
            f'{ARTICLES}policy = "create"',
            order("SO-1", lines=[line(sku="K-100")]),
            "article_missing",
        ),
        (
            f'{BOOKS}sales_accounts = {{ "25" = 3999 }}',
            f'{BOOKS}sales_accounts = {{ "25" = 3001 }}',
            order("SO-1"),
            "account_missing",
        ),
    ],
)
@pytest.mark.parametrize("words", [("held", "answer", "q-1", "again"), ("retry", "out-{held}")])
async def test_what_a_setting_frees_goes_on_once_it_is_set(
    tmp_path: Path, before: str, after: str, body: Json, reason: str, words: tuple[str, ...]
) -> None:
    """A command carries the settings that it was made with: trying it again gives it those of today."""
    swept = "register = true" if reason == "account_missing" else ""
    async with scene(tmp_path, CompanyPlan(sections=before, fortnox=swept), run=False) as stage:
        async with stage.running():
            if swept:
                await registers.sweep(stage.bridge)
            await stage.send(body)
            await stage.settle()
            [(held,)] = stage.rows("SELECT id FROM outbox WHERE state = 'held' AND reason = ?", reason)
        stage.plans = [CompanyPlan(sections=after, fortnox=swept)]
        async with stage.running():
            done = await asked(stage, *(word.format(held=held) for word in words))
            assert done.exit_code == 0, done.output
            await stage.settle()
            assert stage.rows("SELECT state FROM outbox WHERE state != 'done'") == []
            assert len((await stage.state())["invoices"]) == 1
