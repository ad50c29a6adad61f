"""What the companies of a run configure beyond the built-in rules: flows of several steps, mappings, payouts."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

KEY = "crash-run-client-key-0001"
"""Of every client of our own HTTP endpoints."""

WORD = "answers[?key == 'ord'].value | [0]"
"""The word of a signed sender's survey, which stands nowhere else in the run."""

THANKS = "Tackat för"
"""Begins the line that a survey's flow writes on the customer's card."""

COMPLETED, ONGOING = "COMPLETED", "ONGOING"
"""A project's state at Fortnox; a flow that is taken back closes what it began."""

FEE = 29
"""Of each payout, in kronor, out of what was sold."""

FOLLOWED = "alpha"
FOLLOWED_SENDERS = ("shop", "crm", "flow")
"""Company whose surveys start a flow, and by which senders."""

DELIVERED, DELIVERED_SENDER = "gamma", "desk"
"""Company whose paid orders start one, and by which sender."""

EMPLOYED = "delta"
"""Company whose clients start one, and whose paid orders a mapping makes vouchers of."""

MAPPED = "beta"
"""Company whose surveys a mapping makes projects of."""


STEPS = ("POST projects", "POST labels", "POST units", "POST vouchers", "PUT projects", "DELETE units")
"""The writes by which steps, mappings and payouts go, and those by which steps are taken back."""

Call = Mapping[str, Any]
"""One call in the simulator's list."""


def step_of(call: Call) -> str | None:
    """Which of :data:`STEPS` a call is."""
    resource = re.split(r"[/?]", str(call["path"]).removeprefix("/3/"))[0]
    step = f"{call['method']} {resource}"
    return step if step in STEPS else None


def sections(today: date) -> str:
    """Of all companies and clients."""
    return "\n".join([_followed(), _delivered(today), _employed(today), _mapped(), _payouts("alpha", "beta")])


def _voucher(table: str, text: str, today: date, amount: int) -> str:
    """The fields of a voucher, in a step or a mapping."""
    return f"""fields.Description = {{ template = "{text}" }}
fields.TransactionDate = {{ constant = {today} }}
fields.VoucherSeries = {{ constant = "A" }}
[[{table}.fields.VoucherRows]]
Account = 6570
Debit = {amount}
[[{table}.fields.VoucherRows]]
Account = 1580
Credit = {amount}
"""


def _followed() -> str:
    """A survey's flow: the customer, a project known by its number, a label known by its text, a line on the card."""
    flow = f"companies.{FOLLOWED}.workflows.follow"
    heard = " || ".join(f"event.thing.system == '{sender}'" for sender in FOLLOWED_SENDERS)
    return f"""[{flow}]
event = "survey_submitted"
when = "{heard}"
survey_id = "event.survey"
account_id = "steps.project.number"
[[{flow}.steps]]
name = "customer"
customer = true
[[{flow}.steps]]
name = "project"
action = "create_project"
fields.ProjectNumber = "event.{WORD}"
fields.Description = {{ constant = "Uppföljning" }}
[[{flow}.steps]]
name = "label"
wait = "1 second"
action = "create_label"
fields.Description = {{ template = "Följt {{event.{WORD}}}" }}
[[{flow}.steps]]
name = "line"
note = "{THANKS} {{event.{WORD}}}"
"""


def _delivered(today: date) -> str:
    """An order's flow."""
    flow = f"companies.{DELIVERED}.workflows.deliver"
    return f"""[{flow}]
event = "order_changed"
when = "event.status == 'paid' && event.thing.system == '{DELIVERED_SENDER}'"
[[{flow}.steps]]
name = "project"
action = "create_project"
fields.ProjectNumber = "event.thing.id"
fields.Description = {{ constant = "Leverans" }}
[[{flow}.steps]]
name = "voucher"
action = "create_voucher"
{_voucher(f"{flow}.steps", "Levererat {steps.project.number}", today, 75)}"""


def _employed(today: date) -> str:
    """A client's flow, which is taken back where the client cancels it; and a mapping of orders."""
    flow = f"companies.{EMPLOYED}.workflows.employ"
    mapping = f"companies.{EMPLOYED}.mappings.commission"
    return f"""[{flow}]
[[{flow}.steps]]
name = "project"
action = "create_project"
fields.ProjectNumber = "input.code"
fields.Description = {{ constant = "Uppdrag" }}
[{flow}.steps.undo]
action = "update_project"
keys = ["steps.project.number"]
fields.Status = {{ constant = "{COMPLETED}" }}
[[{flow}.steps]]
name = "unit"
wait = "1 second"
action = "create_unit"
fields.Code = "input.code"
fields.Description = {{ template = "Enhet {{input.code}}" }}
undo = {{ action = "delete_unit", keys = ["steps.unit.number"] }}
[[{flow}.steps]]
name = "stay"
when = "input.stays"
wait = "1 hour"
todo = "Ring om {{input.code}}"
[[{flow}.steps]]
name = "label"
action = "create_label"
fields.Description = {{ template = "Klart {{input.code}}" }}
[{mapping}]
event = "order_changed"
when = "status == 'paid'"
action = "create_voucher"
{_voucher(mapping, "Provision {thing.id}", today, 100)}
[clients.partner]
key = "plain:{KEY}"
companies = ["{EMPLOYED}"]
scopes = ["workflows"]
calls_per_minute = 60000
"""


def _mapped() -> str:
    mapping = f"companies.{MAPPED}.mappings.ask"
    return f"""[{mapping}]
event = "survey_submitted"
action = "create_project"
fields.ProjectNumber = "{WORD}"
fields.Description = {{ constant = "Fråga" }}
"""


def _payouts(*companies: str) -> str:
    return "\n".join(
        f"[companies.{company}.payouts]\n"
        'voucher_series = "A"\nbank_account = 1930\nclearing_account = 1580\nfee_account = 6570\nfee_vat = "none"\n'
        for company in companies
    )
