"""Books without fault: what Fortnox and the senders' stand-ins hold if every delivery led to exactly what it must."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tests.crash import records
from tests.crash.books import MANUAL
from tests.crash.companies import COMPANIES, CUSTOMER_FIELD, HIGHLEVEL, READ, STAND_INS, SUBSCRIPTIONFLOW
from tests.crash.made import Thing, things_of
from tests.crash.mix import Mix
from tests.crash.own_rules import COMPLETED, FOLLOWED_SENDERS, THANKS
from tests.crash.sales import CHANGED, NUMBERS, ROWS, stages
from tests.crash.subjects import Document, Record, Refund, Response, Status, Webhook
from tests.crash.told_back import NOTES, note_of
from tests.crash.truth import Records, Told, told

DOCUMENTS = ("customers", "articles", "offers", "orders", "invoices", "payments", "vouchers")
KINDS = (*DOCUMENTS, "projects", "units", "labels")


def ideal_records(mix: Mix, tried: set[str]) -> Records:
    """The records of all senders after everything that was tried has happened there."""
    held: dict[str, dict[str, dict[str, Record]]] = {source: {} for source in STAND_INS}
    for source, kind, number, record in records.parties(mix.buyers):
        held[source].setdefault(kind, {})[number] = record
    changes = [
        (webhook.change.place, webhook.source, webhook.change)
        for webhook in mix.webhooks
        if webhook.change and webhook.id in tried
    ]
    for _, source, change in sorted(changes, key=lambda entry: entry[0]):
        paid = {"status": "Paid"} if source == SUBSCRIPTIONFLOW and change.told == "paid" else {}
        held[source].setdefault(change.kind, {})[change.id] = {**change.record, **paid}
    return held


def ideal_state(webhooks: Sequence[Webhook], acked: set[str], tried: set[str], held: Records) -> dict[str, Any]:
    """What ``/_sim/state`` shows then: every document of each sale that its states lead to, also of a lost one."""
    companies: dict[str, Any] = {str(company.tenant): {kind: [] for kind in KINDS} for company in COMPANIES.values()}
    everything = told(webhooks, acked, tried, held)
    for entry in everything:
        company = companies[str(COMPANIES[entry.subject.company].tenant)]
        for thing in things_of(entry):
            _add_thing(company, thing)
        if not isinstance(entry.subject, Document | Response):
            continue
        card = _card(company["customers"], entry.subject.buyer)
        if isinstance(entry.subject, Response):
            card["Comments"] += f"2026-11-21 kundenkat 9; ord: {entry.subject.word} #abcdefghijkl\n"
            if entry.subject.source in FOLLOWED_SENDERS:
                card["Comments"] += f"2026-11-21 {THANKS} {entry.subject.word} #mnopqrstuvwx\n"
        else:
            _add_sale(company, entry.subject, entry, card["CustomerNumber"])
    for entry in everything:
        if isinstance(entry.subject, Refund):
            _add_refund(companies[str(COMPANIES[entry.subject.company].tenant)], entry.subject)
    return {"companies": companies}


def told_back(webhooks: Sequence[Webhook], held: Records, state: Mapping[str, Any]) -> Records:
    """The records with what HighLevel is told back of that state: a note for each sale, and each contact's number."""
    books = state["companies"][str(COMPANIES[READ[HIGHLEVEL]].tenant)]
    numbers = {one["ExternalInvoiceReference2"]: one["DocumentNumber"] for one in books["invoices"]}
    cards = {card["Name"]: card["CustomerNumber"] for card in books["customers"]}
    contacts = held[HIGHLEVEL]["contacts"]
    named = {contact["companyName"]: number for number, contact in contacts.items()}
    notes: dict[str, Any] = {}
    for entry in told(webhooks, set(), set(), held):
        document = entry.subject
        if isinstance(document, Document) and document.source == HIGHLEVEL:
            body = f"{note_of(document, numbers[document.origin])}\nfortnox-bridge #abcdefghijkl"
            notes.setdefault(named[document.buyer], []).append({"body": body})
    numbered = {
        number: contact
        | {
            "customFields": [
                *contact["customFields"],
                {"id": CUSTOMER_FIELD, "value": cards.get(contact["companyName"], "")},
            ]
        }
        for number, contact in contacts.items()
    }
    return {**held, HIGHLEVEL: {**held[HIGHLEVEL], "contacts": numbered, NOTES: notes}}


def _add_thing(company: Record, thing: Thing) -> None:
    """What there must be; and what was made before it was taken back."""
    if not thing.least and thing.status != COMPLETED:
        return
    if thing.kind == "manual":
        voucher = {"ReferenceType": MANUAL, "ReferenceNumber": "", "Description": f"{thing.name} abcdefghijkl"}
        company["vouchers"].append(voucher | {"VoucherRows": [{"Debit": thing.amount, "Credit": 0}]})
    else:
        named = {"projects": "ProjectNumber", "units": "Code", "labels": "Description"}[thing.kind]
        company[thing.kind].append({named: thing.name, "Status": thing.status or ""})


def _card(cards: list[Record], name: str) -> Record:
    for card in cards:
        if card["Name"] == name:
            return card
    cards.append({"Name": name, "CustomerNumber": str(len(cards) + 1), "Comments": ""})
    return cards[-1]


def _add_sale(company: Record, document: Document, entry: Told, customer: str) -> None:
    """The documents of the sale; of one that changed, those that were taken back, and those that stand for it."""
    states, cancelled, paid = frozenset(entry.tried), entry.must == "cancelled", entry.must == "paid"
    if document.changed is None or entry.must not in CHANGED:
        _add_documents(company, document, states, customer, cancelled=cancelled, paid=paid)
        return
    _add_documents(company, document, states - CHANGED, customer, cancelled=True, paid=False)
    _add_documents(company, document.after_change, {entry.must}, customer, cancelled=False, paid=paid)


def _add_documents(
    company: Record,
    document: Document,
    states: Collection[Status | None],
    customer: str,
    *,
    cancelled: bool,
    paid: bool,
) -> None:
    """The documents of the states, each made from the one before it."""
    wanted = stages(document, states)
    before: tuple[str, Record] | None = None
    for kind in ROWS:
        if not wanted[kind]:
            continue
        stored = _stored(company, document, kind, customer)
        if before is not None:
            earlier, source = before
            source[f"{kind.capitalize()}Reference"] = stored["DocumentNumber"]
            stored[f"{earlier.capitalize()}Reference"] = source["DocumentNumber"]
        before = kind, stored
    if before is None:
        return
    kind, last = before
    last["Cancelled"] = cancelled
    if kind == "invoice" and (paid or document.by_hand):
        last["Booked"], last["Balance"], last["Cancelled"] = True, 0 if paid or cancelled else last["Total"], False
        company["vouchers"].append({"ReferenceType": "INVOICE", "ReferenceNumber": last["DocumentNumber"]})
    if paid:
        number = int(last["DocumentNumber"])
        company["payments"].extend(
            {"InvoiceNumber": number, "AmountCurrency": part, "Booked": True} for part in document.payments
        )
    if kind == "invoice" and cancelled and document.by_hand:
        _add_credit(company, last)


def _stored(company: Record, document: Document, kind: str, customer: str) -> Record:
    made = company[f"{kind}s"]
    stored = {
        "DocumentNumber": str(len(made) + 1),
        NUMBERS[kind]: f"{document.number} abcdefghijkl" if kind == "offer" else document.number,
        "ExternalInvoiceReference2": document.origin,
        "OfferReference": "0",
        "OrderReference": "0",
        "InvoiceReference": "0",
        "Credit": "false",
        "CreditInvoiceReference": "0",
        "Net": document.net,
        "Total": document.total,
        "RoundOff": 0,
        "Currency": document.currency,
        "Cancelled": False,
        "CustomerNumber": customer,
        "Booked": False,
        "Balance": document.total,
        ROWS[kind]: [{"ArticleNumber": article} for article in document.articles or ("",)],
    }
    made.append(stored)
    for article in document.articles:
        if article not in {one["ArticleNumber"] for one in company["articles"]}:
            company["articles"].append({"ArticleNumber": article})
    return stored


def _add_credit(company: Record, invoice: Record) -> None:
    number = str(len(company["invoices"]) + 1)
    negative = {name: -invoice[name] for name in ("Net", "Total", "RoundOff")}
    references = {"Credit": "true", "CreditInvoiceReference": invoice["DocumentNumber"], "OrderReference": "0"}
    company["invoices"].append({**invoice, **negative, **references, "DocumentNumber": number})
    company["vouchers"].append({"ReferenceType": "INVOICE", "ReferenceNumber": number})
    invoice["CreditInvoiceReference"] = number


def _add_refund(company: Record, refund: Refund) -> None:
    """A credit invoice with its repayment, where the sale was told of at all."""
    origin = refund.sale.origin
    for invoice in [one for one in company["invoices"] if one["ExternalInvoiceReference2"] == origin]:
        if invoice["Credit"] == "true" or not invoice["Booked"]:
            continue
        number = str(len(company["invoices"]) + 1)
        negative = {"Net": -refund.net, "Total": -refund.total, "RoundOff": 0, "Balance": 0}
        references = {"Credit": "true", "CreditInvoiceReference": invoice["DocumentNumber"], "OrderReference": "0"}
        company["invoices"].append({**invoice, **negative, **references, "DocumentNumber": number})
        company["vouchers"].append({"ReferenceType": "INVOICE", "ReferenceNumber": number})
        payment = {"InvoiceNumber": int(number), "AmountCurrency": -refund.total, "Booked": True}
        company["payments"].append(payment)
        invoice["CreditInvoiceReference"] = number


def in_one(state: Mapping[str, Any], company: str) -> dict[str, Any]:
    """The books of one company, by its name in the configuration."""
    found: dict[str, Any] = state["companies"][str(COMPANIES[company].tenant)]
    return found
