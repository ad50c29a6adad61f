"""The companies of a run and who sends to them: what each one's module makes of a sale, and which senders are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Module = Literal["invoice", "order", "order+offer"]


@dataclass(frozen=True, slots=True)
class Company:
    """One tenant of the simulator. ``credits``: a booked invoice of a lost sale is credited; ``articles``: rows name
    articles, and a missing one is made; ``reissues``: a sale that changes too late is made anew."""

    tenant: int
    module: Module = "invoice"
    credits: bool = False
    articles: bool = False
    reissues: bool = False


COMPANIES: Mapping[str, Company] = {
    "alpha": Company(1001),
    "beta": Company(1002),
    "gamma": Company(1003, "order+offer", articles=True, reissues=True),
    "delta": Company(1004, "order", credits=True, reissues=True),
}
"""By the name in the configuration."""

STANDARD: Mapping[str, str] = {"shop": "alpha", "crm": "alpha", "web": "beta", "desk": "gamma", "depot": "delta"}
WORKFLOWS: Mapping[str, str] = {"flow": "alpha"}
"""Source -> company: signed senders of our own shape, and workflows of HighLevel that nobody reads."""

HIGHLEVEL, UPSALES, SUBSCRIPTIONFLOW = "ghl", "upsales", "subs"
READ: Mapping[str, str] = {HIGHLEVEL: "alpha", UPSALES: "gamma", SUBSCRIPTIONFLOW: "beta"}
"""Source -> company: senders that have a stand-in, whose records are the truth, and who are polled."""

STAND_INS: Mapping[str, str] = {
    HIGHLEVEL: "highlevel",
    UPSALES: "upsales",
    SUBSCRIPTIONFLOW: "subscriptionflow",
}
"""Source -> module of ``tests.stand_ins``."""

CLIENTS: Mapping[str, str] = {"partner": "delta"}
"""Client of our own HTTP endpoints -> company."""

COMPANY_OF: Mapping[str, str] = {**STANDARD, **WORKFLOWS, **READ, **CLIENTS}

SCORE_FIELD, WORD_FIELD, NUMBER_FIELD = "UhAtFfsTcm4FwSWzQiUB", "fK2vYbXw81LqPnTzR0cA", "4jEDCN7RpB0fWeo4NjQr"
"""Custom fields of contacts at HighLevel: a score, an answer in words, the organisation number."""
SCORE_LABEL, WORD_LABEL, NUMBER_LABEL = "Hur nöjd är du (0-10)?", "Ord", "Organisationsnummer"

CUSTOMER_FIELD = "kUnDnR7RpB0fWeo4NjQr"
"""The custom field of contacts at HighLevel that takes the customer's number in Fortnox."""

EMAIL_FIELD = 9
"""The custom field of a company at Upsales that holds its e-mail."""
STAGES: Mapping[str, int] = {"offer": 10, "won": 12, "invoiced": 15, "cancelled": 7}
"""What an order's stage at Upsales means, and its id."""
