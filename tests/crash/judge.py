"""The judge: compares what stands in Fortnox with what was told for certain, and knows nothing of our database."""

from collections.abc import Iterable, Iterator, Sequence

from tests.crash import told_back
from tests.crash.books import Books, Finding, State, opened, surplus
from tests.crash.companies import COMPANIES, HIGHLEVEL
from tests.crash.made import judge_made
from tests.crash.own_rules import THANKS
from tests.crash.refunds import paid_back_by, refunds_of
from tests.crash.sales import Sale, stages
from tests.crash.subjects import Document, Flow, Payout, Refund, Response, Webhook
from tests.crash.truth import Records, Told, told


def judge(
    state: State, webhooks: Sequence[Webhook], acked: set[str], tried: set[str], records: Records
) -> list[Finding]:
    """Every finding; none means that nothing was lost and nothing doubled.

    ``state`` is the answer of ``/_sim/state``, ``records`` what the senders' stand-ins hold: for those senders it alone
    says what must stand in Fortnox. A delivery that was tried and never acknowledged may have been stored all the same:
    its things may stand there, once.
    """
    findings: list[Finding] = []
    everything = told(webhooks, acked, tried, records)
    for name, company in COMPANIES.items():
        books = opened(state["companies"][str(company.tenant)])
        ours = [entry for entry in everything if entry.subject.company == name]
        findings += _judge_company(name, books, ours)
        if name == told_back.company():
            findings += told_back.judge_told_back(books, ours, records.get(HIGHLEVEL, {}))
    return findings


def _judge_company(company: str, books: Books, everything: Sequence[Told]) -> Iterator[Finding]:
    refunds = [entry for entry in everything if isinstance(entry.subject, Refund)]
    yield from judge_made(company, books, everything)
    everything = [entry for entry in everything if not isinstance(entry.subject, Refund | Payout | Flow)]
    for entry in everything:
        if isinstance(entry.subject, Document):
            yield from Sale(books, entry, entry.subject, refunds=refunds_of(entry.subject, refunds)).findings()
        elif isinstance(entry.subject, Response):
            yield from _judge_response(books, entry.subject, entry)
    yield from _judge_customers(company, books, everything)
    yield from _judge_articles(company, books, everything)
    yield from _judge_strangers(company, books, everything, refunds)
    for (kind, number), count in books.vouchers.items():
        yield from surplus(f"{company}: vouchers of {kind} {number}", count, 1)


def _judge_strangers(
    company: str, books: Books, everything: Sequence[Told], refunds: Sequence[Told]
) -> Iterator[Finding]:
    """Documents of which nobody told."""
    documents = [entry.subject for entry in everything if isinstance(entry.subject, Document)]
    origins, numbers = {one.origin for one in documents}, {one.number for one in documents}
    invoices = {str(one["DocumentNumber"]) for found in books.invoices.values() for one in found}
    paid_back = paid_back_by(books, refunds)
    offers = {str(one["DocumentNumber"]) for number in numbers for one in books.offers.get(number, [])}
    for what, found, known in (
        ("invoices", books.invoices, origins),
        ("orders", books.orders, origins),
        ("orders from offer", books.unnamed, offers),
        ("offers", books.offers, numbers),
        ("credit invoices", books.credits, invoices),
        ("payments", books.payments, invoices | paid_back),
    ):
        for name, stored in found.items():
            if name not in known:
                yield from surplus(f"{company}: {what} of {name!r}, of which nobody told", len(stored), 0)


def _lines(cards: Iterable[State], word: str) -> int:
    """Lines of the answer itself, not those of a flow that it started."""
    written = [line for card in cards for line in (card["Comments"] or "").splitlines()]
    return sum(word in line and THANKS not in line for line in written)


def _judge_response(books: Books, response: Response, entry: Told) -> Iterator[Finding]:
    name = f"{response.company}: response {response.word}"
    everywhere = [card for cards in books.customers.values() for card in cards]
    right = _lines(books.customers.get(response.buyer, []), response.word)
    lines = _lines(everywhere, response.word)
    yield from surplus(f"{name}: lines", lines, 1)
    if lines != right:
        yield Finding("lost", f"{name}: its line stands on another customer's card")
    if entry.must is not None and not lines:
        yield Finding("lost", f"{name}: acknowledged, and no line on the card of {response.buyer}")


def _counts(entry: Told) -> bool:
    """Whether a customer must be there for it: not where the sale was, or may have been, called off unmade."""
    return entry.must is not None and "cancelled" not in entry.possible


def _judge_customers(company: str, books: Books, everything: Sequence[Told]) -> Iterator[Finding]:
    known: dict[str, bool] = {}
    for entry in everything:
        assert isinstance(entry.subject, Document | Response)
        buyer = entry.subject.buyer
        known[buyer] = known.get(buyer, False) or _counts(entry)
    for name, needed in known.items():
        cards = books.customers.get(name, [])
        yield from surplus(f"{company}: customers {name}", len(cards), 1)
        if needed and not cards:
            yield Finding("lost", f"{company}: acknowledged, and no customer {name}")
    for name, cards in books.customers.items():
        if name not in known:
            yield from surplus(f"{company}: customers {name}, of whom nobody told", len(cards), 0)


def _judge_articles(company: str, books: Books, everything: Sequence[Told]) -> Iterator[Finding]:
    """Each article once; one that a document needs is there, and none that nobody sells."""
    known: dict[str, bool] = {}
    for entry in everything:
        if not isinstance(entry.subject, Document):
            continue
        needed = (
            _counts(entry) and any(stages(entry.subject, frozenset({entry.must})).values()) if entry.must else False
        )
        for article in entry.subject.articles:
            known[article] = known.get(article, False) or needed
    for number, needed in known.items():
        yield from surplus(f"{company}: articles {number}", len(books.articles.get(number, [])), 1)
        if needed and number not in books.articles:
            yield Finding("lost", f"{company}: sold, and no article {number}")
    for number, stored in books.articles.items():
        if number not in known:
            yield from surplus(f"{company}: articles {number}, which nobody sells", len(stored), 0)
