"""Invoices: written completely, once, compared to the öre, found again by our mark."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Held, Later, Park, Settled, UnknownEnd
from connectors.fortnox.invoice_content import differences, meant, rows_of, updated_rows
from handlers.values import Ref, reference
from tests.connectors.fortnox.stand import (
    CUSTOMER,
    INVOICE,
    Stand,
    booking,
    customer,
    invoice,
    row,
    stand,
    uneven,
)

MARK = reference(INVOICE.thing("demo"))


async def _with_customer(here: Stand) -> None:
    await here.carry_out(customer())


async def _lost(here: Stand, kind: str = "answer_lost", **more: Any) -> Any:
    """Send the invoice and lose its answer; gives the write."""
    write = await here.write_of(invoice())
    await here.fault(kind, "POST", "/3/invoices", **more)
    with pytest.raises(UnknownEnd):
        await here.target.perform(here.task(invoice()), write)
    return write


@pytest.mark.asyncio
@pytest.mark.capability("f26", "f49")
async def test_an_invoice_for_a_known_customer_is_one_call() -> None:
    """One POST, everything stated: nothing is left to a default."""
    async with stand() as here:
        await _with_customer(here)
        before = await here.spent()
        settled = await here.carry_out(invoice())
        assert await here.spent() - before == 1
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("invoices")
        assert stored["ExternalInvoiceReference1"] == MARK
        assert stored["ExternalInvoiceReference2"] == "shop order 1042"
        assert stored["YourOrderNumber"] == "1042"
        assert (stored["InvoiceDate"], stored["DueDate"]) == ("2026-11-20", "2026-12-20")
        assert Decimal(str(stored["Total"])) == 125
        (line,) = stored["InvoiceRows"]
        assert (line["Description"], line["Unit"], line["AccountNumber"]) == ("K-100 Kaffe", "st", 3001)
        state = here.known[INVOICE].state
        assert (state["booked"], state["mismatch"], state["exact"], state["currency"]) == (False, False, "125", "SEK")


@pytest.mark.asyncio
@pytest.mark.parametrize(("keys", "calls"), [({}, 3), ({"organisation_number": "559904-2032"}, 4)])
@pytest.mark.capability("f26")
async def test_the_whole_cost_for_an_unknown_buyer(keys: dict[str, str], calls: int) -> None:
    """Three calls with an e-mail address only, four with an organisation number."""
    async with stand() as here:
        await here.carry_out(customer(**keys))
        await here.carry_out(invoice())
        assert await here.spent() == calls


@pytest.mark.asyncio
async def test_the_same_money_again_costs_nothing() -> None:
    """A second event of the order with other dates: no call, one invoice."""
    async with stand() as here:
        await _with_customer(here)
        await here.carry_out(invoice())
        before = await here.spent()
        again = invoice(invoice_date=invoice().due_date)
        assert (await here.carry_out(again)).result == "unchanged"
        assert await here.spent() == before


@pytest.mark.asyncio
async def test_prices_with_vat_and_discount_agree_to_the_ore() -> None:
    """Prices including VAT and a discount in percent."""
    async with stand() as here:
        await _with_customer(here)
        settled = await here.carry_out(
            invoice(
                prices_include_vat=True,
                rows=(row(quantity=Decimal(3), price=Decimal("99.90"), discount_percent=Decimal("10.5")),),
                total_excluding_vat=Decimal("214.58"),
                total_vat=Decimal("53.65"),
                total=Decimal("268.23"),
            )
        )
        assert settled.question is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"total_vat": Decimal("25.01")}, "TotalVAT: meant 25.01, stored"),
        ({"total": Decimal("125.01")}, "Total: meant 125.01"),
    ],
)
async def test_a_difference_of_one_ore_is_held_and_linked(wrong: dict[str, Decimal], named: str) -> None:
    """The invoice exists, so it is linked, but it stays unbooked and the difference is named."""
    async with stand() as here:
        await _with_customer(here)
        settled = await here.carry_out(invoice(**wrong))
        assert settled.link is not None
        assert named in str(settled.question)
        with pytest.raises(Held, match="totals_differ"):
            await here.carry_out(booking())
        with pytest.raises(Held, match="totals_differ"):
            await here.carry_out(invoice(**wrong))


@pytest.mark.asyncio
async def test_a_difference_that_a_person_repaired_is_accepted() -> None:
    """The invoice is read again, agrees now, and can be booked."""
    async with stand(company=None) as here:
        await _with_customer(here)
        wrong = invoice(total_excluding_vat=Decimal(200), total_vat=Decimal(50), total=Decimal(250))
        assert (await here.carry_out(wrong)).question
        rows = [{"Description": "x", "DeliveredQuantity": "2", "Price": 100, "VAT": 25, "AccountNumber": 3001}]
        async with here.session.put(
            f"{here.url}/3/invoices/1",
            json={"Invoice": {"InvoiceRows": rows}},
            headers={"Authorization": f"Bearer {await here.target.client.credentials.token()}"},
        ) as answer:
            assert answer.status == 200
        repaired = wrong.model_copy(update={"rows": (row(price=Decimal(100), description="x"),)})
        here.known[INVOICE].state["meant"] = meant(repaired, "1", rows_of(repaired)[0])["digest"]
        assert (await here.carry_out(repaired)).result == "unchanged"
        assert (await here.carry_out(booking())).result == "changed"


@pytest.mark.asyncio
async def test_changed_rows_replace_the_old_ones_completely() -> None:
    """Fewer, more and other rows: nothing of an old row leaks into a new one."""
    async with stand() as here:
        await _with_customer(here)
        first = row(discount_percent=Decimal(50), description="första", quantity=Decimal(1), price=Decimal(100))
        second = row(description="andra", quantity=Decimal(1), price=Decimal(50))
        two = invoice(rows=(first, second))
        assert (await here.carry_out(two)).question is None
        bare = row(description="ny", unit=None, quantity=Decimal(1), price=Decimal(40))
        changed = invoice(
            rows=(bare, bare, bare), total_excluding_vat=Decimal(120), total_vat=Decimal(30), total=Decimal(150)
        )
        settled = await here.carry_out(changed)
        assert (settled.result, settled.question) == ("changed", None)
        one = await here.carry_out(invoice())
        assert (one.result, one.question) == ("changed", None)
        (stored,) = await here.stored("invoices")
        assert [line["Description"] for line in stored["InvoiceRows"]] == ["K-100 Kaffe"]
        assert here.target.far_object(here.task(invoice())) == "invoice:1"


@pytest.mark.asyncio
async def test_a_unit_that_is_gone_is_cleared() -> None:
    """An empty text would not clear it (facts 1.8)."""
    async with stand() as here:
        await _with_customer(here)
        await here.carry_out(invoice())
        await here.carry_out(invoice(rows=(row(unit=None, description="utan enhet"),)))
        (stored,) = await here.stored("invoices")
        assert stored["InvoiceRows"][0]["Unit"] in {"", None}


def test_an_update_states_everything() -> None:
    """RowIds are reused in order; article, unit and housework of an old row are cleared by name."""
    rows, _ = rows_of(invoice(rows=(row(unit=None), row())))
    old = [{"RowId": 7, "Unit": "h", "ArticleNumber": "A", "HouseWork": True, "Discount": 5}]
    first, second = updated_rows(rows, old)
    assert (first["RowId"], first["Unit"], first["ArticleNumber"], first["HouseWork"]) == (7, "API_BLANK", None, False)
    assert first["Discount"] == 0
    assert "RowId" not in second


@pytest.mark.asyncio
@pytest.mark.parametrize(("state", "reason"), [("bookkeep", "invoice_booked"), ("cancel", "invoice_cancelled")])
async def test_a_booked_or_cancelled_invoice_is_not_changed(state: str, reason: str) -> None:
    """A person booked or cancelled it meanwhile: held, nothing written."""
    async with stand() as here:
        await _with_customer(here)
        await here.carry_out(invoice())
        name = {"bookkeep": "book_invoice", "cancel": "cancel_invoice"}[state]
        await here.target.client.request(name, "1")
        with pytest.raises(Held, match=reason):
            await here.carry_out(invoice(rows=(row(description="annat"),)))


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_lost_answer_is_resolved_with_proof() -> None:
    """Timeout or reset after the effect: the look finds exactly that invoice, and a second POST never goes."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here)
        sighting = await here.target.look(here.task(invoice()), write.operation, write.evidence)
        assert sighting.settled is not None
        assert sighting.settled.link is not None
        assert (sighting.settled.link.number, sighting.settled.question) == ("1", None)
        assert sighting.proof["matched"] == ["1"]
        assert (await here.calls()).count("POST /3/invoices") == 1


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_late_effect_is_seen_by_the_later_look() -> None:
    """The first look proves nothing yet; once the effect is there, the next one finds it."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here, "late_effect", seconds=0.2)
        looks = 0
        while (await here.target.look(here.task(invoice()), write.operation, write.evidence)).settled is None:
            looks += 1
        assert looks > 0
        assert len(await here.stored("invoices")) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f46")
async def test_the_mark_is_compared_exactly_over_all_pages() -> None:
    """Fortnox matches by prefix: five hundred longer references are not ours, the one on the second page is."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here, "reset_before")
        base = {"CustomerNumber": "1", "InvoiceRows": []}
        await here.seed(invoices=[base | {"ExternalInvoiceReference1": f"{MARK}-{n}"} for n in range(500)])
        task = here.task(invoice())
        assert (await here.target.look(task, write.operation, write.evidence)).settled is None
        await here.seed(invoices=[base | {"ExternalInvoiceReference1": MARK}])
        settled = (await here.target.look(task, write.operation, write.evidence)).settled
        assert settled is not None
        assert settled.link is not None
        assert settled.link.number == "501"
        assert "not what was meant" in str(settled.question)


@pytest.mark.asyncio
@pytest.mark.capability("f50")
@pytest.mark.parametrize("path", ["/3/invoices", "/3/invoices/1"])
async def test_a_look_that_fails_is_no_absence(path: str) -> None:
    """Search or invoice unreadable: an error, so nothing is sent."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here)
        await here.fault("html", "GET", path)
        with pytest.raises(Later):
            await here.target.look(here.task(invoice()), write.operation, write.evidence)


@pytest.mark.asyncio
async def test_what_is_no_proof() -> None:
    """Linked to another thing of ours: not counted. Two hits: the lowest and a question. Cancelled: a question."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here)
        await here.carry_out(invoice())
        task = here.task(invoice())
        both = (await here.target.look(task, write.operation, write.evidence)).settled
        assert isinstance(both, Settled)
        assert both.link is not None
        assert both.link.number == "1"
        assert "1, 2 all carry our mark" in str(both.question)
        here.links.elsewhere = {"invoice:1", "invoice:2"}
        assert (await here.target.look(task, write.operation, write.evidence)).settled is None
        here.links.elsewhere = {"invoice:1"}
        await here.target.client.request("cancel_invoice", "2")
        cancelled = (await here.target.look(task, write.operation, write.evidence)).settled
        assert cancelled is not None
        assert "cancelled" in str(cancelled.question)
        assert cancelled.link is not None
        here.known[INVOICE] = cancelled.link
        with pytest.raises(Held, match="invoice_cancelled"):
            await here.carry_out(booking())


@pytest.mark.asyncio
async def test_a_company_that_is_looking_finds_what_stands_there() -> None:
    """An emptied link table: one more call per invoice, and nothing is made twice."""
    async with stand() as here:
        await _with_customer(here)
        await here.carry_out(invoice())
        del here.known[INVOICE]
        here.looking = True
        settled = await here.carry_out(invoice())
        assert settled.result == "found"
        assert len(await here.stored("invoices")) == 1
        other = invoice(thing=Ref(system="shop", kind="order_invoice", id="7"), number="7")
        before = await here.spent()
        await here.carry_out(other)
        assert await here.spent() - before == 2


@pytest.mark.asyncio
async def test_an_update_with_an_unknown_end_is_read_again() -> None:
    """Also a change of texts alone is told apart."""
    async with stand() as here:
        await _with_customer(here)
        await here.carry_out(invoice())
        command = invoice(rows=(row(description="nytt"),))
        write = await here.write_of(command)
        task = here.task(command)
        assert (await here.target.look(task, write.operation, write.evidence)).settled is None
        await here.fault("answer_lost", "PUT", "/3/invoices/1")
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        found = (await here.target.look(task, write.operation, write.evidence)).settled
        assert found is not None
        assert (found.result, found.question) == ("changed", None)


@pytest.mark.asyncio
async def test_one_sale_as_order_and_invoice_is_a_question() -> None:
    """A source's own invoice of the same customer, total and currency is held before any call."""
    async with stand() as here:
        await _with_customer(here)
        own = invoice(thing=Ref(system="shop", kind="invoice", id="9"), made_from="invoice", hold_same_total_days=60)
        here.links.same = "invoice 1"
        before = await here.spent()
        with pytest.raises(Held, match="same_sale"):
            await here.carry_out(own)
        assert await here.spent() == before
        assert here.links.asked == [("1", "125.00", "SEK", 60)]
        here.links.same = None
        assert (await here.carry_out(own)).result == "created"
        assert (await here.carry_out(invoice())).result == "created"
        assert len(here.links.asked) == 2


@pytest.mark.asyncio
async def test_a_foreign_currency_takes_its_rate_from_the_register() -> None:
    """One more call; the source's own rate costs none; an unknown currency is parked."""
    async with stand() as here:
        await here.seed(currencies=[{"Code": "ISK", "Description": "ISK", "SellRate": 98.5, "Unit": 100}])
        await _with_customer(here)
        before = await here.spent()
        settled = await here.carry_out(invoice(currency="ISK"))
        assert await here.spent() - before == 2
        assert settled.question is None
        (stored,) = await here.stored("invoices")
        assert (str(stored["CurrencyRate"]), str(stored["CurrencyUnit"])) == ("98.5", "100")
        given = invoice(
            thing=Ref(system="shop", kind="order_invoice", id="8"), currency="ISK", currency_rate=Decimal("0.99")
        )
        assert (await here.carry_out(given)).question is None
        assert await here.spent() - before == 3
        unknown = invoice(thing=Ref(system="shop", kind="order_invoice", id="9"), currency="XTS")
        with pytest.raises(Park, match="currency_missing"):
            await here.carry_out(unknown)


@pytest.mark.asyncio
@pytest.mark.parametrize("wrong", [{"number": "9" * 76}, {"number": "A|1"}, {"origin": "x" * 81}, {"origin": "å<b"}])
async def test_numbers_are_never_altered(wrong: dict[str, str]) -> None:
    """Too long or with a refused character: parked before any call."""
    async with stand() as here:
        await _with_customer(here)
        before = await here.spent()
        with pytest.raises(Park, match="unwritable_reference"):
            await here.carry_out(invoice(**wrong))
        assert await here.spent() == before


@pytest.mark.asyncio
async def test_texts_are_fitted_and_the_change_is_told() -> None:
    """A long description with a line break and emoji; a number that Fortnox cuts is in the proof."""
    async with stand() as here:
        await _with_customer(here)
        long = "rad\nett 😀 " + "ord " * 100
        command = invoice(rows=(row(description=long),), number="N" * 40)
        write = await here.write_of(command)
        ((field, before, after),) = write.altered
        assert (field, before) == ("InvoiceRows 1 Description", long)
        settled = await here.carry_out(command)
        (stored,) = await here.stored("invoices")
        assert stored["InvoiceRows"][0]["Description"] == after
        assert after.startswith("rad ett ord")
        assert settled.proof["cut"]["YourOrderNumber"]["stored"] == "N" * 30


@pytest.mark.asyncio
async def test_an_unknown_account_or_rate_is_parked_with_its_cause() -> None:
    """A refusal is a known end: nothing exists, the cause is said."""
    async with stand() as here:
        await _with_customer(here)
        with pytest.raises(Park, match="account_not_in_chart"):
            await here.carry_out(invoice(rows=(row(account=9999),)))
        with pytest.raises(Park):
            await here.carry_out(invoice(rows=(row(vat=Decimal(17)),)))
        assert await here.stored("invoices") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("CustomerNumber", "2"),
        ("Currency", "EUR"),
        ("VATIncluded", True),
        ("Net", 99),
        ("TotalVAT", None),
        ("Freight", 1),
        ("AdministrationFee", "0.01"),
        ("Total", 124),
        ("RoundOff", "1"),
        ("InvoiceRows", []),
    ],
)
def test_every_field_of_the_money_is_compared(field: str, value: object) -> None:
    """Each of them alone is a difference; without any there is none."""
    command = invoice()
    ours = meant(command, "1", rows_of(command)[0])
    line = {"Price": 50, "DeliveredQuantity": "2.00", "VAT": 25, "AccountNumber": 3001, "Discount": 0}
    good: dict[str, Any] = {
        "CustomerNumber": "1",
        "Currency": "SEK",
        "VATIncluded": False,
        "Net": 100,
        "TotalVAT": Decimal("25.00"),
        "Freight": 0,
        "AdministrationFee": 0,
        "Total": 125,
        "RoundOff": 0,
        "InvoiceRows": [line],
    }
    assert differences(ours, good) == []
    assert len(differences(ours, good | {field: value})) == 1


@pytest.mark.parametrize("field", ["Price", "DeliveredQuantity", "VAT", "AccountNumber", "Discount"])
def test_every_field_of_a_row_is_compared(field: str) -> None:
    """One wrong field of one row is one difference, with row, meant and stored."""
    command = uneven()
    ours = meant(command, "1", rows_of(command)[0])
    line: dict[str, Any] = {"Price": Decimal("80.24"), "DeliveredQuantity": "1", "VAT": 25, "AccountNumber": 3001}
    line["Discount"] = 0
    good: dict[str, Any] = {
        "CustomerNumber": "1", "Currency": "SEK", "VATIncluded": False, "Net": Decimal("80.24"),
        "TotalVAT": Decimal("20.06"), "Freight": 0, "AdministrationFee": 0, "Total": 100, "RoundOff": Decimal("-0.30"),
        "InvoiceRows": [line],
    }  # fmt: skip
    assert differences(ours, good) == []
    (found,) = differences(ours, good | {"InvoiceRows": [line | {field: "7"}]})
    assert found.startswith(f"row 1 {field}: meant ")


def test_the_customer_ref_is_needed() -> None:
    """The invoice waits for its customer."""
    assert invoice().refs == (CUSTOMER,)
