"""What is kept of a register's rows, and that no page on disk can be misread."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.followed_fields import SEEN, fields_of, mark_of
from connectors.fortnox.register_entries import REGISTERED, entry_of, kept_of, stored_form
from connectors.fortnox.sweep_source import learned_from_page
from connectors.fortnox.table import OPERATIONS, RESOURCES
from connectors.sources import Learned, Unreadable

TOLD = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TEXT = st.text("aZ0 -:+.@Tå", max_size=12)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def test_every_register_is_one_of_the_table_and_can_be_listed() -> None:
    """Under the table's own names."""
    assert set(REGISTERED) <= set(RESOURCES)
    assert all(f"list_{name}" in OPERATIONS for name in REGISTERED)


def test_flags_that_are_texts_are_kept_as_flags() -> None:
    """Whoever reads the copy asks for true and false only."""
    kept = entry_of("cost_centers", {"Code": "SYD", "Active": "false"}, TOLD).fields
    assert kept == {"active": False}
    kept = entry_of("voucher_series", {"Code": "A", "Manual": "true", "Year": 4}, TOLD).fields
    assert kept == {"manual": True, "year": "4"}


def test_of_a_customer_only_what_it_is_found_by_is_kept() -> None:
    """No name and no address; the whole card gives more than a row of the list."""
    card = {
        "CustomerNumber": "7", "Name": "Exempel AB", "Address1": "Gatan 1", "OrganisationNumber": " 5599042032 ",
        "VATNumber": "se 559904203201", "Email": " Inkop@Example.test", "Active": False,
    }  # fmt: skip
    entry = entry_of("customers", card, TOLD)
    assert entry.fields == {"organisation_number": " 5599042032 ", "vat_number": "se 559904203201", "active": False}
    assert entry.keys == (
        "organisation_number:559904-2032", "form:digits", "vat_number:SE559904203201", "email:inkop@example.test"
    )  # fmt: skip
    assert set(kept_of("customers", card)) == set(card) - {"Name", "Address1"}


@pytest.mark.parametrize(
    ("text", "form"),
    [("559904-2032", "hyphen"), ("5599042032", "digits"), ("16559904-2032", "other"), ("DE12345", None), ("", None)],
)
def test_the_form_in_which_a_number_is_stored(text: str, form: str | None) -> None:
    """Of Swedish numbers only."""
    assert stored_form(text) == form


def test_an_object_without_its_number_is_no_entry() -> None:
    """Whatever else it says."""
    with pytest.raises(Unreadable, match="Year or Number"):
        entry_of("accounts", {"Number": 3001, "Active": True}, TOLD)
    assert entry_of("accounts", {"Number": 3001, "Year": 3, "Active": True}, TOLD).number == "3:3001"


@given(st.dictionaries(st.sampled_from(["register", "begun", "whole", "last", "rows", "x"]), ANYTHING))
def test_any_object_is_a_page_or_unreadable(body: dict[str, object]) -> None:
    """Never another error."""
    with suppress(Unreadable):
        assert isinstance(learned_from_page(body), Learned)


@given(
    st.sampled_from(sorted(REGISTERED)),
    st.lists(
        st.dictionaries(st.sampled_from(["Code", "CustomerNumber", "Id", "Email", "Active"]), ANYTHING), max_size=3
    ),
)
def test_any_rows_are_told_or_unreadable(register: str, rows: list[dict[str, object]]) -> None:
    """Whatever stands in their fields."""
    body = {"register": register, "begun": TOLD.isoformat(), "whole": True, "last": True, "rows": rows}
    try:
        told = learned_from_page(body)
    except Unreadable:
        return
    assert len(told.entries) == len(rows)
    assert told.swept is not None


@pytest.mark.capability("000-15")
def test_of_what_is_followed_prints_are_kept_that_a_list_and_the_object_have_in_common() -> None:
    """No name goes to disk; a list calls the telephone otherwise, and does not show the country."""
    card = {"CustomerNumber": "7", "Name": "Tallbacken AB", "Phone1": "0500-2 ", "CountryCode": "SE", "Active": True}
    row = {"CustomerNumber": "7", "Name": "Tallbacken AB", "Phone": "0500-2", "Active": True}
    kept, listed = (kept_of("customers", shown, followed=True) for shown in (card, row))
    assert "Tallbacken" not in str(kept)
    assert SEEN not in kept_of("customers", card)
    prints = entry_of("customers", kept, TOLD).fields or {}
    assert prints[SEEN].keys() - listed[SEEN].keys() == {"country"}
    assert all(prints[SEEN][name] == seen for name, seen in listed[SEEN].items())
    assert fields_of("customers", row | {"Active": False})["active"] == "0"
    assert all(fields_of("prices", {"Price": price}) == {"list_price": "10"} for price in (Decimal("10.00"), 10, "10"))
    assert mark_of("customers", {"ExternalReference": "a" * 32}) == "a" * 32
    assert mark_of("customers", {"ExternalReference": "K-1"}) is mark_of("articles", {}) is None
