"""Mappings in the configuration: everything wrong with them at once, and who may make money of what."""

from pathlib import Path

import pytest

from connectors.fortnox.scopes import needed
from daemon.config import load_config
from handlers.values import Question, Ref
from tests.daemon.test_config import GOOD, faults, loaded, written
from tests.handlers.examples import company, survey

SURVEYS = '[sources.ghl]\ntype = "highlevel"\ncompany = "demo"\npath_token = "generated:ghl-path-token"\n'
BILL = """
[companies.demo.mappings.bill]
event = "survey_submitted"
action = "create_invoice"
fields.CustomerNumber = { number_of = "customer" }
fields.InvoiceRows = [{ Price = 100, DeliveredQuantity = 1 }]
"""


UNIT = 'event = "order_changed"\naction = "create_unit"\nfields.Code = "status"\nfields.Description = "kind"\n'
AT = "companies.demo.mappings.some"
WRONG = """
event = "order_changed"
when = "statsu == 'paid'"
action = "create_invoice"
keys = ["thing.id"]
source = ["shopp"]
fields.Total = "document.total"
fields.Remark = "document.number"
fields.OurReference = "document.lines[0"
fields.DueDate = { path = "document.due", as = "flag" }
fields.DeliveryDate = "document.customer"
fields.InvoiceDate = { constant = "soon" }
fields.Comments = { path = "status", as = "lookup:gone" }
fields.Freight = { default = 1 }
fields.OCR = { template = "{document.numbr} }" }
fields.Language = { path = "status", defalt = "SV" }
fields.PriceList = { number_of = "pricelist" }
fields.InvoiceRows = [{ each = "document.lines", Price = "unit_prise", Total = 1, Description = "event.kind" }]
"""


def section(text: str, name: str = "some") -> str:
    """The configuration with one mapping of the company demo."""
    return f"{GOOD}\n[companies.demo.mappings.{name}]\n{text}"


@pytest.mark.capability("000-39", "f19")
def test_everything_wrong_is_told_at_once_with_the_nearest_right_name(tmp_path: Path) -> None:
    """Expressions, names of the event and of Fortnox, converters, constants, keys and what is missing."""
    found = faults(tmp_path, section(WRONG))
    expected = {
        f"{AT}.when: there is no statsu; did you mean status?",
        f"{AT}.keys: create_invoice needs none (1 given)",
        f'{AT}.source[0]: there is no sources.shopp; did you mean shop? (given: "shopp")',
        f"{AT}.fields.Total: is read-only: Fortnox sets it",
        f"{AT}.fields.Remark: is no field of it; did you mean Remarks? (see `fortnox-bridge operations`)",
        f"{AT}.fields.DueDate.as: flag does not fit a field of the kind date",
        f"{AT}.fields.DeliveryDate: gives a table: name one of its values",
        f"{AT}.fields.InvoiceDate: must be a date (2026-11-28) or a moment",
        f"{AT}.fields.Comments.as: there is no table lookups.gone",
        f"{AT}.fields.Freight: needs exactly one of path, template, constant",
        f"{AT}.fields.OCR.template: has a }} without its pair: write }}}} for the sign itself",
        f"{AT}.fields.Language.defalt: is not a known key; did you mean default?",
        f"{AT}.fields.PriceList: there is no pricelist of this event",
        f"{AT}.fields.InvoiceRows[0].Price: there is no unit_prise; did you mean unit_price?",
        f"{AT}.fields.InvoiceRows[0].Total: is read-only: Fortnox sets it",
        f"{AT}.fields.CustomerNumber: is missing: create_invoice needs it",
    }
    others = {line for line in found if line not in expected}
    assert expected <= set(found)
    assert [line.partition(": is no JMESPath expression")[0] for line in others] == [f"{AT}.fields.OurReference"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('action = "create_projct"', "action: there is no operation create_projct; did you mean create_project?"),
        ('action = "list_projects"', "action: list_projects only reads"),
        ('action = "email_invoice"\nrecord = "order"', "record: is one of orders, and"),
        ('action = "email_invoice"\nrecord = "voucher"', "record: there is no voucher of this"),
        ('action = "email_invoice"\nrecord = "invoice"\nfields = {X = 1}', "fields: email_invoice sends nothing"),
        ('action = "email_invoice"', "keys: email_invoice needs DocumentNumber (0 given)"),
        ('action = "update_order"\nrecord = "order"', "fields: update_order changes fields, and none"),
        ('action = "update_unit"\nkeys = ["status"]\nfields.Code = 1\nevent = "order_changd"', "event: must be"),
    ],
)  # fmt: skip
def test_one_thing_wrong(tmp_path: Path, text: str, fault: str) -> None:
    """Which operation, on which object, with which fields."""
    event = "" if "event" in text else 'event = "order_changed"'
    found = faults(tmp_path, section(f"{event}\n{text}"))
    assert next(line for line in found if not line.startswith(f"{AT}.fields.X")).startswith(f"{AT}.{fault}")


def test_a_text_that_is_no_path_is_one_fault(tmp_path: Path) -> None:
    """It says how a text is written that never changes, and the field that is there is not missing besides."""
    text = 'event = "order_changed"\naction = "create_project"\nfields.Description = "Kampanj"'
    (found,) = faults(tmp_path, section(text))
    assert found.startswith(f"{AT}.fields.Description: there is no Kampanj (a text is a path")


@pytest.mark.parametrize("name", ["book_order", "customer", "ensure_note", "all", "Åter", "a" * 41])
def test_a_name_belongs_to_one_rule_only(tmp_path: Path, name: str) -> None:
    """Not that of a built-in rule, of a kind of command, or of what a mapping can name."""
    text = section(
        'event = "order_changed"\naction = "create_unit"\nfields.Code = "status"\nfields.Description = "status"',
        f'"{name}"',
    )
    assert len(faults(tmp_path, text)) == 1


@pytest.mark.capability("000-41", "000-45")
def test_a_mapping_is_a_rule_by_its_name(tmp_path: Path) -> None:
    """It can be approved and switched off; its version is that of its section, whatever its order and comments."""
    more = f'{section(UNIT)}\n[companies.demo.rules.some]\nmode = "off"\n'
    config = loaded(tmp_path, more.replace("start = 2026-01-01", 'start = 2026-01-01\napprove = ["some"]', 1))
    [rule] = config.companies["demo"].settings.own.rules
    assert config.companies["demo"].approve == {"some"}
    assert config.companies["demo"].settings.rule("some").mode == "off"
    assert "does create_unit (mappings.some)" in needed(config.companies["demo"].settings)["settings"]
    other = "\n".join(["# the same", *reversed(UNIT.splitlines())])
    [same] = load_config(written(tmp_path, section(other)), environment={}).companies["demo"].settings.own.rules
    [changed] = loaded(tmp_path, section(UNIT.replace('"kind"', '"origin"'))).companies["demo"].settings.own.rules
    assert rule.mapping_version == same.mapping_version != changed.mapping_version


@pytest.mark.capability("000-39")
def test_no_money_is_made_of_what_only_a_digest_tells_apart(tmp_path: Path) -> None:
    """A workflow's surveys may come twice unnoticed, until the settings name an id in their bodies."""
    [found] = faults(tmp_path, GOOD + SURVEYS + BILL)
    assert found.startswith("companies.demo.mappings.bill.action: create_invoice makes money, and sources.ghl")
    assert "fields.delivery_id" in found
    assert faults(tmp_path, GOOD + SURVEYS + 'fields = { delivery_id = "customData.id" }\n' + BILL) == []
    only_shop = GOOD + SURVEYS + BILL.replace("action", 'source = ["shop"]\naction', 1)
    assert faults(tmp_path, only_shop) == []
    [rule] = loaded(tmp_path, only_shop).companies["demo"].settings.own.rules
    told = survey().model_copy(update={"thing": Ref(system="shop", kind="response", id="r"), "by_digest": True})
    with pytest.raises(Question, match="mapping bill: makes money"):
        rule.decide(told, company())


OWNED = """
[companies.demo.rules.book_order.fields]
invoice.Remarks = { template = "{status}" }
invoice.Total = 1
invoice.InvoiceRows = []
invoice.YourReference = "status"
voucher.Comments = "status"
customer.Naem = "status"
customer.Email = "status"
customer.CostCenter = "statsu"
"""


def test_what_a_rule_fills_itself_is_refused_and_so_is_what_it_does_not_make(tmp_path: Path) -> None:
    """Rows, sums, currency, references and dates are the rule's own; everything else of the resource is free."""
    at = "companies.demo.rules.book_order.fields"
    assert faults(tmp_path, GOOD + OWNED) == [
        f"{at}.invoice.Total: is read-only: Fortnox sets it",
        f"{at}.invoice.InvoiceRows: is filled by the rule itself",
        f"{at}.invoice.YourReference: is filled by the rule itself",
        f"{at}.voucher: book_order makes no voucher",
        f"{at}.customer.Naem: is no field of it; did you mean Name? (see `fortnox-bridge operations`)",
        f"{at}.customer.Email: is filled by the rule itself",
        f"{at}.customer.CostCenter: there is no statsu; did you mean status?",
    ]
