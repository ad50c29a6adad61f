"""Judges one sale: exactly the offer, order, invoice, credit and payment that its last state demands.

A sale that was called off may never have been made at all, or its documents stand there once each and none of them
counts any more: it is cancelled; or it became the next document of the same sale, which is judged in its turn; or, for
an invoice that was booked before, it is credited in full by one booked credit invoice, where the company wants that.
A sale that changed is either made anew, with the documents that stood before taken back like those of a sale that was
called off; or, where the change came before anything was closed, its order and invoice have the new sums at once.
An order that was made from its offer gets its references in a second call: one that is cancelled may lack them.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tests.crash.books import Books, Finding, State, surplus
from tests.crash.companies import COMPANIES
from tests.crash.refunds import judge_refunds
from tests.crash.subjects import Document, Status
from tests.crash.truth import Told

Found = dict[str, Sequence[State]]
"""Documents of one sale by their kind, in the order in which they were made."""

ROWS: Mapping[str, str] = {"offer": "OfferRows", "order": "OrderRows", "invoice": "InvoiceRows"}
NUMBERS: Mapping[str, str] = {"offer": "YourReferenceNumber", "order": "YourOrderNumber", "invoice": "YourOrderNumber"}
SOLD: frozenset[Status] = frozenset({"won", "invoiced", "changed", "paid"})
INVOICED: frozenset[Status] = frozenset({"invoiced", "changed", "paid"})
CHANGED: frozenset[Status | None] = frozenset({"changed", "paid"})


@dataclass(frozen=True, slots=True)
class Demand:
    """For each kind of document, how many there must and may be; and whether the invoice is paid."""

    least: Mapping[str, int]
    most: Mapping[str, int]
    paid: bool = False
    cancelled: bool = False


def stages(document: Document, states: Collection[Status | None]) -> dict[str, int]:
    """The documents that these states, handled one after another, lead to in the document's company."""
    module = COMPANIES[document.company].module
    with_order = module != "invoice" and document.kind == "order"
    return {
        "offer": int(module == "order+offer" and document.kind == "order" and "offer" in states),
        "order": int(with_order and not SOLD.isdisjoint(states)),
        "invoice": int(not (INVOICED if with_order else SOLD).isdisjoint(states)),
    }


def demanded(told: Told, document: Document, last: Status | None) -> Demand:
    """What ``last`` as the last state demands; an offer that a later state overtook may never have been made."""
    nothing = dict.fromkeys(ROWS, 0)
    if last is None:
        return Demand(nothing, nothing)
    tried = frozenset(told.tried)
    if last == "cancelled":
        return Demand(nothing, stages(document, tried), cancelled=True)
    least = stages(document, frozenset({last}))
    most = least | {"offer": stages(document, tried)["offer"]}
    return Demand(least, most, paid=last == "paid")


class Sale:
    """One sale in the books of its company."""

    def __init__(
        self, books: Books, told: Told, document: Document, found: Found | None = None, refunds: Sequence[Told] = ()
    ) -> None:
        """``told`` speaks of ``document``, ``refunds`` of what went back of it.

        ``found`` are its documents there, where it is judged in parts.
        """
        self._refunds = refunds
        self._books = books
        self._told = told
        self._document = document
        self._offered = told.subject if isinstance(told.subject, Document) else document
        self._name = f"{document.company}: {document.origin}"
        offers = books.offers.get(document.number, [])
        unnamed = [order for offer in offers for order in books.unnamed.get(str(offer["DocumentNumber"]), [])]
        self._found: Found = found or {
            "offer": offers,
            "order": [*books.orders.get(document.origin, []), *unnamed],
            "invoice": books.invoices.get(document.origin, []),
        }

    def findings(self) -> list[Finding]:
        """By the state that fits best of those that may count as the last: each of them is judged in full."""
        judged = [list(findings) for last in self._told.possible for findings in self._by(last)]
        return min(judged, key=len)

    def _by(self, last: Status | None) -> Iterator[Iterator[Finding]]:
        """The findings by ``last`` as the last state, in each way in which it may have come about."""
        if self._document.changed is None or last not in CHANGED:
            yield self._judged(demanded(self._told, self._document, last), last)
            return
        yield self._made_anew(last)
        if not self._document.by_hand:
            whole = Sale(self._books, self._told, self._document.after_change, self._found)
            yield whole._judged(demanded(self._told, self._document, last), last)

    def _made_anew(self, last: Status | None) -> Iterator[Finding]:
        """What stood there first was taken back, and order and invoice stand there once more; the offer became the
        first order."""
        stood = stages(self._document, frozenset({"invoiced"}))
        offers: Found = {"offer": self._found["offer"]}
        before = {kind: found[:1] for kind, found in self._found.items()} | offers
        most = stood | {"offer": stages(self._document, frozenset(self._told.tried))["offer"]}
        first = Sale(self._books, self._told, self._document, before)
        yield from first._judged(Demand(stood, most, cancelled=True), "cancelled")
        after = {kind: found[1:] for kind, found in self._found.items()} | {"offer": ()}
        least = stages(self._document, {last})
        second = Sale(self._books, self._told, self._document.after_change, after)
        yield from second._judged(Demand(least, least, paid=last == "paid"), last)

    def _judged(self, demand: Demand, last: Status | None) -> Iterator[Finding]:
        for kind, found in self._found.items():
            yield from surplus(f"{self._name}: {kind}s", len(found), demand.most[kind])
            if len(found) < demand.least[kind]:
                yield Finding("lost", f"{self._name}: {last}, and no {kind}")
            if found:
                yield from self._content(kind, found[0], demand)
        yield from self._references(demand)
        if self._found["invoice"]:
            yield from self._invoice(self._found["invoice"][0], demand)

    # --- what each document says -------------------------------------------------------------------------------------

    def _content(self, kind: str, stored: State, demand: Demand) -> Iterator[Finding]:
        document = self._offered if kind == "offer" else self._document
        articles = tuple(str(row["ArticleNumber"] or "") for row in stored[ROWS[kind]])
        wrong = [
            what
            for what, right in (
                ("number", str(stored[NUMBERS[kind]]).partition(" ")[0] == document.number),
                ("origin", kind == "offer" or self._is_named(stored, demand)),
                ("net", Decimal(stored["Net"]) == document.net),
                ("total", Decimal(stored["Total"]) - Decimal(stored["RoundOff"]) == document.total),
                ("currency", stored["Currency"] == document.currency),
                ("customer", self._is_buyer(stored)),
                ("articles", articles == document.articles if document.articles else not any(articles)),
                ("cancelled", demand.cancelled or not stored["Cancelled"]),
            )
            if not right
        ]
        if wrong:
            yield Finding("lost", f"{self._name}: {kind} {stored['DocumentNumber']}: wrong {', '.join(wrong)}")

    def _is_named(self, stored: State, demand: Demand) -> bool:
        unnamed = demand.cancelled and stored["Cancelled"] and not stored["ExternalInvoiceReference2"]
        return bool(unnamed) or stored["ExternalInvoiceReference2"] == self._document.origin

    def _is_buyer(self, stored: State) -> bool:
        cards = self._books.customers.get(self._document.buyer, [])
        return str(stored["CustomerNumber"]) in {str(card["CustomerNumber"]) for card in cards}

    # --- what became of each -----------------------------------------------------------------------------------------

    def _references(self, demand: Demand) -> Iterator[Finding]:
        """Each later document was made from the earlier one, both say so, and nothing was made of it besides."""
        offer, order, invoice = (found[0] if found else None for found in self._found.values())
        yield from self._made_from("offer", offer, "order", order)
        yield from self._made_from("order", order, "invoice", invoice)
        if offer is not None and str(offer["InvoiceReference"]) != "0":
            yield Finding("doubled", f"{self._name}: offer {offer['DocumentNumber']} was invoiced by itself")
        if demand.cancelled:
            yield from self._living("offer", offer, order)
            yield from self._living("order", order, invoice)

    def _made_from(self, kind: str, earlier: State | None, name: str, later: State | None) -> Iterator[Finding]:
        became = "0" if earlier is None else str(earlier[f"{name.capitalize()}Reference"])
        came = "0" if later is None else str(later[f"{kind.capitalize()}Reference"])
        if earlier is not None and became != ("0" if later is None else str(later["DocumentNumber"])):
            number = earlier["DocumentNumber"]
            yield Finding("lost", f"{self._name}: {kind} {number} became {name} {became}, which is not this sale's")
        if later is not None and came != ("0" if earlier is None else str(earlier["DocumentNumber"])):
            number = later["DocumentNumber"]
            yield Finding("lost", f"{self._name}: {name} {number} was made from {kind} {came}, not from this sale's")

    def _living(self, kind: str, stored: State | None, later: State | None) -> Iterator[Finding]:
        if stored is not None and later is None and not stored["Cancelled"]:
            yield Finding("lost", f"{self._name}: called off, and {kind} {stored['DocumentNumber']} is open")

    # --- the invoice -------------------------------------------------------------------------------------------------

    def _invoice(self, invoice: State, demand: Demand) -> Iterator[Finding]:
        number = str(invoice["DocumentNumber"])
        name = f"{self._name}: invoice {number}"
        made, payments = self._books.credits.get(number, []), self._books.payments.get(number, [])
        yield from surplus(f"{name}: payments", len(payments), len(self._document.payments) if demand.paid else 0)
        company = COMPANIES[self._document.company]
        to_credit = demand.cancelled and bool(invoice["Booked"]) and (company.credits or company.reissues)
        yield from surplus(f"{name}: credit invoices", len(made), int(to_credit) + len(self._refunds))
        yield from judge_refunds(self._books, invoice, self._refunds, name)
        if demand.paid:
            yield from self._paid(invoice, payments, name)
        elif to_credit:
            yield from self._credited(invoice, made, name)
        elif invoice["Booked"] and not self._document.by_hand:
            yield Finding("doubled", f"{name}: booked, and nobody paid it")
        elif demand.cancelled and not invoice["Cancelled"]:
            yield Finding("lost", f"{name}: called off, and it is not cancelled")

    def _paid(self, invoice: State, payments: Sequence[State], name: str) -> Iterator[Finding]:
        if not invoice["Booked"]:
            yield Finding("lost", f"{name}: paid, and not booked")
        if not payments:
            yield Finding("lost", f"{name}: paid, and no payment")
            return
        paid = Counter(Decimal(payment["AmountCurrency"]) for payment in payments)
        for missing in (Counter(self._document.payments) - paid).elements():
            yield Finding("lost", f"{name}: no payment of {missing}")
        if not all(payment["Booked"] for payment in payments):
            yield Finding("lost", f"{name}: a payment of it is not booked")
        elif Decimal(invoice["Balance"]) != 0:
            yield Finding("lost", f"{name}: paid, and {invoice['Balance']} still open")

    def _credited(self, invoice: State, made: Sequence[State], name: str) -> Iterator[Finding]:
        if not made:
            yield Finding("lost", f"{name}: booked and called off, and not credited")
            return
        credit = made[0]
        wrong = [
            what
            for what, right in (
                ("amount", all(Decimal(credit[one]) == -Decimal(invoice[one]) for one in ("Net", "Total", "RoundOff"))),
                ("customer", credit["CustomerNumber"] == invoice["CustomerNumber"]),
                ("booked", bool(credit["Booked"])),
                ("cancelled", not credit["Cancelled"] and not invoice["Cancelled"]),
                ("balance", Decimal(invoice["Balance"]) == 0 == Decimal(credit["Balance"])),
                ("reference", str(invoice["CreditInvoiceReference"]) == str(credit["DocumentNumber"])),
            )
            if not right
        ]
        if wrong:
            yield Finding("lost", f"{name}: its credit invoice {credit['DocumentNumber']}: wrong {', '.join(wrong)}")
