"""Taking a voucher back: one with the same rows, debit and credit exchanged, because no voucher can be changed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.base import Json, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.record_actions import number_meant
from connectors.fortnox.record_names import far_object, keys_of
from connectors.fortnox.record_reads import find
from connectors.fortnox.records import Records
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import RESOURCES
from connectors.fortnox.wire import is_true, text_of
from handlers.commands import EnsureRecord, ReverseVoucher
from handlers.commands.base import exact

KEPT = ("Account", "CostCenter", "Project", "TransactionInformation", "Description")
"""What a row of the reversal takes over; sums change sides (Fortnox facts, section 6.13)."""


class VoucherReversals:
    """``ReverseVoucher`` at Fortnox: a voucher of ours with our mark, proved as every voucher."""

    def __init__(self, records: Records) -> None:
        """``records`` makes the voucher."""
        self._records = records

    def far_object(self, task: Task) -> str | None:
        """The voucher that is taken back."""
        number = number_meant(task, command_of(task, ReverseVoucher))
        return far_object(RESOURCES["vouchers"], number)

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """A linked reversal stands there; another is made of the voucher as it is now."""
        command = command_of(task, ReverseVoucher)
        if task.link is not None:
            return Settled(linked(task.link), "unchanged")
        number = number_meant(task, command)
        voucher = await find(RESOURCES["vouchers"], number, client)
        if voucher is None:
            raise held(
                "record_missing", f"There is no voucher:{number} in Fortnox: correct it, or discard the command."
            )
        creation = EnsureRecord(thing=command.thing, resource="vouchers", fields=_reversed(command, number, voucher))
        return await self._records.plan(replace(task, command=creation, refs={}), client)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """As every voucher."""
        return await self._records.perform(task, write, client)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """As every voucher."""
        return await self._records.look(task, operation, evidence, client)


def _reversed(command: ReverseVoucher, number: str, voucher: Json) -> Json:
    series, place, _ = keys_of(RESOURCES["vouchers"], number)
    rows = [row for row in voucher.get("VoucherRows") or [] if not is_true(row.get("Removed"))]
    return {
        "Description": f"Rättelse av {series} {place}",
        "TransactionDate": command.dated or text_of(voucher.get("TransactionDate")),
        "VoucherSeries": series,
        "VoucherRows": [_exchanged(row) for row in rows],
    }


def _exchanged(row: Mapping[str, Any]) -> Json:
    kept = {name: row[name] for name in KEPT if row.get(name) not in (None, "")}
    return dict(exact(kept | {"Debit": row.get("Credit", 0), "Credit": row.get("Debit", 0)}))
