"""A whole configuration beside a simulator that nobody runs: for commands that must end before the first call."""

from pathlib import Path

COMPANY = """
data_dir = "data"
state_key = "generated:state-key"
[companies.demo]
start = 2026-01-01
[companies.demo.fortnox]
rest_url = "http://127.0.0.1:9/3"
oauth_url = "http://127.0.0.1:9/oauth-v1"
tenant_id = 1001
client_id = "simulator"
client_secret = "plain:simulator"
"""
SHOP = """
[sources.shop]
type = "standard"
company = "demo"
secret = "generated:shop"
"""


def unserved(folder: Path, *, sources: str = SHOP) -> Path:
    """The file in ``folder``, with one company and one sender."""
    path = folder / "config.toml"
    path.write_text(COMPANY + sources)
    return path
