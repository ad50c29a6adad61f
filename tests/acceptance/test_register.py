"""The local copy of the register: what it saves, when it is not believed, and what it never does."""

from pathlib import Path

import pytest

from connectors.fortnox.target import FortnoxTarget
from daemon import screens
from daemon.explain import Explainer
from daemon.requests import LinkThing, Retry
from store import register
from store.acting import NotPossible
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.fakes import registers
from tests.fakes.senders import Json, line, order, survey

NUMBER = "559904-2032"
BUYER: Json = {"name": "Lagunda Kaffe & Te AB", "email": "inkop@example.com", "organisation_number": NUMBER}
OTHER = {"Name": "Annan AB", "OrganisationNumber": "556016-0680"}
KEPT = CompanyPlan(fortnox="register = true")
TRUSTED = CompanyPlan(fortnox="register = true\ntrust_register = true", push=True)


async def asked(stage: Scene, *bodies: Json) -> list[str]:
    """The calls that some orders cost: method and path without query."""
    before = len(await stage.calls())
    await stage.send(*bodies)
    await stage.settle()
    return [f"{call['method']} {call['path'].partition('?')[0]}" for call in (await stage.calls())[before:]]


LOOKED = ["GET /3/customers", "POST /3/customers", "POST /3/invoices"]


@pytest.mark.asyncio
@pytest.mark.capability("f57")
@pytest.mark.parametrize("form", ["hyphen", "digits"])
async def test_an_invoice_for_a_new_customer_costs_three_calls(tmp_path: Path, form: str) -> None:
    """The company's form of organisation numbers is known from its register, so that one look is enough."""
    stored = OTHER if form == "hyphen" else OTHER | {"OrganisationNumber": "5560160680"}
    async with scene(tmp_path, KEPT) as stage:
        await stage.control("seed", {"customers": [stored]})
        await registers.sweep(stage.bridge)
        assert await asked(stage, order("SO-1", buyer=BUYER)) == LOOKED
        card = (await stage.state())["customers"][1]
        assert card["OrganisationNumber"] == (NUMBER if form == "hyphen" else NUMBER.replace("-", ""))


@pytest.mark.asyncio
@pytest.mark.capability("f57")
async def test_with_trust_it_costs_two_and_three_again_where_the_copy_is_old_or_nobody_pushes(tmp_path: Path) -> None:
    """Counted at the simulator; the form of organisation numbers is a habit, which also an old copy tells."""
    alive = {"demo"}
    async with scene(tmp_path, TRUSTED, pushing=lambda name: name in alive) as stage:
        await stage.control("seed", {"customers": [OTHER]})
        await registers.sweep(stage.bridge)
        second = BUYER | {"organisation_number": "212000-0142", "email": "b@example.com"}
        third = BUYER | {"organisation_number": "202100-5489", "email": "c@example.com"}
        assert await asked(stage, order("SO-1", buyer=BUYER)) == LOOKED[1:]
        alive.clear()
        assert await asked(stage, order("SO-2", buyer=second)) == LOOKED
        alive.add("demo")
        await stage.bridge.store.database.write(
            lambda connection: connection.execute("UPDATE register_age SET swept_at = swept_at - 86400001")
        )
        assert await asked(stage, order("SO-3", buyer=third)) == LOOKED


@pytest.mark.asyncio
@pytest.mark.capability("f57", "004-11", "004-15")
async def test_a_customer_that_the_register_shows_costs_no_look(tmp_path: Path) -> None:
    """One call: the invoice; the copy must be fresh, and a doubt ends that until the next whole sweep."""
    async with scene(tmp_path, KEPT) as stage:
        await stage.control("seed", {"customers": [{"Name": "Lagunda", "OrganisationNumber": "5599042032"}, OTHER]})
        await registers.sweep(stage.bridge)
        assert await asked(stage, order("SO-1", buyer=BUYER)) == ["POST /3/invoices"]
        assert (await stage.state())["invoices"][0]["CustomerNumber"] == "1"
        job = register.doubt("demo", ["customers"], stage.bridge.clock.milliseconds())
        await stage.bridge.store.database.write(job)
        buyer = BUYER | {"organisation_number": OTHER["OrganisationNumber"], "email": "b@example.com"}
        assert await asked(stage, order("SO-2", buyer=buyer)) == [LOOKED[0], LOOKED[0], LOOKED[2]]


@pytest.mark.asyncio
async def test_the_same_customer_made_by_hand_a_moment_before_is_found_by_the_look(tmp_path: Path) -> None:
    """The copy does not know it yet, so it is not believed where a customer would be made."""
    async with scene(tmp_path, KEPT) as stage:
        await stage.control("seed", {"customers": [OTHER]})
        await registers.sweep(stage.bridge)
        await stage.control("seed", {"customers": [{"Name": "För hand", "OrganisationNumber": NUMBER}]})
        assert await asked(stage, order("SO-1", buyer=BUYER)) == [LOOKED[0], LOOKED[2]]
        assert len((await stage.state())["customers"]) == 2


@pytest.mark.asyncio
@pytest.mark.capability("004-12")
async def test_a_customer_that_is_gone_by_now_is_looked_for_anew(tmp_path: Path) -> None:
    """Fortnox refuses the invoice: the copy's word is forgotten, and nobody has to act."""
    async with scene(tmp_path, KEPT) as stage:
        await stage.control("seed", {"customers": [{"Name": "Lagunda", "OrganisationNumber": NUMBER}, OTHER]})
        await registers.sweep(stage.bridge)
        target = stage.bridge.targets["demo"]
        assert isinstance(target, FortnoxTarget)
        await target.client.carry("delete_customer", "1")
        calls = await asked(stage, order("SO-1", buyer=BUYER))
        assert calls == ["POST /3/invoices", "GET /3/customers/1", *LOOKED]
        assert [state for _, state, _ in stage.commands()] == ["done", "done"]
        (invoice,) = (await stage.state())["invoices"]
        assert invoice["CustomerNumber"] == "3"


@pytest.mark.asyncio
async def test_a_number_that_was_given_to_somebody_else_is_noticed_before_anything_more_is_done(tmp_path: Path) -> None:
    """Fortnox gives the number of a deleted last customer again: the invoice's answer shows another party's number."""
    async with scene(tmp_path, KEPT) as stage:
        await stage.control("seed", {"customers": [OTHER, {"Name": "Lagunda", "OrganisationNumber": NUMBER}]})
        await registers.sweep(stage.bridge)
        target = stage.bridge.targets["demo"]
        assert isinstance(target, FortnoxTarget)
        await target.client.carry("delete_customer", "2")
        somebody = {"Name": "Någon annan", "OrganisationNumber": "212000-0142"}
        card = await target.client.request("create_customer", body={"Customer": somebody})
        assert card["CustomerNumber"] == "2"
        assert await asked(stage, order("SO-1", buyer=BUYER)) == ["POST /3/invoices"]
        assert stage.commands()[-1] == ("ensure_invoice", "held", "question")
        ((question,),) = stage.rows("SELECT question FROM outbox WHERE state = 'held'")
        assert "OrganisationNumber: not the buyer's" in question
        assert "212000" not in question


@pytest.mark.asyncio
async def test_a_card_to_be_filled_that_is_gone_by_now_is_made_anew(tmp_path: Path) -> None:
    """A survey reads the card that the copy showed; nothing is parked either."""
    async with scene(tmp_path, KEPT) as stage:
        await stage.control("seed", {"customers": [{"Name": "Anna", "Email": "anna@example.com"}, OTHER]})
        await registers.sweep(stage.bridge)
        target = stage.bridge.targets["demo"]
        assert isinstance(target, FortnoxTarget)
        await target.client.carry("delete_customer", "1")
        await stage.send(survey("R-1", {"name": "Anna", "email": "anna@example.com"}), source="web")
        await stage.settle()
        assert {state for _, state, _ in stage.commands()} == {"done"}
        cards = (await stage.state())["customers"]
        assert [(card["CustomerNumber"], card["Email"]) for card in cards] == [("2", ""), ("3", "anna@example.com")]


@pytest.mark.asyncio
async def test_a_company_that_is_looking_keeps_its_proof(tmp_path: Path) -> None:
    """Trust saves no look before its initial load is accepted."""
    plan = CompanyPlan(fortnox=TRUSTED.fortnox, push=True, proof=None)
    async with scene(tmp_path, plan, pushing=lambda _: True) as stage:
        await stage.control("seed", {"customers": [OTHER]})
        await registers.sweep(stage.bridge)
        assert (await asked(stage, order("SO-1", buyer=BUYER)))[:2] == LOOKED[:2]


@pytest.mark.asyncio
@pytest.mark.parametrize("plan", [KEPT, TRUSTED])
async def test_after_an_unknown_end_there_are_always_the_looks(tmp_path: Path, plan: CompanyPlan) -> None:
    """The answer to the create is lost: it is found by our mark, and made once."""
    async with scene(tmp_path, plan, pushing=lambda _: True) as stage:
        await stage.control("seed", {"customers": [OTHER]})
        await registers.sweep(stage.bridge)
        stage.fault("answer_lost", method="POST", path="/3/customers", times=1)
        calls = await asked(stage, order("SO-1", buyer=BUYER))
        assert "GET /3/customers/2" in calls
        assert len((await stage.state())["customers"]) == 2
        assert [state for _, state, _ in stage.commands()] == ["done", "done"]


@pytest.mark.asyncio
@pytest.mark.capability("f57", "004-17")
async def test_an_article_that_the_register_shows_is_not_read(tmp_path: Path) -> None:
    """Its row of the list is enough where the source states the VAT; one that is not active is read all the same."""
    plan = CompanyPlan(fortnox=KEPT.fortnox, sections='[companies.demo.articles]\npolicy = "match"')
    async with scene(tmp_path, plan) as stage:
        articles = [{"ArticleNumber": f"K-{n}", "Description": "Kaffe", "Active": n < 3} for n in (1, 2, 3)]
        await stage.control("seed", {"articles": articles, "customers": [OTHER]})
        await registers.sweep(stage.bridge)
        buyer = BUYER | {"organisation_number": OTHER["OrganisationNumber"]}
        assert await asked(stage, order("SO-1", buyer=buyer, lines=[line(sku="K-1")])) == ["POST /3/invoices"]
        calls = await asked(stage, order("SO-2", buyer=buyer, lines=[line(sku="K-3")]))
        assert calls == ["GET /3/articles/K-3"]
        assert ("ensure_article", "held", "article_inactive") in stage.commands()


async def doubled(stage: Scene) -> int:
    """Somebody makes a customer by hand a moment before our order, and its event comes after; the event's row."""
    await stage.control("seed", {"customers": [OTHER]})
    await registers.sweep(stage.bridge)
    by_hand = {"CustomerNumber": "900", "Name": "För hand", "OrganisationNumber": NUMBER.replace("-", "")}
    await stage.control("seed", {"customers": [by_hand]})
    assert await asked(stage, order("SO-1", buyer=BUYER)) == LOOKED[1:]
    row = await registers.news(stage.bridge, "customers", [by_hand | {"Active": True}])
    assert await asked(stage, order("SO-2", buyer=BUYER)) == []
    assert stage.commands()[-1] == ("ensure_invoice", "held", "customer_doubled")
    return row


@pytest.mark.asyncio
async def test_a_double_is_noticed_and_its_further_documents_are_held(tmp_path: Path, log_lines: Lines) -> None:
    """Told by the log, by status and by explain; a person says that ours is right, and nothing is asked again."""
    async with scene(tmp_path, TRUSTED, pushing=lambda _: True) as stage:
        row = await doubled(stage)
        read = stage.bridge.store.database.read
        shown = await screens.status(read, stage.bridge.config, None, stage.bridge.clock.milliseconds())
        told: Json = {"customer": "2", "other": "900", "delivery": f"in-{row}"}
        assert shown["companies"][0]["doubled"] == [told]
        assert screens.in_trouble(shown)
        (line,) = log_lines.named("party.doubled")
        assert (line["customer"], line["other"], line["inbox_id"]) == ("2", "900", row)
        (story,) = await Explainer(read, kinds={}, unseal=None).stories(f"in-{row}")
        assert [(double["customer"], double["other"]) for double in story["doubles"]] == [("2", "900")]
        await stage.act(Retry(person="anna", id="out-4", absent=True))
        await stage.settle()
        assert [invoice["CustomerNumber"] for invoice in (await stage.state())["invoices"]] == ["2", "2"]
        await registers.sweep(stage.bridge)
        assert await asked(stage, order("SO-3", buyer=BUYER)) == ["POST /3/invoices"]


@pytest.mark.asyncio
async def test_a_person_names_the_other_customer_as_the_right_one(tmp_path: Path) -> None:
    """Held documents and later ones are for it; one that does not exist is refused."""
    async with scene(tmp_path, TRUSTED, pushing=lambda _: True) as stage:
        await doubled(stage)
        with pytest.raises(NotPossible, match="no customer 77"):
            await stage.act(LinkThing(person="anna", id="out-4", kind="customer", number="77"))
        await stage.act(LinkThing(person="anna", id="out-4", kind="customer", number="900"))
        await stage.settle()
        assert await asked(stage, order("SO-3", buyer=BUYER)) == ["POST /3/invoices"]
        assert [invoice["CustomerNumber"] for invoice in (await stage.state())["invoices"]] == ["2", "900", "900"]


@pytest.mark.asyncio
async def test_a_double_that_is_gone_or_inactive_holds_nobody(tmp_path: Path) -> None:
    """What was held goes on by itself."""
    async with scene(tmp_path, TRUSTED, pushing=lambda _: True) as stage:
        await doubled(stage)
        await registers.news(stage.bridge, "customers", [{"CustomerNumber": "900", "Active": False}])
        await stage.until("SELECT 1 FROM outbox WHERE id = 4 AND state = 'done'")
        assert [invoice["CustomerNumber"] for invoice in (await stage.state())["invoices"]] == ["2", "2"]


@pytest.mark.asyncio
async def test_a_double_that_is_told_of_while_our_own_call_is_under_way_is_noticed_too(tmp_path: Path) -> None:
    """Its event comes before our customer is linked: the link finds it."""
    async with scene(tmp_path, TRUSTED, pushing=lambda _: True) as stage:
        await stage.control("seed", {"customers": [OTHER]})
        await registers.sweep(stage.bridge)
        stage.fault("delay", method="POST", path="/3/customers", seconds=0.5, times=1)
        before = len(await stage.calls())
        await stage.send(order("SO-1", buyer=BUYER))
        await stage.until("SELECT 1 FROM attempt WHERE end = 'in_flight'")
        by_hand = {"CustomerNumber": "900", "OrganisationNumber": NUMBER, "Active": True}
        await registers.news(stage.bridge, "customers", [by_hand])
        await stage.settle()
        assert len(await stage.calls()) == before + 1
        assert stage.commands()[-1] == ("ensure_invoice", "held", "customer_doubled")


@pytest.mark.asyncio
@pytest.mark.capability("f36")
async def test_a_document_that_names_an_inactive_account_is_held_until_it_is_active(tmp_path: Path) -> None:
    """Nothing was written; after the remedy the person's retry goes through, though the copy is still the old one."""
    async with scene(tmp_path, KEPT) as stage:
        target = stage.bridge.targets["demo"]
        assert isinstance(target, FortnoxTarget)
        await stage.control("seed", {"customers": [OTHER]})
        await target.client.carry("update_account", "3001", body={"Active": False})
        await registers.sweep(stage.bridge)
        buyer = BUYER | {"organisation_number": OTHER["OrganisationNumber"]}
        today = f"{stage.bridge.clock.now():%Y-%m-%d}T10:15:00.000Z"
        assert await asked(stage, order("SO-1", buyer=buyer, timestamp=today)) == ["GET /3/accounts/3001"]
        assert stage.commands()[-1] == ("ensure_invoice", "held", "account_inactive")
        await target.client.carry("update_account", "3001", body={"Active": True})
        await stage.act(Retry(person="anna", id="out-2"))
        await stage.settle()
        assert len((await stage.state())["invoices"]) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f57", "f67")
async def test_by_the_real_stream_two_calls_a_double_noticed_and_three_calls_without_it(tmp_path: Path) -> None:
    """Swept at the start, told by push: nothing of it is put in by hand, but for the moment of the double's event."""
    async with scene(tmp_path, TRUSTED, run=False) as stage:
        await stage.control("seed", {"customers": [OTHER]})
        async with stage.running():
            (stream,) = stage.bridge.pushings
            stream.app.state.quiet_seconds = 0.1
            await stage.until(lambda: stream.app.state.current("demo"))
            # Prices, of which no event tells, are swept last: their calls are not the sale's.
            await stage.bridge.readings["fortnox:demo"].poll()
            by_hand = {"CustomerNumber": "900", "Name": "För hand", "OrganisationNumber": NUMBER}
            await stage.control("seed", {"customers": [by_hand]})
            assert await asked(stage, order("SO-1", buyer=BUYER)) == LOOKED[1:]
            event = {"topic": "customers", "type": "customer-created-v1", "entityId": "900"}
            await stage.control("events", {"do": "make", "company": 1001, **event})
            await stage.until("SELECT 1 FROM doubled_party WHERE number = '2' AND other = '900'")
            await stage.send(order("SO-2", buyer=BUYER))
            await stage.until("SELECT 1 FROM outbox WHERE state = 'held' AND reason = 'customer_doubled'")
            stream.stop()
            await stage.until(lambda: not stream.app.state.current("demo"))
            another = BUYER | {"organisation_number": "212000-0142", "email": "b@example.com"}
            assert await asked(stage, order("SO-3", buyer=another)) == LOOKED
