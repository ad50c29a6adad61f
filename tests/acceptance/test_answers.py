"""What a person changes or answers in the middle of a sale: nothing is booked unseen, and each advised answer works."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import encode_basic_auth

from daemon.requests import Retry
from tests.acceptance.scene import Scene, scene
from tests.fakes.senders import order


async def _by_hand(stage: Scene, path: str, body: dict[str, Any] | None = None) -> None:
    """What a person changes in Fortnox: a PUT with a token of their own."""
    async with stage.session.post(
        f"{stage.fortnox}/oauth-v1/token",
        data={"grant_type": "client_credentials"},
        headers={"TenantId": "1001", "Authorization": encode_basic_auth("simulator", "simulator")},
    ) as token:
        bearer = {"Authorization": f"Bearer {(await token.json(content_type=None))['access_token']}"}
    async with stage.session.put(f"{stage.fortnox}{path}", json=body, headers=bearer) as answer:
        assert answer.status == 200, await answer.text()


@pytest.mark.asyncio
@pytest.mark.capability("f26")
async def test_an_invoice_that_a_person_changed_is_held_before_it_is_booked(tmp_path: Path) -> None:
    """Between won and paid a row got another VAT rate: nothing is booked, and put right again it is."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1"))
        await stage.settle()
        (invoice,) = (await stage.state())["invoices"]
        row = invoice["InvoiceRows"][0]
        meant = {name: row[name] for name in ("Description", "DeliveredQuantity", "Price", "VAT", "AccountNumber")}
        await _by_hand(
            stage, "/3/invoices/1", {"Invoice": {"InvoiceRows": [{**meant, "VAT": 0, "AccountNumber": 3004}]}}
        )
        await stage.send(order("SO-1", "order.paid"))
        await stage.until("SELECT 1 FROM outbox WHERE state = 'held'")
        (invoice,) = (await stage.state())["invoices"]
        assert invoice["Booked"] is False
        await _by_hand(stage, "/3/invoices/1", {"Invoice": {"InvoiceRows": [meant]}})
        (held,) = stage.rows("SELECT id FROM outbox WHERE state = 'held'")
        await stage.act(Retry(person="anna", id=f"out-{held[0]}"))
        await stage.settle()
        (invoice,) = (await stage.state())["invoices"]
        assert invoice["Booked"] is True
        assert len((await stage.state())["payments"]) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f24")
async def test_another_buyer_with_the_same_address_is_told_apart_by_a_persons_word(tmp_path: Path) -> None:
    """One side has an organisation number, the other none: held; ``--absent`` says that it is another customer."""
    private = {"name": "Tallbacken", "email": "inkop@example.com"}
    firm = {"name": "Tallbacken AB", "email": "inkop@example.com", "organisation_number": "559904-2032"}
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", buyer=private))
        await stage.settle()
        await stage.send(order("SO-2", buyer=firm))
        await stage.until("SELECT 1 FROM outbox WHERE state = 'held'")
        (held,) = stage.rows("SELECT id FROM outbox WHERE state = 'held'")
        await stage.act(Retry(person="anna", id=f"out-{held[0]}", absent=True))
        await stage.settle()
        customers = (await stage.state())["customers"]
        assert sorted(customer["OrganisationNumber"] for customer in customers) == ["", "559904-2032"]
        assert len((await stage.state())["invoices"]) == 2


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_surplus_invoice_that_a_person_cancelled_answers_the_question(tmp_path: Path) -> None:
    """An effect beyond the settle time makes two: held; with one of them cancelled, a retry goes on with the other."""
    async with scene(tmp_path, settle_seconds=1.0) as stage:
        stage.fault("late_effect", method="POST", path="/3/invoices", seconds=1.6)
        await stage.send(order("SO-1"))
        await stage.until("SELECT 1 FROM outbox WHERE state = 'held'")
        assert len((await stage.state())["invoices"]) == 2
        await _by_hand(stage, "/3/invoices/1/cancel")
        (held,) = stage.rows("SELECT id FROM outbox WHERE state = 'held'")
        await stage.act(Retry(person="anna", id=f"out-{held[0]}"))
        await stage.settle()
        assert stage.rows("SELECT state FROM outbox WHERE kind = 'ensure_invoice'") == [("done",)]
        assert stage.rows("SELECT number FROM link WHERE kind = 'invoice'") == [("2",)]
