"""A company's own mappings, from the webhook to what stands in Fortnox."""

import json
from pathlib import Path

import pytest

from daemon.requests import Pause, Replay, Resume, Retry
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.daemon.test_cli import beside, told
from tests.fakes.senders import Json, order, survey

BUYER: Json = {"name": "Tallbacken Bygg", "external_id": "C-778", "organisation_number": "559904-2032"}

MAPPINGS = """
[companies.demo.rules.note_survey]
mode = "off"
[companies.demo.lookups.regions]
kundenkat-q4 = "Norr"
[companies.demo.mappings.follow_up]
event = "survey_submitted"
when = "score >= `9`"
action = "create_project"
fields.ProjectNumber = { template = "U-{thing.id}" }
fields.Description = { template = "{survey} {score}: {answers[?key=='kommentar'].value | [0]}", as = "text:40" }
fields.Comments = { path = "survey", as = "lookup:regions" }
fields.StartDate = { path = "occurred_at" }
fields.ProjectLeader = { path = "respondent.phone", default = "ingen" }
[companies.demo.mappings.survey_bill]
event = "survey_submitted"
when = "score == `10`"
source = ["shop"]
action = "create_invoice"
fields.CustomerNumber = { number_of = "customer" }
fields.InvoiceDate = "dated"
fields.VATIncluded = false
[[companies.demo.mappings.survey_bill.fields.InvoiceRows]]
Description = { constant = "Utvärdering" }
Price = 99.5
DeliveredQuantity = 1
AccountNumber = 3001
VAT = 25
[companies.demo.mappings.remark]
event = "order_changed"
when = "status == 'invoiced'"
action = "update_invoice"
record = "invoice"
fields.Remarks = { template = "Order {document.number}" }
"""


async def _projects(here: Scene) -> list[Json]:
    return [project for project in (await here.state())["projects"] if project["ProjectNumber"].startswith("U-")]


@pytest.mark.asyncio
@pytest.mark.capability("000-12", "000-31", "000-39", "000-45", "f19", "f20")
async def test_an_event_becomes_any_operation_with_the_fields_that_the_configuration_names(tmp_path: Path) -> None:
    """Conditions, templates, tables, defaults and the customer's number; a correction changes the same project."""
    async with scene(tmp_path, CompanyPlan(sections=MAPPINGS)) as here:
        await here.send(survey("r1", BUYER, score=9, word="Bra 👍 jobbat"), survey("r2", BUYER, score=3))
        await here.settle()
        [project] = await _projects(here)
        shown = {name: project[name] for name in ("ProjectNumber", "Description", "Comments", "StartDate")}
        assert shown == {
            "ProjectNumber": "U-r1",
            "Description": "kundenkat-q4 9: Bra jobbat",
            "Comments": "Norr",
            "StartDate": "2026-11-13",
        }
        later = survey("r1", BUYER, score=10, word="Utmärkt", timestamp="2026-11-14T10:15:00.000Z")
        await here.send(later)
        await here.settle()
        [project] = await _projects(here)
        assert project["Description"] == "kundenkat-q4 10: Utmärkt"
        [invoice] = (await here.state())["invoices"]
        [customer] = (await here.state())["customers"]
        assert (invoice["CustomerNumber"], str(invoice["Net"])) == (customer["CustomerNumber"], "99.5")
        assert here.rows("SELECT count(*) FROM outbox WHERE state NOT IN ('done', 'superseded')") == [(0,)]
        [story] = told(await beside(here, "explain", "in-1", "--json"))
        [made] = story["commands"]
        assert (made["rule"], len(made["mapping_version"])) == ("follow_up", 12)
        assert made["rule_version"]
        assert f"mapping {made['mapping_version']}" in (await beside(here, "explain", "in-1")).stdout


@pytest.mark.asyncio
@pytest.mark.capability("000-41", "000-44")
async def test_a_mapping_goes_on_what_a_rule_made_and_stops_by_its_name(tmp_path: Path) -> None:
    """The invoice that the built-in rule made gets a field; paused the mapping waits, and resumed it goes on."""
    async with scene(tmp_path, CompanyPlan(sections=MAPPINGS)) as here:
        await here.act(Pause(person="anna", name="remark", reason="first we look"))
        await here.send(order("SO-1", "order.invoiced"))
        await here.until("SELECT 1 FROM outbox WHERE rule = 'remark' AND state = 'waiting'")
        await here.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        [invoice] = (await here.state())["invoices"]
        assert not invoice["Remarks"]
        await here.act(Resume(person="anna", name="remark"))
        await here.settle()
        [invoice] = (await here.state())["invoices"]
        assert invoice["Remarks"] == "Order SO-1"


BESIDE = """
[companies.demo.mappings.site]
event = "order_changed"
action = "create_project"
fields.ProjectNumber = { template = "O-{thing.id}" }
fields.Description = { template = "{status}" }
fields.StartDate = { path = "document.dated" }
[companies.demo.mappings.thank]
event = "order_changed"
when = "status == 'paid'"
action = "email_invoice"
record = "invoice"
"""
LATER = "2026-11-14T10:15:00.000Z"


@pytest.mark.asyncio
@pytest.mark.capability("000-45")
async def test_a_parked_record_of_a_mapping_does_not_stop_the_bookkeeping_of_its_sale(tmp_path: Path) -> None:
    """The sale is booked and paid beside it, what goes on its invoice comes after the booking, and the record's own
    order is kept: what is told later gives way to nothing and replaces what was not sent."""
    async with scene(tmp_path, CompanyPlan(sections=BESIDE)) as here:
        refusal = {"ErrorInformation": {"error": 1, "message": "Nej", "code": 2000357}}
        here.fault("status", method="POST", path="/3/projects", status=400, body=refusal, times=None)
        await here.send(order("SO-1", "order.invoiced"))
        await here.until("SELECT 1 FROM outbox WHERE rule = 'site' AND state = 'parked'")
        await here.send(order("SO-1", "order.paid", timestamp=LATER))
        await here.until("SELECT 1 FROM outbox WHERE rule = 'thank' AND state = 'done'")
        await here.until("SELECT 1 FROM outbox WHERE kind = 'book_payment' AND state = 'done'")
        [invoice] = (await here.state())["invoices"]
        assert (invoice["Booked"], str(invoice["Balance"]), invoice["Sent"]) == (True, "0", True)
        paths = [f"{call['method']} {call['path']}" for call in await here.calls()]
        assert paths.index("PUT /3/invoices/1/bookkeep") < paths.index("GET /3/invoices/1/email")
        await here.until("SELECT 1 FROM outbox WHERE rule = 'site' AND state = 'parked' AND inbox_id = 2")
        assert here.rows("SELECT state FROM outbox WHERE rule = 'site' ORDER BY id") == [("superseded",), ("parked",)]
        here.simulator.faults.clear()
        before = here.rows("SELECT count(*) FROM outbox")
        await here.act(Replay(person="anna", id="in-2"))
        await here.act(Retry(person="anna", company="demo"))
        await here.settle()
        assert here.rows("SELECT count(*) FROM outbox") == before
        [project] = [one for one in (await here.state())["projects"] if one["ProjectNumber"] == "O-SO-1"]
        assert project["Description"] == "paid"


@pytest.mark.asyncio
async def test_what_a_mapping_cannot_make_is_held_with_a_question(tmp_path: Path) -> None:
    """The question names mapping and field, and never what the event holds."""
    sections = (
        '[companies.demo.mappings.strict]\nevent = "survey_submitted"\naction = "create_project"\n'
        'fields.Description = "survey"\nfields.StartDate = "respondent.name"\n'
    )
    async with scene(tmp_path, CompanyPlan(sections=sections)) as here:
        await here.send(survey("r1", BUYER))
        await here.until("SELECT 1 FROM inbox WHERE state = 'held'")
        [(question,)] = here.rows("SELECT question FROM inbox")
        assert question == "mapping strict: StartDate: must be a date (2026-11-28) or a moment"
        assert json.dumps(BUYER["name"]) not in question


ADDED = """
[companies.demo.documents]
module = "order"
[companies.demo.rules.book_order.fields]
customer.InvoiceRemark = { template = "Kund {document.customer.source_id}" }
order.Remarks = { template = "Order {document.number}" }
invoice.Remarks = { template = "Faktura för {document.number}" }
invoice.EUQuarterlyReport = true
[companies.demo.rules.note_survey.fields]
customer.Phone2 = "survey"
"""


@pytest.mark.asyncio
@pytest.mark.capability("000-12", "f20")
async def test_the_company_completes_what_a_built_in_rule_makes(tmp_path: Path) -> None:
    """Customer and order when they are made, the invoice that Fortnox makes of the order, and a card's empty field."""
    async with scene(tmp_path, CompanyPlan(sections=ADDED)) as here:
        await here.send(order("SO-1"))
        await here.settle()
        [card], [made] = (await here.state())["customers"], (await here.state())["orders"]
        assert (card["InvoiceRemark"], made["Remarks"]) == ("Kund C-778", "Order SO-1")
        here.fault("answer_lost", method="PUT", path=r"/3/invoices/\d+")
        await here.send(order("SO-1", "order.paid", timestamp="2026-11-14T10:15:00.000Z"), survey("r1", BUYER))
        await here.settle()
        [invoice] = (await here.state())["invoices"]
        assert (invoice["Remarks"], invoice["EUQuarterlyReport"]) == ("Faktura för SO-1", True)
        assert (invoice["Booked"], str(invoice["Balance"])) == (True, "0")
        assert (await here.state())["customers"][0]["Phone2"] == "kundenkat-q4"
        assert here.rows("SELECT count(*) FROM outbox WHERE state NOT IN ('done', 'superseded')") == [(0,)]
        versions = here.rows("SELECT DISTINCT rule, length(mapping_version) FROM outbox ORDER BY rule")
        assert versions == [("book_order", 12), ("note_survey", 12)]
