"""The local copy of registers: newer news wins, a whole sweep shows what is gone, keys find what they name."""

from pathlib import Path

from store import handling, inbox, register
from store.handling import Handled
from store.register import Age, Entry, Swept
from tests.store.rows import arrival, opened


def told(number: str, at: int, *keys: str, **fields: str) -> Entry:
    """News of a customer at a moment in milliseconds."""
    return Entry("customers", number, at, dict(fields), keys)


def test_older_news_of_an_object_never_overwrites_newer(tmp_path: Path) -> None:
    """Neither its fields nor what it is found by."""
    with opened(tmp_path) as connection:
        register.learn(connection, "acme", [told("7", 20, "email:b@example.com", name="new")], None)
        register.learn(connection, "acme", [told("7", 10, "email:a@example.com", name="old")], None)
        assert register.read("acme", "customers", "7")(connection) == {"name": "new"}
        assert register.found_by("acme", "customers", "email:a@example.com")(connection) == {}
        assert list(register.found_by("acme", "customers", "email:b@example.com")(connection)) == ["7"]


def test_what_a_whole_sweep_did_not_show_is_gone_unless_it_was_told_since(tmp_path: Path) -> None:
    """A sweep by change says nothing of what it does not show."""
    with opened(tmp_path) as connection:
        register.learn(connection, "acme", [told("1", 10, "email:a@example.com"), told("2", 10), told("3", 60)], None)
        register.learn(connection, "acme", [told("2", 55)], Swept("customers", 50, whole=False))
        assert register.read("acme", "customers", "1")(connection) == {}
        register.learn(connection, "acme", [], Swept("customers", 50, whole=True))
        assert [register.read("acme", "customers", number)(connection) for number in "123"] == [None, {}, {}]
        assert register.found_by("acme", "customers", "email:a@example.com")(connection) == {}
        assert register.ages("acme")(connection) == {"customers": Age(50, 50)}
        register.learn(connection, "acme", [], Swept("customers", 70, whole=False))
        assert register.ages("acme")(connection) == {"customers": Age(70, 50)}


def test_a_removal_that_is_older_than_what_is_known_changes_nothing(tmp_path: Path) -> None:
    """News may overtake one another; the moment decides."""
    with opened(tmp_path) as connection:
        register.learn(connection, "acme", [told("7", 20)], None)
        register.learn(connection, "acme", [Entry("customers", "7", 10, None)], None)
        assert register.read("acme", "customers", "7")(connection) == {}
        register.learn(connection, "acme", [Entry("customers", "7", 20, None)], None)
        assert register.read("acme", "customers", "7")(connection) is None


def test_a_row_and_what_it_tells_are_stored_together(tmp_path: Path) -> None:
    """What marks the delivery handled is what changes the copy; a second run changes nothing."""
    with opened(tmp_path) as connection:
        row = inbox.accept(arrival("page"))(connection).inbox_id
        handled = Handled(row, "handled", reason="swept", company="acme", entries=[told("7", 20)])
        assert handling.record(handled, 30)(connection) == "handled"
        assert register.read("acme", "customers", "7")(connection) == {}
        again = Handled(row, "handled", reason="swept", company="acme", entries=[told("8", 20)])
        handling.record(again, 40)(connection)
        assert register.read("acme", "customers", "8")(connection) is None
