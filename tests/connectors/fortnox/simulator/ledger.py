"""What the tests of the ledger share: a cash voucher, and calls that must succeed."""

from typing import Any

from connectors.fortnox.simulator.company import Record
from tests.connectors.fortnox.simulator.caller import Caller, Reply

CASH: dict[str, Any] = {
    "Description": "Dagskassa",
    "TransactionDate": "2026-03-10",
    "VoucherSeries": "A",
    "VoucherRows": [
        {"Account": 1910, "Debit": 1250},
        {"Account": 3001, "Credit": "1000.00"},
        {"Account": 2611, "Credit": 250},
    ],
}


async def post(caller: Caller, path: str, envelope: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Create an object; it must succeed."""
    reply = await caller.call("POST", f"/3/{path}", {envelope: fields})
    assert reply.status == 201, reply.text
    return reply.one


async def put(caller: Caller, path: str, envelope: str, fields: dict[str, Any]) -> Reply:
    """Try to change an object."""
    return await caller.call("PUT", f"/3/{path}", {envelope: fields})


async def post_voucher(caller: Caller, **fields: Any) -> Reply:
    """Try to write the cash voucher with other properties."""
    return await caller.call("POST", "/3/vouchers", {"Voucher": {**CASH, **fields}})


async def account(caller: Caller, number: int, query: str = "") -> dict[str, Any]:
    """Read an account."""
    reply = await caller.get(f"/3/accounts/{number}{query}")
    assert reply.status == 200, reply.text
    return reply.one


def put_in(caller: Caller, resource: str, key: str, **data: Any) -> None:
    """Put an object of another part of Fortnox directly into the company, past its own rules."""
    company = caller.server.simulator.companies[1001]
    company.records_of(resource)[key] = Record(data, caller.clock.now)
