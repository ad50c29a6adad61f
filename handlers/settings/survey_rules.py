"""Rules that a company writes for its surveys: when they hold, and what they do."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from handlers.settings.accounts import Account
from handlers.settings.rules import LabelText
from handlers.settings.survey_scales import Band
from handlers.settings.wording import Wording
from handlers.values import Frozen

DEFAULT_NOTE = "note_survey"
"""The name of what happens without any rule; no rule of a company may have it."""

SENDER_ACTIONS = ("sender_note", "sender_task")
"""What a rule leaves at the source of the response; everything else it does in Fortnox."""

Amount = Annotated[Decimal, Field(gt=0, lt=10**9, decimal_places=2)]
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,60}$")]
Fields = dict[FieldName, Wording | bool | int]
"""Fields under Fortnox's own names; a text may have places."""


def _several(value: object) -> object:
    return (value,) if isinstance(value, str | int | Decimal) else value


def _says_something(text: str) -> str:
    if not text.strip(" *"):
        raise ValueError("must hold a word")
    return text


Word = Annotated[str, Field(max_length=200), AfterValidator(_says_something)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_several)]
"""One text or a list of texts."""


def _as_words(value: object) -> object:
    """A number or a flag of the file as the text that an answer has."""
    found = value if isinstance(value, list | tuple) else [value]
    words = {True: "yes", False: "no"}
    return tuple(words[one] if isinstance(one, bool) else str(one) for one in found)


Said = Annotated[tuple[str, ...], BeforeValidator(_as_words)]
"""One answer or a list of answers."""


class When(Frozen):
    """Conditions; all that are given must hold, and a rule without any always holds.

    Scores are on the survey's own scale; without a score none of them holds. ``dropped_by`` and ``rose_by`` compare
    with the last score that the same person gave (in the surveys that the rule names, else in the same one); ``first``
    asks whether there was an earlier response. ``keywords``: one of them stands as whole words in an answer, whatever
    its case; one that ends with ``*`` is the beginning of a word. ``answers`` must be equal to one of the given texts,
    ``answers_contain`` hold one; both name answers by key or question.
    """

    score_at_least: Decimal | None = None
    score_at_most: Decimal | None = None
    score_above: Decimal | None = None
    score_below: Decimal | None = None
    classes: Annotated[tuple[Band, ...], BeforeValidator(_several)] = Field(default=(), alias="class")
    dropped_by: Annotated[Decimal, Field(gt=0)] | None = None
    rose_by: Annotated[Decimal, Field(gt=0)] | None = None
    first: bool | None = None
    keywords: Words = ()
    answers: dict[str, Said] = Field(default_factory=dict)
    answers_contain: dict[str, Words] = Field(default_factory=dict)


class Line(Frozen):
    """What an invoice or an offer of a rule sells: kronor per unit, VAT in percent on top.

    ``article`` is a number (used as the company's ``articles.policy`` says), ``text`` stands on the row. ``price`` and
    ``quantity`` are fixed, or the number in an answer (``price_answer``, ``quantity_answer``: key or question).
    """

    article: str | None = Field(default=None, min_length=1, max_length=50)
    text: Wording
    price: Amount | None = None
    price_answer: str | None = None
    quantity: Amount | None = None
    quantity_answer: str | None = None
    unit: str | None = None
    vat: int = Field(ge=0, le=99)
    comments: Wording | None = None

    @model_validator(mode="after")
    def _one_price_and_one_quantity(self) -> "Line":
        if (self.price is None) == (self.price_answer is None):
            raise ValueError("set one of price and price_answer")
        if self.quantity is not None and self.quantity_answer is not None:
            raise ValueError("set one of quantity and quantity_answer, or neither for one piece")
        return self


class Voucher(Frozen):
    """A voucher of one amount in kronor, from the account in ``credit`` to the one in ``debit``.

    ``amount`` is fixed, or the number in an answer (``amount_answer``).
    """

    series: str = Field(min_length=1, max_length=10)
    text: Wording
    debit: Account
    credit: Account
    amount: Amount | None = None
    amount_answer: str | None = None

    @model_validator(mode="after")
    def _one_amount_between_two_accounts(self) -> "Voucher":
        if (self.amount is None) == (self.amount_answer is None):
            raise ValueError("set one of amount and amount_answer")
        if self.debit == self.credit:
            raise ValueError("debit and credit are the same account")
        return self


class SenderTask(Frozen):
    """A task for a person at the source, due so many days after the response."""

    title: Wording
    text: Wording | None = None
    days: int = Field(ge=0, le=366)


class SurveyRule(Frozen):
    """One rule of a company for its surveys. Every rule that holds acts, in the order of the file.

    ``survey`` is an id or a pattern with ``*``; ``sources`` limits it to those senders. ``instead``: the note that
    every survey leaves is left out. ``nothing``: that, and no rule behind this one is asked. ``note`` and ``insight``
    are lines on the respondent's card, ``customer`` are fields of it. ``label`` stands on the rule's offer and invoice.
    ``project``, ``supplier`` and ``account`` are objects that shall stand in Fortnox with these fields. ``sender_note``
    and ``sender_task`` are left on the respondent's contact at the source. The name stands in stored keys: a rule that
    gets another name is another rule.
    """

    name: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    survey: str = Field(default="*", min_length=1, max_length=200)
    sources: Words = ()
    when: When = When()
    instead: bool = False
    nothing: bool = False
    note: Wording | None = None
    insight: Wording | None = None
    customer: Fields = Field(default_factory=dict)
    label: LabelText | None = None
    project: Fields = Field(default_factory=dict)
    supplier: Fields = Field(default_factory=dict)
    account: Fields = Field(default_factory=dict)
    offer: Line | None = None
    invoice: Line | None = None
    voucher: Voucher | None = None
    sender_note: Wording | None = None
    sender_task: SenderTask | None = None

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of what the rule does."""
        names = (
            "note",
            "insight",
            "customer",
            "label",
            "project",
            "supplier",
            "account",
            "offer",
            "invoice",
            "voucher",
            *SENDER_ACTIONS,
        )
        return tuple(name for name in names if getattr(self, name))

    @property
    def at_sender(self) -> bool:
        """Whether it leaves something at the source."""
        return any(name in SENDER_ACTIONS for name in self.actions)

    @property
    def in_fortnox(self) -> bool:
        """Whether it does something in Fortnox."""
        return any(name not in SENDER_ACTIONS for name in self.actions)

    @property
    def makes_money(self) -> bool:
        """Whether it makes something that stands for money."""
        return bool({"offer", "invoice", "voucher"} & {*self.actions})

    @property
    def records(self) -> dict[Literal["projects", "suppliers", "accounts"], dict[str, Any]]:
        """The objects that shall stand in Fortnox, by resource."""
        named: dict[Literal["projects", "suppliers", "accounts"], dict[str, Any]] = {
            "projects": self.project,
            "suppliers": self.supplier,
            "accounts": self.account,
        }
        return {resource: fields for resource, fields in named.items() if fields}

    @model_validator(mode="after")
    def _does_something(self) -> "SurveyRule":
        if self.name == DEFAULT_NOTE:
            raise ValueError(f"{DEFAULT_NOTE} is the name of what happens without any rule")
        if self.nothing and (self.actions or self.instead):
            raise ValueError(f"nothing = true stands alone, not with {', '.join(self.actions) or 'instead'}")
        if not self.nothing and not self.actions and not self.instead:
            raise ValueError("does nothing: give it an action, or say nothing = true")
        if self.label is not None and self.invoice is None and self.offer is None:
            raise ValueError("label stands on the rule's invoice or offer (customers have none in Fortnox): add one")
        return self
