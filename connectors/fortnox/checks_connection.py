"""Checks of the connection: the token, its scopes, licences, which company and user answer, and the clocks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from connectors.findings import Finding, failed, ok, warning
from connectors.fortnox.check import Check, always, listed, or_ok, refusal
from connectors.fortnox.needs import Needs
from connectors.fortnox.scopes import needed
from connectors.fortnox.snapshot import Reading, Snapshot, Unread
from connectors.fortnox.wire import is_true, text_of

REMINDER_DAYS, LAST_DAYS = 14.0, 3.0
"""Days that a refresh token has left when it is a warning, and when it is a failure (as ``status`` reminds)."""
SKEW_WARNS, SKEW_FAILS = 30.0, 60.0
"""Seconds between two clocks. Dates count whole seconds and answers take some; beyond half a minute a clock is not
kept. Above a minute, the minutes of ``lastmodified`` (Fortnox facts, section 5) are no longer the right ones."""
AGAIN = "Connect the company again: fortnox-bridge connect COMPANY."

COMPANY = Reading("read_company")
USER = Reading("read_me")
PROBES: Mapping[str, Reading] = {
    "archive": Reading("list_archive"),
    "article": Reading("list_articles", rows=1),
    "bookkeeping": Reading("list_financial_years"),
    "companyinformation": COMPANY,
    "connectfile": Reading("list_voucher_file_connections", rows=1),
    "costcenter": Reading("list_cost_centers"),
    "currency": Reading("list_currencies"),
    "customer": Reading("list_customers", rows=500),
    "inbox": Reading("list_inbox"),
    "invoice": Reading("list_invoices", rows=1),
    "offer": Reading("list_offers", rows=1),
    "order": Reading("list_orders", rows=1),
    "payment": Reading("list_payments", rows=1),
    "price": Reading("list_price_lists"),
    "profile": USER,
    "project": Reading("list_projects"),
    "settings": Reading("read_locked_period"),
    "supplier": Reading("list_suppliers", rows=1),
}
"""What is read to see whether the company has the licence that a scope needs (Fortnox facts, section 2.7)."""
NO_INTEGRATIONS = 2001103
"""No licence for integrations at all."""
LICENCES = frozenset({2001101, NO_INTEGRATIONS})
RIGHTS = frozenset({2000663, 2001339, 2001393, 2002455, 2003275})


def token(seen: Snapshot, _: Needs) -> Sequence[Finding]:
    """Whether there is an access token, how old it is, and how long a refresh token lives."""
    if isinstance(seen.token, Unread) and seen.token.lost:
        return [Finding("token", "failed", seen.token.says, seen.token.remedy or AGAIN, code=seen.token.code)]
    known = seen.known_token()
    left = known.days_left
    if left is not None and left <= REMINDER_DAYS:
        say = failed if left <= LAST_DAYS else warning
        return [say("token", f"the refresh token dies in {max(left, 0):.1f} days unless it is renewed", AGAIN)]
    by = "a refresh token" if known.rotates and left is not None else "client credentials"
    lives = "" if left is None else f", which lives {left:.0f} more days"
    return [ok("token", f"by {by}{lives}; {_minutes(known.age)} old, expires in {_minutes(known.expires_in)}")]


def _minutes(time: timedelta | None) -> str:
    return "unknown time" if time is None else f"{max(0, round(time / timedelta(minutes=1)))} min"


def scopes(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether the token carries what the company's rules need (row 000-49)."""
    held, wanted = seen.known_token().scopes, needed(needs.settings)
    if held is None:
        return [Finding("scopes", "unchecked", "not checked: the token does not say which scopes it carries")]
    missing = [
        refusal("scopes", f"scope {scope} is missing; it {'; '.join(reasons)}", 2000663, about=scope)
        for scope, reasons in wanted.items()
        if scope not in held
    ]
    more = sorted(held - set(wanted))
    beyond = f"; {len(more)} more than the rules need ({listed(more)})" if more else ""
    return or_ok(missing, "scopes", f"all that the rules need: {listed(list(wanted))}{beyond}")


def probes(needs: Needs) -> Sequence[Reading]:
    """One reading for each scope that is needed."""
    return [PROBES[scope] for scope in needed(needs.settings)]


def licences(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether Fortnox refuses an area for want of a licence or of a right of the user."""
    wanted = list(needed(needs.settings))
    answers = {scope: seen.answers[PROBES[scope]] for scope in wanted}
    found = [_refused(scope, answer) for scope, answer in answers.items() if isinstance(answer, Unread)]
    for line in found:
        if line.code == NO_INTEGRATIONS:
            return [line]
    return or_ok(found, "licences", f"Fortnox answers for each of {listed(wanted)}")


def _refused(scope: str, why: Unread) -> Finding:
    if why.code in LICENCES | RIGHTS:
        lacks = "licence" if why.code in LICENCES else "right"
        return Finding(
            "licences", "failed", f"the {lacks} for {scope} is missing (error {why.code})", why.remedy, scope, why.code
        )
    return Finding("licences", "unchecked", f"not checked for {scope}: {why.says}", why.remedy, scope, why.code)


def company(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Which company answers: the one that the configuration, the token and the first connect name (invariant 16)."""
    about = seen.one(COMPANY)
    tenant, number = text_of(about.get("DatabaseNumber")), text_of(about.get("OrganizationNumber"))
    in_token, stated, pinned = seen.known_token().tenant, needs.fortnox.tenant_id, needs.pinned
    others = [
        f"{who} {expected}"
        for who, expected in (
            ("tenant_id is", stated),
            ("the token is for", in_token),
            ("the first connect was tenant", None if pinned is None else pinned.tenant),
        )
        if expected is not None and str(expected) != tenant
    ]
    if pinned is not None and pinned.tenant == tenant and pinned.organisation_number != number:
        others.append(f"its organisation number was {pinned.organisation_number} at the first connect")
    who = f"{text_of(about.get('CompanyName'))}, organisation number {number}, tenant {tenant}"
    if others:
        remedy = (
            "Correct tenant_id, or connect the right company; another tenant needs a section and folder of its own."
        )
        return [failed("company", f"{who} answers, but {' and '.join(others)}", remedy)]
    return [ok("company", f"{who}, kind {needs.fortnox.kind}")]


def user(seen: Snapshot, _: Needs) -> Sequence[Finding]:
    """Which user the connection belongs to (row 002-07); its rights are Fortnox's business."""
    about = seen.one(USER)
    name, mail = text_of(about.get("Name")), text_of(about.get("Email"))
    administrator = ", a system administrator" if is_true(about.get("SysAdmin")) else ""
    return [ok("user", f"{name} ({mail}), id {text_of(about.get('Id'))}{administrator}")]


def clock(seen: Snapshot, _: Needs) -> Sequence[Finding]:
    """How far our clock is from Fortnox's, by the Date of its answers."""
    ahead = seen.ahead_seconds
    if ahead is None:
        return [Finding("clock", "unchecked", "not checked: no answer of Fortnox said what time it is")]
    off = abs(ahead)
    remedy = "Let this machine keep its time (timedatectl set-ntp true)."
    if off <= SKEW_WARNS:
        return [ok("clock", f"within {off:.0f} s of Fortnox's")]
    says = f"our clock is {off:.0f} s {'behind' if ahead > 0 else 'ahead of'} Fortnox's"
    return [(failed if off > SKEW_FAILS else warning)("clock", says, remedy)]


CHECKS = (
    Check("token", token),
    Check("company", company, always(COMPANY)),
    Check("user", user, always(USER)),
    Check("clock", clock),
    Check("scopes", scopes),
    Check("licences", licences, probes),
)
