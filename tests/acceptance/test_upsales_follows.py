"""Upsales follows Fortnox: customers, articles and documents that people change there, told once."""

import json
from pathlib import Path

import pytest

from tests.acceptance.person import asked as told
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.acceptance.test_following import UNHEARD, asked, by_hand, swept
from tests.acceptance.test_upsales import COMPANY as NAME
from tests.acceptance.test_upsales import KEY, MAIL, SECTION, TOKEN, sale
from tests.connectors.upsales.bodies import account
from tests.fakes.crm import followed_by
from tests.stand_ins import upsales
from tests.stand_ins.serving import serving

BACK = """customer_number_field = 8
[sources.crm.write_back]
invoice_number_field = 33
stages = true
companies = "all"
products = true
price_list = "A"
"""

EMAIL_FIELD = 9
INVOICED = "SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done' AND lane = 'crm:order:{}'"


@pytest.mark.asyncio
@pytest.mark.capability("004-08", "004-10", "004-12", "004-15", "004-16", "004-17")
async def test_companies_products_and_stages_follow_what_people_do_in_fortnox(tmp_path: Path) -> None:
    """A change, a new customer, an article with its price, a cancelled invoice, a deleted customer: each one write."""
    state = upsales.State(token=TOKEN, authentication_key=KEY)
    state.put("accounts", account(name=NAME))
    async with serving(upsales.application(state)) as url:
        more = SECTION.format(key=KEY, token=TOKEN, url=url, base=upsales.BASE) + BACK
        plan = followed_by("")
        plan = CompanyPlan(sources=(), fortnox=plan.fortnox)
        async with scene(tmp_path, plan, more=more) as stage:
            await stage.control("seed", {"articles": [{"ArticleNumber": "K-1", "Description": "Kaffe"}]})
            await swept(stage)
            await swept(stage)
            assert state.writes == []
            state.put("orders", sale(4711))
            await stage.until(
                "SELECT 1 FROM outbox WHERE kind = 'set_sender_fields' AND state = 'done' LIMIT 1 OFFSET 1"
            )
            await stage.settle()
            await swept(stage)
            before = len(state.writes)
            assert before == 2
            await by_hand(stage, "update_customer", "1", body={"Phone1": "0500-2"})
            await by_hand(stage, "update_article", "K-1", body={"Description": "Kaffe, mald"})
            price = {"ArticleNumber": "K-1", "PriceList": "A", "FromQuantity": 0, "Price": 12}
            await by_hand(stage, "create_price", body=price)
            await stage.control("seed", {"customers": [{"Name": "Ny kund AB", "City": "Skövde"}]})
            await swept(stage)
            assert state.records["accounts"]["318"]["phone"] == "0500-2"
            new = [one for one in state.records["accounts"].values() if one["name"] == "Ny kund AB"]
            assert [[entry["value"] for entry in one["custom"]] for one in new] == [["2"]]
            [product] = state.records["products"].values()
            assert (product["articleNo"], product["name"], product["listPrice"]) == ("K-1", "Kaffe, mald", 12)
            await by_hand(stage, "cancel_invoice", "1")
            await asked(stage)
            assert state.records["orders"]["4711"]["stage"]["id"] == 7
            await by_hand(stage, "delete_customer", "2")
            await swept(stage)
            assert new[0]["custom"] == []
            writes = len(state.writes)
            await swept(stage)
            await asked(stage)
            assert len(state.writes) == writes


@pytest.mark.asyncio
@pytest.mark.capability("004-11", "004-17")
async def test_the_first_import_tells_everything_once_and_overwrites_nothing(tmp_path: Path) -> None:
    """What is there already gets its number alone; what is not is made; a second run, or a sweep, does nothing more."""
    state = upsales.State(token=TOKEN, authentication_key=KEY)
    state.put("accounts", account(name=NAME, phone="08-1"))
    here = {"Name": NAME, "OrganisationNumber": "559902-1085", "Phone1": "0500-9"}
    seeded = {
        "customers": [here, {"Name": "Ny kund AB", "City": "Skövde"}],
        "articles": [{"ArticleNumber": "K-1", "Description": "Kaffe", "SalesPrice": 12}],
    }
    async with serving(upsales.application(state)) as url:
        more = SECTION.format(key=KEY, token=TOKEN, url=url, base=upsales.BASE) + BACK
        plan = CompanyPlan(sources=(), fortnox=followed_by("").fortnox)
        async with scene(tmp_path, plan, more=more, run=False) as stage:
            await stage.control("seed", seeded)
            stage.write_configuration()
            early = await told(stage, "register", "tell", "demo")
            assert (early.exit_code, "not read whole yet" in early.stderr) == (2, True)
            async with stage.running():
                await introduced(stage, state)


async def introduced(stage: Scene, state: upsales.State) -> None:
    """The copy is whole, and a person has it told."""
    await swept(stage)
    counted = await told(stage, "register", "tell", "demo")
    assert "1 articles, 2 customers, 1 prices for crm\nnothing was told: add --yes" in counted.output
    assert state.writes == []
    begun = json.loads((await told(stage, "register", "tell", "demo", "--yes", "--json")).stdout)
    assert begun["introduced"]["deliveries"] == 4
    await stage.until(lambda: not stage.rows(UNHEARD))
    await stage.settle()
    known, new = (state.records["accounts"][number] for number in sorted(state.records["accounts"]))
    assert (known["phone"], [entry["value"] for entry in known["custom"]]) == ("08-1", ["1"])
    assert (new["name"], [entry["value"] for entry in new["custom"]]) == ("Ny kund AB", ["2"])
    [product] = state.records["products"].values()
    assert (product["articleNo"], product["name"], product["listPrice"]) == ("K-1", "Kaffe", 12)
    assert {row[0] for row in stage.rows("SELECT priority FROM outbox")} == {5}
    writes = len(state.writes)
    again = json.loads((await told(stage, "register", "tell", "demo", "--yes", "--json")).stdout)
    assert again["introduced"]["deliveries"] == 0
    await swept(stage)
    assert len(state.writes) == writes


OWNERS = """update = "overwrite"
owners = { phone = "fortnox", email = "source" }
"""


@pytest.mark.asyncio
@pytest.mark.capability("000-15", "f69")
async def test_a_field_that_changes_on_both_sides_ends_as_its_owner_says(tmp_path: Path) -> None:
    """The telephone is Fortnox's: told to Upsales, and kept from its sales. The e-mail address is Upsales' own."""
    state = upsales.State(token=TOKEN, authentication_key=KEY)

    def changed(phone: str, email: str) -> None:
        custom = [{"fieldId": EMAIL_FIELD, "value": email}]
        state.put("accounts", account(name=NAME, phone=phone, custom=custom))

    def shown() -> tuple[str, list[str]]:
        kept = state.records["accounts"]["318"]
        return kept["phone"], [entry["value"] for entry in kept["custom"] if entry["fieldId"] == EMAIL_FIELD]

    changed("08-1", MAIL)
    async with serving(upsales.application(state)) as url:
        more = (
            SECTION.format(key=KEY, token=TOKEN, url=url, base=upsales.BASE) + f"email_field = {EMAIL_FIELD}\n" + BACK
        )
        sections = f"[companies.demo.customers]\n{OWNERS}"
        plan = CompanyPlan(sources=(), fortnox=followed_by("").fortnox, sections=sections)
        async with scene(tmp_path, plan, more=more) as stage:
            state.put("orders", sale(4711))
            await stage.until(INVOICED.format(4711))
            await stage.settle()
            await swept(stage)
            await by_hand(stage, "update_customer", "1", body={"Phone1": "0500-2", "Email": f"ekonomi.{MAIL}"})
            await swept(stage)
            assert shown() == ("0500-2", [MAIL])
            changed("08-9", f"order.{MAIL}")
            state.put("orders", sale(4712))
            assert await upsales.send_callback(state, f"{stage.bridge.url}/hooks/crm", "orderinsert", sale(4712)) == 200
            await stage.until(INVOICED.format(4712))
            await stage.settle()
            (card,) = (await stage.state())["customers"]
            assert (card["Phone1"], card["Email"]) == ("0500-2", f"order.{MAIL}")
            await swept(stage)
            assert shown() == ("08-9", [f"order.{MAIL}"])
