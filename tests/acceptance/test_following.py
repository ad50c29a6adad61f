"""What people change in Fortnox is told to the senders that take it back, and what we write there is told to nobody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.fortnox.target import FortnoxTarget
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes import registers
from tests.fakes.crm import followed_by, selling
from tests.fakes.senders import Json, order

NUMBER = "559904-2032"
BUYER: Json = {"external_id": "C-1", "name": "Lagunda Kaffe & Te AB", "organisation_number": NUMBER}
OTHER = {"Name": "Annan AB", "OrganisationNumber": "556016-0680", "Phone1": "0500-1", "City": "Skara"}
MAIL = "inkop@example.com"
EVERYTHING = 'parties = "all"\narticles = true\nprice_list = "A"\nparty = "account"\nstages = true\n'
UNHEARD = "SELECT 1 FROM inbox WHERE state IN ('waiting', 'reading')"


@asynccontextmanager
async def begun(folder: Path, plan: CompanyPlan, seeded: Json) -> AsyncIterator[Scene]:
    """A company in which something stands before the daemon looks at it for the first time."""
    async with scene(folder, plan, run=False) as stage:
        await stage.control("seed", seeded)
        async with stage.running():
            yield stage


async def by_hand(stage: Scene, operation: str, *keys: str, body: Json | None = None) -> None:
    """Somebody does it in Fortnox."""
    target = stage.bridge.targets["demo"]
    assert isinstance(target, FortnoxTarget)
    await target.client.carry(operation, *keys, body=body)


async def swept(stage: Scene) -> None:
    """All registers are read whole, and everything that follows from that has come to rest."""
    await registers.sweep(stage.bridge)
    await stage.until(lambda: not stage.rows(UNHEARD))
    await stage.settle()


async def asked(stage: Scene) -> None:
    """An hour later: what is due is asked for, changed documents among it."""
    hours = [f"json_set(cursor, '$.ended.{name}.last', ?)" for name in ("invoices", "orders", "offers")]
    last = (stage.bridge.clock.now() - timedelta(hours=2)).isoformat()
    await stage.bridge.store.database.write(
        lambda connection: [
            connection.execute(f"UPDATE sender SET cursor = {hour} WHERE source = 'fortnox:demo'", (last,))
            for hour in hours
        ]
    )
    await stage.bridge.readings["fortnox:demo"].poll()
    await stage.until(lambda: not stage.rows(UNHEARD))
    await stage.settle()


def told(stage: Scene) -> list[tuple[Any, ...]]:
    """Every command for the sender: its kind, and how it ended."""
    return stage.rows("SELECT kind, state, result FROM outbox WHERE company = 'to:crm' ORDER BY id")


@pytest.mark.asyncio
@pytest.mark.capability("000-15", "004-12", "004-13", "004-15", "004-16", "004-17", "f67")
async def test_customers_and_articles_changed_by_hand_are_told_to_the_sender(tmp_path: Path) -> None:
    """The first sweep causes nothing; then only what changed is told, and nothing is deleted."""
    with selling() as crm:
        articles = [{"ArticleNumber": f"K-{n}", "Description": "Kaffe"} for n in (1, 2)]
        seeded = {"customers": [OTHER, OTHER | {"Name": "Tredje"}], "articles": articles}
        async with begun(tmp_path, followed_by(EVERYTHING), seeded) as stage:
            await swept(stage)
            await swept(stage)
            assert told(stage) == []
            crm.records = {
                ("account", "7"): {"number": "1", "name": "Annat namn", "phone": "070-1"},
                ("product", "9"): {"number": "K-1", "name": "Kaffe"},
            }
            await by_hand(stage, "update_customer", "1", body={"Phone1": "0500-2"})
            await by_hand(stage, "update_article", "K-1", body={"Description": "Kaffe, mald", "Active": False})
            price = {"ArticleNumber": "K-1", "PriceList": "A", "FromQuantity": 0, "Price": 12}
            await by_hand(stage, "create_price", body=price)
            await stage.control("seed", {"customers": [{"Name": "Ny kund AB", "City": "Skövde"}]})
            await swept(stage)
            assert crm.records["account", "7"] == {"number": "1", "name": "Annat namn", "phone": "0500-2"}
            assert crm.records["product", "9"] == {
                "number": "K-1",
                "name": "Kaffe, mald",
                "active": "0",
                "list_price": "12",
            }
            new = crm.records["account", "of-3"]
            assert (new["number"], new["name"], new["city"]) == ("3", "Ny kund AB", "Skövde")
            await by_hand(stage, "delete_customer", "1")
            await by_hand(stage, "delete_article", "K-2")
            await swept(stage)
            assert crm.records["account", "7"] == {"number": "", "name": "Annat namn", "phone": "0500-2"}
            assert len(crm.records) == 3
            before = len(told(stage))
            await swept(stage)
            assert len(told(stage)) == before


@pytest.mark.asyncio
@pytest.mark.capability("004-07", "004-08", "004-09")
async def test_documents_that_people_cancel_or_go_on_with_move_the_sale_at_its_sender(tmp_path: Path) -> None:
    """Told by what was asked for; what we make, cancel and go on with ourselves moves nothing."""
    module = '[companies.demo.documents]\nmodule = "order+offer"\noffers_create_customers = true'
    with selling() as crm:
        crm.records = {("order", f"SO-{n}"): {"stage": "open"} for n in range(1, 6)}
        async with scene(tmp_path, followed_by(EVERYTHING, sections=module)) as stage:
            await stage.send(*[order(f"SO-{n}", "order.offered", buyer=BUYER) for n in (1, 2, 3)], source="crm")
            await stage.send(order("SO-4", "order.won", buyer=BUYER), source="crm")
            await stage.send(order("SO-5", "order.won", buyer=BUYER), source="crm")
            await stage.settle()
            await stage.send(order("SO-3", "order.won", buyer=BUYER), source="crm")
            await stage.send(order("SO-5", "order.cancelled", buyer=BUYER), source="crm")
            await stage.settle()
            await asked(stage)
            await swept(stage)
            assert told(stage) == []
            made = "SELECT o.lane || l.kind, l.number FROM link l JOIN outbox o ON o.id = l.outbox_id"
            numbers = dict(stage.rows(made))
            await by_hand(stage, "offer_to_order", numbers["crm:order:SO-1offer"])
            await by_hand(stage, "cancel_offer", numbers["crm:order:SO-2offer"])
            await by_hand(stage, "cancel_order", numbers["crm:order:SO-4order"])
            await asked(stage)
            stages = {key: kept["stage"] for (_, key), kept in crm.records.items()}
            assert stages == {"SO-1": "won", "SO-2": "lost", "SO-3": "open", "SO-4": "lost", "SO-5": "open"}
            writes = len(crm.writes)
            await asked(stage)
            assert len(crm.writes) == writes


@pytest.mark.asyncio
@pytest.mark.capability("f55")
async def test_what_goes_round_ends_after_one_round(tmp_path: Path) -> None:
    """Sender, Fortnox, sender: our own customer and its changes are no news, and a telling that comes back is none."""
    customers = '[companies.demo.customers]\nupdate = "overwrite"'
    with selling() as crm:
        async with begun(tmp_path, followed_by(EVERYTHING, sections=customers), {"customers": [OTHER]}) as stage:
            await swept(stage)
            await stage.send(order("SO-1", buyer=BUYER), source="crm")
            await stage.settle()
            await swept(stage)
            await stage.send(order("SO-2", buyer=BUYER | {"email": MAIL}), source="crm")
            await stage.settle()
            assert (await stage.state())["customers"][1]["Email"] == MAIL
            await swept(stage)
            assert told(stage) == []
            crm.records["account", "C-1"] = {"number": "2", "name": BUYER["name"], "email": MAIL}
            await by_hand(stage, "update_customer", "2", body={"Name": "Lagunda AB"})
            await swept(stage)
            assert crm.writes == [("account", "C-1", {"name": "Lagunda AB"})]
            back = BUYER | {"name": crm.records["account", "C-1"]["name"], "email": MAIL}
            await stage.send(order("SO-3", buyer=back), source="crm")
            await stage.settle()
            await swept(stage)
            assert len(crm.writes) == len(told(stage)) == 1
            # What our last write left there is no longer ours once somebody changed it.
            await by_hand(stage, "update_customer", "2", body={"Name": BUYER["name"]})
            await swept(stage)
            assert crm.writes[1:] == [("account", "C-1", {"name": BUYER["name"]})]


@pytest.mark.asyncio
@pytest.mark.capability("000-15", "f69")
async def test_what_its_source_owns_is_written_to_a_card_that_is_left_alone_and_not_told(tmp_path: Path) -> None:
    """The e-mail address follows the sale, although no other field does; by hand it changes for Fortnox alone."""
    owners = '[companies.demo.customers]\nowners = { phone = "fortnox", email = "source" }'
    buyer = BUYER | {"email": MAIL}
    with selling() as crm:
        crm.records["account", "C-1"] = {"number": "1", "name": BUYER["name"], "phone": "070-1", "email": MAIL}
        async with scene(tmp_path, followed_by(EVERYTHING, sections=owners)) as stage:
            await stage.send(order("SO-1", buyer=buyer), source="crm")
            await stage.settle()
            await swept(stage)
            by_us, by_them = f"ekonomi.{MAIL}", f"order.{MAIL}"
            await by_hand(stage, "update_customer", "1", body={"Phone1": "0500-2", "Email": by_us})
            await swept(stage)
            assert crm.writes == [("account", "C-1", {"phone": "0500-2"})]
            await by_hand(stage, "update_customer", "1", body={"Email": f"konto.{MAIL}"})
            await swept(stage)
            changed = buyer | {"email": by_them, "name": "Lagunda AB"}
            await stage.send(order("SO-2", buyer=changed), source="crm")
            await stage.settle()
            await swept(stage)
            (card,) = (await stage.state())["customers"]
            assert (card["Phone1"], card["Email"], card["Name"]) == ("0500-2", by_them, BUYER["name"])
            assert len(crm.writes) == len(told(stage)) == 1


@pytest.mark.asyncio
@pytest.mark.capability("000-15", "004-08", "f67")
async def test_by_the_stream_a_change_and_a_cancelled_invoice_are_told_within_seconds(tmp_path: Path) -> None:
    """By what Fortnox tells alone: nothing is swept in between, and our own invoice and customer tell nothing."""
    plan = replace(followed_by(EVERYTHING), push=True)
    with selling() as crm:
        crm.records = {("order", "SO-1"): {"stage": "open"}, ("account", "7"): {"number": "1"}}
        async with begun(tmp_path, plan, {"customers": [OTHER]}) as stage:
            (stream,) = stage.bridge.pushings
            await stage.until(lambda: stream.app.state.current("demo"))
            await swept(stage)
            await stage.send(order("SO-1", buyer=BUYER), source="crm")
            await stage.settle()
            await by_hand(stage, "update_customer", "1", body={"Phone1": "0500-2"})
            await stage.until(lambda: crm.records["account", "7"].get("phone") == "0500-2")
            await by_hand(stage, "cancel_invoice", "1")
            await stage.until(lambda: crm.records["order", "SO-1"]["stage"] == "lost")
            await stage.until(lambda: not stage.rows(UNHEARD))
            assert [kind for kind, _, _ in told(stage)] == ["ensure_sender_record", "set_sender_fields"]
