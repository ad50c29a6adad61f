"""A client that others wrote, pyfortnox, works against the simulator as it does against Fortnox (facts, section 10)."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fortnox import ArticleService, Configuration, CustomerService, HttpClient, InvoiceService, OrderService

from tests.connectors.fortnox.simulator.caller import opened

ROW = {"Description": "Kaffe", "DeliveredQuantity": "2", "Price": 50, "VAT": 25}


class BearerClient(HttpClient):  # type: ignore[misc]  # pyfortnox has no types
    """pyfortnox with today's authorization: 1.2.0 knows only the headers that Fortnox switched off in 2025."""

    def request(self, method: str, url: str, params: Any = None, body: Any = None, **options: Any) -> Any:
        """The call as pyfortnox makes it, and the token as a bearer's."""
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {self.config.access_token}"}
        return super().request(method, url, params=params, body=body, headers=headers, **options)


async def _against_the_simulator(work: Callable[[HttpClient], None]) -> None:
    """pyfortnox waits for its answers, so it works in a thread while the simulator serves."""
    async with opened() as caller:
        chosen = Configuration(
            access_token=caller.token, client_secret="unused", base_url=caller.server.url, timeout=10
        )
        await asyncio.to_thread(work, BearerClient(chosen))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is called directly, whatever the machine's environment says."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def _customers(http: HttpClient) -> None:
    customers = CustomerService(http)
    assert customers.list() == []
    made = customers.create(Name="Exempel AB", Email="inkop@example.test")
    assert (made.CustomerNumber, made.Currency) == ("1", "SEK")
    assert customers.retrieve("1") == made
    changed = customers.update("1", City="Umeå")
    assert (changed.City, changed.Name) == ("Umeå", "Exempel AB")
    assert [one.CustomerNumber for one in customers.list(name="exempel")] == ["1"]


def _articles(http: HttpClient) -> None:
    articles = ArticleService(http)
    assert articles.list() == []
    made = articles.create(ArticleNumber="K-100", Description="Kaffe")
    assert (made.Type, made.SalesPrice) == ("STOCK", None)
    assert articles.retrieve("K-100") == made
    assert articles.update("K-100", Description="Bryggkaffe").Description == "Bryggkaffe"
    assert [one.Description for one in articles.list(articlenumber="K-100")] == ["Bryggkaffe"]


def _invoices(http: HttpClient) -> None:
    CustomerService(http).create(Name="Exempel AB")
    invoices = InvoiceService(http)
    assert invoices.list() == []
    made = invoices.create(CustomerNumber="1", InvoiceRows=[ROW])
    assert (made.DocumentNumber, made.Total, made.TotalVAT, made.Credit) == ("1", 125, 25, "false")
    assert invoices.retrieve("1").InvoiceRows == made.InvoiceRows
    changed = invoices.update("1", Comments="Ring först", InvoiceRows=[{**ROW, "DeliveredQuantity": "4"}])
    assert (changed.Comments, changed.Total) == ("Ring först", 250)
    assert [(one.DocumentNumber, one.Total) for one in invoices.list(filter="unbooked")] == [("1", 250)]


def _orders(http: HttpClient) -> None:
    CustomerService(http).create(Name="Exempel AB")
    orders = OrderService(http)
    assert orders.list() == []
    made = orders.create(CustomerNumber="1", OrderRows=[{**ROW, "OrderedQuantity": "2"}])
    assert (made.DocumentNumber, made.Total, made.InvoiceReference) == ("1", 125, "0")
    assert orders.retrieve("1").OrderRows == made.OrderRows
    assert orders.update("1", YourReference="Ada").YourReference == "Ada"
    assert [one.DocumentNumber for one in orders.list(filter="invoicenotcreated")] == ["1"]


@pytest.mark.asyncio
@pytest.mark.capability("f99")
@pytest.mark.parametrize("work", [_customers, _articles, _invoices, _orders])
async def test_pyfortnox_lists_creates_reads_and_updates(work: Callable[[HttpClient], None]) -> None:
    """An empty list, a new object, the same read again, a change of one field that keeps the others, the list again."""
    await _against_the_simulator(work)
