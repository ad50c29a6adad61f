"""Actions of the table and deletions: what is so already costs nothing, and the state proves what was lost."""

import pytest

from connectors.base import Held, UnknownEnd, Unprovable
from connectors.fortnox.record_actions import operations
from connectors.fortnox.table import OPERATIONS, RESOURCES
from handlers.commands import ActOnRecord, EnsureRecord
from handlers.values import Ref
from tests.connectors.fortnox.stand import Stand, customer, invoice, stand


def act(action: str, *keys: str, name: str = "t1") -> ActOnRecord:
    """An action on an object that is named."""
    resource = OPERATIONS[action].resource
    return ActOnRecord(thing=Ref(system="person", kind="task", id=name), resource=resource, keys=keys, action=action)


async def _unit(here: Stand) -> None:
    await here.seed(units=[{"Code": "lass", "Description": "Lass"}])


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["answer_lost", "reset_before", None])
@pytest.mark.capability("f51")
async def test_a_deletion_is_proved_by_absence(fault: str | None) -> None:
    """Lost or not, the object is gone or it is not."""
    async with stand() as here:
        await _unit(here)
        command = act("delete_unit", "lass")
        write = await here.write_of(command)
        task = here.task(command)
        if fault is None:
            settled = await here.target.perform(task, write)
            assert settled.link is not None
            assert (settled.result, settled.link.kind) == ("changed", "act")
        else:
            await here.fault(fault, "DELETE", "/3/units/lass")
            with pytest.raises(UnknownEnd):
                await here.target.perform(task, write)
            sighting = await here.target.look(task, write.operation, write.evidence)
            assert (sighting.settled is None) is (fault == "reset_before")
        if fault != "reset_before":
            assert (await here.carry_out(act("delete_unit", "lass", name="t2"))).result == "unchanged"


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["answer_lost", "reset_before"])
async def test_an_action_is_proved_by_the_field_that_shows_it(fault: str) -> None:
    """An invoice is booked, or it is not; what is booked already costs no write."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        command = act("book_invoice", "1")
        write = await here.write_of(command)
        task = here.task(command)
        await here.fault(fault, "PUT", "/3/invoices/1/bookkeep")
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        sighting = await here.target.look(task, write.operation, write.evidence)
        assert (sighting.settled is None) is (fault == "reset_before")
        await here.carry_out(command)
        before = await here.calls()
        assert (await here.carry_out(command)).result == "unchanged"
        assert await here.calls() == before
        assert (await here.carry_out(act("book_invoice", "1", name="t2"))).result == "unchanged"
        assert (await here.calls())[len(before) :] == ["GET /3/invoices/1"]


@pytest.mark.asyncio
async def test_an_action_that_nothing_shows_is_asked_about() -> None:
    """An approval leaves no field: after an unknown end only a person can tell, and nothing is kept from others."""
    async with stand() as here:
        command = act("approve_payment_of_supplier_invoice", "7")
        write = await here.write_of(command)
        assert write.far_object is None
        before = await here.spent()
        with pytest.raises(Unprovable, match="end_unknown") as asked:
            await here.target.look(here.task(command), write.operation, write.evidence)
        assert "retry --absent" in asked.value.remedy
        assert await here.spent() == before


@pytest.mark.asyncio
async def test_an_action_on_what_is_not_there_is_held_before_any_write() -> None:
    """A number that Fortnox does not know."""
    async with stand() as here:
        with pytest.raises(Held, match="record_missing"):
            await here.carry_out(act("book_invoice", "99"))
        assert await here.calls() == ["GET /3/invoices/99"]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["answer_lost", "reset_before"])
async def test_an_update_changes_the_given_fields_alone(fault: str) -> None:
    """Partial, proved by the object's own fields; an object that is only named gets no link of ours."""
    async with stand() as here:
        await here.seed(units=[{"Code": "lass", "Description": "Lass", "CodeEnglish": "load"}])
        command = EnsureRecord(
            thing=Ref(system="person", kind="task", id="t1"),
            resource="units",
            keys=("lass",),
            fields={"Description": "Lastbilslass"},
        )
        write = await here.write_of(command)
        assert write.body == {"Unit": {"Description": "Lastbilslass"}}
        task = here.task(command)
        await here.fault(fault, "PUT", "/3/units/lass")
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        sighting = await here.target.look(task, write.operation, write.evidence)
        assert (sighting.settled is None) is (fault == "reset_before")
        settled = await here.carry_out(command)
        assert settled.link is None
        stored = next(unit for unit in await here.stored("units") if unit["Code"] == "lass")
        assert (stored["Description"], stored["CodeEnglish"]) == ("Lastbilslass", "load")


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["answer_lost", "reset_before"])
@pytest.mark.capability("f51")
async def test_the_end_of_a_contract_is_proved_by_the_list_of_finished_ones(fault: str) -> None:
    """Fortnox's contract has no field for it; only the list can be asked for finished contracts."""
    async with stand() as here:
        for name in ("customers", "articles"):
            resource = RESOURCES[name]
            await here.target.client.carry(f"create_{resource.one}", body=dict(resource.example))
        for _ in range(2):
            await here.target.client.carry("create_contract", body=dict(RESOURCES["contracts"].example))
        await here.carry_out(act("finish_contract", "2", name="t0"))
        command = act("finish_contract", "1")
        write = await here.write_of(command)
        task = here.task(command)
        await here.fault(fault, "PUT", "/3/contracts/1/finish")
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        sighting = await here.target.look(task, write.operation, write.evidence)
        assert (sighting.settled is None) is (fault == "reset_before")
        again = await here.carry_out(act("finish_contract", "1", name="t2"))
        assert again.result == ("unchanged" if fault == "answer_lost" else "changed")


@pytest.mark.asyncio
async def test_an_action_without_an_envelope_is_sent_bare() -> None:
    """The opening balance of an asset goes as Fortnox describes it; nothing shows it, so it is sent once only."""
    async with stand() as here:
        await here.seed(asset_types=[dict(RESOURCES["asset_types"].example)])
        await here.target.client.carry("create_asset", body=dict(RESOURCES["assets"].example))
        command = act("change_opening_balance_of_asset", "1").model_copy(update={"fields": {"Amount": 20000}})
        assert (await here.write_of(command)).body == {"Amount": 20000}
        assert (await here.carry_out(command)).result == "changed"
        assert [asset["ManualOb"] for asset in await here.stored("assets")] == [20000]


@pytest.mark.asyncio
async def test_an_object_that_stands_there_otherwise_is_a_question() -> None:
    """The number is taken by something else: nothing is written over it."""
    async with stand() as here:
        await _unit(here)
        command = EnsureRecord(
            thing=Ref(system="person", kind="task", id="t1"),
            resource="units",
            fields={"Code": "lass", "Description": "Pall"},
        )
        with pytest.raises(Held, match="stands_there_otherwise") as asked:
            await here.carry_out(command)
        assert "not as meant in Description" in asked.value.remedy
        assert not [call for call in await here.calls() if not call.startswith("GET")]


def test_every_action_is_of_a_resource_that_has_it() -> None:
    """What the carrier offers is what the table says may change or delete something."""
    assert {OPERATIONS[name].effect for name in operations()} == {"change", "create", "delete"}
    assert {"book_supplier_invoice", "finish_contract", "delete_label", "credit_supplier_invoice"} <= {*operations()}
