"""The demo's configuration file: companies in the simulator, their senders, and times made short."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from daemon.demo.other_senders import UPSALES, section

COMPANY, SALES = "demo", "sales"
"""The company of everybody, and that of Upsales, whose orders and offers stand in Fortnox, too."""
TENANTS: Mapping[str, int] = {COMPANY: 1001, SALES: 1002}
STANDARD = "shop"
WORKFLOW = "ghl"

SETTLE_SECONDS = 1.5
RETRY_STEPS_SECONDS = (0.5, 1, 2, 4, 8)
PROBE_SECONDS = 1
POLL_SECONDS = 3
CURL_SECONDS = 3600
START_DAYS = 30

SCALED = (
    f"settle time {SETTLE_SECONDS:g} s instead of 120 s, retries after 0.5 … 8 s instead of 10 s … 24 h, "
    f"probe {PROBE_SECONDS} s instead of 30 s, polling every {POLL_SECONDS} s instead of 300 s"
)
"""What is shorter here than in daily work, for the reader."""

_TEXT = """\
# Written by fortnox-bridge demo. The company lives in the SIMULATOR.
data_dir = "data"
state_key = "generated:state-key"

[http]
port = {port}

[delivery]
settle_seconds = {settle}
retry_steps_seconds = [{steps}]
probe_seconds = {probe}

[scheduler]
poll_seconds = {poll}

[doctor]
hours = 0

[sources.{standard}]
type = "standard"
company = "{company}"
secret = "generated:{standard}"
tolerance_seconds = {tolerance}

[sources.{workflow}]
type = "highlevel"
company = "{company}"
path_token = "generated:{workflow}-path"
header_secret = "generated:{workflow}-header"
"""

_COMPANY = """\
[companies.{company}]
start = {start}

[companies.{company}.fortnox]
rest_url = "{simulator}/3"
oauth_url = "{simulator}/oauth-v1"
tenant_id = {tenant}
client_id = "simulator"
client_secret = "plain:simulator"
register = false

[companies.{company}.bookkeeping]
round_off_account = 3740
"""

_ORDERS = f"""\
[companies.{SALES}.documents]
module = "order+offer"
offers_create_customers = true

[companies.{SALES}.articles]
policy = "create"
"""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The file and what it says, as far as the demo needs it; the daemon makes the secrets at its first start."""

    path: Path
    url: str
    simulator: str
    sources: tuple[str, ...]
    companies: tuple[str, ...] = (COMPANY,)
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    @property
    def story(self) -> Path:
        """Where the live view leaves what the scenes said."""
        return self.path.with_name("story.txt")

    @property
    def data_dir(self) -> Path:
        """The daemon's folder."""
        return self.path.parent / "data"

    def secret(self, name: str) -> str:
        """A secret that the daemon made, as its owner hands it to a sender."""
        return (self.data_dir / "secrets" / name).read_text(encoding="utf-8").strip()


def write(folder: Path, simulator: str, port: int, today: date, others: Mapping[str, str]) -> Configuration:
    """Write ``config.toml`` into ``folder``; the daemon will listen on the loopback ``port``.

    ``others`` are the addresses of other senders' stand-ins, each of which gets a source of its own; Upsales gets a
    company of its own, too.
    """
    path = folder / "config.toml"
    companies = (COMPANY, SALES) if UPSALES in others else (COMPANY,)
    start = today - timedelta(days=START_DAYS)
    text = _TEXT.format(
        port=port,
        settle=SETTLE_SECONDS,
        steps=", ".join(f"{step:g}" for step in RETRY_STEPS_SECONDS),
        probe=PROBE_SECONDS,
        poll=POLL_SECONDS,
        company=COMPANY,
        standard=STANDARD,
        workflow=WORKFLOW,
        tolerance=CURL_SECONDS,
    )
    parts = [
        text,
        *(_COMPANY.format(company=name, start=start, simulator=simulator, tenant=TENANTS[name]) for name in companies),
        *([_ORDERS] if SALES in companies else []),
        *(section(sender, url, SALES if sender == UPSALES else COMPANY) for sender, url in others.items()),
    ]
    path.write_text("\n".join(parts), encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    return Configuration(path, url, simulator, (STANDARD, WORKFLOW, *others), companies, others)
