"""From the lines of a document to its rows and articles: every row fit for Fortnox, or a question."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from handlers.commands import DocumentRow, EnsureArticle
from handlers.events import Document, Line
from handlers.settings import Articles, Bookkeeping
from handlers.totals import HUNDRED, LARGEST, line_total
from handlers.values import Question, Ref, plain_number, round_ore
from handlers.vat import Decided

FINEST = Decimal("0.000001")
_ARTICLE_NUMBER = re.compile(r"[A-Za-z0-9_\-/+ÅÄÖåäö]{1,50}")
"""What Fortnox takes as an article number (Fortnox facts, sections 4.3 and 6.4)."""


@dataclass(frozen=True, slots=True)
class Choices:
    """A company's choices that rows follow, and which VAT the sale carries (``None``: as within the country)."""

    bookkeeping: Bookkeeping
    articles: Articles
    vat: Decided | None = None

    @property
    def domestic(self) -> bool:
        """Whether the sale stays in the seller's country."""
        return self.vat is None or self.vat.domestic


def document_rows(document: Document, choices: Choices) -> tuple[DocumentRow, ...]:
    """One row per line, in order, with its VAT and account, or with the article that decides them; none without lines.

    Numbers are carried over unaltered: where Fortnox could not store one as it stands (two decimals for quantity and
    price: Fortnox facts, section 1.10), :class:`Question` is raised with the line's place, counted from 1.
    """
    return tuple(_row(place, line, choices) for place, line in enumerate(document.lines, start=1))


def article_commands(document: Document, choices: Choices) -> tuple[EnsureArticle, ...]:
    """The articles that the rows name, each once (the first line of several describes it); none for policy ``text``."""
    found: dict[Ref, EnsureArticle] = {}
    for place, line in enumerate(document.lines, start=1):
        command = _article(place, line, choices)
        if command is not None:
            command = command.model_copy(update=_price_of(line, document, choices))
        if command is not None:
            found.setdefault(command.thing, command)
    return tuple(found.values())


def _row(place: int, line: Line, choices: Choices) -> DocumentRow:
    line = _as_storable(place, line, choices)
    check_number(f"line {place}", "quantity", line.quantity, LARGEST)
    check_number(f"line {place}", "unit price", line.unit_price, LARGEST)
    check_number(f"line {place}", "discount in percent", line.discount_percent, HUNDRED)
    _check_discount(place, line)
    article = _article_ref(place, line, choices.articles)
    vat = _vat(place, line, article, choices)
    account = None if vat is None else account_of(f"line {place}", vat, choices)
    unit = (line.unit or "").strip()
    own_unit = unit if unit in choices.bookkeeping.units else None
    return DocumentRow(
        description=_description(place, line, article, "" if own_unit else unit, choices.articles),
        quantity=plain_number(line.quantity),
        unit=own_unit,
        price=round_ore(line.unit_price),
        vat=None if vat is None else plain_number(vat),
        account=account,
        discount_percent=plain_number(line.discount_percent),
        discount_amount=plain_number(line.discount_amount),
        article=article,
    )


def _as_storable(place: int, line: Line, choices: Choices) -> Line:
    """The line as one piece of what it comes to, where it is finer than Fortnox stores and the company allows that.

    Quantity, price and discount then stand in the text. A line that names an article stays as it is: the register
    would count one piece.
    """
    numbers = (line.quantity, line.unit_price, line.discount_percent)
    if choices.bookkeeping.fine_amounts == "hold" or all(number == plain_number(number) for number in numbers):
        return line
    for name, number in zip(("quantity", "unit price", "discount in percent"), numbers, strict=True):
        check_bounds(f"line {place}", name, number, HUNDRED if name.startswith("discount") else LARGEST)
        if number != number.quantize(FINEST):
            raise Question(f"line {place}: the {name} has more than six decimals")
    if _article_ref(place, line, choices.articles) is not None:
        return line
    _check_discount(place, line)
    return _one_piece(line)


def _one_piece(line: Line) -> Line:
    sold = f"{_comma(line.quantity)} {line.unit or ''}".strip() + f" × {_comma(line.unit_price)}"
    if line.discount_percent:
        sold += f" − {_comma(line.discount_percent)} %"
    if line.discount_amount:
        sold += f" − {_comma(line.discount_amount)}"
    named = line.description.strip() or (line.sku or "").strip()
    update = {
        "description": f"{named} ({sold})" if named else "",
        "sku": line.sku if line.description.strip() else None,
        "quantity": Decimal(1),
        "unit": None,
        "unit_price": line_total(line),
        "discount_percent": Decimal(0),
        "discount_amount": Decimal(0),
    }
    return line.model_copy(update=update)


def _comma(number: Decimal) -> str:
    """The number as Swedish documents write it."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def check_number(named: str, name: str, number: Decimal, limit: Decimal) -> None:
    """Hold a number that is negative, above the limit, or finer than Fortnox stores. Raises :class:`Question`."""
    check_bounds(named, name, number, limit)
    if number != plain_number(number):
        raise Question(f"{named}: the {name} has more than two decimals; Fortnox stores two, and none is altered")


def check_bounds(named: str, name: str, number: Decimal, limit: Decimal) -> None:
    """Hold a number that is negative or above the limit. Raises :class:`Question`."""
    if number < 0:
        raise Question(f"{named}: the {name} is negative; no rule books a return or a deduction yet")
    if number > limit:
        raise Question(f"{named}: the {name} is above {limit:f}")


def _check_discount(place: int, line: Line) -> None:
    check_number(f"line {place}", "discount", line.discount_amount, LARGEST)
    if line.discount_amount and line.discount_percent:
        raise Question(f"line {place}: it has a discount in percent and one in money; Fortnox stores one of them")
    if line.discount_amount > line.quantity * line.unit_price:
        raise Question(f"line {place}: the discount is more than the line")


def _vat(place: int, line: Line, article: Ref | None, choices: Choices) -> Decimal | None:
    """The rate in percent that the source states; ``None`` where the article does; else the company's own."""
    if line.vat_rate is not None:
        return line.vat_rate
    if not choices.domestic:
        raise Question(f"line {place}: its VAT rate is not stated, and the buyer is in another country")
    if article is not None:
        return None
    if choices.articles.default_vat is not None:
        return Decimal(choices.articles.default_vat)
    setting = "articles.default_vat"
    raise Question(f"line {place}: its VAT rate is not stated, and `{setting}` is not set", about=setting)


def account_of(named: str, vat: Decimal, choices: Choices) -> int:
    """The account of the VAT rate, as the sale is treated; ``25.00`` is ``25``. Raises :class:`Question`."""
    decided = choices.vat
    accounts = choices.bookkeeping.sales_accounts if decided is None else decided.accounts
    account = _account(vat, accounts)
    if account is not None:
        return account
    if decided is not None and decided.without_vat:
        raise Question(
            f"{named}: the source charges {_shown(vat)} % of VAT, but the sale carries none: {decided.decision.reason}"
        )
    setting = "bookkeeping.sales_accounts" if decided is None else decided.setting
    rate = _shown(vat)
    raise Question(f"{named}: its VAT rate of {rate} % has no account in {setting}", about=f"{setting} {rate}")


def _shown(rate: Decimal) -> str:
    """A rate without needless zeros; as it was stated where it is beyond what a rate can be."""
    usual = -HUNDRED <= rate <= HUNDRED and round(rate, 4) == rate
    return f"{plain_number(rate):f}" if usual else str(rate)


def _account(vat: Decimal, accounts: Mapping[str, int]) -> int | None:
    """Rates are compared as numbers."""
    return next((account for rate, account in accounts.items() if _rate(rate) == vat), None)


@lru_cache(maxsize=64)  # the few rates of the settings
def _rate(text: str) -> Decimal:
    return Decimal(text)


def _article_ref(place: int, line: Line, articles: Articles) -> Ref | None:
    """The article's thing, shared by all sources, else the default's; ``None`` without either, or for policy text."""
    number = (line.sku or "").strip() or articles.default_article
    if articles.policy == "text" or not number:
        return None
    if not _ARTICLE_NUMBER.fullmatch(number):
        raise Question(
            f"line {place}: its article number can be no article's in Fortnox (at most 50 letters, digits and _ - / +)"
        )
    return Ref(system="key", kind="article", id=number)


def _article(place: int, line: Line, choices: Choices) -> EnsureArticle | None:
    thing = _article_ref(place, line, choices.articles)
    if thing is None:
        return None
    # The register's article is one for all countries: what a sale abroad carries is no rate to make it with.
    vat = line.vat_rate if choices.domestic else None
    if vat is None and choices.articles.default_vat is not None:
        vat = Decimal(choices.articles.default_vat)
    account = None if vat is None else _account(vat, choices.bookkeeping.sales_accounts)
    unit = (line.unit or "").strip()
    articles, default = choices.articles, choices.articles.default_article or None
    return EnsureArticle(
        thing=thing,
        number=thing.id,
        description=" ".join(line.description.split()) or thing.id,
        unit=unit if unit in choices.bookkeeping.units else None,
        vat=None if vat is None else plain_number(vat),
        account=account,
        create=articles.makes_missing and thing.id != articles.default_article,
        update=articles.policy == "update" and thing.id != articles.default_article,
        instead=None if articles.makes_missing or thing.id == articles.default_article else default,
    )


def _price_of(line: Line, document: Document, choices: Choices) -> dict[str, object]:
    """The line's own price for the register: in kronor, without VAT and before discounts, else nothing is known."""
    if not choices.articles.prices or document.prices_include_vat or document.currency != "SEK":
        return {}
    if line.unit_price != plain_number(line.unit_price):
        return {}
    return {"price": round_ore(line.unit_price), "price_list": document.price_list}


def _description(place: int, line: Line, article: Ref | None, foreign_unit: str, articles: Articles) -> str:
    """``SKU description (unit)``: the unit is named here only where it is not one of the company's own, the article's
    number only where the row has no field for it, or another article may stand there."""
    may_stand_in = bool(articles.default_article) and not articles.makes_missing
    parts = list(_parts(line, article, may_stand_in=may_stand_in))
    if not parts:
        raise Question(f"line {place} has neither a description nor an article number")
    if foreign_unit:
        parts.append(f"({foreign_unit})")
    return " ".join(parts)


def _parts(line: Line, article: Ref | None, *, may_stand_in: bool) -> Iterator[str]:
    description, number = line.description.strip(), (line.sku or "").strip()
    if number and (article is None or not description or may_stand_in):
        yield number
    if description:
        yield description
