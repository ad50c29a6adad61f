"""What may be answered to a question, and what each answer does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.fortnox.identify import READS
from connectors.reasons import ALLOWABLE, OUTGROWN
from daemon.answering import ANSWERED_BY_ABSENT, TOLD_ALLOWED
from daemon.destinations import written_to
from daemon.requests import KINDS
from handlers.questions import DATE, NUMBER, possible
from store.approving import REASON as APPROVAL
from store.questions import Asked
from store.releasing import DOUBLED

What = Literal["again", "another", "ours", "same", "allow", "approve", "link", "input"]

AGAIN, DONE = "again", "done"
WORDS: Mapping[What, str] = {
    "again": "everything behind it is tried again: answer this once what it asks for is put right",
    "another": "it is another one: what was found is left alone, and a new one is made",
    "ours": "our customer is the right one: documents for it go on",
    "same": "it is the same sale: what waits here is discarded, the other one stays",
    "allow": "it is let through, for this content only",
    "approve": "the write may leave",
    "link": "it is that object in Fortnox: it is read there, linked, and remembered",
    "input": "the rules take it and run again",
}
LINKED_AT_SENDER = "it is that record at the sender: it is read there, linked, and remembered"
ANEW = "the documents that stand there are taken back, and the sale is made anew"
SALE, COMPANY = "; remembered for each of these sales", "; remembered for the company"


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer: a word, or a form (``NUMBER``, ``YYYY-MM-DD``, ``customer:NUMBER``)."""

    answer: str
    what: What
    does: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """An answer that is possible, in its one form."""

    what: What
    answer: str


def options(asked: Asked, kinds: Iterable[str]) -> list[Option]:
    """All that may be answered; ``kinds`` are the kinds of commands behind the question."""
    found: list[Option] = []
    kinds = frozenset(kinds)
    linked = WORDS["link"] if written_to(asked.company) is None else LINKED_AT_SENDER
    if asked.input:
        does = WORDS["input"] + (SALE if asked.of_sale else COMPANY)
        found += [Option(choice, "input", does) for choice in asked.choices]
    else:
        found += [Option(choice, "link", linked) for choice in asked.choices]
    if asked.reason in ANSWERED_BY_ABSENT:
        found.append(Option("another", "another", WORDS["another"]))
    words: list[What] = []
    words += ["ours"] if asked.reason == DOUBLED else []
    words += ["same"] if asked.reason == "same_sale" else []
    words += ["allow"] if asked.reason in ALLOWABLE and kinds & TOLD_ALLOWED else []
    words += ["approve"] if asked.reason == APPROVAL else []
    found += [Option(word, word, ANEW if asked.reason in OUTGROWN else WORDS[word]) for word in words]
    if asked.reason != APPROVAL:
        named = sorted({far for kind in kinds if (far := far_kind(kind)) is not None})
        found += [Option(f"{kind}:NUMBER", "link", linked) for kind in named]
    return [*found, Option(AGAIN, "again", WORDS["again"])]


def far_kind(command: str | None) -> str | None:
    """What a command of this kind makes at Fortnox; ``None`` where that differs from one to the next."""
    return READS[command][0] if command in READS else None


def chosen(asked: Asked, kinds: Iterable[str], answer: str) -> Chosen | None:
    """What the answer means; ``None`` where it is none of the options."""
    text = answer.strip()
    word = AGAIN if text.casefold() == DONE else text.casefold()
    offered = options(asked, kinds)
    for option in offered:
        if option.what == "input":
            found = possible([option.answer], text)
            if found is not None:
                return Chosen("input", found)
        elif option.what != "link" and word == option.answer:
            return Chosen(option.what, word)
    kind, colon, number = text.partition(":")
    linkable = any(option.what == "link" for option in offered)
    if linkable and colon and kind in KINDS and number.strip():
        return Chosen("link", f"{kind}:{number.strip()}")
    return None


def one_line(offered: Iterable[Option]) -> str:
    """The options in one line, as a person reads them."""
    forms = {NUMBER: "a number", DATE: "a day (YYYY-MM-DD)"}
    return ", ".join(forms.get(option.answer, option.answer) for option in offered)
