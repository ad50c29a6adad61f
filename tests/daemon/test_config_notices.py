"""The ways in which people are told, as the configuration says them."""

from pathlib import Path

from daemon.config import load_config
from tests.daemon.test_config import EXAMPLE, GOOD, faults, loaded

WEBHOOK = '\n[notices.webhook]\nurl = "https://alarm.example.com/x"\nsecret = "{}"\n'
MAIL = '\n[notices.mail]\nhost = "mail.example.com"\nsender = "a@example.com"\nto = ["b@example.com"]\n'


def test_both_ways_are_off_until_they_are_named(tmp_path: Path) -> None:
    """And then each is a destination, and its secret is there."""
    assert loaded(tmp_path).destinations == ()
    config = loaded(tmp_path, GOOD + WEBHOOK.format("generated:notices") + MAIL)
    assert config.destinations == ("to:notice:webhook", "to:notice:mail")
    assert set(config.notice_secrets) == {"webhook"}


def test_what_cannot_work_is_said_at_start(tmp_path: Path) -> None:
    """A secret that cannot sign, an address that must not be called, a user without a password."""
    (tmp_path / "short").write_text("not a webhook secret")
    (tmp_path / "short").chmod(0o600)
    (fault,) = faults(tmp_path, GOOD + WEBHOOK.format("file:short"))
    assert fault.startswith("notices.webhook.secret: ")
    (plain,) = faults(tmp_path, GOOD + WEBHOOK.format("generated:notices").replace("https://alarm", "http://alarm"))
    assert "https is required" in plain
    (lonely,) = faults(tmp_path, GOOD + MAIL + 'user = "anna"\n')
    assert "user and password belong together" in lonely


def test_the_commented_sections_of_the_example_load(tmp_path: Path) -> None:
    """Both, without their comment signs."""
    whole = EXAMPLE.read_text(encoding="utf-8")
    start = whole.index("# [notices.webhook]")
    shown = whole[start : whole.index("\n\n", start)]
    bare = "\n".join(line.removeprefix("# ") for line in shown.splitlines())
    path = tmp_path / "config.toml"
    path.write_text(whole.replace(shown, bare), encoding="utf-8")
    notices = load_config(path, resolve_secrets=False).notices
    assert notices.ways == ("webhook", "mail")
