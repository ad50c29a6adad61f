"""Each kind of write meets each kind of fault once: everything stands there once, booked, and nothing waits."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import Json, order, survey

WRITES = (
    ("POST", "/3/customers"),
    ("PUT", r"/3/customers/\d+"),
    ("POST", "/3/invoices"),
    ("PUT", r"/3/invoices/\d+/bookkeep"),
    ("POST", "/3/invoicepayments"),
    ("PUT", r"/3/invoicepayments/\d+/bookkeep"),
)
FAULTS: dict[str, Json] = {
    "answer_lost": {"fault": "answer_lost"},
    "reset_before": {"fault": "reset_before"},
    "html before": {"fault": "html"},
    "html after": {"fault": "html", "status": 502, "effect": "after"},
    "html with 200": {"fault": "html", "status": 200, "effect": "after"},
    "500 before": {"fault": "status", "status": 500, "body": {"message": "fel"}},
    "500 after": {"fault": "status", "status": 500, "body": {"message": "fel"}, "effect": "after"},
    "500 with error information": {
        "fault": "status",
        "status": 500,
        "body": {"ErrorInformation": {"error": 1, "message": "fel", "code": 1000003}},
        "effect": "after",
    },
    "404 that is no answer of the API": {"fault": "status", "status": 404, "body": "not here", "effect": "after"},
    "truncated": {"fault": "truncated"},
    "hangs": {"fault": "hang_after", "seconds": 1.0},
    "late": {"fault": "late_effect", "seconds": 0.05},
    "throttled": {"fault": "throttle"},
    "token expired": {"fault": "expire_token"},
}


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.capability("f56")
@pytest.mark.parametrize(
    "proof", ["empty", pytest.param(None, marks=pytest.mark.slow)], ids=["declared empty", "looking"]
)
@pytest.mark.parametrize("name", FAULTS)
async def test_every_write_survives(tmp_path: Path, name: str, proof: str | None) -> None:
    """One fault per kind of write: customer, card, invoice, booking, payment and its booking are right in the end."""
    plan = CompanyPlan(proof=proof)
    times: dict[str, Any] = {"settle_seconds": 0.15, "timeout_seconds": 0.5, "window_seconds": 0.1}
    async with scene(tmp_path, plan, simulator={"retry_after": False}, **times) as stage:
        for method, path in WRITES:
            stage.fault(method=method, path=path, **FAULTS[name])
        respondent = {"company": "Lagunda Kaffe & Te AB", "email": "kaffe@example.com"}
        await stage.send(order("SO-1", "order.paid"), survey("resp-1", respondent))
        await stage.settle()
        assert {state for _, state, _ in stage.commands()} == {"done"}, stage.rows("SELECT kind, question FROM outbox")
        state = await stage.state()
        assert len(state["customers"]) == 2
        ((invoice,), (payment,)) = (state["invoices"], state["payments"])
        assert (invoice["Booked"], payment["Booked"]) == (True, True)
        assert Decimal(str(invoice["Balance"])) == 0
        assert len(state["vouchers"]) == 2
        assert sum(len((card["Comments"] or "").splitlines()) for card in state["customers"]) == 1
        faults = (await stage.control("faults"))["faults"]
        assert [fault["applied"] for fault in faults] == [1] * len(WRITES)
