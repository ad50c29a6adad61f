"""The reader against the stand-in: tokens, single records, lists, refusals, and no secret in any error."""

import asyncio
import socket
from datetime import timedelta

import pytest

from connectors.base import CredentialsLost, Json, Later, Park, Throttled, Unreachable
from connectors.sources import Needs, ReaderFacts, Wanted
from handlers.events import InvoiceChanged
from tests.connectors.subscriptionflow.bodies import (
    CLIENT_SECRET,
    CUSTOMER_ID,
    INVOICE_ID,
    charge,
    custom_callback,
    event,
    invoice,
    item,
    outcome,
    reads,
    transaction,
)
from tests.connectors.subscriptionflow.stand import SINCE, Stand, stand

INVOICE = Wanted("invoice", "invoice", INVOICE_ID)
TRANSACTIONS = Wanted("transactions", "transactions", INVOICE_ID)
TOKEN_CALL = "POST /oauth/token"


async def understood(here: Stand) -> InvoiceChanged:
    """Ask, read what is missing, and ask again, as the daemon does."""
    found: dict[str, Json | None] = {}
    for _ in range(5):
        answer = outcome(custom_callback(), found)
        if isinstance(answer, Needs):
            for wanted in answer.wanted:
                found[wanted.name] = await here.reader.read(wanted)
            continue
        assert isinstance(answer, tuple)
        [only] = answer
        assert isinstance(only, InvoiceChanged)
        return only
    raise AssertionError("more rounds than there are records")


@pytest.mark.capability("003-07")
@pytest.mark.asyncio
async def test_a_callback_is_understood_by_reading() -> None:
    """One token, then invoice, customer and transactions, once each; the event is that of the same records."""
    async with stand() as here:
        assert await understood(here) == event(reads())
        assert here.asked == [
            TOKEN_CALL,
            f"GET /api/v1/invoices/{INVOICE_ID}",
            f"GET /api/v1/customers/{CUSTOMER_ID}",
            f"GET /api/v1/invoices/{INVOICE_ID}/link/transactions",
        ]


@pytest.mark.asyncio
async def test_a_product_is_read_where_a_charge_has_no_name() -> None:
    """By its id, in the same round."""
    async with stand() as here:
        here.instance.state.put("invoices", invoice(items=[item(charge(plan_price="N/A"))]))
        here.instance.state.put("products", {"id": "product-1", "name": "Pro", "sku": "PRO-1"})
        [line] = (await understood(here)).document.lines
        assert (line.sku, line.description) == ("PRO-1", "Pro 2026-11-01 – 2026-11-30")


@pytest.mark.asyncio
async def test_a_record_that_is_not_there_is_none() -> None:
    """Only where the instance says so."""
    async with stand() as here:
        assert await here.reader.read(Wanted("invoice", "invoice", "unknown")) is None


@pytest.mark.asyncio
async def test_all_pages_of_the_transactions_are_one_list() -> None:
    """However many there are; an instance without that path gives none, and its refusal is no error."""
    async with stand(page_size=2) as here:
        here.instance.state.put("transactions", *(transaction(id=f"t{number}") for number in range(4)))
        answer = await here.reader.read(TRANSACTIONS)
        assert answer is not None
        assert len(answer["data"]) == 5
        here.instance.knows_links = False
        assert await here.reader.read(TRANSACTIONS) is None


@pytest.mark.capability("f89")
@pytest.mark.asyncio
async def test_one_token_is_asked_for_at_a_time() -> None:
    """Ten calls at once share one token; a refused one is replaced once, for all of them."""
    async with stand() as here:
        await asyncio.gather(*(here.reader.read(INVOICE) for _ in range(10)))
        assert here.asked.count(TOKEN_CALL) == 1
        here.instance.refuse_all_tokens()
        answers = await asyncio.gather(*(here.reader.read(INVOICE) for _ in range(10)))
        assert None not in answers
        assert here.asked.count(TOKEN_CALL) == 2


@pytest.mark.parametrize(
    ("lifetime", "lives"),
    [(3600, 3600), ("7200", 7200), (31536000, 31536000), (10, 60), ("", 3600), (10**15, 366 * 86400)],
)
@pytest.mark.capability("f90")
@pytest.mark.asyncio
async def test_a_token_is_renewed_before_it_ends(lifetime: int | str, lives: int) -> None:
    """As long as the answer says, less five minutes or a tenth; an odd answer counts as an hour."""
    async with stand() as here:
        here.instance.lifetime = lifetime
        await here.reader.read(INVOICE)
        facts = await here.reader.facts()
        assert facts.credentials_since is not None
        assert facts.credentials_until == facts.credentials_since + timedelta(seconds=lives)
        ahead = min(300, lives / 10)
        here.clock.move(lives - ahead - 1)
        await here.reader.read(INVOICE)
        assert here.asked.count(TOKEN_CALL) == 1
        here.clock.move(2)
        await here.reader.read(INVOICE)
        assert here.asked.count(TOKEN_CALL) == 2


@pytest.mark.asyncio
async def test_a_client_that_is_refused_is_told_to_a_person() -> None:
    """The remedy says where to look, and neither id nor secret is in it."""
    async with stand(client_id="another-client") as here:
        with pytest.raises(CredentialsLost) as lost:
            await here.reader.read(INVOICE)
        assert (lost.value.reason, lost.value.status, lost.value.system) == ("invalid_client", 401, "flow")
        assert "client_id and client_secret" in lost.value.remedy
        assert not any(secret in _told(lost.value) for secret in ("another-client", CLIENT_SECRET))


@pytest.mark.asyncio
async def test_a_token_that_is_refused_for_good_is_told_to_a_person() -> None:
    """A new token is tried once per call, not for ever."""
    async with stand() as here:
        here.instance.gives_dead_tokens = True
        with pytest.raises(CredentialsLost) as lost:
            await here.reader.read(INVOICE)
        assert lost.value.reason == "unauthorized"
        assert here.asked.count(TOKEN_CALL) == 2
        assert not any(token in _told(lost.value) for token in here.instance.tokens)


@pytest.mark.parametrize(("asked", "seconds"), [("7", 7), (None, 60), ("soon", 60)])
@pytest.mark.asyncio
async def test_the_window_shuts_on_429(asked: str | None, seconds: float) -> None:
    """As long as the answer asks, else for one window; then calls go on."""
    async with stand() as here:
        here.instance.busy, here.instance.retry_after = 1, asked
        with pytest.raises(Throttled) as throttled:
            await here.reader.read(INVOICE)
        assert throttled.value.after == timedelta(seconds=seconds)
        assert (await here.reader.facts()).left == 0
        before = here.clock.seconds
        assert await here.reader.read(INVOICE)
        assert here.clock.seconds - before == pytest.approx(seconds, abs=0.1)


@pytest.mark.asyncio
async def test_the_token_endpoint_may_be_busy_too() -> None:
    """A 429 there shuts the window as well."""
    async with stand() as here:
        here.instance.token_status = 429
        with pytest.raises(Throttled):
            await here.reader.read(INVOICE)
        assert (await here.reader.facts()).left == 0


@pytest.mark.asyncio
async def test_calls_stay_within_the_window() -> None:
    """Tokens count as calls: with three in ten seconds, two records are read at once and the third waits."""
    async with stand(window_calls=3, window_seconds=10) as here:
        assert (await here.reader.facts()) == ReaderFacts(left=3, window=3)
        before = here.clock.seconds
        await here.reader.read(INVOICE)
        await here.reader.read(INVOICE)
        assert here.clock.seconds == before
        await here.reader.read(INVOICE)
        assert here.clock.seconds - before >= 10


@pytest.mark.asyncio
async def test_trouble_at_the_instance_is_for_later() -> None:
    """A fault there, or a token endpoint that is out of order: with a class that tells how to wait."""
    async with stand() as here:
        await here.reader.read(INVOICE)
        here.instance.broken = True
        with pytest.raises(Later) as fault:
            await here.reader.read(INVOICE)
        assert fault.value.reason == "server_fault"
        here.instance.broken = False
        here.instance.refuse_all_tokens()
        here.instance.token_status = 503
        with pytest.raises(Later, match="token_unavailable"):
            await here.reader.read(INVOICE)


@pytest.mark.asyncio
async def test_nobody_there_is_an_outage() -> None:
    """Nothing was sent, not even for a token."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        async with stand(base_url=f"http://127.0.0.1:{held.getsockname()[1]}") as here:
            with pytest.raises(Unreachable) as outage:
                await here.reader.read(INVOICE)
            assert (outage.value.operation, outage.value.reason) == ("token", "connect")


@pytest.mark.asyncio
async def test_an_answer_without_a_list_is_for_later() -> None:
    """A page that came halfway through an update of the instance, say."""
    async with stand() as here:
        here.instance.odd_lists = True
        for reading in (here.reader.read(TRANSACTIONS), here.reader.poll(None, SINCE)):
            with pytest.raises(Later, match="unreadable"):
                await reading


@pytest.mark.asyncio
async def test_an_address_without_a_list_of_invoices_is_told_to_a_person() -> None:
    """A wrong address must not look like an instance where nothing happens."""
    async with stand() as here:
        here.instance.knows_lists = False
        with pytest.raises(Park) as refusal:
            await here.reader.poll(None, SINCE)
        assert "check instance or base_url" in refusal.value.remedy


@pytest.mark.asyncio
async def test_nothing_is_kept_alive() -> None:
    """A token can be had again at any time, so none is renewed for its own sake."""
    async with stand() as here:
        assert await here.reader.keep_alive() is False
        assert here.asked == []


def _told(error: Park | CredentialsLost) -> str:
    return " ".join([str(error), repr(error), error.remedy, error.detail])
