"""Assets: what is done with one, and that depreciation adds up whatever days are asked for (Fortnox facts, 6.21)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator.assets import book_value, depreciate, to_depreciate
from connectors.fortnox.simulator.company import Moment, Record
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened

_TRUCK: dict[str, Any] = {
    "Number": "A-1",
    "Description": "Truck",
    "AcquisitionDate": "2026-01-01",
    "AcquisitionStart": "2026-01-01",
    "AcquisitionValue": 120000,
    "DepreciationFinal": "2030-12-31",
    "TypeId": 1,
}


async def _truck(caller: Caller, **fields: Any) -> Reply:
    await caller.control("POST", "seed", {"asset_types": [{"Number": "M", "Description": "Maskiner"}]})
    return await caller.call("POST", "/3/assets", {"Asset": {**_TRUCK, **fields}})


async def _act(caller: Caller, action: str, **fields: Any) -> Reply:
    sent = fields if action == "changeob" else {"Asset": fields}
    return await caller.call("PUT", f"/3/assets/{action}/1", sent)


@pytest.mark.asyncio
async def test_an_asset_is_sent_and_answered_in_two_envelopes() -> None:
    """`Asset` is sent and `Assets` answered, `AssetType` and `Type`; a list item is thin."""
    async with opened() as caller:
        reply = await _truck(caller)
        assert (reply.status, list(reply.json)) == (201, ["Assets"])
        assert (reply.one["Type"], reply.one["Status"], reply.one["History"]) == ("Maskiner", "Aktiv", [])
        kind = await caller.get("/3/assets/types/1")
        assert (list(kind.json), kind.one["@url"]) == (["Type"], f"{caller.server.url}/3/assets/types/1")
        (item,) = (await caller.get("/3/assets")).json["Assets"]
        assert "AcquisitionStart" not in item
        assert (await caller.call("DELETE", "/3/assets/types/1")).code == 2999102


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"TypeId": 9}, 2999100),
        ({"DepreciationFinal": "2025-12-31"}, 2999104),
        ({"AcquisitionStart": "2026-13-01"}, 2999017),
        ({"Status": "Såld"}, 2001399),
        ({"Description": ""}, 2000204),
    ],
)
async def test_refused_assets_are_not_stored(fields: dict[str, Any], code: int) -> None:
    """Type, days, what only the server writes, and what is required."""
    async with opened() as caller:
        assert (await _truck(caller, **fields)).code == code
        assert (await caller.state())["assets"] == []


@pytest.mark.asyncio
async def test_the_value_of_an_asset_goes_up_and_down_but_not_below_nothing() -> None:
    """Each action leaves a line in the history; what is sold or scrapped is over."""
    async with opened() as caller:
        await _truck(caller)
        up = await _act(caller, "writeup", Amount=30000, Comment="Ny motor", Date="2026-02-01")
        assert (up.status, list(up.json)) == (200, ["Assets"])
        (line,) = up.one["History"]
        assert (line["Amount"], line["Notes"], line["Date"], line["Id"]) == ("30000", "Ny motor", "2026-02-01", 1)
        assert (await _act(caller, "writedown", Amount=50000)).one["History"][1]["Date"] == "2026-03-10"
        assert (await _act(caller, "writedown", Amount=100001)).code == 2999106
        for amount in (0, -1, "x"):
            assert (await _act(caller, "writedown", Amount=amount)).code == 2000108
        assert (await _act(caller, "writeup", Value=1)).code == 2001399
        assert (await _act(caller, "changeob", Amount=20000)).one["ManualOb"] == 20000
        assert (await _act(caller, "changeob", Amount=100001)).code == 2999106
        half = await _act(caller, "scrap", Percentage=50)
        assert (half.one["History"][2]["Amount"], half.one["Status"]) == ("-40000", "Aktiv")
        assert (await _act(caller, "sell", Percentage=101)).code == 2000108
        sold = await _act(caller, "sell", Price=35000)
        assert (sold.one["History"][3]["Amount"], sold.one["Status"]) == ("-40000", "Såld")
        for action, fields in (("writeup", {"Amount": 1}), ("sell", {}), ("scrap", {}), ("changeob", {"Amount": 1})):
            assert (await _act(caller, action, **fields)).code == 2999105
        for sent in ({"Asset": {"Amount": 1}}, [{"Amount": 1}]):
            refused = await caller.call("PUT", "/3/assets/changeob/1", sent)
            assert refused.code == (2001399 if isinstance(sent, dict) else 2001392)
        assert (await caller.call("PUT", "/3/assets/1/sell", {"Asset": {}})).code == 2000764
        assert (await caller.call("PUT", "/3/assets/sell/9", {"Asset": {}})).status == 404


@pytest.mark.asyncio
async def test_assets_are_depreciated_up_to_a_day() -> None:
    """What is due is listed before and gone after; a day that leaves nothing is refused."""
    async with opened() as caller:
        await _truck(caller)
        due = (await caller.get("/3/assets/depreciations/2026-03-31")).json
        assert (due["MetaInformation"]["@TotalResources"], due["Assets"][0]["Number"]) == (1, "A-1")
        order = {"Asset": {"AssetIds": [1], "DepreciateUntil": "2026-03-31"}}
        done = await caller.call("POST", "/3/assets/depreciate", order)
        assert (done.status, done.json) == (201, {"AssetsDepreciation": []})
        asset = (await caller.get("/3/assets/1")).one
        assert (asset["DepreciatedTo"], asset["History"][0]["Amount"]) == ("2026-03-31", "-6000")
        assert (await caller.get("/3/assets/depreciations/2026-03-31")).json["Assets"] == []
        assert (await caller.call("POST", "/3/assets/depreciate", order)).code == 2999105
        for body, code in (
            ({}, 2000204),
            ({"AssetIds": 1, "DepreciateUntil": "2026-04-30"}, 2000204),
            ({"AssetIds": [9], "DepreciateUntil": "2026-04-30"}, 2999100),
            ({"AssetIds": [1], "DepreciateUntil": "april"}, 2999017),
            ({"AssetIds": [1], "DepreciateUntil": "2026-04-30", "Date": "x"}, 2001399),
        ):
            assert (await caller.call("POST", "/3/assets/depreciate", {"Asset": body})).code == code
        assert (await caller.get("/3/assets/depreciations")).code == 2000764


_DAYS = st.dates(date(2026, 1, 1), date(2035, 12, 31)).map(date.isoformat)


@given(
    cost=st.integers(0, 10**9),
    residual=st.integers(0, 10**9),
    final=_DAYS,
    days=st.lists(_DAYS, max_size=6),
)
def test_depreciation_adds_up_whatever_days_are_asked_for(
    cost: int, residual: int, final: str, days: list[str]
) -> None:
    """In any steps it comes to the cost less the residual value, and never below it."""
    asset = {
        "AcquisitionStart": "2026-01-01",
        "AcquisitionValue": cost,
        "DepreciateToResidualValue": min(residual, cost),
        "DepreciationFinal": final,
        "History": [],
        "ManualOb": 0,
        "Status": "Aktiv",
    }
    now = datetime(2026, 3, 10, tzinfo=UTC)
    record = Record(asset, now)
    for day in [*sorted(days), final]:
        assert 0 <= to_depreciate(record.data, day) <= book_value(record.data)
        depreciate(record, day, Moment(now))
    assert book_value(record.data) == min(residual, cost)
