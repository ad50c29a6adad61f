"""The daemon's folder for a crash run: a configuration file with scaled times, two companies and their senders."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from tests.crash.mix import COMPANIES, STANDARD, WORKFLOWS
from tests.crash.options import Pace

FILE = "config.toml"
TOKEN = "crash-run-path-token-0001"
HEADER = "crash-run-header-secret-0001"
ROUND_OFF_ACCOUNT = 3740


def secret_of(source: str) -> str:
    """A standard sender's secret: no secret at all, the run is on loopback."""
    return "whsec_" + (source.encode() * 12)[:36].hex()[:48]


def write(folder: Path, simulator_url: str, port: int, pace: Pace, today: date) -> Path:
    """Write the file; returns its path. The data folder lies beside it."""
    steps = ", ".join(f"{step:g}" for step in pace.retry_steps_seconds)
    parts = [
        'data_dir = "data"\nstate_key = "generated:state-key"\n',
        f"[http]\nport = {port}\n",
        f"[delivery]\nsettle_seconds = {pace.settle_seconds}\nretry_steps_seconds = [{steps}]\n"
        f"probe_seconds = {pace.probe_seconds}\n",
        *(_company(name, tenant, simulator_url, pace, today) for name, tenant in COMPANIES.items()),
        *(
            _table(f"sources.{name}", {"type": "standard", "company": company, "secret": f"plain:{secret_of(name)}"})
            for name, company in STANDARD.items()
        ),
        *(
            _table(
                f"sources.{name}",
                {
                    "type": "highlevel",
                    "company": company,
                    "path_token": f"plain:{TOKEN}",
                    "header_secret": f"plain:{HEADER}",
                },
            )
            for name, company in WORKFLOWS.items()
        ),
    ]
    path = folder / FILE
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def _table(name: str, texts: Mapping[str, str]) -> str:
    return "\n".join([f"[{name}]", *(f'{key} = "{value}"' for key, value in texts.items())]) + "\n"


def _company(name: str, tenant: int, simulator_url: str, pace: Pace, today: date) -> str:
    return (
        f"[companies.{name}]\nstart = {today - timedelta(days=90)}\n"
        f'[companies.{name}.fortnox]\nrest_url = "{simulator_url}/3"\noauth_url = "{simulator_url}/oauth-v1"\n'
        f'grant = "client_credentials"\ntenant_id = {tenant}\nclient_id = "simulator"\n'
        f'client_secret = "plain:simulator"\nwindow_calls = {pace.window_calls}\n'
        f"window_seconds = {pace.window_seconds}\ntimeout_seconds = {pace.timeout_seconds}\n"
        f"[companies.{name}.bookkeeping]\nround_off_account = {ROUND_OFF_ACCOUNT}\n"
    )
