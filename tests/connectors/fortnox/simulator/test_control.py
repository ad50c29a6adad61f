"""The control plane: state, calls, reset, seed, settings, and the table of deviations."""

from typing import Any

import aiohttp
import pytest

from connectors.fortnox.simulator import CompanySettings, Simulator, printed, running
from connectors.fortnox.simulator.errors import Invented
from connectors.fortnox.simulator.settings import SimulatorSettings
from tests.connectors.fortnox.simulator.caller import Caller, opened


async def _refused(caller: Caller, name: str, body: Any) -> str:
    reply = await caller.session.post(f"{caller.server.url}/_sim/{name}", json=body)
    assert reply.status == 400
    return str((await reply.json())["error"])


@pytest.mark.asyncio
async def test_state_holds_every_object_per_company() -> None:
    """Customers, invoices with rows, payments, vouchers, currencies, by tenant id."""
    async with opened(CompanySettings(rate_limit=0), CompanySettings(tenant_id=2002)) as caller:
        await caller.customer()
        await caller.booked()
        await caller.post_payment(InvoiceNumber=1)
        companies = (await caller.control("GET", "state"))["companies"]
        assert list(companies) == ["1001", "2002"]
        first = companies["1001"]
        counts = {name: len(first[name]) for name in ("customers", "invoices", "payments", "vouchers")}
        assert counts == {"customers": 1, "invoices": 1, "payments": 1, "vouchers": 1}
        assert first["invoices"][0]["InvoiceRows"][0]["Description"] == "Rådgivning"
        assert companies["2002"]["customers"] == []
        assert len(companies["2002"]["currencies"]) == 5


@pytest.mark.asyncio
async def test_calls_are_logged_in_order_without_control_calls() -> None:
    """Every REST and OAuth call with time, company, client, query and status; `since` gives the rest."""
    async with opened() as caller:
        await caller.get("/3/customers?name=a%20b")
        caller.clock.move(1.5)
        await caller.send("GET", "/3/customers")
        calls = (await caller.control("GET", "calls"))["calls"]
        assert [call["kind"] for call in calls] == ["oauth", "rest", "rest"]
        assert [call["path"] for call in calls] == ["/oauth-v1/token", "/3/customers?name=a%20b", "/3/customers"]
        assert [call["status"] for call in calls] == [200, 200, 401]
        assert [(call["company"], call["client"]) for call in calls] == [
            (1001, "simulator"),
            (1001, "simulator"),
            (None, None),
        ]
        assert calls[0]["grant"] == "client_credentials"
        assert calls[2]["time"] - calls[1]["time"] == calls[2]["monotonic"] - calls[1]["monotonic"] == 1.5
        assert [call["number"] for call in (await caller.control("GET", "calls?since=2"))["calls"]] == [3]


@pytest.mark.asyncio
async def test_control_calls_take_no_place_in_the_window() -> None:
    """Looking into the simulator does not use its budget."""
    async with opened(CompanySettings(rate_limit=1)) as caller:
        for _ in range(5):
            await caller.state()
        assert (await caller.get("/3/customers")).status == 200


@pytest.mark.asyncio
async def test_reset_goes_back_to_the_start() -> None:
    """No objects, calls, faults, tokens or changed switches remain; numbering starts again."""
    async with opened() as caller:
        await caller.customer()
        await caller.fault("html", times=None)
        await caller.control("POST", "settings", {"company": 3003, "locked_until": None, "financial_years": None})
        caller.server.simulator.faults.clear()
        await caller.fault("late_effect", path="/3/customers", seconds=3600)
        with pytest.raises(aiohttp.ClientOSError):
            await caller.call("POST", "/3/customers", {"Customer": {"Name": "aldrig"}})
        await caller.fault("html", times=None)
        await caller.control("POST", "reset")
        assert (await caller.control("GET", "faults"))["late_effects_pending"] == 0
        assert (await caller.control("GET", "calls"))["calls"] == []
        assert (await caller.control("GET", "faults"))["faults"] == []
        assert list((await caller.control("GET", "state"))["companies"]) == ["1001"]
        assert (await caller.get("/3/customers")).status == 401
        await caller.log_in()
        assert (await caller.customer())["CustomerNumber"] == "1"


@pytest.mark.asyncio
async def test_seeds_go_in_without_calls() -> None:
    """Customers, booked and cancelled invoices, payments, a currency: put in directly."""
    async with opened() as caller:
        row = {"Description": "x", "DeliveredQuantity": "1", "Price": 100.1}
        invoice = {"CustomerNumber": "K1", "InvoiceRows": [row]}
        order = {
            "company": 1001,
            "currencies": [{"Code": "GBP", "Description": "Pund", "BuyRate": 13.25}],
            "customers": [{"CustomerNumber": "K1", "Name": "Exempel AB"}],
            "invoices": [{**invoice, "Booked": True}, {**invoice, "Cancelled": True, "Currency": "GBP"}],
            "payments": [{"InvoiceNumber": 1, "Booked": True}],
        }
        seeded = (await caller.control("POST", "seed", order))["seeded"]
        made = {kind: count for kind, count in seeded.items() if count}
        assert made == {"currencies": 1, "customers": 1, "invoices": 2, "payments": 1}
        assert seeded["articles"] == 0
        state = await caller.state()
        assert [one["Balance"] for one in state["invoices"]] == [0, 0]
        assert [one["Cancelled"] for one in state["invoices"]] == [False, True]
        assert len((await caller.control("GET", "calls"))["calls"]) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("order", "named"),
    [
        ({"contacts": []}, "contacts"),
        ({"customers": {}}, "customers"),
        ({"customers": [{}]}, "customers[0] was refused: 2000204"),
        ({"articles": [{}]}, "articles[0] was refused: 2001846"),
        ({"company": 7}, "1001"),
    ],
)
async def test_bad_seeds_are_named(order: dict[str, Any], named: str) -> None:
    """A seed that is refused says which and why."""
    async with opened() as caller:
        assert named in await _refused(caller, "seed", order)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("order", "named"),
    [
        ({"rounding": True}, "rounding"),
        ({"vat_rounding": "invoice"}, "vat_rounding"),
        ({"createorder_answer": "invoice"}, '"order" or "offer"'),
        ({"offer_createinvoice_answer": 1}, "offer_createinvoice_answer"),
        ({"search_lag_seconds": -1}, "search_lag_seconds"),
        ({"offer_valid_days": 4000}, "offer_valid_days"),
        ({"round_to_whole_kronor": 1}, "round_to_whole_kronor"),
        ({"locked_until": "soon"}, "locked_until"),
        ({"locked_until": 5}, "locked_until"),
        ({"rate_limit": -1}, "rate_limit"),
        ({"rate_window_seconds": 0}, "rate_window_seconds"),
        ({"scopes": [1]}, "scopes"),
        ({"vat_rates": "25"}, "vat_rates"),
        ({"company_name": ""}, "company_name"),
        ({"company": "x"}, "company"),
        ([1], "object"),
    ],
)
async def test_bad_switches_are_named(order: Any, named: str) -> None:
    """A switch that does not exist, or an unusable value, is refused with its name."""
    async with opened() as caller:
        assert named in await _refused(caller, "settings", order)


@pytest.mark.asyncio
async def test_switches_of_one_company_leave_the_other_alone() -> None:
    """A switch names its company; an unknown company is made; without one all are changed."""
    async with opened(CompanySettings(rate_limit=0), CompanySettings(tenant_id=2002)) as caller:
        await caller.control("POST", "settings", {"company": 2002, "vat_rates": [25], "financial_years": [2026]})
        await caller.control("POST", "settings", {"company": 3003, "company_name": "Tredje bolaget AB"})
        shown = (await caller.control("POST", "settings", {"scopes": "customer invoice"}))["companies"]
        assert [one["vat_rates"] for one in shown.values()] == [[25, 12, 6, 0], [25], [25, 12, 6, 0]]
        assert {tuple(one["scopes"]) for one in shown.values()} == {("customer", "invoice")}
        assert shown["3003"]["company_name"] == "Tredje bolaget AB"
        assert (await caller.control("GET", "settings"))["companies"] == shown


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "order", [{"grant": "password"}, {"company": 9}, {"client": "nobody"}, {"scope": 1}, "not an object"]
)
async def test_bad_consents_are_refused(order: Any) -> None:
    """The consent call names what it does not understand."""
    async with opened() as caller:
        assert await _refused(caller, "consent", order)


@pytest.mark.asyncio
async def test_unknown_control_calls_list_the_known_ones() -> None:
    """A wrong control path helps its caller on; a body that is no JSON is said to be so."""
    async with opened() as caller:
        reply = await caller.send("GET", "/_sim/nonsense")
        assert reply.status == 404
        assert "POST /_sim/faults" in reply.json["error"]
        broken = await caller.send("POST", "/_sim/faults", data=b"{")
        assert (broken.status, "not JSON" in broken.json["error"]) == (400, True)
        assert (await caller.send("GET", "/_sim/calls?since=x")).status == 400


@pytest.mark.asyncio
async def test_running_serves_a_default_company_on_a_free_port() -> None:
    """`running` needs nothing but a block to live in; two can run beside each other."""
    async with running() as one, running(SimulatorSettings()) as other:
        assert one.url.startswith("http://127.0.0.1:")
        assert one.url != other.url
        assert list(one.simulator.companies) == [1001]


def test_deviations_table_names_every_invented_code() -> None:
    """What is invented or differs is printed, so that nobody takes it for Fortnox."""
    table = printed()
    assert all(str(int(code)) in table for code in Invented)
    assert "Tax reduction" in table


def test_token_key_and_state_are_per_simulator() -> None:
    """Two simulators share nothing."""
    one, other = Simulator(), Simulator()
    token = one.tokens.issue_access("simulator", 1001, "customer", 60)
    assert one.tokens.find_access(token) is not None
    assert other.tokens.find_access(token) is None
