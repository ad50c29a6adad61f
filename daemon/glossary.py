"""The glossary as the command `glossary` and docs/glossary.md tell it: every term, and those that a word means."""

from typing import Any

from daemon.glossary_terms import GROUPS, Term
from daemon.state_terms import STATES

Json = dict[str, Any]

EVERY_GROUP = {**GROUPS, "How it stands": STATES}


def told(term: Term, group: str) -> Json:
    """A term as JSON."""
    return {
        "term": {"en": term.english, "sv": term.swedish},
        "means": {"en": term.means, "sv": term.means_in_swedish},
        "fields": list(term.fields),
        "group": group,
    }


def glossary() -> list[Json]:
    """Every term, in the order of the page."""
    return [told(term, group) for group, terms in EVERY_GROUP.items() for term in terms]


def found(word: str) -> list[Json]:
    """The terms of that name in either language, else those with it in a name or field; empty where there is none."""
    asked = word.strip().casefold()
    every = glossary()
    exact = [term for term in every if asked in {name.casefold() for name in term["term"].values()}]
    if exact or not asked:
        return exact
    named = [(term, [*term["term"].values(), *term["fields"]]) for term in every]
    return [term for term, names in named if any(asked in name.casefold() for name in names)]
