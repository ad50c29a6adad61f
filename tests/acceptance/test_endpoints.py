"""Our own HTTP endpoints: contacts, batches and the state of documents, from the call to the simulated Fortnox."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.clients import call, section
from tests.fakes.senders import Json, order

CONTACT: Json = {
    "survey_id": "S-1",
    "email": "Anna@Example.se",
    "name": "Tallbacken AB",
    "update_date": "2026-11-13T10:00:00Z",
}


@pytest.mark.asyncio
@pytest.mark.capability("000-12", "000-16", "000-17", "000-15")
async def test_a_contact_is_made_found_again_and_kept(tmp_path: Path) -> None:
    """Created once, updated by what is newer, never by what is older, and found by survey id or e-mail."""
    async with scene(tmp_path, more=section()) as stage:
        status, made = await call(stage, "POST", "/fortnox/contacts?wait=20", CONTACT)
        assert (status, made["status"], made["fortnox_customer_id"]) == (200, "done", "1")
        assert (made["survey_id"], made["email"], made["repeated"]) == ("S-1", "Anna@Example.se", False)
        assert made["update_date"] == "2026-11-13T10:00:00.000Z"
        assert (await call(stage, "POST", "/fortnox/contacts", CONTACT))[1]["repeated"]
        for repeated in (False, True):
            status, keyed = await call(stage, "POST", "/fortnox/contacts", CONTACT, Idempotency_Key="k-1")
            assert (status, keyed["repeated"]) == (202, repeated)
        other = CONTACT | {"survey_id": "S-2"}
        status, refused = await call(stage, "POST", "/fortnox/contacts", other, Idempotency_Key="k-1")
        assert (status, refused["error"]["code"]) == (409, "other_statement")
        assert (await call(stage, "GET", "/fortnox/contacts?survey_id=S-2"))[1] == {"contacts": []}
        newer = CONTACT | {"phone": "08-123 45 67", "update_date": "2026-11-14"}
        status, changed = await call(stage, "PUT", "/fortnox/contacts?wait=20", newer)
        assert (status, changed["fortnox_customer_id"]) == (200, "1")
        late = CONTACT | {"phone": "08-000 00 00", "update_date": "2026-11-12"}
        status, stale = await call(stage, "POST", "/fortnox/contacts?wait=20", late)
        assert (status, stale["status"]) == (200, "skipped")
        (customer,) = (await stage.state())["customers"]
        assert (customer["Name"], customer["Phone1"]) == ("Tallbacken AB", "08-123 45 67")
        expected = {
            "survey_id": "S-1",
            "fortnox_customer_id": "1",
            "email": "anna@example.se",
            "update_date": "2026-11-14T00:00:00.000Z",
        }
        for query in ("survey_id=S-1", "email=anna@example.SE", "survey_id=S-1&email=anna@example.se"):
            status, found = await call(stage, "GET", f"/fortnox/contacts?{query}")
            assert status == 200
            assert [{name: one[name] for name in expected} for one in found["contacts"]] == [expected]


@pytest.mark.asyncio
async def test_an_unknown_contact_is_not_made_by_an_update(tmp_path: Path) -> None:
    """``PUT`` says that it is there: where it is not, nothing is made and the answer says so."""
    async with scene(tmp_path, more=section()) as stage:
        status, told = await call(stage, "PUT", "/fortnox/contacts?wait=20", CONTACT)
        assert (status, told["status"], told["fortnox_customer_id"]) == (200, "done", None)
        assert [one["result"] for one in told["commands"]] == ["not_created"]
        assert (await stage.state())["customers"] == []


BATCH: Json = {
    "batch_id": "2026-11-13",
    "rows": [
        {"row_id": "a", "contact": CONTACT},
        {"row_id": "b", "contact": {"survey_id": "S-2", "email": "no address", "update_date": "2026-11-13"}},
        {
            "row_id": "c",
            "operation": "create_voucher",
            "fields": {
                "Description": "Dagens kassa",
                "TransactionDate": "2026-11-13",
                "VoucherSeries": "A",
                "VoucherRows": [{"Account": 1930, "Debit": 100.5}, {"Account": 3001, "Credit": 100.5}],
            },
        },
        {"row_id": "d", "operation": "create_vouchre", "fields": {}},
        {"row_id": "e", "operation": "create_voucher", "fields": {"Description": "?", "Nonsense": 1}},
    ],
}


async def batch_at_rest(stage: Scene, batch_id: str) -> Any:
    """The batch once nothing of it moves by itself."""
    await stage.settle()
    status, told = await call(stage, "GET", f"/fortnox/batches/{batch_id}")
    assert status == 200
    return told


@pytest.mark.asyncio
@pytest.mark.capability("000-20", "000-21", "000-22", "000-23")
async def test_each_row_of_a_batch_has_its_own_result(tmp_path: Path) -> None:
    """Sound rows go their way, faulty ones say what is wrong; the same batch twice is one, another one is refused."""
    async with scene(tmp_path, more=section()) as stage:
        status, taken = await call(stage, "POST", "/fortnox/batches", BATCH)
        assert (status, taken["batch_id"], taken["repeated"]) == (202, "2026-11-13", False)
        assert taken["timestamp"].startswith("20")
        told = await batch_at_rest(stage, "2026-11-13")
        assert told["status"] == "needs_attention"
        assert told["counts"] == {"rows": 5, "done": 2, "refused": 3}
        assert [row["status"] for row in told["rows"]] == ["done", "refused", "done", "refused", "refused"]
        assert [told["rows"][place]["commands"][0]["object"] for place in (0, 2)] == ["customer:1", "voucher:A/1/26"]
        assert "does not look like one" in told["rows"][1]["question"]
        assert "create_voucher" in told["rows"][3]["question"]
        assert "Nonsense" in told["rows"][4]["question"]
        assert (await call(stage, "POST", "/fortnox/batches", BATCH))[1]["repeated"]
        other = BATCH | {"rows": BATCH["rows"][:1]}
        assert (await call(stage, "POST", "/fortnox/batches", other))[0] == 409
        state = await stage.state()
        assert (len(state["customers"]), len(state["vouchers"])) == (1, 1)
        correction = {
            "batch_id": "correction",
            "rows": [{"operation": "correct_voucher", "keys": ["A", "1", "26"], "fields": BATCH["rows"][2]["fields"]}],
        }
        assert (await call(stage, "POST", "/fortnox/batches?wait=99", correction))[0] == 400
        status, waited = await call(stage, "POST", "/fortnox/batches?wait=20", correction)
        assert (status, waited["status"], waited["rows"][0]["status"]) == (200, "done", "done")
        assert (await batch_at_rest(stage, "correction"))["status"] == "done"
        assert len((await stage.state())["vouchers"]) == 3
        assert stage.rows("SELECT DISTINCT priority FROM outbox") == [(5,)]


@pytest.mark.asyncio
@pytest.mark.capability("003-09")
async def test_the_state_of_a_source_document_is_told(tmp_path: Path) -> None:
    """What became of an order, by the number that its source gives it."""
    async with scene(tmp_path, more=section()) as stage:
        await stage.send(order("SO-1", "order.paid"))
        await stage.settle()
        status, told = await call(stage, "GET", "/status/shop/SO-1")
        assert (status, told["status"]) == (200, "done")
        assert {"customer:1", "invoice:1"} <= set(told["fortnox"])
        assert (await call(stage, "GET", "/status/shop/SO-2"))[0] == 404


@pytest.mark.asyncio
@pytest.mark.capability("000-02", "f23")
async def test_a_key_sees_its_own_companies_and_does_what_it_may(tmp_path: Path) -> None:
    """No key, a wrong one, a missing scope, a foreign company, an operation that is not listed, too many calls."""
    plans = (CompanyPlan(), CompanyPlan(name="other", tenant=1002, sources=("shop2",)))
    more = (
        section(companies=("demo", "other"))
        + section("narrow", scopes=("contacts",), calls=3)
        + section("rows", scopes=("batches",), operations=("create_unit",))
    )
    async with scene(tmp_path, *plans, more=more) as stage:
        for key in (None, "crm", "crm-key2", "é"):
            status, told = await call(stage, "GET", "/fortnox/contacts?survey_id=S-1", key=key)
            assert (status, told["error"]["code"]) == (401, "unauthorized")
        assert (await call(stage, "POST", "/fortnox/contacts", CONTACT))[1]["error"]["code"] == "company_missing"
        assert (await call(stage, "POST", "/fortnox/contacts?company=other&wait=20", CONTACT))[0] == 200
        assert (await call(stage, "GET", "/fortnox/contacts?survey_id=S-1&company=nobody"))[0] == 404
        assert (await call(stage, "GET", "/fortnox/batches/x?company=other", key="narrow-key"))[0] == 403
        assert (await call(stage, "GET", "/fortnox/contacts?survey_id=S-1&company=other", key="narrow-key"))[0] == 404
        own = await call(stage, "GET", "/fortnox/contacts?survey_id=S-1", key="narrow-key")
        assert own == (200, {"contacts": []})
        assert (await call(stage, "GET", "/fortnox/contacts?survey_id=S-1", key="narrow-key"))[0] == 429
        told = (await call(stage, "POST", "/fortnox/batches", BATCH, key="rows-key"))[1]
        assert told["rows"][2]["question"] == "this key may not ask for create_voucher"
        assert len((await stage.state(1002))["customers"]) == 1


@pytest.mark.asyncio
async def test_what_is_wrong_with_a_call_is_said_by_field(tmp_path: Path) -> None:
    """Nothing of it is stored, and no value of it is repeated."""
    async with scene(tmp_path, more=section()) as stage:
        wrong = {"survey_id": "S-1", "mail": "canary@example.se", "update_date": "yesterday"}
        status, told = await call(stage, "POST", "/fortnox/contacts", wrong)
        assert (status, told["error"]["code"]) == (422, "bad_fields")
        assert {fault.partition(":")[0] for fault in told["error"]["faults"]} >= {"mail", "update_date"}
        assert "canary" not in str(told)
        for method, path, expected in (
            ("DELETE", "/fortnox/contacts", 405),
            ("GET", "/fortnox/contacts", 400),
            ("GET", "/fortnox/nothing", 404),
            ("POST", "/fortnox/contacts?wait=31", 400),
        ):
            assert (await call(stage, method, path, CONTACT if method == "POST" else None))[0] == expected
        url = f"{stage.bridge.url}/fortnox/contacts"
        headers = {"Authorization": "Bearer crm-key", "Content-Type": "text/plain"}
        async with stage.session.post(url, data=b"{}", headers=headers) as answer:
            assert answer.status == 415
        assert stage.rows("SELECT * FROM inbox") == []
