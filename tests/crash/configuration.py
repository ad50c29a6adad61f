"""The daemon's folder for a crash run: a configuration file with scaled times, the companies and their senders."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from tests.crash import companies, own_rules
from tests.crash.companies import COMPANIES, HIGHLEVEL, READ, STANDARD, SUBSCRIPTIONFLOW, UPSALES, WORKFLOWS, Company
from tests.crash.options import Pace
from tests.stand_ins import highlevel, subscriptionflow, upsales
from tests.stand_ins.highlevel_app import AppSigner

FILE = "config.toml"
TOKEN = "crash-run-path-token-0001"
HEADER = "crash-run-header-secret-0001"
ROUND_OFF_ACCOUNT = 3740


def secret_of(source: str) -> str:
    """A standard sender's secret: no secret at all, the run is on loopback."""
    return "whsec_" + (source.encode() * 12)[:36].hex()[:48]


def write(folder: Path, simulator_url: str, stand_ins: Mapping[str, str], port: int, pace: Pace, today: date) -> Path:
    """Write the file; returns its path. The data folder lies beside it. ``stand_ins`` are addresses by source."""
    steps = ", ".join(f"{step:g}" for step in pace.retry_steps_seconds)
    parts = [
        'data_dir = "data"\nstate_key = "generated:state-key"\n',
        f"[http]\nport = {port}\n",
        f"[delivery]\nsettle_seconds = {pace.settle_seconds}\nretry_steps_seconds = [{steps}]\n"
        f"probe_seconds = {pace.probe_seconds}\n",
        f"[scheduler]\npoll_seconds = {pace.poll_seconds}\n[doctor]\nhours = 0\n",
        *(_company(name, company, simulator_url, pace, today) for name, company in COMPANIES.items()),
        own_rules.sections(today),
        *_senders_of_hooks(),
        _highlevel(stand_ins[HIGHLEVEL], pace),
        _upsales(stand_ins[UPSALES], pace),
        _subscriptionflow(stand_ins[SUBSCRIPTIONFLOW], pace),
    ]
    path = folder / FILE
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def _senders_of_hooks() -> Iterator[str]:
    for name, company in STANDARD.items():
        yield _table(f"sources.{name}", {"type": "standard", "company": company, "secret": f"plain:{secret_of(name)}"})
    for name, company in WORKFLOWS.items():
        proof = {"path_token": f"plain:{TOKEN}", "header_secret": f"plain:{HEADER}"}
        yield _table(f"sources.{name}", {"type": "highlevel", "company": company, **proof})


def _table(name: str, texts: Mapping[str, str]) -> str:
    return "\n".join([f"[{name}]", *(f'{key} = "{value}"' for key, value in texts.items())]) + "\n"


def _company(name: str, company: Company, simulator_url: str, pace: Pace, today: date) -> str:
    cancelled = "credit" if company.credits else "hold"
    changed = "reissue" if company.reissues else "hold"
    policy = 'policy = "create"\ndefault_vat = 25\n' if company.articles else 'policy = "text"\n'
    return (
        f"[companies.{name}]\nstart = {today - timedelta(days=90)}\n"
        f'[companies.{name}.fortnox]\nrest_url = "{simulator_url}/3"\noauth_url = "{simulator_url}/oauth-v1"\n'
        f'grant = "client_credentials"\ntenant_id = {company.tenant}\nclient_id = "simulator"\n'
        f'client_secret = "plain:simulator"\nwindow_calls = {pace.window_calls}\n'
        f"window_seconds = {pace.window_seconds}\ntimeout_seconds = {pace.timeout_seconds}\nregister = false\n"
        f"[companies.{name}.bookkeeping]\nround_off_account = {ROUND_OFF_ACCOUNT}\n"
        f'[companies.{name}.documents]\nmodule = "{company.module}"\ncredit_cancelled = "{cancelled}"\n'
        f'changed_after_booking = "{changed}"\n'
        f"offers_create_customers = true\n[companies.{name}.articles]\n{policy}"
    )


def _reading(pace: Pace) -> str:
    return (
        f"window_calls = {pace.sender_window_calls}\nwindow_seconds = {pace.sender_window_seconds}\n"
        f"timeout_seconds = {pace.sender_timeout_seconds}\n"
    )


def _highlevel(url: str, pace: Pace) -> str:
    return (
        f'[sources.{HIGHLEVEL}]\ntype = "highlevel"\ncompany = "{READ[HIGHLEVEL]}"\npath_token = "plain:{TOKEN}"\n'
        f"location_id = \"{highlevel.LOCATION}\"\napp = true\napp_keys = ['''{AppSigner().public_key}''']\n"
        f'organisation_number_field = "{companies.NUMBER_FIELD}"\n'
        f'[sources.{HIGHLEVEL}.api]\nbase_url = "{url}"\ntoken = "plain:{highlevel.TOKEN}"\n{_reading(pace)}'
        f"[sources.{HIGHLEVEL}.write_back]\ndocument_notes = true\n"
        f'customer_number_field = "{companies.CUSTOMER_FIELD}"\n'
    )


def _upsales(url: str, pace: Pace) -> str:
    account, stages = upsales.State(), companies.STAGES
    return (
        f'[sources.{UPSALES}]\ntype = "upsales"\ncompany = "{READ[UPSALES]}"\napp_id = {account.app_id}\n'
        f'authentication_key = "plain:{account.authentication_key}"\ncustomer_id = {account.customer["id"]}\n'
        f'api_key = "plain:{account.token}"\nbase_url = "{url}{upsales.BASE}"\n'
        f"offer_stage = {stages['offer']}\nwon_stage = {stages['won']}\ninvoice_stage = {stages['invoiced']}\n"
        f"lost_stage = {stages['cancelled']}\nemail_field = {companies.EMAIL_FIELD}\n{_reading(pace)}"
    )


def _subscriptionflow(url: str, pace: Pace) -> str:
    client, secret = subscriptionflow.CLIENT
    return (
        f'[sources.{SUBSCRIPTIONFLOW}]\ntype = "subscriptionflow"\ncompany = "{READ[SUBSCRIPTIONFLOW]}"\n'
        f'path_token = "plain:{TOKEN}"\nbase_url = "{url}"\nclient_id = "{client}"\nclient_secret = "plain:{secret}"\n'
        f"{_reading(pace)}"
    )
