"""Articles: known by number, made once, and deciding the VAT that a source does not state."""

from decimal import Decimal

import pytest

from connectors.base import Held, Link
from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.paperwork import ARTICLE, article, found, lose, order, with_customer
from tests.connectors.fortnox.stand import INVOICE, Stand, booking, invoice, payment, row, stand

KAFFE = {"ArticleNumber": "K-100", "Description": "Kaffe", "SalesAccount": 3002, "VAT": 12}


@pytest.mark.asyncio
async def test_an_article_that_stands_there_is_one_read_and_then_none() -> None:
    """Its VAT and account are remembered; nothing of it is changed."""
    async with stand() as here:
        await here.seed(articles=[KAFFE])
        settled = await here.carry_out(article())
        assert (settled.result, await here.calls()) == ("found", ["GET /3/articles/K-100"])
        assert here.known[ARTICLE].state["vat"] == "12"
        assert (await here.carry_out(article())).result == "unchanged"
        assert await here.spent() == 1


@pytest.mark.asyncio
@pytest.mark.capability("f30", "001-13")
async def test_a_missing_article_is_a_question_or_is_made() -> None:
    """By the company's policy; without a VAT rate nothing is made on a guess."""
    async with stand() as here:
        with pytest.raises(Held, match="article_missing") as question:
            await here.carry_out(article())
        assert "K-100" in question.value.remedy
        with pytest.raises(Held, match="article_missing"):
            await here.carry_out(article(create=True, vat=None, account=None))
        settled = await here.carry_out(article(create=True))
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("articles")
        assert (stored["Description"], stored["Unit"], stored["VAT"]) == ("Kaffe", "st", 25)


@pytest.mark.asyncio
async def test_an_inactive_article_is_a_question() -> None:
    """A person activates it, and the next try goes on."""
    async with stand() as here:
        await here.seed(articles=[KAFFE | {"Active": False}])
        with pytest.raises(Held, match="article_inactive"):
            await here.carry_out(article())


@pytest.mark.asyncio
@pytest.mark.capability("f51", "f30", "001-13")
async def test_a_lost_article_is_found_by_its_number_and_a_used_number_is_no_error() -> None:
    """The number is the proof; two documents that ask for the same new article make it once."""
    async with stand() as here:
        wanted = article(create=True)
        refused = await lose(here, wanted, "reset_before")
        assert await found(here, wanted, refused) is None
        second = await here.write_of(wanted)
        write = await lose(here, wanted)
        assert (await here.target.perform(here.task(wanted), second)).result == "found"
        assert (await found(here, wanted, write)).result == "created"
        assert len(await here.stored("articles")) == 1


@pytest.mark.asyncio
async def test_an_article_that_was_stored_with_another_rate_is_a_question() -> None:
    """Rows would take the wrong VAT from it."""
    async with stand() as here:
        write = await here.write_of(article(create=True))
        await here.seed(articles=[KAFFE])
        sighting = await here.target.look(here.task(article(create=True)), write.operation, write.evidence)
        assert sighting.settled is not None
        assert "VAT: meant 25, stored 12" in str(sighting.settled.question)


async def _from_article(here: Stand) -> None:
    await with_customer(here)
    await here.seed(articles=[KAFFE])
    await here.carry_out(article())


@pytest.mark.asyncio
@pytest.mark.parametrize("rounding", ["row", "rate"])
async def test_vat_that_nobody_states_comes_from_the_article(rounding: str) -> None:
    """The net is the source's to the öre; VAT and total by either way of rounding; the payment is the whole of it."""
    bare = row(article=ARTICLE, vat=None, account=None, quantity=Decimal(1), price=Decimal("10.04"))
    company = CompanySettings(rate_limit=0, vat_rounding=rounding, round_to_whole_kronor=False)  # type: ignore[arg-type]
    async with stand(company=company) as here:
        await _from_article(here)
        command = invoice(rows=(bare,) * 3, total_excluding_vat=Decimal("30.12"), total_vat=None, total=None)
        settled = await here.carry_out(command)
        assert settled.question is None
        (stored,) = await here.stored("invoices")
        (line, *_) = stored["InvoiceRows"]
        assert (line["ArticleNumber"], line["VAT"], line["AccountNumber"]) == ("K-100", 12, 3002)
        exact = here.known[INVOICE].state["exact"]
        assert exact == {"row": "33.72", "rate": "33.73"}[rounding]
        await here.carry_out(booking())
        assert (await here.carry_out(payment(amount=None))).question is None
        (paid,) = await here.stored("payments")
        assert str(paid["AmountCurrency"]) == exact


@pytest.mark.asyncio
async def test_a_net_that_the_rows_do_not_give_is_held_before_any_call() -> None:
    """Nothing is made on a guess."""
    bare = row(article=ARTICLE, vat=None, account=None)
    async with stand() as here:
        await _from_article(here)
        before = await here.spent()
        with pytest.raises(Held, match="totals_differ"):
            await here.carry_out(
                invoice(rows=(bare,), total_excluding_vat=Decimal("100.01"), total_vat=None, total=None)
            )
        assert await here.spent() == before


@pytest.mark.asyncio
async def test_an_article_without_vat_or_account_is_a_question() -> None:
    """It stands there, but decides nothing."""
    async with stand() as here:
        await with_customer(here)
        here.known[ARTICLE] = Link("article", "K-100", {"vat": "25", "account": "0"})
        bare = row(article=ARTICLE, vat=None, account=None)
        with pytest.raises(Held, match="article_without_vat"):
            await here.carry_out(order(rows=(bare,), total_vat=None, total=None))


@pytest.mark.asyncio
async def test_a_stated_rate_beats_the_article_s_and_another_number_may_be_linked() -> None:
    """The row names the article that a person linked."""
    async with stand() as here:
        await with_customer(here)
        await here.seed(articles=[KAFFE | {"ArticleNumber": "77"}])
        identified = await here.target.identify(here.task(article()), "article", "77")
        assert identified.link is not None
        here.known[ARTICLE] = identified.link
        assert (await here.carry_out(order(rows=(row(article=ARTICLE),)))).question is None
        (line,) = (await here.stored("orders"))[0]["OrderRows"]
        assert (line["ArticleNumber"], line["VAT"], line["Description"]) == ("77", 25, "K-100 Kaffe")
