"""The fault plan: everything that Fortnox may do to a call and that heals by itself, at seeded moments."""

from random import Random
from typing import Any

from tests.crash.options import Pace

REST = "/3/.*"
TOKEN = "/oauth-v1/token"
CREATES = (
    "/3/customers",
    "/3/invoices",
    "/3/invoicepayments",
    "/3/articles",
    "/3/orders",
    "/3/offers",
    "/3/projects",
    "/3/vouchers",
)
CHANGES = (
    "/3/customers/.*",
    "/3/invoices/.*/bookkeep",
    "/3/invoicepayments/.*/bookkeep",
    "/3/offers/.*/createorder",
    "/3/orders/.*/createinvoice",
    "/3/(invoices|orders|offers)/[0-9]+/cancel",
    "/3/orders/[0-9]+",
)
RARE = (
    ("PUT", "/3/invoices/.*/credit"),
    ("PUT", "/3/projects/.*"),
    ("POST", "/3/units"),
    ("DELETE", "/3/units/.*"),
    ("POST", "/3/labels"),
)
"""Seldom written to: their certain faults come with the first calls."""

CERTAIN = frozenset({"answer_lost", "late_effect"})
SYSTEM_FAULT = {"ErrorInformation": {"Error": 1, "Message": "Ett systemfel har inträffat.", "Code": 1000003}}
CALLS_PER_WEBHOOK = 5
"""About how many calls a webhook costs: only to spread the moments of lost tokens over the run."""

OUTAGE_CALLS = 14

Fault = dict[str, Any]


def faults(seed: int, pace: Pace, webhooks: int) -> list[Fault]:
    """Descriptions for the simulator, in the order in which they are asked: certain ones, rare ones, chances."""
    random = Random(seed)
    return [
        *_certain(pace),
        *_lost_tokens(random, webhooks),
        *_outages(random, webhooks),
        *_chances(random, pace),
        *_latency(random, pace),
    ]


def _latency(random: Random, pace: Pace) -> list[Fault]:
    """No fault but the time that every call takes: a kill meets calls under way, before and after their effect."""
    about = {"fault": "delay", "path": REST, "times": None}
    return [
        about | {"probability": 0.5, "seed": random.randrange(1 << 30), "seconds": pace.latency_seconds, "effect": when}
        for when in ("before", "after")
        for _ in range(2)
    ]


def is_latency(fault: Fault, pace: Pace) -> bool:
    """Whether a fault, as the simulator shows it, is only the time that every call takes."""
    return bool(fault["fault"] == "delay" and float(fault["seconds"]) == pace.latency_seconds)


def _certain(pace: Pace) -> list[Fault]:
    """Once in every run on every writing path: the effect without the answer, and the effect that comes late."""
    usual = [("POST", path) for path in CREATES] + [("PUT", path) for path in CHANGES]
    placed = [(method, path, 2 + place % 2, 4) for place, (method, path) in enumerate(usual)]
    placed += [(method, path, 0, 1) for method, path in RARE]
    return [
        fault
        for method, path, first, second in placed
        for fault in (
            {"fault": "answer_lost", "method": method, "path": path, "after": first},
            {"fault": "late_effect", "method": method, "path": path, "after": second, "seconds": pace.late_seconds},
        )
    ]


def is_certain(fault: Fault) -> bool:
    """Whether a fault, as the simulator shows it, is one that must meet its write once in a run."""
    return fault["fault"] in CERTAIN and fault["times"] == 1 and fault["probability"] == 1


def _lost_tokens(random: Random, webhooks: int) -> list[Fault]:
    """Far enough apart that a call repeated after a 401 never meets the next one: two in a row would mean something
    else (credentials lost), which a person must heal."""
    calls = webhooks * CALLS_PER_WEBHOOK
    moments = range(40, max(60, calls), max(60, calls // 10))
    return [{"fault": "expire_token", "path": REST, "after": start + random.randrange(20)} for start in moments]


def _outages(random: Random, webhooks: int) -> list[Fault]:
    """Whole moments without Fortnox: every call of both companies fails, probes too, until so many have failed."""
    calls = webhooks * CALLS_PER_WEBHOOK
    kinds: list[Fault] = [{"fault": "reset_before"}, {"fault": "html"}, {"fault": "status", "status": 500, "body": ""}]
    return [
        kind | {"path": REST, "after": place * calls // 4 + random.randrange(calls // 8), "times": OUTAGE_CALLS}
        for place, kind in enumerate(kinds)
    ]


def _chances(random: Random, pace: Pace) -> list[Fault]:
    def chance(probability: float, method: str | None, path: str, **fault: Any) -> Fault:
        order = {"method": method, "path": path, "probability": probability, "times": None}
        return order | {"seed": random.randrange(1 << 30)} | fault

    writes: list[Fault] = []
    for method in ("POST", "PUT", "DELETE"):
        writes += [
            chance(0.02, method, REST, fault="answer_lost"),
            chance(0.015, method, REST, fault="late_effect", seconds=pace.late_seconds / 3),
            chance(0.015, method, REST, fault="late_effect", seconds=pace.late_seconds),
            chance(0.02, method, REST, fault="delay", seconds=pace.slow_seconds),
            chance(0.015, method, REST, fault="html", effect="after"),
            chance(0.01, method, REST, fault="html", status=200, effect="after"),
            chance(0.015, method, REST, fault="status", status=500, effect="after", body=SYSTEM_FAULT),
            chance(0.015, method, REST, fault="hang_after", seconds=pace.timeout_seconds * 1.5),
        ]
    anything = [
        chance(0.015, None, REST, fault="truncated"),
        chance(0.015, None, REST, fault="reset_before"),
        chance(0.01, None, REST, fault="html", status=502),
        chance(0.01, None, REST, fault="status", status=500, body=SYSTEM_FAULT),
        chance(0.01, None, REST, fault="status", status=503, body="", content_type="text/plain"),
        chance(0.02, None, REST, fault="delay", seconds=pace.timeout_seconds / 3),
        chance(0.01, "GET", REST, fault="delay", seconds=pace.slow_seconds),
        chance(0.01, None, REST, fault="throttle"),
        chance(0.08, None, TOKEN, fault="reset_before"),
        chance(0.08, None, TOKEN, fault="status", status=503, body=""),
    ]
    return writes + anything
