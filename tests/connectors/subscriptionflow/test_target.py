"""The way back to an instance against the stand-in: one field each, nobody's text lost, never twice."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import (
    CredentialsLost,
    Held,
    Later,
    Link,
    Park,
    Throttled,
    UnknownEnd,
)
from connectors.sources import WritesBack
from connectors.subscriptionflow.telling import Meant
from handlers.commands import Command, EnsureSenderNote, EnsureSenderRecord, EnsureSenderTask, SetSenderFields
from tests.connectors.subscriptionflow.bodies import CUSTOMER_ID, INVOICE_ID, customer, invoice
from tests.connectors.subscriptionflow.desk import (
    BILL,
    LINE,
    MARK,
    PUT_CUSTOMER,
    PUT_INVOICE,
    READ_CUSTOMER,
    READ_INVOICE,
    TOLD,
    desk,
    told_customer,
    told_invoice,
)
from tests.connectors.subscriptionflow.stand import stand


@pytest.mark.asyncio
@pytest.mark.capability("003-09")
async def test_a_customer_gets_its_number_and_nothing_else_changes() -> None:
    """One field is sent, as text; the second time it stands there."""
    async with desk() as here:
        write = await here.write_of(told_customer())
        assert (write.method, write.body, write.creates) == ("PUT", {"accounting_resource_id": "17"}, False)
        assert write.far_object == here.target.far_object(here.task(told_customer())) == f"customer:{CUSTOMER_ID}"
        before = len(here.stand.asked)
        settled = await here.carry(told_customer())
        assert (settled.result, settled.question) == ("changed", None)
        assert settled.link == Link("customer", CUSTOMER_ID, {"number": "17"})
        assert here.stand.asked[before:] == [READ_CUSTOMER, PUT_CUSTOMER]
        stored = here.stored("customers", CUSTOMER_ID)
        assert {name: stored[name] for name in customer()} == customer(accounting_resource_id="17")
        assert (await here.carry(told_customer())).result == "unchanged"
        assert here.stand.asked[before + 2 :] == [READ_CUSTOMER]


@pytest.mark.asyncio
@pytest.mark.parametrize("held", [17, "17", " 17 "])
async def test_a_number_is_equal_however_it_is_typed(held: Any) -> None:
    """Numbers come as text or as numbers."""
    async with desk() as here:
        here.stand.instance.state.put("customers", customer(accounting_resource_id=held))
        assert (await here.carry(told_customer())).result == "unchanged"


@pytest.mark.asyncio
@pytest.mark.parametrize("held", ["", None, "N/A", "null"])
async def test_each_way_to_write_nothing_is_nothing(held: Any) -> None:
    """The number goes there; a note of that kind is no text that is kept."""
    async with desk() as here:
        here.stand.instance.state.put("customers", customer(accounting_resource_id=held))
        here.stand.instance.state.put("invoices", invoice(note=held))
        assert (await here.carry(told_customer())).result == "changed"
        assert (await here.carry(told_invoice())).result == "changed"
        assert here.note == LINE


@pytest.mark.asyncio
async def test_another_number_is_never_overwritten_but_ours_is() -> None:
    """What a person or another system wrote is asked about; what we told before follows Fortnox."""
    async with desk() as here:
        here.stand.instance.state.put("customers", customer(accounting_resource_id="K-9"))
        with pytest.raises(Held, match="another_number") as held:
            await here.carry(told_customer())
        assert "accounting_resource_id K-9 at flow, and is 17 in Fortnox" in held.value.remedy
        here.links[told_customer().thing] = Link("customer", CUSTOMER_ID, {"number": "K-9"})
        assert (await here.carry(told_customer())).result == "changed"
        assert here.stored("customers", CUSTOMER_ID)["accounting_resource_id"] == "17"


@pytest.mark.asyncio
@pytest.mark.capability("003-09")
@pytest.mark.parametrize("note_field", ["note", "description"])
async def test_a_line_is_added_to_the_text_that_is_there(note_field: str) -> None:
    """Once, in the field that was chosen; the second time it is found, with our memory and without."""
    async with desk(invoice_note_field=note_field) as here:
        here.stand.instance.state.put("invoices", invoice(**{note_field: "Ring före tolv\r\nReferens: Anna\n"}))
        assert (await here.carry(told_invoice())).result == "changed"
        text = here.stored("invoices", INVOICE_ID)[note_field]
        assert text == f"Ring före tolv\r\nReferens: Anna\n{LINE}"
        before = len(here.stand.asked)
        assert (await here.carry(told_invoice())).result == "unchanged"
        here.links.clear()
        assert (await here.carry(told_invoice())).result == "unchanged"
        assert here.stand.asked[before:] == [READ_INVOICE, READ_INVOICE]


@pytest.mark.asyncio
async def test_a_later_generation_replaces_our_line_only() -> None:
    """The invoice was made anew in Fortnox: our line says its new number, and what follows it stays."""
    async with desk() as here:
        await here.carry(told_invoice())
        here.stored("invoices", INVOICE_ID)["note"] += "\nLäst av Anna"
        assert (await here.carry(told_invoice(), "1043")).result == "changed"
        assert here.note == f"{LINE.replace('1042', '1043')}\nLäst av Anna"


@pytest.mark.asyncio
async def test_a_line_that_somebody_took_out_stays_out() -> None:
    """It was there once; an invoice that is told again is not told against a person's will."""
    async with desk() as here:
        await here.carry(told_invoice())
        here.stored("invoices", INVOICE_ID)["note"] = "Anna: struken"
        settled = await here.carry(told_invoice())
        assert (settled.result, settled.proof["because"]) == (
            "unchanged",
            "our line was written before, and no longer stands there",
        )
        assert here.note == "Anna: struken"


@pytest.mark.asyncio
async def test_rich_text_is_searched_as_it_stands() -> None:
    """An editor may wrap our line; the mark is found all the same."""
    async with desk() as here:
        here.stand.instance.state.put("invoices", invoice(note=f"<p>Hej</p><p>{LINE}</p>"))
        assert (await here.carry(told_invoice())).result == "unchanged"
        assert (await here.carry(told_invoice(), "1043")).result == "changed"
        assert here.note == f"<p>Hej</p><p>{LINE.replace('1042', '1043')}</p>"


@pytest.mark.asyncio
@pytest.mark.capability("f51", "003-09")
@pytest.mark.parametrize("command", [told_customer(), told_invoice()], ids=lambda command: command.record)
@pytest.mark.parametrize("took_effect", [True, False])
async def test_a_lost_answer_is_looked_for(command: SetSenderFields, took_effect: bool) -> None:
    """The record shows the number or it does not; a record that cannot be read is neither."""
    async with desk() as here:
        write, task = await here.write_of(command), here.task(command)
        if took_effect:
            here.stand.instance.loses_answers = 1
            with pytest.raises(UnknownEnd):
                await here.target.perform(task, write)
        sighting = await here.target.look(task, write.operation, write.evidence)
        assert (sighting.settled is not None) == took_effect
        assert sighting.proof["shown"] == (write.evidence["number"] if took_effect else None)
        here.stand.instance.broken = True
        with pytest.raises(Later):
            await here.target.look(task, write.operation, write.evidence)


@pytest.mark.asyncio
async def test_a_record_that_is_gone_is_an_absence_and_then_a_question() -> None:
    """Nothing is written for it, and a person is told."""
    async with desk() as here:
        write, task = await here.write_of(told_invoice()), here.task(told_invoice())
        here.stand.instance.of("invoices").clear()
        assert (await here.target.look(task, write.operation, write.evidence)).settled is None
        for call in (here.target.plan(task), here.target.perform(task, write)):
            with pytest.raises(Park, match="gone") as parked:
                await call
            assert "discard" in parked.value.remedy


@pytest.mark.asyncio
async def test_an_answer_without_the_record_is_completed_by_reading() -> None:
    """What an instance answers to a change is not documented."""
    async with desk() as here:
        here.stand.instance.answers_shortly = True
        before = len(here.stand.asked)
        assert (await here.carry(told_invoice())).question is None
        assert here.stand.asked[before + 1 :] == [READ_INVOICE, PUT_INVOICE, READ_INVOICE]


@pytest.mark.asyncio
async def test_a_change_that_cannot_be_seen_is_looked_for_later() -> None:
    """It was taken, and then the instance broke: that is no known end."""
    async with desk() as here:
        here.stand.instance.answers_shortly = True
        write, task = await here.write_of(told_invoice()), here.task(told_invoice())

        def breaks(held: Any) -> Any:
            here.stand.instance.broken = True
            return held

        here.stand.instance.keeps = breaks
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        here.stand.instance.broken = False
        assert (await here.target.look(task, write.operation, write.evidence)).settled is not None


@pytest.mark.asyncio
async def test_a_change_that_may_not_be_seen_any_more_is_no_known_end() -> None:
    """It was taken, and then the token ended: what it emptied was not compared, so it is looked for."""
    async with desk() as here:
        here.stand.instance.answers_shortly = True
        write, task = await here.write_of(told_invoice()), here.task(told_invoice())

        def ends(held: Any) -> Any:
            here.stand.instance.gives_dead_tokens = True
            here.stand.instance.refuse_all_tokens()
            return held

        here.stand.instance.keeps = ends
        with pytest.raises(UnknownEnd, match="unauthorized"):
            await here.target.perform(task, write)


@pytest.mark.asyncio
async def test_an_instance_that_stores_something_else_is_told_to_a_person() -> None:
    """A text that is cut, and a change that empties what it does not name."""
    async with desk() as here:
        here.stand.instance.keeps = lambda held: held[:20]
        assert "note holds another text than was sent" in str((await here.carry(told_invoice())).question)
        here.stand.instance.keeps = lambda held: held
        here.stand.instance.replaces = True
        question = str((await here.carry(told_customer())).question)
        assert "became empty when accounting_resource_id was written" in question
        assert "organisation_number" in question
        assert "559903-1068" not in question
        here.links.clear()
        write, task = await here.write_of(told_invoice()), here.task(told_invoice())
        here.stand.instance.loses_answers = 1
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        found = (await here.target.look(task, write.operation, write.evidence)).settled
        assert found is not None
        assert "became empty" in str(found.question)


@pytest.mark.asyncio
async def test_refusals_say_what_to_do() -> None:
    """A change that is refused, a client that may not change, a token that ended, and too many calls."""
    async with desk() as here:
        instance = here.stand.instance
        instance.refuses_changes = 422
        with pytest.raises(Park, match="refused") as parked:
            await here.carry(told_invoice())
        assert "refuses to change note of its invoice (status 422)" in parked.value.remedy
        instance.refuses_changes = 403
        with pytest.raises(CredentialsLost):
            await here.carry(told_invoice())
        instance.refuses_changes = None
        write = await here.write_of(told_invoice())
        instance.refuse_all_tokens()
        before = len(here.stand.asked)
        settled = await here.target.perform(here.task(told_invoice()), write)
        assert settled.question is None
        assert here.stand.asked[before:] == [PUT_INVOICE, "POST /oauth/token", PUT_INVOICE]
        instance.busy = 1
        with pytest.raises(Throttled):
            await here.target.perform(here.task(told_invoice()), write)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "command",
    [
        told_invoice(record="order"),
        told_invoice(fields={"stage": "won"}),
        told_invoice(numbers=(("order_number", BILL),)),
        told_invoice(numbers=()),
        told_invoice(id="../customers"),
        EnsureSenderNote(target="flow", company="demo", thing=TOLD, record="customer", id=CUSTOMER_ID, text="x"),
        EnsureSenderTask(
            target="flow", company="demo", thing=TOLD, record="customer", id="1", title="x", due=date(2026, 11, 3)
        ),
        EnsureSenderRecord(target="flow", company="demo", thing=TOLD, record="customer", number="17"),
    ],
    ids=lambda command: command.kind,
)
async def test_what_there_is_no_place_for_is_parked_without_a_call(command: Command) -> None:
    """With what a person can do."""
    async with desk() as here:
        with pytest.raises(Park, match="no_place") as parked:
            await here.carry(command)
        assert "discard the command" in parked.value.remedy
        assert here.stand.asked == []


@pytest.mark.asyncio
async def test_a_field_that_holds_no_text_is_left_alone() -> None:
    """An instance where the name stands for a list of notes."""
    async with desk() as here:
        here.stand.instance.state.put("invoices", invoice(note=[{"id": "n-1"}]))
        with pytest.raises(Park, match="no_text") as parked:
            await here.carry(told_invoice())
        assert "invoice_note_field" in parked.value.remedy
        assert PUT_INVOICE not in here.stand.asked


@pytest.mark.asyncio
async def test_a_probe_is_one_short_list() -> None:
    """It proves token and address; an instance without such a list answers too."""
    async with desk() as here:
        await here.target.probe()
        here.stand.instance.knows_lists = False
        await here.target.probe()
        assert here.stand.asked == ["POST /oauth/token", "GET /api/v1/invoices", "GET /api/v1/invoices"]
        assert {query["per_page"] for query in here.stand.queries("/api/v1/invoices")} == {"1"}
        here.stand.instance.broken = True
        with pytest.raises(Later):
            await here.target.probe()


@pytest.mark.asyncio
async def test_reading_and_telling_share_one_window() -> None:
    """What is told is counted beside what is read."""
    async with desk() as here:
        free = here.target.room()
        await here.carry(told_customer())
        assert here.target.room() == free - 3
        assert (await here.stand.reader.facts()).left == free - 3


@pytest.mark.asyncio
async def test_without_the_section_there_is_no_target() -> None:
    """Nothing is written by default."""
    async with stand() as here:
        assert isinstance(here.reader, WritesBack)
        assert here.reader.target() is None


@given(st.text(), st.from_regex(r"[0-9]{1,9}", fullmatch=True), st.from_regex(r"[0-9]{1,9}", fullmatch=True))
def test_whatever_a_note_says_it_is_kept_and_our_line_stands_once(text: str, first: str, second: str) -> None:
    """Before our line all that was there; told again nothing changes, told anew only the number does."""
    meant, anew = (Meant("invoice", "i-1", "note", number, MARK) for number in (first, second))
    told = meant.told(text)
    assert told.startswith(text.rstrip())
    assert meant.shown(told) == first
    assert meant.told(told) == told
    assert anew.told(told).replace(anew.line, meant.line) == told
    assert told.count(MARK) == 1
