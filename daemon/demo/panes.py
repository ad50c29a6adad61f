"""The live view as pictures: pure functions from a frozen snapshot to what rich draws, for any size of terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from daemon.demo.screen import money
from daemon.demo.snapshot import Books, CompanyFigures, Invoice, Process, SenderFigures, Snapshot, Story
from daemon.ids import command_id, delivery_id
from daemon.shut_text import store_refuses
from daemon.times import age, iso, local
from store.reading import DeliveryRow
from store.watching import LaneHead

WIDE = 130
"""Columns from which documents stand beside senders and companies instead of below them."""
BAR = 25
NO_LIMIT = 1_000_000
STOPPED = ("parked", "held")
GOOD, BAD, WARN, DIM, HEAD = "green", "bold red", "yellow", "dim", "bold cyan"
STATES = {"done": GOOD, "handled": GOOD, "parked": BAD, "held": BAD, "unknown": WARN}


def whole(snapshot: Snapshot, width: int, height: int) -> RenderableType:
    """The view while the scenes run: exactly ``height`` lines, the story in what the figures leave."""
    figures = [*_senders(snapshot, width // 2 if width >= WIDE else width), *_companies(snapshot)]
    shown = 3 if height < 30 else 5 if height < 40 else 8
    if width >= WIDE:
        books = _books(snapshot.books, max(3, len(figures) - 2))
        top: RenderableType = _beside(figures, books)
        used = max(len(figures), len(books))
    else:
        figures += _books(snapshot.books, shown)
        top, used = Group(*figures), len(figures)
    story = _story(snapshot.story, max(1, height - used - 2))
    return Group(_title(snapshot, width), top, *story)


def compact(snapshot: Snapshot, width: int) -> RenderableType:
    """The view while the person tries things: the same figures, the newest deliveries and documents."""
    return Group(
        Text(),
        _rule(Text.assemble(("live: what you send shows here", HEAD), "   ", *_process(snapshot.process))),
        *_senders(snapshot, width)[1:],
        *_companies(snapshot)[1:],
        *_deliveries(snapshot.newest),
        *_books(snapshot.books, 3),
    )


# --- parts: each a list of renderables that take one line ----------------------------------------------------------


def _title(snapshot: Snapshot, width: int) -> Text:
    title = Text.assemble(
        ("demo", "bold"), "  ", ("SIMULATOR", WARN), (f"  {snapshot.seconds:.0f} s  ", DIM), *_process(snapshot.process)
    )
    title.truncate(width, overflow="ellipsis")
    return title


def _process(process: Process) -> list[tuple[str, str]]:
    if process.exit_code is not None:
        return [(f"daemon DOWN: process {process.pid} ended with {process.exit_code}", BAD)]
    if not process.answers and process.before is not None:
        pid, code = process.before
        return [(f"daemon DOWN: process {pid} ended with {code}", BAD), (f", {process.pid} starts", WARN)]
    if not process.answers:
        return [(f"daemon starts, process {process.pid}", WARN)]
    if process.store_refuses is not None:
        return [(store_refuses(process.store_refuses), BAD)]
    return [(f"daemon runs, process {process.pid}", GOOD)]


def _senders(snapshot: Snapshot, width: int) -> list[RenderableType]:
    heads = ("received", "handled", "delivered", "reading", "parked", "held")
    wide = max([len("sender"), *(len(sender.name) for sender in snapshot.senders)])
    lines = [Text(f" {'sender':<{wide}} {' '.join(heads)}  last webhook", DIM)]
    lines += [_sender(sender, heads, wide, width) for sender in snapshot.senders]
    title = Text.assemble(("Senders", HEAD), ": deliveries received and handled, commands delivered")
    return [_rule(title), *(_one_line(line) for line in lines)]


def _sender(sender: SenderFigures, heads: Sequence[str], wide: int, width: int) -> Text:
    figures = (
        (sender.received, ""), (sender.handled, ""), (sender.delivered, GOOD), (sender.reading, WARN),
        (sender.parked, BAD), (sender.held, BAD),
    )  # fmt: skip
    line = Text(f" {sender.name:<{wide}}")
    for (count, style), head in zip(figures, heads, strict=True):
        line.append(f" {count or '-':>{len(head)}}", style if count else DIM)
    line.append(f"  {_clock(sender.last_webhook):<12}")
    reads = "" if sender.room is None else f"  {sender.room} of {sender.window_calls} reads free"
    return line.append(reads if len(line) + len(reads) <= width else "", DIM)


def _companies(snapshot: Snapshot) -> list[RenderableType]:
    lines: list[RenderableType] = [_rule(Text("Companies", HEAD))]
    for company in snapshot.companies:
        lines.append(_one_line(_budget(company)))
        lines.append(_one_line(_lanes(company, snapshot.now)))
        why = _why(company, snapshot.process)
        if why is not None:
            lines.append(_one_line(Text(f"   {why}", WARN)))
    return lines


def _budget(company: CompanyFigures) -> Text:
    line = Text(f" {company.name}: ")
    if company.room is None or company.window_calls is None:
        return line.append("its rate window is known to a running daemon only", DIM)
    if company.room >= NO_LIMIT:
        return line.append("no limit on calls", DIM)
    filled = round(BAR * company.room / company.window_calls)
    style = GOOD if company.room else WARN
    line.append("█" * filled, style).append("░" * (BAR - filled), DIM)
    return line.append(f" {company.room} of {company.window_calls} calls in {company.window_s:g} s free")


def _lanes(company: CompanyFigures, now: int) -> Text:
    line = Text("   lanes with unfinished work: ")
    if not company.heads:
        return line.append("none", DIM)
    stopped = sum(head.state in STOPPED for head in company.heads)
    line.append(f"{len(company.heads)}{'+' if company.more_lanes else ''}")
    if stopped:
        line.append(f" ({stopped} stopped)", BAD)
    oldest = company.heads[0]
    line.append(f"; since {age(max(0, now - oldest.created_at) / 1000)}: {command_id(oldest.id)} {oldest.kind} ")
    return line.append(*_head_state(oldest))


def _head_state(head: LaneHead) -> tuple[str, str]:
    reason = f" ({head.reason})" if head.reason else ""
    return head.state.replace("_", " ") + reason, STATES.get(head.state, "")


def _why(company: CompanyFigures, process: Process) -> str | None:
    """Why nothing leaves for the company just now."""
    if not process.answers:
        return "nothing leaves: no daemon answers; what was taken is on disk"
    if company.shut is not None:
        return company.shut
    if company.room == 0 and company.room_in_s is not None:
        return f"nothing leaves: the rate window is full, the next call is free in {company.room_in_s:.1f} s"
    return None


def _books(books: Books, shown: int) -> list[RenderableType]:
    """Always ``shown`` invoices high, so that nothing jumps when one comes."""
    counted = f"{books.customers} customers, {books.invoices} invoices, {books.payments} payments"
    sales = books.sales
    rest = (
        "the last invoices"
        if sales is None
        else f"{sales.company}: {sales.offers} offers, {sales.orders} orders, {sales.invoices} invoices"
    )
    title = Text.assemble(("In Fortnox", HEAD), f": {counted}; {rest}")
    head = Text(f" {'no':>4}  {'customer':<24} {'total':>12} {'balance':>12}  booked  order", DIM)
    lines = [head, *(_invoice(invoice) for invoice in books.last[:shown])]
    lines += [Text() for _ in range(shown + 1 - len(lines))]
    return [_rule(title), *(_one_line(line) for line in lines)]


def _invoice(invoice: Invoice) -> Text:
    customer = Text(invoice.customer)
    customer.truncate(24, overflow="ellipsis", pad=True)
    booked = ("yes   ", GOOD) if invoice.booked else ("no    ", DIM)
    line = Text.assemble(f" {invoice.number:>4}  ", customer, f" {money(invoice.total):>12}")
    line.append(f" {money(invoice.balance):>12}", "" if invoice.balance else DIM)
    return line.append("  ").append(*booked).append(f"  {invoice.order}")


def _deliveries(newest: Sequence[DeliveryRow]) -> list[RenderableType]:
    lines = []
    for row in newest:
        about = " ".join(part for part in (row.kind, row.number) if part) or "-"
        line = Text(f" {_clock(iso(row.received_at))}  {delivery_id(row.id):<6} {row.source:<8} {about}  ")
        lines.append(line.append(row.state.replace("_", " "), STATES.get(row.state, "")))
    return [_rule(Text("Newest deliveries", HEAD)), *(_one_line(line) for line in lines)]


def _story(story: Story, rows: int) -> list[RenderableType]:
    told = [_styled(line) for line in story.lines if line][-rows:]
    told += [Text() for _ in range(rows - len(told))]
    return [_rule(Text(story.scene or "it begins", HEAD)), *(_one_line(line) for line in told)]


def _styled(line: str) -> Text:
    shown = Text(line, "bold" if line.startswith("──") else "")
    shown.highlight_words(["HOLDS"], "bold green")
    shown.highlight_words(["BROKEN", "MISSING"], BAD)
    shown.highlight_regex(r"^  [A-Za-z]+(?: [a-z]+)?(?=  )", "cyan")
    return shown


# --- one line each -------------------------------------------------------------------------------------------------


def _one_line(line: Text) -> Text:
    """A line that is cut where the terminal ends, never broken."""
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


def _rule(title: Text) -> Text:
    """A heading that runs to the right edge."""
    line = Text("── ", DIM)
    line.append_text(title).append(" " + "─" * 300, DIM)
    line.no_wrap, line.overflow = True, "crop"
    return line


def _beside(left: Iterable[RenderableType], right: Iterable[RenderableType]) -> Table:
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(ratio=1)
    grid.add_column(ratio=1)
    grid.add_row(Group(*left), Group(*right))
    return grid


def _clock(moment: str | None) -> str:
    """The time of day of an ISO moment, on Stockholm's clock."""
    return local(moment).rpartition(" ")[2]
