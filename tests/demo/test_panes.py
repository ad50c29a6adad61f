"""The pictures of the live view: everything that it promises to show, in every size, without a terminal."""

from dataclasses import replace
from decimal import Decimal

import pytest

from daemon.demo import panes
from daemon.demo.snapshot import Process, Sales, Snapshot, Story
from daemon.shut_text import nothing_leaves
from tests.demo.snapshots import HEAD, STOPPED, company, drawn, invoice, sender, snapshot


def whole(shown: Snapshot, width: int = 80, height: int = 24) -> str:
    """The view of the scenes as text."""
    return "\n".join(drawn(panes.whole(shown, width, height), width, height))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (129, 45), (130, 24), (200, 60), (60, 20)])
def test_the_view_fills_the_terminal_and_never_more(width: int, height: int) -> None:
    """Exactly its height, no line longer than its width, the newest line of the story at the bottom."""
    lines = drawn(panes.whole(snapshot(), width, height), width, height)
    assert len(lines) == height
    assert max(len(line) for line in lines) <= width
    told = [line.strip() for line in lines if line.strip()]
    assert told[-1] == "calls      line 39"
    assert any("1  Webhooks" in line for line in told)


def test_a_small_terminal_has_all_five_senders_and_still_a_story() -> None:
    """80 by 24 with every sender that there is, and with a company that is shut."""
    names = ("shop", "ghl", "highlevel", "upsales", "subscriptionflow")
    senders = tuple(sender(name, room=198, window_calls=200) for name in names)
    shown = snapshot(senders=senders, companies=(company(heads=(HEAD,), shut="why"),))
    lines = drawn(panes.whole(shown, 80, 24), 80)
    assert len(lines) == 24
    assert all(any(line.startswith(f" {name}") for line in lines) for name in names)
    assert next(line for line in lines if line.startswith(" shop")).rstrip().endswith("22:13:10")
    assert sum("calls      line" in line for line in lines) >= 5


def test_a_tiny_terminal_is_no_error() -> None:
    """What does not fit is cut, from the story on."""
    assert whole(snapshot(), 20, 5)


def test_senders_show_every_figure() -> None:
    """Received, handled, delivered, being read, parked, held; nothing is a dash; the sender's own window."""
    one = sender("upsales", received=31, handled=30, delivered=77, reading=4, parked=5, held=6, room=198,
                 window_calls=200)  # fmt: skip
    [line] = [line for line in whole(snapshot(senders=(one,)), 120).splitlines() if "upsales" in line]
    assert line.split()[:8] == ["upsales", "31", "30", "77", "4", "5", "6", "22:13:10"]
    assert line.endswith("198 of 200 reads free")
    [line] = [line for line in whole(snapshot()).splitlines() if line.startswith(" ghl")]
    assert line.split() == ["ghl", *"-------"]


def test_the_budget_is_a_bar_with_figures() -> None:
    """Full, partly, empty with the time until a call is free, unlimited, unknown."""
    assert "demo: ██████████░░░░░░░░░░░░░░░ 10 of 25 calls in 5 s free" in whole(snapshot())
    empty = whole(snapshot(companies=(company(room=0, room_in_s=3.14),)))
    assert "░" * 25 + " 0 of 25 calls" in empty
    assert "nothing leaves: the rate window is full, the next call is free in 3.1 s" in empty
    assert "no limit on calls" in whole(snapshot(companies=(company(room=1_000_000, window_calls=0),)))


def test_lanes_show_how_many_and_the_oldest_head() -> None:
    """How many have unfinished work, how many of them are stopped, and since when the oldest waits for what."""
    assert "lanes with unfinished work: none" in whole(snapshot())
    text = whole(snapshot(companies=(company(heads=(HEAD, STOPPED), more_lanes=True),)), 100)
    assert "lanes with unfinished work: 2+ (1 stopped); since 4 s: out-30 ensure_invoice unknown (lost)" in text


def test_why_nothing_leaves_is_said() -> None:
    """In the words of status."""
    shut = nothing_leaves("down", None)
    assert shut in whole(snapshot(companies=(company(shut=shut),)), 120)


def test_a_killed_daemon_is_seen_until_the_next_one_answers() -> None:
    """Its process and how it ended, also while the next one starts; a disk that refuses is named."""
    nobody = (company(room=None, window_calls=None),)
    down = whole(snapshot(process=Process(4194301, -9, None, False, None), companies=nobody))
    assert "daemon DOWN: process 4194301 ended with -9" in down
    assert "nothing leaves: no daemon answers; what was taken is on disk" in down
    assert "known to a running daemon only" in down
    starting = whole(snapshot(process=Process(4194302, None, (4194301, -9), False, None), companies=nobody))
    assert "daemon DOWN: process 4194301 ended with -9, 4194302 starts" in starting
    assert "daemon starts, process 1" in whole(snapshot(process=Process(1, None, None, False, None)))
    assert "daemon runs, process 4712" in whole(snapshot(process=Process(4712, None, (4711, -9), True, None)))
    assert "the disk is full" in whole(snapshot(process=Process(1, None, None, True, "disk_full")), 130)


def test_the_last_invoices_are_shown_newest_first_and_nothing_jumps() -> None:
    """Number, customer, total, balance, booked; the room of the missing ones is kept."""
    paid = invoice(9, customer="Ett mycket långt företagsnamn i Norrköping AB", balance=Decimal(0), booked=True)
    shown = snapshot(books=snapshot().books.__class__(1, 2, 3, (paid, invoice(8))))
    lines = whole(shown).splitlines()
    [at] = [place for place, line in enumerate(lines) if "In Fortnox: 1 customers, 2 invoices, 3 payments" in line]
    assert lines[at + 2].split() == [
        "9", "Ett", "mycket", "långt", "företa…", "4", "495.00", "0.00", "yes", "SO-20939",
    ]  # fmt: skip
    assert lines[at + 3].split()[-2:] == ["no", "SO-20938"]
    assert lines[at + 4].strip() == ""
    assert "1  Webhooks" in lines[at + 5]


def test_a_company_of_orders_is_counted_beside_the_invoices() -> None:
    """In the heading, in place of a word."""
    books = replace(snapshot().books, sales=Sales("sales", 1, 3, 2))
    text = whole(snapshot(books=books), 110)
    assert "In Fortnox: 3 customers, 14 invoices, 2 payments; sales: 1 offers, 3 orders, 2 invoices" in text


def test_a_broken_promise_stands_out() -> None:
    """The story is drawn as it was told; verdicts have a colour."""
    text = panes.whole(snapshot(story=Story("3", ("  promise    BROKEN: it is", "── 3.1  A step ──"))), 80, 24)
    lines = drawn(text, 80)
    assert "  promise    BROKEN: it is" in lines
    assert "── 3.1  A step ──" in lines


def test_the_compact_view_has_what_a_person_sends() -> None:
    """Figures, newest deliveries, last invoices, in few enough lines for a small terminal."""
    lines = drawn(panes.compact(snapshot(), 80), 80)
    text = "\n".join(lines)
    assert len(lines) <= 20
    assert max(len(line) for line in lines) <= 80
    for part in (
        "daemon runs",
        " shop ",
        "10 of 25 calls",
        "in-19  shop     order_changed SO-20934  handled",
        "   14  ",
    ):
        assert part in text, text
