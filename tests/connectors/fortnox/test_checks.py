"""An examination finds each fault that is planted in a company, and nothing in a sound one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import anyio
import pytest
from anyio.lowlevel import checkpoint

from connectors.base import StoredToken
from connectors.fortnox.checks_connection import PROBES
from connectors.fortnox.error_codes import MEANINGS
from connectors.fortnox.rounding import Rounding, learned_rounding
from connectors.fortnox.scopes import USES, needed
from connectors.fortnox.table import OPERATIONS
from handlers.settings import Articles
from tests.connectors.fortnox.examining import NOW, RULES, ground
from tests.connectors.fortnox.planted_faults import FAULTS


@pytest.mark.asyncio
@pytest.mark.capability("f82", "000-49", "002-07", "001-24")
async def test_a_sound_company_has_no_finding() -> None:
    """Every line is ok, in a bounded number of reads, and nothing was written."""
    async with ground() as sound:
        found = await sound.examine()
        assert {line.level for line in found} == {"ok"}, [line for line in found if line.level != "ok"]
        said = {line.check: line.says for line in found}
        assert said["company"] == "Simulatorbolaget AB, organisation number 555555-5555, tenant 1001, kind simulator"
        assert said["user"] == "Tjänstekonto (tjanst@example.com), id 1"
        assert said["token"] == "by client credentials; 0 min old, expires in 60 min"
        assert said["currencies"] == "SEK, EUR"
        calls = await sound.here.calls()
        assert len(calls) == len(set(calls)) <= 25
        assert {call.partition(" ")[0] for call in calls} == {"GET"}


@pytest.mark.asyncio
@pytest.mark.capability("f82", "f81", "f54", "000-49", "002-07")
@pytest.mark.parametrize("name", FAULTS)
async def test_a_planted_fault_is_found(name: str) -> None:
    """That fault and no other, with what to do; where Fortnox has a code for it, by the catalogue."""
    plant, level, check, about, code = FAULTS[name]
    async with ground() as on:
        planted = plant(on)
        if planted is not None:
            await planted
        found = [line for line in await on.examine() if line.level in {"failed", "warning"}]
    assert (found[0].level, found[0].check, found[0].about, found[0].code) == (level, check, about, code)
    assert len(found) == 1, found
    assert found[0].remedy
    assert "Hemligt" not in found[0].says
    if code is not None:
        assert found[0].remedy == MEANINGS[code].text()


@pytest.mark.asyncio
@pytest.mark.capability("f82")
async def test_customers_that_stand_for_many_are_looked_up_once_each() -> None:
    """Sound ones are named; a company without such a setting has no line and makes no call for it."""
    plant = FAULTS["shared customer inactive"][0]
    async with ground() as on:
        planted = plant(on)
        assert planted is not None
        await planted
        on.change("customers", "9001", Active=True)
        (line,) = [one for one in await on.examine() if one.check == "default_consumers"]
        assert (line.level, line.says) == ("ok", "9000, 9001")
        assert (await on.here.calls()).count("GET /3/customers/9001") == 1
    async with ground() as on:
        assert "default_consumers" not in {one.check for one in await on.examine()}


@pytest.mark.asyncio
@pytest.mark.capability("f82", "002-14")
@pytest.mark.parametrize(
    ("learned", "says"),
    [
        (None, "no invoice of ours has shown yet whether invoices are rounded to whole kronor"),
        (Rounding(True, 1, NOW), "Fortnox rounds invoices to whole kronor, as 1 invoice showed since 2026-06-15"),
        (Rounding(False, 7, NOW), "Fortnox leaves öre in invoices, as 7 invoices showed since 2026-06-15"),
    ],
)
async def test_the_rounding_that_was_learned_is_told(learned: Rounding | None, says: str) -> None:
    """What was learned, by how many invoices and since when, beside the accounts."""
    async with ground() as on:
        on.needs = replace(on.needs, rounding=learned)
        (line,) = [one for one in await on.examine() if one.check == "rounding"]
    assert (line.level, line.says) == ("ok", f"account 3740 for both; {says}")


def test_rounding_is_learned_from_invoices_in_kronor() -> None:
    """One that was rounded is enough, öre in a total tell the contrary; currencies and whole totals tell nothing."""
    later = NOW + timedelta(days=1)
    rounded = {"currency": "SEK", "total": "125", "round_off": "0.25"}
    exact = {"currency": "SEK", "total": "124.75", "round_off": "0"}
    whole = {"currency": "SEK", "total": "125", "round_off": "0"}
    foreign = {"currency": "EUR", "total": "1.50", "round_off": "0"}
    assert learned_rounding([(whole, NOW), (foreign, NOW), ({}, NOW)]) is None
    assert learned_rounding([(exact, later), (whole, NOW), (exact, NOW)]) == Rounding(False, 2, NOW)
    assert learned_rounding([(exact, NOW), (rounded, later)]) == Rounding(True, 1, later)


def test_each_scope_that_rules_may_need_has_a_probe() -> None:
    """A use that is added to the rules is asked for, too."""
    assert {OPERATIONS[name].scope for use in USES for name in use.operations} <= set(PROBES)
    assert all(OPERATIONS[probe.operation].scope == scope for scope, probe in PROBES.items())


@pytest.mark.asyncio
@pytest.mark.parametrize(("seconds", "level"), [(120, "failed"), (-45, "warning"), (20, "ok")])
async def test_a_clock_that_is_off(seconds: int, level: str) -> None:
    """Told by the Date of Fortnox's answers: two minutes fail, three quarters of one warn."""
    async with ground(ours=lambda: NOW + timedelta(seconds=seconds)) as on:
        (clock,) = [line for line in await on.examine() if line.check == "clock"]
    assert clock.level == level
    assert str(abs(seconds)) in clock.says


@pytest.mark.asyncio
@pytest.mark.parametrize(("age_days", "level"), [(1, "ok"), (33, "warning"), (43, "failed")])
async def test_a_refresh_token_that_dies(age_days: float, level: str) -> None:
    """It lives 45 days (Fortnox facts, 2.2); a person is reminded two weeks before."""
    async with ground(grant="authorization_code", tenant_id=None) as on:
        given = await on.here.control("POST", "consent", {"company": 1001})
        token = StoredToken(
            access=given["access_token"],
            expires_at=NOW + timedelta(hours=1),
            refresh=given["refresh_token"],
            refreshed_at=NOW - timedelta(days=age_days),
        )
        await on.here.tokens.save("demo", token)
        (line,) = [line for line in await on.examine() if line.check == "token"]
    assert line.level == level, line


@pytest.mark.asyncio
@pytest.mark.parametrize(("policy", "missing"), [("match", ["K-9"]), ("create", []), ("text", [])])
async def test_articles_of_lately(policy: Literal["match", "create", "text"], missing: list[str]) -> None:
    """They must be there where rows name articles, unless the next order makes them."""
    async with ground() as on:
        rules = RULES.model_copy(update={"articles": Articles(policy=policy)})
        on.needs = replace(on.needs, settings=rules, lately={"articles": ("K-9", "TIM")})
        found = [line for line in await on.examine() if line.level != "ok"]
    assert [(line.check, line.about) for line in found] == [("articles", number) for number in missing]


@pytest.mark.asyncio
async def test_what_cannot_be_read_is_not_called_sound() -> None:
    """Least privilege: the token has what rules need, and no scope of what only an examination reads."""
    async with ground() as on:
        await on.switch(scopes=list(needed(RULES)))
        found = await on.examine()
        unchecked = {line.check: line.says for line in found if line.level == "unchecked"}
        assert {"user", "financial_years", "locked_period", "accounts", "projects", "price_lists"} <= set(unchecked)
        assert unchecked["accounts"] == "not checked: the token has no scope bookkeeping"
        sound = {line.check for line in found if line.level == "ok"}
        assert sound >= {"token", "company", "scopes", "licences", "currencies"}
        assert not [line for line in found if line.level in {"failed", "warning"}]
        assert "GET /3/accounts" not in await on.here.calls()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "calls", "says"),
    [
        ({"kind": "throttle"}, 1, "Fortnox asks for fewer calls just now (429)"),
        ({"kind": "html", "status": 503}, 2, "Fortnox gave no usable answer (unreadable)"),
    ],
)
async def test_an_outage_ends_the_reading(fault: dict[str, Any], calls: int, says: str) -> None:
    """One 429, or two answers that are none, and no further call is made; nothing of it counts as sound or failed."""
    async with ground() as on:
        kind = fault.pop("kind")
        await on.here.fault(kind, "GET", "/3/.*", times=None, **fault)
        found = await on.examine()
        assert await on.here.spent() == calls
    assert {line.level for line in found if line.check not in {"token", "scopes", "clock"}} == {"unchecked"}
    assert says in next(line.says for line in found if line.check == "projects")


@pytest.mark.asyncio
async def test_nobody_at_all() -> None:
    """No connection: no check is called sound but for what needs none."""
    async with ground(rest_url="http://127.0.0.1:9/3") as on:
        found = await on.examine()
    assert {line.check for line in found if line.level == "ok"} == {"token", "scopes"}
    assert "cannot be reached" in next(line.says for line in found if line.check == "company")


@pytest.mark.asyncio
async def test_a_person_goes_first() -> None:
    """A person's examination does not queue behind the work that waits for the rate window already."""
    async with ground(window_calls=6, window_seconds=0.05) as on:
        window, done = on.here.target.client.window, 0

        async def other() -> None:
            nonlocal done
            async with window.place(1):
                done += 1

        async with anyio.create_task_group() as group:
            for _ in range(300):
                group.start_soon(other)
            await checkpoint()
            assert {line.level for line in await on.examine()} == {"ok"}
            assert done < 300
            group.cancel_scope.cancel()


@pytest.mark.asyncio
async def test_other_work_goes_first() -> None:
    """An examination that nobody waits for never takes the last places of the rate window."""
    async with ground(window_calls=8, window_seconds=0.05) as on:
        on.spare = 6
        window, left = on.here.target.client.window, []
        real = window.free

        def watched() -> int:
            left.append(real())
            return left[-1]

        window.free = watched  # type: ignore[method-assign]
        found = await on.examine()
    assert {line.level for line in found} == {"ok"}
    assert min(left) >= 6
