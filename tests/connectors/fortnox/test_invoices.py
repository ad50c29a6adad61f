"""Invoices: written completely, once, and compared to the öre."""

from decimal import Decimal

import pytest

from connectors.base import Held, Park
from connectors.fortnox.document_content import content_of
from handlers.values import Ref, reference
from tests.connectors.fortnox.stand import (
    INVOICE,
    Stand,
    booking,
    customer,
    invoice,
    row,
    stand,
)

MARK = reference(INVOICE.thing("demo"))


async def _with_customer(here: Stand) -> None:
    await here.carry_out(customer())


@pytest.mark.asyncio
@pytest.mark.capability("f26", "f49", "001-11")
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
        here.known[INVOICE].state["meant"] = content_of(repaired, "1", {}).meant["digest"]
        assert (await here.carry_out(repaired)).result == "unchanged"
        assert (await here.carry_out(booking())).result == "changed"


@pytest.mark.asyncio
@pytest.mark.capability("001-11")
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
        assert here.links.asked == [(own.thing.thing(here.target.company), 60)]
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
        assert (field, before) == ("row 1 Description", long)
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
