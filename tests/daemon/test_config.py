"""The configuration: the example starts as it stands, and a bad file gets all of its faults at once."""

import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.config import check_config, load_config
from daemon.config_faults import ConfigRejected
from daemon.settings import Config
from daemon.settings_process import Delivery, Http, LogSettings, Retention, SchedulerSettings
from handlers.settings import Articles, Bookkeeping, Documents, Survey

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "config.example.toml"

GOOD = """
data_dir = "data"
state_key = "generated:state-key"
[companies.demo]
start = 2026-01-01
[companies.demo.fortnox]
rest_url = "http://127.0.0.1:8077/3"
oauth_url = "http://127.0.0.1:8077/oauth-v1"
tenant_id = 1001
client_id = "simulator"
client_secret = "plain:simulator"
[companies.real]
start = 2026-01-01
[companies.real.fortnox]
tenant_id = 7
client_id = "AbC"
client_secret = "file:fortnox"
[sources.shop]
type = "standard"
company = "demo"
secret = "generated:shop"
"""


def written(tmp_path: Path, text: str = GOOD) -> Path:
    """A configuration file with the secret file it refers to."""
    (tmp_path / "fortnox").write_text("hush")
    (tmp_path / "fortnox").chmod(0o600)
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def loaded(tmp_path: Path, text: str = GOOD) -> Config:
    """The configuration of ``text`` with its secrets."""
    return load_config(written(tmp_path, text), environment={})


def faults(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> list[str]:
    """What is wrong with ``text``, as lines."""
    found = check_config(written(tmp_path, text), resolve_secrets=True, environment=environment or {})
    return [str(fault) for fault in found]


def test_the_example_starts_as_it_stands(tmp_path: Path) -> None:
    """It loads with its secrets, its company is the simulator's, and nothing in it needs a warning."""
    shutil.copy(EXAMPLE, tmp_path / "config.toml")
    config = load_config(tmp_path / "config.toml", environment={})
    assert {name: company.kind for name, company in config.companies.items()} == {"demo": "simulator"}
    assert config.warnings == ()
    assert config.data_dir == tmp_path / "data"
    assert [source.source is not None for source in config.sources.values()] == [True] * len(config.sources)


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    """A key that is left out has the value that the example shows."""
    shutil.copy(EXAMPLE, tmp_path / "config.toml")
    config = load_config(tmp_path / "config.toml", resolve_secrets=False)
    shown = (config.http, config.delivery, config.retention, config.log, config.scheduler)
    assert shown == (Http(), Delivery(), Retention(), LogSettings(), SchedulerSettings())
    company = config.companies["demo"].settings
    assert (company.bookkeeping, company.survey) == (Bookkeeping(), Survey())
    assert (company.documents, company.articles) == (Documents(), Articles())
    text = EXAMPLE.read_text()
    for model in (Http, Delivery, Retention, LogSettings, SchedulerSettings, Survey, Documents):
        assert [field for field in model.model_fields if f"\n{field} " not in text] == []
    assert "\n# default_vat = 25 " in text
    assert '\n# our_reference = "' in text


def test_a_good_file_gives_settings_and_secrets(tmp_path: Path) -> None:
    """Companies, kinds, sources and secrets come out as they stand in the file."""
    config = loaded(tmp_path)
    assert {name: company.kind for name, company in config.companies.items()} == {"demo": "simulator", "real": "live"}
    secret = config.companies["real"].client_secret
    assert secret is not None
    assert secret.reveal() == "hush"
    assert config.sources["shop"].settings.company == "demo"
    assert len(config.state_keys) == 1
    assert "hush" not in repr(config)


def test_without_secrets_nothing_is_made(tmp_path: Path) -> None:
    """The check before a reload cannot read credentials: the form of every reference is checked, nothing is touched."""
    path = written(tmp_path, GOOD.replace("file:fortnox", "credential:fortnox"))
    assert check_config(path, resolve_secrets=False) == ()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["config.toml", "fortnox"]
    config = load_config(path, resolve_secrets=False)
    assert config.state_keys == ()
    assert config.sources["shop"].source is None


BAD = """
data_dir = "data"
state_key = "a literal secret"
loging = 1
[http]
port = 99999
prot = 1
[delivery]
retry_steps_seconds = [10, -60]
[log]
level = "chatty"
[companies.demo]
[companies.demo.fortnox]
rest_url = "http://192.0.2.1/3"
client_id = ""
client_secret = "file:fortnox"
tenant_id = "many"
[companies.demo.bookkeeping]
payment_days = 30.5
[companies."Big Firm"]
start = 2026-01-01
fortnox = 3
[sources.shop]
type = "standrad"
[sources.till]
type = "standard"
company = "demmo"
secret = "hush-hush"
previus_secret = "hush-hush"
[sources.key]
type = "standard"
company = "demmo"
secret = "generated:key"
"""


def test_all_faults_come_at_once_with_path_reason_and_value(tmp_path: Path) -> None:
    """One run tells everything: key path, reason, the value given, and what was probably meant."""
    found = faults(tmp_path, BAD)
    expected = [
        'companies."Big Firm": a name has 1 to 40 of a-z, 0-9 and _',
        "http.port: must be less than or equal to 65535 (given: 99999)",
        "http.prot: is not a known key; did you mean port?",
        "delivery.retry_steps_seconds[1]: must be greater than 0 (given: -60)",
        "log.level: must be 'info', 'warning', 'error' or 'critical' (given: \"chatty\")",
        "companies.demo.start: is missing",
        "companies.demo.fortnox.rest_url: https is required for any host but this machine's own "
        '(given: "http://192.0.2.1/3")',
        'companies.demo.fortnox.client_id: must not be empty (given: "")',
        "companies.demo.bookkeeping.payment_days: must be a valid integer, got a number with a fractional part "
        "(given: 30.5)",
        'companies."Big Firm".fortnox: must be a table (given: 3)',
        "loging: is not a known key; did you mean log?",
        "sources.shop.type: must be one of",
        "sources.till.previus_secret: is not a known key; did you mean previous_secret?",
        "sources.key: is a reserved name",
        'sources.key.company: there is no companies.demmo; did you mean demo? (given: "demmo")',
        "state_key: must say where the secret lies",
    ]
    assert [line for line in expected if not any(fault.startswith(line) for fault in found)] == []
    assert any(fault.startswith("companies.demo.fortnox.tenant_id: ") for fault in found)
    assert len(found) == len(expected) + 1
    assert not (tmp_path / "data").exists()


def test_no_secret_is_repeated(tmp_path: Path) -> None:
    """Neither a literal secret, nor one in a misspelt key, nor one of the wrong type stands in a fault."""
    text = GOOD.replace('"generated:shop"', '"hush-hush"').replace('"generated:state-key"', '"hush-hush"')
    text = text.replace('"file:fortnox"', '["hush-hush"]') + 'sekret = "hush-hush"\n'
    found = faults(tmp_path, text)
    # The source's own reference is checked once its section is whole.
    assert len(found) == 3
    assert "hush" not in "\n".join(found)
    assert "hush" not in "\n".join(faults(tmp_path, GOOD.replace('"generated:shop"', '"hush-hush"')))


@pytest.mark.parametrize("old", ['"generated:shop"', '"generated:state-key"', '"file:fortnox"'])
def test_a_secret_written_as_a_number_is_not_repeated(tmp_path: Path, old: str) -> None:
    """The value of a key that holds a secret is never given back, whatever its type."""
    (found,) = faults(tmp_path, GOOD.replace(old, "424242"))
    assert "must be a valid string" in found
    assert "424242" not in found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '"file:fortnox"',
            '"plain:hush"',
            "companies.real.fortnox.client_secret: a secret may stand in this file only",
        ),
        ('company = "demo"', 'company = "real"\nprevious_secret = "plain:hush"', "sources.shop.previous_secret: a sec"),
        ('"generated:state-key"', '"plain:hush"', "state_key: a secret may stand in this file only"),
        ('"file:fortnox"', '"file:none"', "companies.real.fortnox.client_secret: the file cannot be read"),
        ('"file:fortnox"', '"credential:x"', "companies.real.fortnox.client_secret: there is no credentials directory"),
        ('"generated:state-key"', '"file:fortnox"', "state_key: must hold keys of 32 random bytes"),
        ('company = "demo"', "", "sources.shop: set exactly one of company and companies"),
        ('type = "standard"', "", "sources.shop.type: is missing"),
        (
            'client_id = "AbC"',
            'client_id = "AbC"\nrest_url = "https://u:hush@example.test"',
            "companies.real.fortnox.rest_url: an",
        ),
        ('type = "standard"', "type = 3", "sources.shop.type: must be one of"),
        ('company = "demo"', 'companies = { a = "dmo" }\naccount_field = "x"', "sources.shop.companies.a: there is no"),
        ('data_dir = "data"', 'data_dir = "fortnox"', "data_dir: cannot be made"),
        ('data_dir = "data"', "", "data_dir: is missing"),
        (
            'company = "demo"',
            'company = "demo"\ntolerance = 3',
            "sources.shop.tolerance: is not a known key; did you mean",
        ),
        (
            'client_id = "AbC"',
            'client_id = "AbC"\nkin = 3',
            "companies.real.fortnox.kin: is not a known key; did you mean k",
        ),
        ('client_id = "AbC"', 'client_id = "AbC"\nkind = "livee"', "companies.real.fortnox.kind: must be 'live' or"),
    ],
)
def test_single_faults(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """Each of these is one fault at its own key."""
    (found,) = faults(tmp_path, GOOD.replace(old, new))
    assert found.startswith(expected)
    assert "hush" not in found


def test_a_key_inside_a_source_s_table(tmp_path: Path) -> None:
    """What was meant is found in tables whose name in the file is not the program's."""
    section = (
        '[sources.ghl]\ntype = "highlevel"\ncompany = "demo"\npath_token = "generated:x"\nfields = { scor = "a" }\n'
    )
    (found,) = faults(tmp_path, GOOD + section)
    assert found == "sources.ghl.fields.scor: is not a known key; did you mean score?"


def test_a_sender_beside_the_simulator_may_have_a_plain_secret(tmp_path: Path) -> None:
    """plain: is for companies in the simulator, and for their senders."""
    key = "whsec_" + "A" * 43 + "="
    assert loaded(tmp_path, GOOD.replace('"generated:shop"', f'"plain:{key}"')).warnings == ()


def test_a_secret_that_cannot_serve_is_a_fault_of_its_key(tmp_path: Path) -> None:
    """What the connector says about a key is told with its key path."""
    (found,) = faults(tmp_path, GOOD.replace('"generated:shop"', '"plain:hush"'))
    assert found.startswith("sources.shop.secret: ")
    assert "hush" not in found


def test_one_fortnox_company_stands_once(tmp_path: Path) -> None:
    """Two sections for one tenant would each spend its whole call budget."""
    twice = GOOD + GOOD[GOOD.index("[companies.real]") : GOOD.index("[sources")].replace("real", "again")
    (found,) = faults(tmp_path, twice)
    assert found == "companies.again.fortnox.tenant_id: is the same Fortnox company as companies.real"


def test_development_ways_are_warned_of(tmp_path: Path) -> None:
    """A secret from the environment and a listener beyond this machine work, and are said."""
    text = GOOD.replace('"file:fortnox"', '"env:FORTNOX"').replace(
        "[companies.demo]", '[http]\nhost = "0.0.0.0"\n[companies.demo]', 1
    )
    config = load_config(written(tmp_path, text), environment={"FORTNOX": "hush"})
    assert [(warning.key, warning.reason) for warning in config.warnings] == [
        ("companies.real.fortnox.client_secret", "secret_from_the_environment"),
        ("http.host", "listens_beyond_this_machine_without_tls"),
    ]


def test_the_digest_tells_contents_apart(tmp_path: Path) -> None:
    """Comments do not count, values do."""
    first = loaded(tmp_path).digest
    assert loaded(tmp_path, GOOD + "# a comment\n").digest == first
    assert loaded(tmp_path, GOOD.replace("1001", "1002")).digest != first


def test_a_data_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that we may not write to is named at its key."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    (found,) = faults(tmp_path, GOOD)
    assert found == 'data_dir: no permission to write there (given: "data")'


def test_several_state_keys(tmp_path: Path) -> None:
    """One a line: the first seals, all open."""
    path = written(tmp_path, GOOD.replace('"generated:state-key"', '"file:keys"'))
    (tmp_path / "keys").write_text("A" * 43 + "=\n" + "B" * 43 + "=\n")
    (tmp_path / "keys").chmod(0o600)
    config = load_config(path, environment={})
    assert [key.reveal()[0] for key in config.state_keys] == ["A", "B"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a = [", "is not TOML"), (b"a = 1\na = 2", "is not TOML"),
        (b"a = \xff", "is not UTF-8"),
        (b"a = " + b"[" * 5000, "is nested too deeply"),
        (b"", "data_dir: is missing"),
        (b"companies = 3\nsources = 4", "companies: must be a table"),
        (b"[companies.a]\nstart = 2026-11-28T10:00:00Z", "companies.a.start: must be a day such as 2026-11-28"),
        (b"[clients.a]\ncompanies = []", "clients.a.companies: must not be empty"),
        (b"data_dir = 'd'\nstate_key = 'plain:x'\n[companies]\n[sources]\na = 1", "sources.a: must be a table"),
    ],
)  # fmt: skip
def test_files_that_are_no_configuration(tmp_path: Path, content: bytes, expected: str) -> None:
    """Broken files are told like any other fault."""
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    found = [str(fault) for fault in check_config(path, resolve_secrets=True, environment={})]
    assert any(expected in fault for fault in found), found


def test_a_missing_file(tmp_path: Path) -> None:
    """The file's name and the system's reason."""
    with pytest.raises(ConfigRejected, match=r"none\.toml: cannot be read: No such file"):
        load_config(tmp_path / "none.toml")


def test_numbers_stay_exact(tmp_path: Path) -> None:
    """A number with decimals is never read through a binary float before its own model sees it."""
    config = loaded(tmp_path, GOOD + "[delivery]\nsettle_seconds = 0.25\n")
    assert Decimal(config.delivery.settle_seconds) == Decimal("0.25")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_anywhere_is_a_fault_or_a_configuration(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever stands after a key, reading ends with settings or with faults, never another error."""
    lines = GOOD.strip().splitlines()
    chosen = data.draw(st.integers(0, len(lines) - 1))
    key = lines[chosen].split("=")[0]
    odd = st.sampled_from(
        ["3", "-1", "nan", "inf", "1e400", "true", '""', '"x:y"', "[]", "[1]", "{}", "{a={b=1}}", "1979-05-27"]
    )
    lines[chosen] = f"{key} = {data.draw(odd)}"
    found = check_config(written(tmp_path, "\n".join(lines)), resolve_secrets=True, environment={})
    assert all(fault.key and fault.reason for fault in found)
