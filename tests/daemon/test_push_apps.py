"""Which companies share a push stream: those of one app, at one address."""

from pathlib import Path

from daemon.clock import Clock
from daemon.push_apps import push_loop, push_states
from daemon.push_state import current
from tests.daemon.test_config import loaded

COMPANY = """
[companies.{name}]
start = 2026-01-01
[companies.{name}.fortnox]
tenant_id = {tenant}
client_id = "{client}"
client_secret = "file:fortnox"
push = {push}
"""
HEAD = 'data_dir = "data"\nstate_key = "generated:state-key"\n'


def test_the_companies_of_an_app_share_a_stream_and_others_have_their_own(tmp_path: Path) -> None:
    """One connection for each client id; a company that does not listen has none and is never current."""
    plans = [("a", 1, "app", "true"), ("b", 2, "app", "true"), ("c", 3, "other", "true"), ("d", 4, "app", "false")]
    text = HEAD + "".join(
        COMPANY.format(name=name, tenant=tenant, client=client, push=listens) for name, tenant, client, listens in plans
    )
    states = push_states(loaded(tmp_path, text), Clock())
    assert states.keys() == {"a", "b", "c"}
    assert states["a"] is states["b"]
    assert list(states["a"].companies) == ["a", "b"]
    assert states["c"] is not states["a"]
    assert not current(states, "d")
    assert push_loop("a") == "push.a"
