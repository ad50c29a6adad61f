"""The commands beside a stopped daemon: what a new configuration would change, a dry run of a file, shadow's report."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from daemon.cli import main
from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import line, order

SHADOW = '[companies.demo.rules.book_order]\nmode = "shadow"\n'
SECTIONS = '[companies.demo.bookkeeping]\nsales_accounts = { "25" = 3001, "12" = 3002 }\npayment_mode = "BG"\n'


def stood(folder: Path, *bodies: Any, more: str = "") -> Path:
    """A daemon took these bodies and has stopped; the configuration that it ran with."""

    async def run() -> None:
        other = CompanyPlan(name="other", tenant=1002, sources=("till",))
        async with scene(folder, CompanyPlan(sections=SECTIONS + more), other) as stage:
            await stage.send(*bodies)
            await stage.settle()
            if more:
                await stage.until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM shadow WHERE state = 'waiting')")

    asyncio.run(run())
    return folder / "config.toml"


def ran(config: Path, *arguments: str) -> Result:
    """One command of the terminal."""
    return CliRunner().invoke(main, [*arguments, "--config", str(config)])


@pytest.mark.capability("f85")
def test_a_new_configuration_is_held_against_what_came_lately(tmp_path: Path) -> None:
    """Another account, and a rate without one: which deliveries, which fields, which sums; nothing is kept of it."""
    wood, food = line("100.00", quantity="3"), line("50.00", vat="12")
    config = stood(tmp_path, order("SO-1", "order.paid", lines=[wood]), order("SO-2", "order.invoiced", lines=[food]))
    new = tmp_path / "new" / "config.toml"
    new.parent.mkdir()
    text = config.read_text(encoding="utf-8")
    new.write_text(text.replace('"12" = 3002', '"6" = 3003').replace("3001", "3041"), encoding="utf-8")
    answer = ran(config, "diff-config", str(new), "--json")
    assert answer.exit_code == 1, answer.output
    told = json.loads(answer.stdout)
    first, second = told["events"]
    assert [one["before"]["state"] + ">" + one["after"]["state"] for one in (first, second)] == [
        "handled>handled",
        "handled>held",
    ]
    (changed,) = first["commands"]
    assert changed["fields"] == [{"field": "rows.1.account", "before": 3001, "after": 3041}]
    assert "its VAT rate of 12 % has no account" in second["after"]["question"]
    assert {one["change"] for one in second["commands"]} == {"gone"}
    assert told["summary"] == {
        "events": 2,
        "different": 2,
        "stopped": {"before": 0, "after": 1},
        "documents": [{"document": "invoice", "before": 2, "after": 1}],
        "totals": [{"currency": "SEK", "before": "431.00", "after": "375.00"}],
        "accounts": [
            {"account": 3001, "vat_rate": "25", "currency": "SEK", "before": "300.00", "after": "0.00"},
            {"account": 3002, "vat_rate": "12", "currency": "SEK", "before": "50.00", "after": "0.00"},
            {"account": 3041, "vat_rate": "25", "currency": "SEK", "before": "0.00", "after": "300.00"},
        ],
    }
    assert list(new.parent.iterdir()) == [new], "its generated secrets are not made"
    shown = ran(config, "diff-config", str(new))
    assert "rows.1.account: 3001 -> 3041" in shown.stdout
    assert "state: handled -> held" in shown.stdout
    assert ran(config, "diff-config", str(config)).exit_code == 0
    new.write_text(text.replace("payment_mode", "payment_mood"), encoding="utf-8")
    faulty = ran(config, "diff-config", str(new))
    assert (faulty.exit_code, "payment_mood" in faulty.stderr) == (2, True)


@pytest.mark.capability("000-40", "000-41", "003-10", "f86", "f87")
def test_dry_run_and_shadow_at_the_terminal(tmp_path: Path) -> None:
    """Both tell calls, accounts, sums and questions, without a daemon and without asking anybody."""
    config = stood(tmp_path, order("SO-1", "order.paid", lines=[line("80.10")]), more=SHADOW)
    body = tmp_path / "body.json"
    body.write_text(json.dumps(order("SO-2", "order.paid", lines=[line("80.10")])), encoding="utf-8")
    dry = ran(config, "dry-run", str(body), "--source", "shop", "--offline")
    assert dry.exit_code == 1, dry.output
    for said in (
        "POST /3/invoices\n",
        "account 3001  VAT 25 %  net 80.10",
        "VAT 20.03, rounding -0.13, total 100.00 SEK",
        "HELD: round_off",
        "(not asked: offline)",
        "nothing was stored",
    ):
        assert said in dry.stdout, dry.stdout
    stored = json.loads(ran(config, "dry-run", "in-1", "--offline", "--json").stdout)
    assert (stored["id"], stored["state"], len(stored["held"])) == ("in-1", "handled", 1)
    shown = ran(config, "shadow")
    assert shown.exit_code == 1
    for said in ("book_order: events 1", "account 3001  VAT 25 %  net 80.10 SEK", "would ask once (round_off)"):
        assert said in shown.stdout, shown.stdout
    assert json.loads(ran(config, "shadow", "demo", "--json").stdout)[0]["vat"] == [{"currency": "SEK", "vat": "20.03"}]
    sample = json.loads(ran(config, "dry-run", "--sample", "--source", "shop", "--offline", "--json").stdout)
    (test_invoice,) = [one for one in sample["documents"] if one["document"].startswith("invoice:")]
    assert (sample["number"], test_invoice["total"], sample["held"]) == ("TEST-1", "250.00", [])
    for company, said in (("demi", "there is no company demi; did you mean demo?"), ("other", "shop does not send to")):
        refused = ran(config, "dry-run", str(body), "--source", "shop", "--company", company)
        assert (refused.exit_code, said in refused.stderr) == (2, True), refused.stderr
    unnamed = ran(config, "dry-run", str(body))
    assert (unnamed.exit_code, "say its --source" in unnamed.stderr) == (2, True)
