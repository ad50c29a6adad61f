"""`checklist` shows what is done on the way to a connected company, as far as the machine can know."""

from pathlib import Path

import pytest

from tests.acceptance.person import asked
from tests.acceptance.scene import CompanyPlan, Scene, scene

NOTICES = '[sources.consent]\ntype = "fortnox_consent"\ncompany = "demo"\npath_token = "generated:consent-path"\n'
ADMINISTRATORS, CONSENT, HEARD, PRIVATE = 6, 9, 10, 11


async def marks(here: Scene) -> dict[str, set[int]]:
    """State -> the steps that are in it, as people see them."""
    shown = (await asked(here, "checklist", "demo")).stdout
    found: dict[str, set[int]] = {"[x]": set(), "[ ]": set(), "[?]": set()}
    for line in shown.splitlines()[1:]:
        if line[:3] in found:
            found[line[:3]].add(int(line[3:6]))
    return found


@pytest.mark.asyncio
@pytest.mark.capability("001-22", "001-24", "002-01", "002-02", "002-04", "002-08", "002-17")
async def test_steps_are_ticked_off_as_they_are_proved(tmp_path: Path) -> None:
    """Nothing before the first connect but what stands here; all that a connect proves after it; lost is open again."""
    plan = CompanyPlan(fortnox='grant = "authorization_code"')
    async with scene(tmp_path, plan, run=False, more=NOTICES) as here:
        here.write_configuration()
        assert await marks(here) == {"[x]": {3, 4, 8}, "[ ]": {CONSENT}, "[?]": {1, 2, 5, 6, 7, HEARD, PRIVATE}}
        async with here.running() as bridge:
            await here.connect()
            await here.until(lambda: bridge.deliveries["demo"].gate.shut_by is None)
            secret = (here.data / "secrets" / "consent-path").read_text(encoding="utf-8").strip()
            async with here.session.post(f"{bridge.url}/hooks/consent/{secret}") as answer:
                assert answer.status == 200
            done = {*range(1, PRIVATE)} - {ADMINISTRATORS}
            assert await marks(here) == {"[x]": done, "[ ]": set(), "[?]": {ADMINISTRATORS, PRIVATE}}
            assert (await asked(here, "checklist", "demo")).exit_code == 0
            await here.control("settings", {"company": 1001, "service_consent": False})
            here.simulator.tokens.clear()
            async with here.session.post(f"{bridge.url}/hooks/consent/{secret}") as answer:
                assert answer.status == 200
            await here.until(lambda: bridge.deliveries["demo"].gate.shut_by == "invalid_grant")
            lost = await asked(here, "checklist", "demo", "--json")
            assert lost.exit_code == 1
            assert '"how": "credentials lost, Fortnox no longer accepts this connection' in lost.stdout


@pytest.mark.asyncio
@pytest.mark.capability("001-23")
@pytest.mark.parametrize(
    ("reference", "mark", "said"),
    [
        ("file:nowhere", "[ ]", "cannot be read: No such file"),
        ("credential:fortnox-demo", "[?]", "only the service sees it"),
    ],
)
async def test_a_client_secret_is_looked_for(
    tmp_path: Path, reference: str, mark: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the configuration says, and never shown."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    async with scene(tmp_path, run=False) as here:
        path = here.write_configuration()
        path.write_text(path.read_text(encoding="utf-8").replace("plain:simulator", reference), encoding="utf-8")
        shown = (await asked(here, "checklist", "demo")).stdout
        assert f"{mark}  4  Keep its client secret" in shown
        assert said in shown
