"""Commands about cards and registers: customers, articles, currencies, and the lines that we write on a customer."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from handlers.commands.base import CommandBase, ExactFields, MatchKey
from handlers.values import Ref

USUAL_MATCH = ("organisation_number", "vat_number", "own_number", "email")
"""What a party is known by where its company says nothing else."""


class EnsureCustomer(CommandBase):
    """The buyer or respondent exists as a customer in Fortnox.

    ``update`` says what happens to a card that is already there: ``never`` touches nothing, ``listed`` overwrites the
    fields named in ``overwrite`` (names of this class) and no others, ``fill`` fills empty fields besides. ``create``
    is false where no new customer may be made: then a party without a card is recorded and nothing is made. ``search``
    is false where only a customer that we know already is meant: then an unknown one costs no call either. ``not_by``
    names keys that a person said belong to another party: they are not matched. ``match`` are the keys that count,
    strongest first; empty: the usual ones. ``never_update`` are fields that no card that is there gets. ``required``: a
    customer that must be there is asked about where it is not, instead of recorded. ``is_private`` says what a new card
    is; ``vat_type``, ``terms_of_payment`` and ``price_list`` stand on it. ``extra`` are further fields under Fortnox's
    own names, as the company maps them: on a new card, and where ``update`` fills empty fields.
    """

    kind: Literal["ensure_customer"] = "ensure_customer"
    name: str
    organisation_number: str | None = None
    own_number: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None
    address1: str | None = None
    address2: str | None = None
    zip_code: str | None = None
    city: str | None = None
    vat_type: str | None = None
    vat_number: str | None = None
    is_private: bool | None = None
    terms_of_payment: str | None = None
    price_list: str | None = None
    update: Literal["never", "listed", "fill"] = "never"
    overwrite: tuple[str, ...] = ()
    never_update: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    required: bool = False
    create: bool = True
    search: bool = True
    not_by: tuple[str, ...] = ()
    extra: ExactFields = Field(default_factory=dict)

    @property
    def replaces_older(self) -> bool:
        """What may make nothing never stands in for what may: a sale may wait behind the older one."""
        return self.create or not self.search

    @property
    def match_keys(self) -> tuple[MatchKey, ...]:
        """By ``match``, else organisation, VAT and own number, then e-mail (casefolded); absent keys are left out."""
        named = {
            "organisation_number": self.organisation_number,
            "vat_number": self.vat_number,
            "own_number": self.own_number,
            "email": self.email.casefold() if self.email else None,
        }
        keys = ((name, named[name]) for name in self.match or USUAL_MATCH if name not in self.not_by)
        return tuple((name, value) for name, value in keys if value)


class EnsureArticle(CommandBase):
    """An article with this number exists in Fortnox and is active; its VAT and account are known from then on.

    ``create`` is false where only articles that stand there already may be used. ``vat`` (percent) and ``account`` are
    what a new article gets; an article that is there keeps its own. With ``update`` an article of ours follows the
    source in name, unit and, where it is stated, ``price`` (kronor without VAT for one piece, in ``price_list``).
    ``instead`` is the article that stands for one that is missing. The thing is shared by all sources.
    """

    kind: Literal["ensure_article"] = "ensure_article"
    number: str
    description: str
    unit: str | None = None
    vat: Decimal | None = None
    account: int | None = None
    create: bool = False
    update: bool = False
    price: Decimal | None = None
    price_list: str | None = None
    instead: str | None = None


class EnsureCurrency(CommandBase):
    """The currency ``code`` is registered in Fortnox; a missing one is made with ``rate`` kronor for one unit.

    ``rate`` is ``None`` where the source states none: then a missing one is asked about. The thing is shared by all
    sources.
    """

    kind: Literal["ensure_currency"] = "ensure_currency"
    code: str
    rate: Decimal | None = None


class EnsureLabel(CommandBase):
    """A label with exactly this ``text`` exists in Fortnox; a missing one is made where ``create`` allows it.

    The thing is shared by all sources.
    """

    kind: Literal["ensure_label"] = "ensure_label"
    text: str
    create: bool = False


class EnsureNote(CommandBase):
    """The customer's comments hold one line of ours: date, ``core`` (never shortened), ``detail`` as room allows.

    Where an older version of the line stands there, it is replaced. ``only_replaces``: where none stands there, none is
    written either.
    """

    kind: Literal["ensure_note"] = "ensure_note"
    customer: Ref
    dated: date
    core: str
    detail: str = ""
    only_replaces: bool = False

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The customer."""
        return (self.customer,)
