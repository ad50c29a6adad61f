"""What a company names at Fortnox, read out of the commands that it got lately."""

from datetime import date

from connectors.fortnox.expected import Expected
from connectors.fortnox.needs import MOST_CODES, Needs, named_in
from connectors.fortnox.settings import FortnoxSettings
from handlers.commands import EnsureArticle
from handlers.settings import CompanySettings, Documents, RuleOptions
from handlers.values import Ref
from tests.connectors.fortnox.stand import customer, invoice, note

FORTNOX = FortnoxSettings.model_validate({"tenant_id": 1, "client_id": "x", "client_secret": "plain:x"})


def test_commands_name_what_stands_in_registers() -> None:
    """Each once, the newest first; other commands name none."""
    thing = Ref(system="shop", kind="article", id="K-100")
    article = EnsureArticle(thing=thing, number="K-100", description="Kaffe", create=False)
    made = invoice(currency="EUR", price_list="B"), article, invoice(currency="SEK", cost_center="STHLM")
    assert named_in(command.model_dump_json() for command in (*made, customer(), note())) == {
        "currencies": ("EUR", "SEK"), "price_lists": ("B",), "articles": ("K-100",), "cost_centers": ("STHLM",),
        "projects": (),
    }  # fmt: skip


def test_what_settings_name_is_looked_at() -> None:
    """The price list of the company, and the cost centre and project of any rule."""
    rule = RuleOptions(cost_center="STHLM", project="P1")
    rules = CompanySettings(
        name="demo", start=date(2026, 1, 1), documents=Documents(price_list="B"), rules={"book_order": rule}
    )
    needs = Needs(rules, FORTNOX, date(2026, 6, 15))
    assert [needs.codes(name) for name in ("price_lists", "cost_centers", "projects")] == [("B",), ("STHLM",), ("P1",)]


def test_what_is_used_is_bounded() -> None:
    """What is expected comes first; what lately came is cut, so that an examination stays small."""
    many = {"currencies": tuple(f"X{number:02}" for number in range(40))}
    rules = CompanySettings(name="demo", start=date(2026, 1, 1))
    needs = Needs(rules, FORTNOX, date(2026, 6, 15), Expected(currencies=("EUR", "SEK")), many)
    assert needs.codes("currencies")[:3] == ("EUR", "SEK", "X00")
    assert len(needs.codes("currencies")) == MOST_CODES
    assert "SEK" not in needs.foreign_currencies
    assert needs.codes("projects") == ()
