"""Numbers in Fortnox that HighLevel is told: a contact's custom field, and notes about an order's documents."""

import pytest

from connectors.base import Held, Link, Park, Settled, UnknownEnd, Unprovable
from tests.connectors.highlevel.bodies import CONTACT, invoice, order
from tests.connectors.highlevel.writing import FIELD, number, numbered, standing


@pytest.mark.asyncio
@pytest.mark.capability("000-15")
async def test_only_the_one_field_is_sent() -> None:
    """Tags and other fields stay; what holds the number already is unchanged; a lost answer is looked for."""
    async with standing() as here:
        task = here.task(number())
        planned = await here.planned(task)
        assert planned.body == {"customFields": [{"id": FIELD, "field_value": "17"}]}
        assert (await here.target.look(task, planned.operation, planned.evidence)).settled is None
        here.state.written.lose = 1
        with pytest.raises(UnknownEnd):
            await here.send(task)
        seen = await here.target.look(task, planned.operation, planned.evidence)
        assert seen.settled is not None
        assert seen.settled.link == Link("contact", CONTACT, {"customer_number": "17"})
        again = await here.target.plan(task)
        assert isinstance(again, Settled)
        assert again.result == "unchanged"
        changed = await here.send(here.task(number(), seen.settled.link, number="18"))
        assert changed.result == "changed"
        held = here.state.records["contacts"][CONTACT]
        assert held["tags"] == ["vip"]
        assert held["customFields"] == [{"id": "other", "value": "kept"}, {"id": FIELD, "value": "18"}]


@pytest.mark.asyncio
async def test_a_number_that_somebody_else_wrote_is_not_overwritten() -> None:
    """A person is asked; emptied, or ours from before, the field takes the number."""
    async with standing() as here:
        held = here.state.records["contacts"][CONTACT]
        held["customFields"] = [{"id": FIELD, "value": "K-9"}]
        for link in (None, Link("contact", CONTACT, {"customer_number": "16"})):
            with pytest.raises(Held, match="another_number") as asked:
                await here.target.plan(here.task(number(), link))
            assert "has customer number K-9" in asked.value.remedy
        held["customFields"] = [{"id": FIELD, "value": ""}]
        assert (await here.planned(here.task(number()))).stands_on == {"value": ""}


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
async def test_documents_are_told_by_a_note() -> None:
    """On the contact that the order names; other numbers are told by another one, a lost answer is looked for."""
    async with standing() as here:
        here.state.add("orders", order(_id="o1"))
        task = here.task(numbered())
        assert here.target.far_object(task) is None
        settled = await here.send(task)
        [left] = here.state.written.of("notes", CONTACT)
        assert left["body"].startswith("In Fortnox: order 17, invoice 17 (for order o1)\n\nfortnox-bridge #")
        again = await here.target.plan(here.task(numbered(), settled.link))
        assert isinstance(again, Settled)
        assert again.result == "unchanged"
        anew = here.task(numbered(), settled.link, number="18")
        planned = await here.planned(anew)
        assert not planned.creates
        assert (await here.target.look(anew, planned.operation, planned.evidence)).settled is None
        here.state.written.lose = 1
        with pytest.raises(UnknownEnd):
            await here.send(anew)
        seen = await here.target.look(anew, planned.operation, planned.evidence)
        assert seen.settled is not None
        assert seen.settled.link is not None
        assert seen.settled.link != settled.link
        known = await here.target.plan(here.task(numbered(), seen.settled.link, number="18"))
        assert isinstance(known, Settled)
        assert known.result == "unchanged"
        assert len(here.state.written.of("notes", CONTACT)) == 2


@pytest.mark.asyncio
async def test_an_earlier_note_proves_nothing_about_a_lost_one() -> None:
    """The second note's answer was lost, and the notes cannot be read: a person is asked, it is not taken for left."""
    async with standing() as here:
        here.state.add("orders", order(_id="o1"))
        first = await here.send(here.task(numbered()))
        anew = here.task(numbered(), first.link, number="18")
        planned = await here.planned(anew)
        here.state.written.lists_refused = 422
        with pytest.raises(Unprovable, match="note_unprovable"):
            await here.target.look(anew, planned.operation, planned.evidence)


@pytest.mark.asyncio
async def test_an_invoice_of_highlevels_own_is_told_too() -> None:
    """On the contact of its details."""
    async with standing() as here:
        here.state.add("invoices", invoice(_id="o1", contactDetails={"id": CONTACT}))
        await here.send(here.task(numbered("invoice")))
        [left] = here.state.written.of("notes", CONTACT)
        assert "(for invoice o1)" in left["body"]


@pytest.mark.asyncio
async def test_a_sale_that_names_no_contact_is_told_nothing() -> None:
    """One that is gone, and one whose contact HighLevel does not let us read."""
    async with standing() as here:
        for kind in ("order", "opportunity"):
            settled = await here.target.plan(here.task(numbered(kind)))
            assert isinstance(settled, Settled)
            assert (settled.result, settled.proof) == ("not_created", {"because": "the sale names no contact"})


@pytest.mark.asyncio
async def test_a_field_that_does_not_take_the_value_is_said() -> None:
    """The answer shows the contact without it: the setting is named."""
    async with standing() as here:
        task = here.task(number())
        write = await here.planned(task)
        here.state.will_answer = [(200, {"contact": {"id": CONTACT, "customFields": []}})]
        async with here.target.place(1):
            with pytest.raises(Park, match="not_taken") as parked:
                await here.target.perform(task, write)
        assert "write_back.customer_number_field" in parked.value.remedy
