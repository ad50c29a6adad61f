"""One row of a document by its RowId: read, changed and proved, and no other row is touched."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Held, UnknownEnd
from connectors.fortnox.record_rows import row_of
from connectors.fortnox.table import RESOURCES
from handlers.commands import EnsureRecord
from handlers.values import Ref
from tests.connectors.fortnox.stand import Stand, customer, stand

ROWS = {
    "invoices": ("InvoiceRows", "DeliveredQuantity"),
    "orders": ("OrderRows", "OrderedQuantity"),
    "offers": ("OfferRows", "Quantity"),
}


async def _document(here: Stand, resource: str) -> dict[str, Any]:
    """A document of three rows."""
    await here.carry_out(customer())
    rows, quantity = ROWS[resource]
    given = [
        {"Description": f"Rad {n}", quantity: n, "Price": 100 * n, "VAT": 25, "AccountNumber": 3001} for n in (1, 2, 3)
    ]
    await here.seed(
        **{resource: [{"CustomerNumber": (await here.stored("customers"))[0]["CustomerNumber"], rows: given}]}
    )
    return (await here.stored(resource))[0]


def change(resource: str, row: str, **fields: Any) -> EnsureRecord:
    """One row of document 1, changed."""
    thing = Ref(system="person", kind="task", id="t1")
    return EnsureRecord(thing=thing, resource=resource, keys=("1",), row=row, fields=fields)


@pytest.mark.asyncio
@pytest.mark.parametrize("resource", ROWS)
@pytest.mark.capability("001-12")
async def test_one_row_is_changed_and_the_others_stay(resource: str) -> None:
    """The second of three: its price changes; the first and the third are as they were, in their places."""
    async with stand() as here:
        name, _ = ROWS[resource]
        before = (await _document(here, resource))[name]
        found = row_of(RESOURCES[resource], {name: before}, str(before[1]["RowId"]))
        assert found is not None
        assert (found[0], found[1]["Description"]) == (1, "Rad 2")
        command = change(resource, str(before[1]["RowId"]), Price="250.50", Description="Rad två")
        settled = await here.carry_out(command)
        assert (settled.result, settled.question) == ("changed", None)
        after = (await here.stored(resource))[0][name]
        assert [row["Description"] for row in after] == ["Rad 1", "Rad två", "Rad 3"]
        assert [Decimal(str(row["Price"])) for row in after] == [100, Decimal("250.50"), 300]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["answer_lost", "reset_before"])
@pytest.mark.capability("001-12", "f51")
async def test_a_lost_change_of_a_row_is_proved_by_its_place(fault: str) -> None:
    """All ids are new afterwards: the row in its place and the others beside it are the proof."""
    async with stand() as here:
        before = (await _document(here, "invoices"))["InvoiceRows"]
        command = change("invoices", str(before[0]["RowId"]), Price="99")
        write = await here.write_of(command)
        task = here.task(command)
        await here.fault(fault, "PUT", "/3/invoices/1")
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        sighting = await here.target.look(task, write.operation, write.evidence)
        assert (sighting.settled is None) is (fault == "reset_before")


@pytest.mark.asyncio
@pytest.mark.capability("001-12")
async def test_a_row_that_has_another_id_by_now_is_asked_about() -> None:
    """Each change gives new ids; nothing is guessed and nothing is sent."""
    async with stand() as here:
        await _document(here, "invoices")
        with pytest.raises(Held, match="row_missing"):
            await here.carry_out(change("invoices", "999", Price="99"))
        assert not [call for call in await here.calls() if call.startswith("PUT")]
