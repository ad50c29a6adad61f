"""Two opinions on refunds: whatever part of a sale goes back, its credit is that to the öre, and books balance."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from connectors.base import Json
from connectors.fortnox.credit_content import header_of, meant_of, part_of, signed_rows, wrong_in_refund
from connectors.fortnox.credit_notes import amounts
from connectors.fortnox.document_content import content_of, created_rows, header
from connectors.fortnox.document_state import stored_rows
from connectors.fortnox.forms import INVOICE
from connectors.fortnox.simulator import CompanySettings
from connectors.fortnox.simulator.company import Company, Moment, Record, open_company
from connectors.fortnox.simulator.crediting import credit
from connectors.fortnox.simulator.customers import create as create_customer
from connectors.fortnox.simulator.invoice_actions import bookkeep
from connectors.fortnox.simulator.invoices import INVOICE as SIMULATED
from handlers.commands import CreditContent, EnsureCredit
from handlers.events import Charge, Document, Refunded
from handlers.refund import book_refund
from handlers.settings import Bookkeeping
from handlers.values import Question, Ref
from tests.connectors.fortnox.test_two_opinions_whole import BOOKS, ORE, Paper, invoice_of, papers, stated
from tests.handlers.examples import NOW, TODAY, company
from tests.properties import examples

MOMENT = Moment(datetime(2026, 11, 13, 12, tzinfo=UTC))
MARK = "m" * 32
ZERO = Decimal(0)


@st.composite
def refunds(draw: st.DrawFn) -> tuple[Paper, Document]:
    """A sale, and what of it goes back: all of it, some lines alone, or freight and fees without any line; of a part
    maybe less a return fee."""
    paper = replace(draw(papers()), told=True)
    document = paper.document
    count = draw(st.integers(0, len(document.lines)))
    if count == len(document.lines):
        return paper, document
    alone: dict[str, Any] = {
        "charges": (),
        "discount_amount": ZERO,
        "lines": document.lines[len(document.lines) - count :],
    }
    if count:
        alone |= {"freight": None, "administration_fee": None}
    else:
        alone |= {"charges": tuple(one for one in document.charges if one.kind == "fee")}
    if draw(st.booleans()):
        kept, rate = draw(st.integers(1, 9_999)) * ORE, Decimal(draw(st.sampled_from([25, 12, 6, 0])))
        fee = Charge(kind="return_fee", description="Returavgift", amount=-kept, vat_rate=rate)
        alone["charges"] = (*alone["charges"], fee)
    return paper, document.model_copy(update=alone)


def turned(document: Document) -> Document:
    """The document as a sender tells of a refund: quantities, totals and charges with the other sign."""
    totals = ("total_excluding_vat", "total_vat", "total")
    return document.model_copy(
        update={
            **{name: -getattr(document, name) for name in totals},
            "lines": tuple(line.model_copy(update={"quantity": -line.quantity}) for line in document.lines),
            "charges": tuple(one.model_copy(update={"amount": -one.amount}) for one in document.charges),
        }
    )


def content_told(paper: Paper, document: Document) -> CreditContent:
    """What the rule makes of the refund; raises ``Question``."""
    chosen = {"freight": paper.freight, "administration_fee": paper.freight, "vat_rounding": paper.rounding}
    order = Ref(system="shop", kind="order", id="SO-20931")
    event = Refunded(
        thing=order.model_copy(update={"kind": "order_refund"}),
        order=order,
        version=Decimal(1),
        occurred_at=NOW,
        dated=TODAY,
        document=turned(document),
    )
    commands = book_refund(event, company(bookkeeping=Bookkeeping.model_validate(BOOKS | chosen)))
    (command,) = (one for one in commands if isinstance(one, EnsureCredit))
    assert command.content is not None
    return command.content


def booked(paper: Paper, document: Document) -> tuple[Company, Record]:
    """The sale in a simulated company, as the client writes it; raises ``Question``."""
    command = invoice_of(paper, document)
    switches = CompanySettings(
        vat_rounding=paper.rounding,
        round_to_whole_kronor=paper.whole_kronor,
        extra_accounts=(2420, 2990, 3520, 3540, 3740),
    )
    books = open_company(switches, MOMENT.now)
    create_customer(books, {"Name": "Exempel AB"}, MOMENT)
    fields, _ = header(INVOICE, command, "1", MARK, None)
    rows = created_rows(INVOICE, content_of(command, "1", {}).rows)
    sale = SIMULATED.create(books, {**fields, "InvoiceRows": rows}, MOMENT)
    bookkeep(books, sale, MOMENT)
    return books, sale


def credited(books: Company, sale: Record, content: CreditContent) -> tuple[Record, list[str]]:
    """The sale credited, its credit invoice given the refund's content and booked; and what was wrong with it."""
    original: Json = amounts(sale.data) | {name: str(sale.data[name]) for name in ("CurrencyRate", "CurrencyUnit")}
    credit(books, sale, MOMENT)
    made = books.invoices["2"]
    rows = signed_rows(content, made.data, {})
    head = header_of(content, TODAY, MARK, original)
    SIMULATED.update(books, made, head | part_of(content, rows, stored_rows(INVOICE, made.data)), MOMENT)
    wrong = wrong_in_refund(made.data, original, head, meant_of(content, original, rows), "1")
    bookkeep(books, made, MOMENT)
    return made, wrong


def moved(books: Company) -> dict[int, Decimal]:
    """What all vouchers together moved on each account; each of them balances."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for voucher in books.vouchers.values():
        moves: list[Any] = [(row["Account"], row["Debit"] - row["Credit"]) for row in voucher.data["VoucherRows"]]
        assert sum(amount for _, amount in moves) == 0
        for account, amount in moves:
            found[account] += amount
    return found


@pytest.mark.slow
@pytest.mark.properties
@pytest.mark.timeout(600)
@pytest.mark.capability("f28", "f37")
@settings(max_examples=examples(), deadline=None, suppress_health_check=list(HealthCheck))
@given(refunds())
def test_what_goes_back_is_credited_to_the_ore(refund: tuple[Paper, Document]) -> None:
    """The credit invoice takes back the refund's totals exactly; all of a sale leaves nothing on any account."""
    paper, part = refund
    back = stated(part, paper.rounding)
    assume(back.total is not None and back.total > 0)
    try:
        books, sale = booked(paper, stated(paper.document, paper.rounding))
        content = content_told(paper, back)
    except Question as question:
        if not any(word in str(question) for word in ("above zero", "more than its lines")):
            raise
        return
    made, wrong = credited(books, sale, content)
    assert wrong == []
    net = sum((made.data[name] for name in ("Net", "Freight", "AdministrationFee")), ZERO)
    exact = made.data["Total"] - made.data["RoundOff"]
    assert (-net, -made.data["TotalVAT"], -exact) == (back.total_excluding_vat, back.total_vat, back.total)
    left = moved(books)
    if part is paper.document:
        assert not any(left.values())
        assert made.data["Balance"] + sale.data["Balance"] == 0
