"""The sections of sources: secrets inside their tables."""

from pathlib import Path

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
