"""VIES before a reverse charge: a valid number goes on with the answer kept as evidence, an invalid one is held."""

import json
from pathlib import Path

import pytest

from daemon.explain import Explainer
from daemon.requests import Retry
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import Json, line, order
from tests.stand_ins.vies import ASKED, vies

NUMBER = "DE136695976"
GERMAN: Json = {"external_id": "C-1", "name": "Nordhafen GmbH", "vat_number": NUMBER, "country": "DE"}


def plan(url: str) -> CompanyPlan:
    """A company that has VAT numbers checked, asking under its own."""
    return CompanyPlan(
        sections="[companies.demo.vat]\nreverse_charge_account = 3108\n"
        f'[companies.demo.vies]\ncheck = true\nbase_url = "{url}"\nrequester = "SE559904203201"'
    )


def sold(number: str) -> Json:
    """1,000.00 without VAT to the German."""
    return order(number, buyer=GERMAN, lines=[line(vat="0")])


def kept(stage: Scene) -> list[Json]:
    """The answers that lie on disk."""
    rows = stage.rows("SELECT number, fields FROM register WHERE resource = 'vat_numbers'")
    return [{"number": number, **json.loads(fields)} for number, fields in rows]


@pytest.mark.asyncio
@pytest.mark.capability("f34")
async def test_a_valid_number_goes_on_and_the_answer_is_kept(tmp_path: Path) -> None:
    """With the consultation number, and no name or address; two sales of one day are one question."""
    async with vies(**{NUMBER: "VALID"}) as stand_in, scene(tmp_path, plan(stand_in.url)) as stage:
        await stage.send(sold("SO-1"))
        await stage.settle()
        await stage.send(sold("SO-2"))
        await stage.settle()
        assert len((await stage.state())["invoices"]) == 2
        assert stand_in.asked == [(NUMBER, "SE559904203201")]
        (answer,) = kept(stage)
        assert {name: answer[name] for name in ("number", "valid", "asked", "consultation")} == {
            "number": NUMBER,
            "valid": True,
            "asked": ASKED,
            "consultation": "WAPI1",
        }
        assert "NORDHAFEN" not in json.dumps(answer)
        explainer = Explainer(stage.bridge.store.database.read, kinds={"demo": "simulator"}, unseal=None)
        (story,) = await explainer.stories("in-2")
        (told,) = [told for told in story["commands"] if told["command"] == "ensure_invoice"]
        assert told["read_before"]["vies"] == {"valid": True, "asked": ASKED, "consultation": "WAPI1"}


@pytest.mark.asyncio
@pytest.mark.capability("f34")
async def test_an_invalid_number_is_held_and_asked_about_anew(tmp_path: Path) -> None:
    """No invoice without VAT is made for it; it may be registered by the time that a person sends it again."""
    async with vies() as stand_in, scene(tmp_path, plan(stand_in.url)) as stage:
        await stage.send(sold("SO-1"))
        await stage.settle()
        [(number, reason, question)] = stage.rows("SELECT id, reason, question FROM outbox WHERE state = 'held'")
        assert reason == "vat_number_invalid"
        assert NUMBER not in question
        assert (await stage.state())["invoices"] == []
        stand_in.says[NUMBER] = "VALID"
        await stage.act(Retry(person="anna", id=f"out-{number}"))
        await stage.settle()
        assert len((await stage.state())["invoices"]) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f34")
@pytest.mark.parametrize("word", ["MS_UNAVAILABLE", "BROKEN"])
async def test_a_silent_vies_is_asked_again_and_is_no_outage_of_fortnox(tmp_path: Path, word: str) -> None:
    """Nothing is made meanwhile for these buyers, and everything for the others."""
    async with vies(**{NUMBER: word}) as stand_in, scene(tmp_path, plan(stand_in.url)) as stage:
        await stage.send(sold("SO-1"), sold("SO-2"), sold("SO-3"))
        await stage.until(lambda: len(stand_in.asked) >= 6)
        assert stage.rows("SELECT 1 FROM outbox WHERE state = 'parked'") == []
        await stage.send(order("SO-4"))
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        assert [invoice["YourOrderNumber"] for invoice in (await stage.state())["invoices"]] == ["SO-4"]
        assert stage.rows("SELECT DISTINCT reason FROM outbox WHERE state = 'ready'") == [("vies_silent",)]
        stand_in.says[NUMBER] = "VALID"
        await stage.settle()
        assert len((await stage.state())["invoices"]) == 4
