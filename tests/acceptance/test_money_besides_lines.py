"""What a document charges besides its lines goes through every stage: order, changed order, invoice, payment."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import Json, line, order

SECTIONS = '[companies.demo.documents]\nmodule = "order"\n[companies.demo.bookkeeping]\nround_off_account = 3740'
AMOUNTS = ("Net", "Freight", "FreightVAT", "AdministrationFee", "TotalVAT", "Total")


def sold(kind: str, version: int, freight: str, net: str, vat: str) -> Json:
    """1,000.00 less 10 % and a fee of 20.00 at 25 %, with this freight."""
    totals: Json = {"total_excluding_vat": net, "total_vat": vat, "total": str(Decimal(net) + Decimal(vat))}
    return order(
        "SO-1",
        kind,
        lines=[line("1000.00")],
        version=version,
        discount_percent="10",
        freight={"amount": freight, "vat_rate": "25"},
        administration_fee={"amount": "20.00", "vat_rate": "25"},
        **totals,
    )


def amounts(document: Json) -> list[Decimal]:
    """The amounts of a document that are compared here."""
    return [Decimal(str(document[name])) for name in AMOUNTS]


@pytest.mark.asyncio
@pytest.mark.capability("f37")
async def test_freight_fee_and_discount_from_order_to_payment(tmp_path: Path) -> None:
    """900 + 80 + 20 and a quarter of it; then the freight becomes 180, and the paid invoice is made from that order."""
    async with scene(tmp_path, CompanyPlan(sections=SECTIONS)) as stage:
        await stage.send(sold("order.won", 1, "80.00", "1000.00", "250.00"))
        await stage.settle()
        (made,) = (await stage.state())["orders"]
        assert amounts(made) == [900, 80, 20, 20, 250, 1250]
        await stage.send(sold("order.paid", 2, "180.00", "1100.00", "275.00"))
        await stage.settle()
        state = await stage.state()
        assert [amounts(document) for document in (*state["orders"], *state["invoices"])] == [
            [900, 180, 45, 20, 275, 1375]
        ] * 2
        assert [row["Price"] for row in state["invoices"][0]["InvoiceRows"]] == [1000, -100]
        assert (state["invoices"][0]["Booked"], state["invoices"][0]["Balance"]) == (True, 0)
        assert {command[1] for command in stage.commands()} <= {"done", "superseded"}
