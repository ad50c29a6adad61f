"""What a company names at Fortnox, read out of the commands that it got lately."""

from datetime import date

from connectors.fortnox.expected import Expected
from connectors.fortnox.needs import MOST_CODES, Needs, named_in
from connectors.fortnox.settings import FortnoxSettings
from handlers.commands import EnsureArticle
from handlers.settings import CompanySettings
from handlers.values import Ref
from tests.connectors.fortnox.stand import customer, invoice, note

FORTNOX = FortnoxSettings.model_validate({"tenant_id": 1, "client_id": "x", "client_secret": "plain:x"})


def test_commands_name_currencies_price_lists_and_articles() -> None:
    """Each once, the newest first; other commands name none."""
    thing = Ref(system="shop", kind="article", id="K-100")
    article = EnsureArticle(thing=thing, number="K-100", description="Kaffe", create=False)
    made = invoice(currency="EUR", price_list="B"), article, invoice(currency="SEK"), invoice(currency="EUR")
    assert named_in(command.model_dump_json() for command in (*made, customer(), note())) == {
        "currencies": ("EUR", "SEK"), "price_lists": ("B",), "articles": ("K-100",),
    }  # fmt: skip


def test_what_is_used_is_bounded() -> None:
    """What is expected comes first; what lately came is cut, so that an examination stays small."""
    many = {"currencies": tuple(f"X{number:02}" for number in range(40))}
    rules = CompanySettings(name="demo", start=date(2026, 1, 1))
    needs = Needs(rules, FORTNOX, date(2026, 6, 15), Expected(currencies=("EUR", "SEK")), many)
    assert needs.codes("currencies")[:3] == ("EUR", "SEK", "X00")
    assert len(needs.codes("currencies")) == MOST_CODES
    assert "SEK" not in needs.foreign_currencies
    assert needs.codes("projects") == ()
