"""SubscriptionFlow: proves a callback by its tokens, and turns the invoice that was read for it into an event."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from connectors.base import Json
from connectors.json_body import BodyFault, write_object
from connectors.signing import matching_token, tokens_in_force
from connectors.sources import Delivery, Ignored, Needs, RawRequest, Refused, Stored, Unreadable, Wanted
from connectors.subscriptionflow.callback import VOID, Hint, hint_of, polled_hint, read_body, tokens_in, without_secrets
from connectors.subscriptionflow.invoice import (
    buyer_named,
    check_settled,
    document_of,
    has_balance,
    invoice_date,
    paid_on,
    party_of,
    products_of,
    updated_at,
)
from connectors.subscriptionflow.loose import Record, record_of, seconds
from connectors.subscriptionflow.money import Charge, charges_of, money_of, stated
from connectors.subscriptionflow.settings import SubscriptionFlowSettings
from handlers.events import Document, Event, InvoiceChanged, Origin
from handlers.values import Ref, stockholm_date

INVOICE, CUSTOMER, TRANSACTIONS, PRODUCT = "invoice", "customer", "transactions", "product"
"""Kinds of records that are read; a product's is followed by its id in the name of what was read."""
PRODUCT_PREFIX = "product:"
OPEN = frozenset({"due", "overdue", "partially paid", "projected"})


class SubscriptionFlowSource:
    """One SubscriptionFlow instance (SubscriptionFlow facts, sections 3 to 5).

    What a callback says is never booked: the invoice is read, then its customer, its transactions and, where a charge
    has no name, its product. Nothing says that SubscriptionFlow repeats a callback; what is lost is found by polling.
    """

    retry_status = 503
    kept_headers = frozenset({"content-type", "user-agent"})

    def __init__(self, name: str, settings: SubscriptionFlowSettings, secrets: Mapping[str, str]) -> None:
        """``secrets`` holds those of the secret fields that are set. Raises ``ValueError`` naming the field."""
        self.name = name
        self._settings = settings
        self._path_tokens = tokens_in_force(secrets, "path_token")
        self._hook_tokens = tokens_in_force(secrets, "hook_token")
        if not self._path_tokens and not self._hook_tokens:
            raise ValueError("path_token: a path token or a hook token is needed")

    # --- at the door -----------------------------------------------------------------------------------------------

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """Every configured token must match. Raises :class:`Refused` with reason ``signature``; ``now`` plays no part.

        A body that cannot be read is kept as malformed where the path proves the sender, since no callback is known to
        come again; where the proof lies in the body it proves nothing and is refused.
        """
        del now
        matched = []
        if self._path_tokens:
            matched.append(matching_token(request.rest.rpartition("/")[2], self._path_tokens))
        if None in matched:
            raise Refused("signature")
        try:
            found = read_body(request.body)
        except BodyFault as fault:
            if self._hook_tokens:
                raise Refused("signature") from None
            return Delivery(_digest(request.body), digest=True, matched=_matched(matched), malformed=str(fault))
        if self._hook_tokens:
            matched.append(self._proved_within(found))
        if None in matched:
            raise Refused("signature")
        return self._delivery(request.body, found, _matched(matched))

    def _proved_within(self, found: Json) -> str | None:
        given = tokens_in(found, self._settings.hook_token_field)
        return matching_token(given[0], self._hook_tokens) if len(given) == 1 else None

    def _delivery(self, raw: bytes, found: Json, matched: str) -> Delivery:
        secrets = [token for _, token in (*self._path_tokens, *self._hook_tokens)]
        kept = without_secrets(found, self._settings.hook_token_field, secrets)
        # Of a repeated field only the last value is read, so what was read says too little of the raw body.
        body = write_object(kept) if self._hook_tokens or kept != found else None
        key = hint_of(kept, self._settings.fields).key
        return Delivery(key or _digest(body or raw), digest=key is None, matched=matched, body=body)

    # --- events ----------------------------------------------------------------------------------------------------

    def events(self, stored: Stored) -> Sequence[Event] | Ignored | Needs:
        """The paid or voided invoice, or what must be read first; everything else means nothing yet.

        Raises :class:`Unreadable` for a record of a wrong shape, ``Question`` for an invoice that must not be booked.
        """
        hint = self._hint(stored)
        if not hint.about_invoice:
            return Ignored("not_about_an_invoice")
        if hint.record is None:
            raise Unreadable(
                "invoice_id: is missing or no id; add it to the custom payload, or name its field in fields"
            )
        if INVOICE not in stored.reads:
            return Needs((Wanted(INVOICE, INVOICE, hint.record),), hint.invoice_date)
        answer = stored.reads[INVOICE]
        if answer is None:
            return Ignored("no_such_invoice", forget=True)
        invoice = record_of(answer, INVOICE)
        thing = self._thing(invoice, hint.record)
        status = invoice.word("status")
        if status in VOID:
            return (self._voided(invoice, thing, stored.origin),)
        if status != "paid":
            return Ignored(
                f"invoice_is_{status.replace(' ', '_')}" if status in OPEN else "invoice_is_not_paid", forget=True
            )
        return self._paid(invoice, thing, stored)

    def _hint(self, stored: Stored) -> Hint:
        try:
            found = read_body(stored.body)
        except BodyFault as fault:
            raise Unreadable(str(fault)) from None
        if stored.origin == "webhook":
            return hint_of(found, self._settings.fields)
        record = found.get("record")
        return polled_hint(record if isinstance(record, dict) else {})

    def _thing(self, invoice: Record, asked: str) -> Ref:
        found = invoice.identifier("id")
        if found is not None and found.casefold() != asked.casefold():
            raise invoice.fault("id", "is not the one that was asked for")
        return Ref(system=self.name, kind="invoice", id=asked)

    def _voided(self, invoice: Record, thing: Ref, origin: Origin) -> InvoiceChanged:
        """What was booked is credited as it was booked, so neither lines nor sums of a voided invoice are judged."""
        changed = updated_at(invoice)
        document = document_of(invoice, buyer_named(invoice), stated(invoice), paid=None)
        return _changed(thing, "voided", changed, stockholm_date(changed), document, origin)

    def _paid(self, invoice: Record, thing: Ref, stored: Stored) -> tuple[Event] | Ignored | Needs:
        if has_balance(invoice):
            return Ignored("paid_with_balance_left", forget=True)
        if invoice.amount("total_amount") == 0:
            return Ignored("nothing_was_to_be_paid")
        dated, changed, charges = invoice_date(invoice), updated_at(invoice), charges_of(invoice)
        missing = tuple(
            wanted for wanted in self._wanted(invoice, thing.id, charges) if wanted.name not in stored.reads
        )
        if missing:
            return Needs(missing, dated)
        check_settled(invoice)
        reads = stored.reads
        money = money_of(invoice, charges, products_of(reads, PRODUCT_PREFIX), self._settings.vat_rates)
        customer = party_of(invoice, reads.get(CUSTOMER), self._settings.customer_fields, taxed=money.vat > 0)
        paid = paid_on(reads.get(TRANSACTIONS), dated, changed)
        document = document_of(invoice, customer, money, paid=paid)
        return (_changed(thing, "paid", changed, dated, document, stored.origin),)

    def _wanted(self, invoice: Record, invoice_id: str, charges: Sequence[Charge]) -> list[Wanted]:
        wanted = []
        customer = invoice.identifier("customer_id", "customer.id")
        if customer is not None:
            wanted.append(Wanted(CUSTOMER, CUSTOMER, customer))
        if self._settings.paid_date == "transactions":
            wanted.append(Wanted(TRANSACTIONS, TRANSACTIONS, invoice_id))
        nameless = dict.fromkeys(charge.product for charge in charges if charge.name is None and charge.product)
        return wanted + [Wanted(PRODUCT_PREFIX + product, PRODUCT, product) for product in nameless]


def _changed(
    thing: Ref,
    status: Literal["paid", "voided"],
    changed: datetime,
    dated: date,
    document: Document,
    origin: Origin,
) -> InvoiceChanged:
    return InvoiceChanged(
        thing=thing,
        version=seconds(changed),
        occurred_at=changed,
        dated=dated,
        origin=origin,
        status=status,
        document=document,
    )


def _matched(names: Sequence[str | None]) -> str:
    return "previous" if "previous" in names else "current"


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
