"""The command ``register``: how old each copy is, whether it is trusted and why not, doubles, and reading anew."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.fortnox.register_entries import REGISTERED
from tests.acceptance.person import asked
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes import registers
from tests.fakes.senders import Json, order

TWICE = [{"Name": name, "OrganisationNumber": "5599042032", "Email": "inkop@example.com"} for name in ("Ett", "Två")]
KEPT = CompanyPlan(fortnox="register = true")


async def shown(stage: Scene, *words: str) -> tuple[int, Json]:
    """The exit code, and the first company that is shown."""
    ended = await asked(stage, "register", *words, "--json")
    return ended.exit_code, json.loads(ended.stdout)[0]


@pytest.mark.asyncio
@pytest.mark.capability("f57")
async def test_it_shows_each_copy_with_its_age_and_reads_anew_when_asked(tmp_path: Path) -> None:
    """A doubt is on disk until the sweep that follows has ended; what is not fresh is exit 1."""
    async with scene(tmp_path, KEPT) as stage:
        await stage.control("seed", {"customers": TWICE})
        await registers.sweep(stage.bridge)
        code, company = await shown(stage)
        assert code == 0
        assert {row["register"]: row["fresh"] for row in company["registers"]} == dict.fromkeys(REGISTERED, True)
        assert company["registers"][0]["objects"] == 2
        assert company["organisation_numbers"] == "digits"
        assert company["trust"] == {"wished": False, "trusted": False, "why_not": "off"}
        text = (await asked(stage, "register", "demo")).stdout
        assert "company demo SIMULATOR: not trusted (trust_register is off); organisation numbers: digits" in text
        await stage.control("seed", {"customers": [{"Name": "Tre"}]})
        answer = await asked(stage, "register", "refresh", "demo")
        assert answer.stdout == f"company demo: {len(REGISTERED)} registers are read whole now\n"
        await stage.until("SELECT 1 FROM register WHERE resource = 'customers' AND number = '3'")
        await stage.until(lambda: not stage.rows("SELECT 1 FROM register_age WHERE doubted_at IS NOT NULL"))
        assert (await shown(stage))[0] == 0


@pytest.mark.asyncio
@pytest.mark.capability("f54")
async def test_customers_that_are_there_twice_are_told_by_their_numbers(tmp_path: Path) -> None:
    """By which key, without a call and without a name; exit 1 where there are any."""
    async with scene(tmp_path, KEPT) as stage:
        await stage.control("seed", {"customers": [*TWICE, {"Name": "Tre", "Email": "annan@example.com"}]})
        await registers.sweep(stage.bridge)
        before = len(await stage.calls())
        code, company = await shown(stage, "demo", "--duplicates")
        assert code == 1
        assert [(entry["key"], entry["numbers"]) for entry in company["duplicates"]] == [
            ("email", ["1", "2"]),
            ("organisation_number", ["1", "2"]),
        ]
        text = (await asked(stage, "register", "--duplicates")).stdout
        assert "company demo: customers 1, 2 have the same organisation number\n" in text
        assert "example.com" not in text
        assert len(await stage.calls()) == before


@pytest.mark.asyncio
async def test_without_a_daemon_it_says_so_and_what_was_asked_for_waits(tmp_path: Path) -> None:
    """The next start begins with the sweep; a company without a register, and an unknown one, are told apart."""
    trusting = replace(KEPT, fortnox="register = true\ntrust_register = true", push=True)
    none = CompanyPlan("none", 1002, sources=())
    async with scene(tmp_path, trusting, none, run=False) as stage:
        async with stage.running():
            await registers.sweep(stage.bridge)
        code, company = await shown(stage, "demo")
        assert (code, company["trust"]["why_not"]) == (0, "no_daemon")
        answer = await asked(stage, "register", "refresh", "demo")
        assert "are read whole when the daemon starts" in answer.stdout
        code, company = await shown(stage, "demo")
        assert (code, company["trust"]["why_not"]) == (1, "not_fresh")
        assert "in doubt" in (await asked(stage, "register", "demo")).stdout
        assert "keeps no register" in (await asked(stage, "register", "none")).stdout
        refused = await asked(stage, "register", "refresh", "none")
        assert (refused.exit_code, refused.stderr) == (
            2,
            "fortnox-bridge: company none keeps no register: set `register = true`\n",
        )
        assert "there is no company dem" in (await asked(stage, "register", "dem")).stderr


@pytest.mark.asyncio
async def test_pages_of_registers_are_listed_where_somebody_asks_for_them(tmp_path: Path) -> None:
    """Else they would crowd out what senders told; what waits for a person is always listed."""
    async with scene(tmp_path, KEPT) as stage:
        await registers.sweep(stage.bridge)
        await stage.send(order("SO-1"))
        await stage.settle()
        told = json.loads((await asked(stage, "inbox", "--json")).stdout)
        assert [row["source"] for row in told] == ["shop"]
        pages = json.loads((await asked(stage, "inbox", "--source", "fortnox:demo", "--json")).stdout)
        assert {row["reason"] for row in pages} == {"register_page"}
        await stage.bridge.store.database.write(
            lambda connection: connection.execute("UPDATE inbox SET state = 'parked' WHERE source = 'fortnox:demo'")
        )
        assert len(json.loads((await asked(stage, "inbox", "--json")).stdout)) == len(pages) + 1
        wrong = await asked(stage, "inbox", "--source", "shp")
        assert (wrong.exit_code, wrong.stderr) == (2, "fortnox-bridge: there is no source shp; did you mean shop?\n")
