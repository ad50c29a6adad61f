"""What was told of each subject: by the driver's list of acknowledged deliveries, or by a stand-in's own records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.crash import companies
from tests.crash.companies import HIGHLEVEL, READ, SUBSCRIPTIONFLOW, UPSALES
from tests.crash.subjects import RANK, Document, Record, Response, Status, Subject, Webhook

Records = Mapping[str, Mapping[str, Mapping[str, Record]]]
"""Source -> kind -> id -> record."""

OF_STAGE: Mapping[int, Status] = {stage: status for status, stage in companies.STAGES.items()}  # type: ignore[misc]
VAT = Decimal("1.25")
"""Upsales states no VAT; every article that is made for it has this company's default rate."""


@dataclass(slots=True)
class Told:
    """Of one subject: the states that were told for certain (acknowledged, or standing in the sender's own records),
    and all that were ever told: what nobody acknowledged may have been stored all the same."""

    subject: Subject
    certain: set[Status] = field(default_factory=set)
    tried: set[Status] = field(default_factory=set)

    @property
    def must(self) -> Status | None:
        """The last state that is certain; later ones count, whatever the order of arrival."""
        return max(self.certain, key=RANK.__getitem__, default=None)

    @property
    def possible(self) -> tuple[Status | None, ...]:
        """What may count as the last state: the certain one, and each later one that may have been stored."""
        floor = -1 if self.must is None else RANK[self.must]
        return self.must, *sorted((one for one in self.tried if RANK[one] > floor), key=RANK.__getitem__)


def told(webhooks: Sequence[Webhook], acked: set[str], tried: set[str], records: Records) -> list[Told]:
    """Every subject that was told of."""
    found: dict[Any, Told] = {}
    for subject, status in _of_records(records):
        found[subject.key] = Told(subject, {status}, {status})
    for webhook in webhooks:
        if webhook.id not in tried or webhook.status is None:
            continue
        if webhook.change is None:
            entry = found.setdefault(webhook.subject.key, Told(webhook.subject))
            entry.certain |= {webhook.status} if webhook.id in acked else set()
            entry.tried.add(webhook.status)
        elif webhook.subject.key in found:
            # An earlier state of a record: polling may have seen it before the record went on.
            entry = found[webhook.subject.key]
            entry.tried |= {webhook.status} if RANK[webhook.status] <= RANK[entry.must or "offer"] else set()
    return list(found.values())


def _of_records(records: Records) -> Iterator[tuple[Subject, Status]]:
    yield from _of_highlevel(records.get(HIGHLEVEL, {}))
    yield from _of_upsales(records.get(UPSALES, {}))
    yield from _of_subscriptionflow(records.get(SUBSCRIPTIONFLOW, {}))


def _of_highlevel(held: Mapping[str, Mapping[str, Record]]) -> Iterator[tuple[Subject, Status]]:
    company = READ[HIGHLEVEL]
    contacts = {number: contact["companyName"] for number, contact in held.get("contacts", {}).items()}
    for order in held.get("orders", {}).values():
        if order["status"] == "completed":
            net = Decimal(str(order["amountSummary"]["subtotal"]))
            number, buyer = order["_id"], contacts[order["contactId"]]
            total = Decimal(str(order["amount"]))
            yield Document(company, HIGHLEVEL, "order", number, number, buyer, order["currency"], net, total), "paid"
    for invoice in held.get("invoices", {}).values():
        if invoice["status"] == "paid":
            net, total = Decimal(str(invoice["totalSummary"]["subTotal"])), Decimal(str(invoice["total"]))
            number, buyer = invoice["invoiceNumber"], contacts[invoice["contactDetails"]["id"]]
            own = invoice["_id"]
            yield Document(company, HIGHLEVEL, "invoice", own, number, buyer, invoice["currency"], net, total), "paid"
    for answered in held.get("submissions", {}).values():
        word = answered["others"][companies.WORD_FIELD]
        yield Response(company, HIGHLEVEL, contacts[answered["contactId"]], word), "answered"


def _of_upsales(held: Mapping[str, Mapping[str, Record]]) -> Iterator[tuple[Subject, Status]]:
    accounts = {int(number): account["name"] for number, account in held.get("accounts", {}).items()}
    for order in held.get("orders", {}).values():
        number, net = str(order["id"]), Decimal(str(order["value"]))
        rows = sorted(order["orderRow"], key=lambda row: int(row["sortId"]))
        document = Document(
            company=READ[UPSALES],
            source=UPSALES,
            kind="order",
            id=number,
            number=number,
            buyer=accounts[int(order["client"]["id"])],
            currency=order["currency"],
            net=net,
            total=net * VAT,
            articles=tuple(row["product"]["articleNo"] for row in rows),
        )
        yield document, OF_STAGE[int(order["stage"]["id"])]


def _of_subscriptionflow(held: Mapping[str, Mapping[str, Record]]) -> Iterator[tuple[Subject, Status]]:
    customers = {number: customer["name"] for number, customer in held.get("customers", {}).items()}
    for invoice in held.get("invoices", {}).values():
        if invoice["status"] != "Paid":
            continue
        document = Document(
            company=READ[SUBSCRIPTIONFLOW],
            source=SUBSCRIPTIONFLOW,
            kind="invoice",
            id=invoice["id"],
            number=invoice["name"],
            buyer=customers[invoice["customer_id"]],
            currency=invoice["currency"],
            net=Decimal(invoice["sub_total"]) - Decimal(invoice["discount"]),
            total=Decimal(invoice["total_amount"]),
        )
        yield document, "paid"
