"""Writing at the stand-in of Upsales: read, merged, sent once, compared, and looked for where no answer came."""

from collections import deque
from dataclasses import replace
from typing import Any

import pytest

from connectors.base import CredentialsLost, Held, Later, Link, Park, Throttled, UnknownEnd, Write
from connectors.sources import WritesBack
from handlers.commands import EnsureSenderNote
from handlers.values import Ref
from tests.connectors.upsales.bodies import account, order, row
from tests.connectors.upsales.stand import TOKEN, standing
from tests.connectors.upsales.writing import CUSTOMER, INVOICE, MAIL, NUMBER, POST, WORDS, bench, follows, task, tells

# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_company_gets_its_customer_number_and_keeps_everything_else() -> None:
    """Its other custom fields go along in the list; the second time there is nothing to do."""
    async with bench() as made:
        made.state.put("accounts", account(custom=[MAIL, {"fieldId": 8, "value": None}], addresses=[POST]))
        command = tells("account", 318, customer_number=CUSTOMER)
        settled = await made.carry(command, customer="1027")
        assert (settled.result, settled.question) == ("changed", None)
        assert settled.link == Link("account", "318", {"customer_number": "1027"})
        [write] = made.state.writes
        assert (write["method"], write["path"]) == ("PUT", "/accounts/318")
        assert write["body"] == {"custom": [MAIL, {"fieldId": 8, "value": "1027"}]}
        assert made.record("accounts", 318)["custom"][0]["value"] == MAIL["value"]
        assert (await made.carry(command, customer="1027")).result == "unchanged"
        assert len(made.state.writes) == 1


@pytest.mark.asyncio
async def test_a_number_that_somebody_else_wrote_is_a_question_and_our_own_earlier_one_is_not() -> None:
    """After a customer was made anew its new number goes over the one that we wrote."""
    async with bench() as made:
        made.state.put("accounts", account(custom=[NUMBER]))
        command = tells("account", 318, customer_number=CUSTOMER)
        with pytest.raises(Held, match="another_number") as caught:
            await made.planned(command, customer="2001")
        assert "1027" in caught.value.remedy
        ours = Link("account", "318", {"customer_number": "1027"})
        assert (await made.carry(command, ours, customer="2001")).result == "changed"
        assert [entry["value"] for entry in made.record("accounts", 318)["custom"]] == ["2001"]


@pytest.mark.asyncio
@pytest.mark.capability("003-09")
async def test_an_order_gets_its_numbers_without_a_notice_and_keeps_its_rows() -> None:
    """Only its custom fields are sent; ``notify`` is false."""
    async with bench() as made:
        purchase = {"fieldId": 3, "value": "PO-88213"}
        made.state.put("orders", order(custom=[purchase], orderRow=[row(id=5101)]))
        settled = await made.carry(tells("order", 4711, invoice_number=INVOICE), invoice="17")
        assert (settled.result, settled.question, settled.link) == ("changed", None, Link("order", "4711", {}))
        [write] = made.state.writes
        assert write["body"] == {"custom": [purchase, {"fieldId": 33, "value": "17"}], "notify": False}
        assert [one["id"] for one in made.record("orders", 4711)["orderRow"]] == [5101]


@pytest.mark.asyncio
async def test_what_has_no_place_or_no_record_or_no_meaning_is_refused_before_any_write() -> None:
    """Each with what to do about it."""
    async with bench(write_back={"invoice_number_field": 33}) as made:
        made.state.put("orders", order())
        offer = Ref(system="ups", kind="offer", id="4711")
        with pytest.raises(Park, match="no_place") as caught:
            await made.planned(tells("order", 4711, offer_number=offer), offer="3")
        assert "offer_number" in caught.value.remedy
        with pytest.raises(Park, match="gone"):
            await made.planned(tells("order", 4712, invoice_number=INVOICE), invoice="17")
        note = EnsureSenderNote(
            target="ups", company="demo", thing=CUSTOMER, record="account", id="318", text="Nöjd kund"
        )
        with pytest.raises(Park, match="not_taken") as caught:
            await made.planned(note)
        assert "takes no notes" in caught.value.remedy
        with pytest.raises(Park, match="not_linkable"):
            await made.target.identify(task(tells("order", 4711)), "order", "4711")
        assert made.state.writes == []


# --- stages -----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("here", "wanted", "then"),
    [
        (10, "won", 12),
        (10, "lost", 7),
        (3, "offer", 10),
        (3, "won", 12),
        (12, "lost", 7),
        (13, "won", 13),
        (15, "won", 15),
        (12, "offer", 12),
        (15, "offer", 15),
        (7, "offer", 7),
        (7, "won", 7),
        (7, "lost", 7),
    ],
)
async def test_a_stage_is_the_first_of_its_group_and_what_is_closed_stays_so(here: int, wanted: str, then: int) -> None:
    """An order that stands in one of the group already is left alone, a won one never becomes an offer."""
    async with bench(won_stage=[12, 13], invoice_stage=15) as made:
        made.state.put("orders", order(stage={"id": here}))
        made.state.put("orderstages", {"id": 7, "name": "Förlorad", "probability": 0})
        settled = await made.carry(tells("order", 4711, stage=wanted))
        assert settled.result == ("unchanged" if here == then else "changed")
        assert made.record("orders", 4711)["stage"]["id"] == then
        assert [write["body"] for write in made.state.writes] == (
            [] if here == then else [{"stage": {"id": then}, "notify": False}]
        )


# --- unknown ends, refusals -------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["lost", "broken"])
async def test_a_change_without_an_answer_is_seen_by_a_look(fault: Any) -> None:
    """A change on its record, a new one by its number; before the call, or after a person's other change: absent."""
    async with bench() as made:
        made.state.put("accounts", account(custom=[MAIL]))
        told = task(tells("account", 318, customer_number=CUSTOMER), customer="1027")
        company = task(follows("1028", made_with={"name": "Kajplats AB"}, create=True))
        product = task(follows("BM-20", "product", fields={"name": "Bottenmålning"}, create=True))
        for asked, far in ((told, "account:318"), (company, None), (product, None)):
            write = await made.target.plan(asked)
            assert isinstance(write, Write)
            before = await made.target.look(asked, write.operation, write.evidence)
            assert before.settled is None
            made.state.faults = deque([fault])
            with pytest.raises(UnknownEnd):
                await made.target.perform(asked, write)
            found = (await made.target.look(asked, write.operation, write.evidence)).settled
            assert found is not None
            assert found.link is not None
            assert (found.result, found.question) == ("created" if far is None else "changed", None)
            assert far in {None, f"{found.link.kind}:{found.link.number}"}
        assert len(made.state.writes) == 3
        made.record("accounts", 318)["custom"] = [MAIL]
        write = await made.target.plan(told)
        assert isinstance(write, Write)
        assert (await made.target.look(told, write.operation, write.evidence)).settled is None


@pytest.mark.asyncio
async def test_two_companies_with_the_number_after_a_lost_answer_are_a_question() -> None:
    """One was made too many: a person says which."""
    async with bench() as made:
        company = task(follows("1028", made_with={"name": "Kajplats AB"}, create=True))
        write = await made.target.plan(company)
        assert isinstance(write, Write)
        for number in (318, 319):
            made.state.put("accounts", account(id=number, custom=[{**NUMBER, "value": "1028"}]))
        found = (await made.target.look(company, write.operation, write.evidence)).settled
        assert found is not None
        assert "318, 319" in (found.question or "")


@pytest.mark.asyncio
async def test_what_upsales_stores_otherwise_is_a_question_and_a_bare_answer_is_read_again() -> None:
    """An answer with the id alone proves nothing; one that was not stored, or lost something, is told."""
    async with bench() as made:
        made.state.put("orders", order(orderRow=[row(id=5101)], custom=[{"fieldId": 3, "value": "PO-1"}]))
        command = tells("order", 4711, invoice_number=INVOICE)
        made.state.faults = deque(["ignored", "bare"])
        settled = await made.carry(command, invoice="17")
        assert "custom field 33" in (settled.question or "")
        assert (await made.carry(command, invoice="17")).question is None
        asked = task(command, invoice="18")
        write = await made.target.plan(asked)
        assert isinstance(write, Write)
        made.record("orders", 4711).update(orderRow=[], custom=[])
        settled = await made.target.perform(asked, write)
        assert "orderRow:5101" in (settled.question or "")


@pytest.mark.asyncio
async def test_refusals_say_what_to_do_and_never_the_key() -> None:
    """A refused change is parked, a refused key stops everything, a full window waits; errors inside 200 count."""
    async with bench() as made:
        made.state.put("orders", order())
        asked = task(tells("order", 4711, invoice_number=INVOICE), invoice="17")
        write = await made.target.plan(asked)
        assert isinstance(write, Write)
        made.state.faults = deque(["refused"])
        with pytest.raises(Park, match="refused") as caught:
            await made.target.perform(asked, write)
        assert (caught.value.detail, "retry" in caught.value.remedy) == ("InvalidAttributes", True)
        inside: list[tuple[int, Any]] = [
            (401, CredentialsLost),
            (429, Throttled),
            (500, UnknownEnd),
            (404, Park),
            (400, Park),
        ]
        for code, kind in inside:
            made.stand.failing(200, {"error": {"key": f"no {TOKEN}", "code": code}, "data": None})
            with pytest.raises(kind) as refused:
                await made.target.perform(asked, write)
            assert TOKEN not in f"{refused.value} {refused.value.detail} {refused.value.remedy}"
        made.stand.failing(403, {"error": {"key": "x"}})
        with pytest.raises(CredentialsLost):
            await made.target.probe()
        assert made.state.writes == []


@pytest.mark.asyncio
async def test_a_filter_that_upsales_ignores_proves_no_absence() -> None:
    """A whole page of companies that do not fit: nothing is made."""
    async with bench() as made:
        everyone = [account(id=number, orgNo=None) for number in range(1, 101)]
        made.stand.failing(200, {"error": None, "data": everyone})
        with pytest.raises(Later, match="filter_ignored"):
            await made.planned(follows("1027", made_with=WORDS, create=True))
        products = [{"id": number, "articleNo": str(number)} for number in range(1, 101)]
        made.stand.failing(200, {"error": None, "data": products})
        with pytest.raises(Later, match="filter_ignored"):
            await made.planned(follows("BM-20", "product", fields={"name": "x"}, create=True))


@pytest.mark.asyncio
async def test_without_the_table_nothing_can_be_written() -> None:
    """The reader has no target, and the probe of one that has is one cheap call."""
    async with standing(write_back=None) as stand:
        assert isinstance(stand.reader, WritesBack)
        assert stand.reader.target() is None
    async with bench() as made:
        await made.target.probe()
        assert [(call["method"], call["path"]) for call in made.state.calls] == [("GET", "/api/v2/currencies")]
        assert made.target.budget().used == 1


@pytest.mark.asyncio
async def test_the_offer_that_an_order_was_is_told_where_it_is_known() -> None:
    """Beside the order's own number; of one that is not linked, nothing is said."""
    offer = Ref(system="ups", kind="offer", id="4711")
    async with bench() as here:
        here.state.put("orders", order())
        command = tells("order", 4711, invoice_number=INVOICE).model_copy(update={"also": (("offer_number", offer),)})
        asked = task(command, invoice="1042")
        first = await here.target.plan(asked)
        assert isinstance(first, Write)
        assert sorted(first.evidence["prints"]) == ["custom:33"]
        known = replace(asked, refs={**asked.refs, offer: Link("offer", "7", {})})
        second = await here.target.plan(known)
        assert isinstance(second, Write)
        assert sorted(second.evidence["prints"]) == ["custom:31", "custom:33"]
