"""Cost centre, project, labels and price list: on documents and rows, from the row, the document or the rule."""

from pathlib import Path
from typing import Any

import pytest

from daemon.requests import Retry
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import Json, line, order

RULE = """[companies.demo.rules.book_order]
cost_center = "STHLM"
project = "P1"
labels = ["Webb", "Höst"]
create_labels = true
[companies.demo.documents]
module = "order+offer"
offers_create_customers = true
price_list = "B"
"""
HELD = "SELECT kind, reason, question FROM outbox WHERE state = 'held'"


async def registers(stage: Scene, *centers: str) -> None:
    """What a company has before anything comes: cost centres, two projects, a price list, one of the labels."""
    client: Any = stage.bridge.targets["demo"].client  # type: ignore[attr-defined]
    for code in centers:
        await client.request("create_cost_center", body={"CostCenter": {"Code": code, "Description": code}})
    for number in ("P1", "P2"):
        await client.request("create_project", body={"Project": {"ProjectNumber": number, "Description": number}})
    await client.request("create_price_list", body={"PriceList": {"Code": "B", "Description": "Butik"}})
    await client.request("create_label", body={"Label": {"Description": "Höst"}})


def of(document: Json, rows: str) -> list[tuple[str, str]]:
    """Cost centre and project of a document, then of each row."""
    return [(one["CostCenter"], one["Project"]) for one in (document, *document[rows])]


@pytest.mark.asyncio
@pytest.mark.capability("f31", "f30")
async def test_from_the_row_the_document_or_the_rule(tmp_path: Path) -> None:
    """On the offer, the order and the invoice that are made of each other; the discount's row has the document's."""
    lines = [line(cost_center="MALMO"), line("500.00")]
    totals = {"total_excluding_vat": "1400.00", "total_vat": "350.00", "total": "1750.00"}
    async with scene(tmp_path, CompanyPlan(sections=RULE)) as stage:
        await registers(stage, "STHLM", "MALMO")
        for place, kind in enumerate(("order.offered", "order.won", "order.paid")):
            more: Json = {"lines": lines, "discount_amount": "100.00", "project": "P2", "version": str(place), **totals}
            await stage.send(order("SO-1", kind, **more))
            await stage.settle()
        assert stage.rows(HELD) == []
        state = await stage.state()
        labels = {label["Description"]: label["Id"] for label in state["labels"]}
        for kind, rows in (("offers", "OfferRows"), ("orders", "OrderRows"), ("invoices", "InvoiceRows")):
            (document,) = state[kind]
            own = [("STHLM", "P2"), ("MALMO", "P2"), ("STHLM", "P2"), ("STHLM", "P2")]
            assert (of(document, rows), document["PriceList"]) == (own, "B")
            assert document["Labels"] == [{"Id": labels["Webb"]}, {"Id": labels["Höst"]}]
        assert sorted(labels) == ["Höst", "Webb"]


@pytest.mark.asyncio
@pytest.mark.capability("f31", "f36")
async def test_what_fortnox_does_not_know_is_asked_about(tmp_path: Path) -> None:
    """A cost centre by the copy of the register before any create, a label where none may be made."""
    plan = CompanyPlan(
        fortnox="register = true", sections='[companies.demo.rules.book_order]\ncost_center = "STHLM"\nlabels = ["X"]'
    )
    async with scene(tmp_path, plan) as stage:
        await stage.until("SELECT 1 FROM register_age WHERE resource = 'cost_centers' AND whole_at IS NOT NULL")
        await stage.send(order("SO-1"))
        await stage.settle()
        ((kind, reason, question),) = stage.rows(HELD)
        assert (kind, reason, "create_labels" in question) == ("ensure_label", "label_missing", True)
        client: Any = stage.bridge.targets["demo"].client  # type: ignore[attr-defined]
        await client.request("create_label", body={"Label": {"Description": "X"}})
        await stage.act(Retry(person="anna", id="out-2"))
        await stage.settle()
        ((kind, reason, question),) = stage.rows(HELD)
        assert (kind, reason) == ("ensure_invoice", "cost_center_missing")
        assert "Cost centre STHLM is not in Fortnox" in question
        assert (await stage.state())["invoices"] == []
