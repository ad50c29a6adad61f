"""The commands that look things up, with their real output; none of them needs a configuration."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.fortnox.error_codes import MEANINGS, all_meanings, meaning_of, swedish
from connectors.fortnox.table import OPERATIONS, RESOURCES
from connectors.fortnox.table.matrix import COLUMNS, TITLES
from connectors.registry import SOURCES
from daemon.cli import main
from daemon.mappings import EVENTS
from daemon.triggers import TRIGGERS
from scripts.fortnox_pages import PAGES
from tests.acceptance.scene import scene
from tests.daemon.test_cli import beside
from tests.fakes.senders import order

LEAST_OPERATIONS = 126
ROOT = Path(__file__).resolve().parents[2]


def command(*words: str) -> Result:
    """Run the command in this process, where no configuration is."""
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


def told(*words: str) -> Any:
    """The JSON that was printed."""
    result = command(*words, "--json")
    assert result.exit_code == 0
    return json.loads(result.stdout)


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.capability("f81")
def test_one_code_is_explained_in_both_languages() -> None:
    """Class, status, source; cause, remedy and what the bridge does."""
    result = command("errors", "2001304")
    assert result.exit_code == 0
    assert result.stdout == (
        "2001304  default_account_missing  (park, HTTP 400, Fortnox facts 4.3, 6.12, 9)\n"
        "  cause    An account was not found: most often a default account is missing in the settings.\n"
        "  remedy   Check the predefined accounts in Fortnox, then retry.\n"
        "  bridge   The bridge parks the command until a person retries it; everything else goes on.\n"
        "  orsak    Ett konto hittades inte: oftast saknas ett förvalt konto i inställningarna.\n"
        "  åtgärd   Kontrollera förvalda konton i Fortnox och försök sedan igen.\n"
        "  bryggan  Bryggan parkerar kommandot tills någon försöker igen; allt annat går vidare.\n"
    )


def test_a_code_with_two_meanings_shows_both() -> None:
    """As text and as JSON, with the status where it is known."""
    assert [line.split()[1] for line in command("errors", "2000310").stdout.splitlines() if line[0] == "2"] == [
        "record_in_use",
        "login_refused",
    ]
    assert [(entry["class"], entry["status"]) for entry in told("errors", "2000310")] == [
        ("park", 400),
        ("credentials", None),
    ]


def test_all_codes_are_listed() -> None:
    """A line a meaning in the order of the codes, and everything of each as JSON."""
    lines = command("errors").stdout.splitlines()
    assert lines[0].split() == ["code", "class", "reason", "cause"]
    listed = [int(line.split()[0]) for line in lines[1:]]
    assert sorted(set(MEANINGS)) == sorted(set(listed))
    assert listed == sorted(listed)
    assert [entry["code"] for entry in told("errors")] == listed
    assert all(entry["remedy"]["sv"] and entry["remedy"]["en"] for entry in told("errors"))


def test_an_unknown_code_is_one_line_and_exit_1() -> None:
    """With or without JSON; what is no number is a wrong command."""
    for words in (("errors", "123"), ("errors", "123", "--json")):
        result = command(*words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == "fortnox-bridge: the catalogue has no error code 123\n"
    assert command("errors", "period").exit_code == 2


def test_swedish_is_the_same_for_the_same_english() -> None:
    """So that a text that was kept in English can be shown in Swedish; what is not of the catalogue stays."""
    for code in MEANINGS:
        for meaning in all_meanings(code):
            assert swedish(meaning.text()) == meaning.text("sv")
    assert swedish("which of the two customers?") == "which of the two customers?"


@pytest.mark.asyncio
@pytest.mark.capability("f81", "004-22")
async def test_explain_shows_the_remedy_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    """English unless Swedish is asked for; the same text as `errors` shows."""
    async with scene(tmp_path) as here:
        refusal = {"ErrorInformation": {"error": 1, "message": "Perioden är låst", "code": 2000401}}
        here.fault("status", method="POST", path="/3/invoices", status=400, body=refusal)
        await here.send(order("SO-1"))
        await here.until("SELECT 1 FROM outbox WHERE state = 'parked'")
        meaning = meaning_of(2000401, 400)
        assert f"TO DO: {meaning.text()}" in (await beside(here, "explain", "SO-1")).stdout
        asked = await beside(here, "explain", "SO-1", "--language", "sv")
        assert "ATT GÖRA: Bokföringsperioden är låst. Lås upp den i Fortnox, eller bokför för hand." in asked.stdout
        assert "code 2000401, reason period_locked: Perioden är låst" in asked.stdout
        both = (await beside(here, "explain", "SO-1", "--language", "both")).stdout.splitlines()
        at = both.index(f"    TO DO: {meaning.text()}")
        assert both[at + 1] == f"    ATT GÖRA: {meaning.text('sv')}"
        [story] = json.loads((await beside(here, "explain", "SO-1", "--language", "sv", "--json")).stdout)
        assert [entry["question"] for entry in story["commands"]] == [None, meaning.text()]
        assert [entry["question_sv"] for entry in story["commands"]] == [None, meaning.text("sv")]
        assert (await beside(here, "explain", "SO-1", "--language", "no")).exit_code == 2


# --- capabilities ----------------------------------------------------------------------------------------------------


@pytest.mark.capability("001-21")
def test_the_matrix_has_three_states_for_read_create_and_update() -> None:
    """Every row of the matrix in order; what the bridge has no code for is in progress, what Fortnox lacks is not."""
    lines = command("capabilities").stdout.splitlines()
    assert lines[0].split() == ["row", "what", "read", "create", "update"]
    assert [line[:6] for line in lines[1:20]] == [f"001-{number:02}" for number in range(2, 21)]
    assert lines[1] == "001-02  customers                     available    available    available"
    assert lines[8] == "001-09  expenses                      available    available    unsupported"
    assert lines[13] == "001-14  journal entries               available    available    in progress"
    assert lines[20:] == [
        "001-05 async tasks (read, create, update): a job of the bridge's own",
        "001-09 expenses (update): Fortnox lets no expense be changed",
        "001-14 journal entries (update): a reversal and a new voucher: Fortnox changes none",
    ]


def test_the_matrix_is_drawn_from_the_table() -> None:
    """Each available cell names operations that the table has; a row is served exactly where resources name it."""
    rows = {row["row"]: row for row in told("capabilities")}
    assert list(rows) == list(TITLES)
    named = {row for resource in RESOURCES.values() for row in resource.rows}
    assert named == {row for row, shown in rows.items() if shown["read"]["operations"]}
    for shown in rows.values():
        for column in COLUMNS:
            cell = shown[column]
            assert cell["operations"] or cell["note"]
            assert cell["state"] != "unsupported" or not cell["operations"]
            assert set(cell["operations"]) <= set(OPERATIONS)
    assert rows["001-08"]["create"]["operations"] == ["credit_invoice"]
    assert rows["001-20"]["create"]["operations"] == ["credit_supplier_invoice"]
    assert {"book_invoice", "email_invoice", "print_invoice"} <= set(rows["001-11"]["actions"])


# --- operations ------------------------------------------------------------------------------------------------------


@pytest.mark.capability("000-54")
@pytest.mark.capability("002-15")
@pytest.mark.capability("f102")
def test_every_operation_is_listed_with_its_scope() -> None:
    """One line each, at least 126 of them, and everything of every one on demand."""
    lines = command("operations").stdout.splitlines()
    assert lines[0].split() == ["operation", "method", "path", "scope", "effect"]
    assert [line.split()[0] for line in lines[1:]] == [*OPERATIONS, *TRIGGERS]
    assert len(lines) - 1 >= LEAST_OPERATIONS
    listed = told("operations")
    assert [entry["name"] for entry in listed] == [*OPERATIONS, *TRIGGERS]
    assert {entry["resource"] for entry in listed} == {*RESOURCES, "events"}
    assert len({entry["scope"] for entry in listed}) > 20
    for name, operation in OPERATIONS.items():
        shown = told("operations", name)
        assert all(shown[part] for part in ("scope", "proof", "says"))
        assert "{" not in shown["example"]["path"]
        assert (shown["example"]["body"] is not None) == (operation.sends in {"envelope", "bare"})
        assert shown["fields"] or operation.sends in {"nothing", "file"}
        assert name in command("operations", name).stdout


@pytest.mark.capability("000-54")
def test_the_senders_triggers_stand_in_the_same_list() -> None:
    """Each with the senders that tell it, every path that mappings name, and nothing that no sender's code makes."""
    listed = {entry["name"]: entry for entry in told("operations", "--resource", "events")}
    assert list(listed) == list(TRIGGERS)
    assert listed["order_changed"]["scope"] == "highlevel, standard, upsales"
    shown = told("operations", "survey_submitted")
    assert {"score", "respondent.email", "answers[].value", "thing.system"} <= set(shown["fields"])
    assert "    answers[].value" in command("operations", "survey_submitted").stdout.splitlines()
    for name, source in SOURCES.items():
        # A company's own Fortnox is no sender of the configuration: only its notices of consents are.
        notices = name == "fortnox_consent"
        folder = ROOT / "connectors" / ("fortnox" if notices else name)
        parts = folder.glob("consent_notice.py" if notices else "*.py")
        code = "".join(path.read_text(encoding="utf-8") for path in parts)
        made = {kind for kind, model in EVENTS.items() if re.search(rf"[^\w]{model.__name__}\(", code)}
        assert made == set(source.tells), name


@pytest.mark.capability("000-52")
def test_one_operation_tells_everything_of_it() -> None:
    """Call, scope, effect, proof, query, required fields, an example, and each field with its kind and longest text."""
    lines = command("operations", "create_voucher").stdout.splitlines()
    assert lines[:9] == [
        "create_voucher  create one (vouchers)",
        "  call     POST /3/vouchers",
        "  scope    bookkeeping",
        "  effect   create: makes something: sent once, never again before it is proved that nothing was made",
        "  proof    our mark in Description, compared exactly, found by voucherseries, fromdate and todate",
        "  query    financialyear",
        "  sends    an object under Voucher",
        "  answers  object",
        "  required Description, TransactionDate, VoucherSeries, VoucherRows",
    ]
    assert "    Comments  text, at most 1000 characters" in lines
    assert "    VoucherRows.Debit  number" in lines


def test_what_is_sent_otherwise_is_said_too() -> None:
    """A file, a list without an envelope, a body that only an action has, and keys in the path."""
    assert (
        "  sends    one file as a multipart form, in a part named file"
        in command("operations", "create_inbox_file").stdout.splitlines()
    )
    assert isinstance(told("operations", "create_attachment")["example"]["body"], list)
    paused = told("operations", "pause_finance_invoice")
    assert paused["example"]["body"] == {"NoxFinansInvoice": {"PausedUntilDate": "2026-12-15"}}
    assert [field["name"] for field in paused["fields"]] == ["PausedUntilDate"]
    assert told("operations", "read_voucher")["example"]["path"] == "/3/vouchers/A/1"


def test_the_list_can_be_narrowed_and_a_wrong_name_is_one_line() -> None:
    """By resource; a name that is close to a known one is told."""
    assert {entry["resource"] for entry in told("operations", "--resource", "invoices")} == {"invoices"}
    for words, line in (
        (("operations", "creat_invoice"), "there is no operation creat_invoice; did you mean create_invoice?"),
        (("operations", "--resource", "invoice"), "there is no resource invoice; did you mean invoices?"),
        (("operations", "read_order", "--resource", "offers"), "there is no operation read_order in offers"),
    ):
        result = command(*words)
        assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"fortnox-bridge: {line}\n")


def test_the_pages_are_the_table_and_the_catalogue() -> None:
    """docs/fortnox-operations.md and docs/errors.md are what `make fortnox-pages` writes."""
    for place, page in PAGES.items():
        assert place.read_text(encoding="utf-8") == page()
