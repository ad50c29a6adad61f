"""The sections of sources: secrets inside their tables."""

from pathlib import Path

from daemon.own_sources import company_of, source_of
from daemon.reloading import needs_restart
from tests.daemon.test_config import GOOD, faults, loaded

API = """
[sources.ghl]
type = "highlevel"
company = "demo"
location_id = "hQ4nVw8sLtR2eXbKc7Pm"
[sources.ghl.api]
"""


def test_secrets_in_a_source_s_table(tmp_path: Path) -> None:
    """A table inside a section may name secrets too: resolved, checked and never repeated as any other."""
    assert loaded(tmp_path, GOOD + API + 'token = "file:fortnox"').sources["ghl"].source is not None
    assert faults(tmp_path, GOOD + API + 'token = "file:none"') == [
        "sources.ghl.api.token: the file cannot be read: No such file or directory"
    ]
    assert faults(tmp_path, GOOD + API.replace('"demo"', '"real"') + 'token = "plain:hush"') == [
        "sources.ghl.api.token: a secret may stand in this file only beside the simulator; use credential: or file:"
    ]
    assert faults(tmp_path, GOOD + API + "token = 7777") == ["sources.ghl.api.token: must be a valid string"]


def test_no_source_can_be_called_as_a_company_s_own(tmp_path: Path) -> None:
    """A company is a source itself under its name with a colon before it."""
    text = GOOD + API.replace("[sources.ghl", f'[sources."{source_of("demo")}"') + 'token = "file:fortnox"'
    [fault] = faults(tmp_path, text)
    assert fault.endswith("a name has 1 to 40 of a-z, 0-9 and _")
    assert company_of(source_of("demo")) == "demo"
    assert company_of("demo") is None


def test_the_stream_of_a_company_waits_for_a_restart(tmp_path: Path) -> None:
    """Turned on in a file that is read again, it is said."""
    before = loaded(tmp_path, GOOD)
    after = loaded(tmp_path, GOOD.replace("tenant_id = 7", "tenant_id = 7\npush = true"))
    assert needs_restart(before, after) == ["companies.real.fortnox"]
    assert after.companies["real"].fortnox.push_url == "wss://ws.fortnox.se/topics-v1"
