"""From an order object to an order's change: which stage means what, what must be read, and the document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import ValidationError

from connectors.base import Json
from connectors.sources import Ignored, Needs, Unreadable, Wanted
from connectors.upsales import parties, rates, rows, wire
from connectors.upsales.settings import UpsalesSettings
from handlers.events import Document, Line, OrderChanged, Origin, Party
from handlers.totals import HUNDRED
from handlers.values import Question, Ref, round_ore

Status = Literal["offer", "won", "invoiced", "cancelled"]
Reads = Mapping[str, Json | None]
Shape = TypeVar("Shape", bound=wire.Wire)

UNREADABLE_RECORD = (
    "Upsales says that the {what} of this order does not exist: it was deleted, or the API key may not read it. "
    "See that the key may, then replay; or discard this event."
)
NOTHING_TO_SELL = (
    "The order has no rows or no value, so there is nothing to sell. Complete it in Upsales, discard this event, or "
    "set skip_zero = true to pass such orders by."
)


@dataclass(frozen=True, slots=True)
class Told:
    """How an order came to us: ``deleted`` with the time it was told, ``reread`` where the order itself is a hint."""

    origin: Origin
    reread: bool = False
    deleted: bool = False
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Orders:
    """Reads the orders of one source."""

    name: str
    settings: UpsalesSettings

    def change(self, record: object, where: str, reads: Reads, told: Told) -> OrderChanged | Ignored | Needs:
        """The change, why there is none, or what must be read first; ``where`` names the record in faults.

        Raises ``Unreadable`` and ``Question``.
        """
        hint = parse(record, where)
        if told.deleted:
            return self._event(hint, "cancelled", reads, told)
        status = self._status(hint)
        if status is None:
            return Ignored("stage_not_mapped")
        if not told.reread:
            return self._read(hint, status, reads, told)
        if "order" not in reads:
            return Needs((Wanted("order", "orders", hint.id),), dated=_dated(hint, status))
        if reads["order"] is None:
            raise Question(UNREADABLE_RECORD.format(what="newest state"))
        # What was read may come from a copy that lags behind the callback.
        newest = max(parse(reads["order"], "order at Upsales"), hint, key=lambda order: order.mod_date)
        status = self._status(newest)
        return Ignored("stage_not_mapped") if status is None else self._read(newest, status, reads, told)

    def _status(self, order: wire.Order) -> Status | None:
        """By stage only; a probability of 0 counts as lost where no stage is named for that."""
        settings = self.settings
        meanings: tuple[tuple[tuple[str, ...], Status], ...] = (
            (settings.won_stage, "won"),
            (settings.invoice_stage, "invoiced"),
            (settings.offer_stage, "offer"),
            (settings.lost_stage, "cancelled"),
        )
        for stages, status in meanings:
            if order.stage.id in stages:
                return status
        return "cancelled" if not settings.lost_stage and order.probability == 0 else None

    def _read(self, order: wire.Order, status: Status, reads: Reads, told: Told) -> OrderChanged | Ignored | Needs:
        if status == "cancelled":
            return self._event(order, status, reads, told)
        if not order.order_row or not order.value:
            if self.settings.skip_zero and (not order.order_row or order.value == 0):
                return Ignored("no_value")
            raise Question(NOTHING_TO_SELL)
        wanted = tuple(one for one in self._wanted(order, reads) if one.name not in reads)
        return Needs(wanted, dated=_dated(order, status)) if wanted else self._event(order, status, reads, told)

    # --- what must be read -----------------------------------------------------------------------------------------

    def _wanted(self, order: wire.Order, reads: Reads) -> list[Wanted]:
        if not self.settings.can_read:
            return []
        wanted = [Wanted(f"product:{number}", "products", number) for number in self._unnamed_products(order)]
        buyer = self._buyer(order)
        if buyer.id is not None:
            wanted.append(Wanted("account", "accounts", buyer.id))
        if order.currency != rates.HOME_CURRENCY and self.settings.currency_rate == "source":
            wanted.append(Wanted("currencies", "currencies", "all"))
        if self.settings.use_price_list and order.price_list_id is not None:
            wanted.append(Wanted("price_list", "priceLists", order.price_list_id))
        contact = order.contact
        if contact is not None and contact.id is not None and self._lacks_email(order, reads):
            wanted.append(Wanted("contact", "contacts", contact.id))
        return wanted

    def _unnamed_products(self, order: wire.Order) -> list[str]:
        parts = (
            () if self.settings.bundles == "only_bundle" else [p for row in order.order_row for p in row.bundle_rows]
        )
        unnamed = [row.product_id for row in (*order.order_row, *parts) if rows.product_of(row) is None]
        return list(dict.fromkeys(number for number in unnamed if number is not None))

    def _lacks_email(self, order: wire.Order, reads: Reads) -> bool:
        """Whether the contact's e-mail is needed and the order does not tell it; known once the account was read."""
        if self._is_connected(order) or (order.contact is not None and order.contact.email is not None):
            return False
        account = reads.get("account")
        if account is None:
            return False
        return wire.custom_value(parse_account(account).custom, self.settings.email_field) is None

    # --- the event -------------------------------------------------------------------------------------------------

    def _event(self, order: wire.Order, status: Status, reads: Reads, told: Told) -> OrderChanged:
        version = wire.seconds(order.mod_date)
        if told.deleted and told.sent_at is not None:
            # A deletion may leave modDate as it was; it is never older than the state that it ends.
            version = max(version, wire.seconds(told.sent_at))
        return OrderChanged(
            thing=Ref(system=self.name, kind="order", id=order.id),
            version=version,
            occurred_at=told.sent_at if told.deleted and told.sent_at is not None else order.mod_date,
            dated=_dated(order, status),
            origin=told.origin,
            status=status,
            document=self._document(order, status, reads),
        )

    def _document(self, order: wire.Order, status: Status, reads: Reads) -> Document:
        settings = self.settings
        cancelled = status == "cancelled"
        if not cancelled:
            _check_sum(order)
        net = round_ore(order.value) if order.value is not None else rows.order_sum(order)
        vat = None if settings.vat_rate is None else round_ore(net * settings.vat_rate / HUNDRED)
        return Document(
            number=order.id,
            currency=order.currency,
            currency_rate=None if cancelled else self._rate(order, reads),
            prices_include_vat=False,
            customer=self._named(order) if cancelled else self._customer(order, reads),
            lines=self._lines(order, status, reads),
            total_excluding_vat=net,
            total_vat=vat,
            total=None if vat is None else net + vat,
            dated=_dated(order, status),
            dated_stated=True,
            delivery=wire.read_day(wire.custom_value(order.custom, settings.delivery_date_field)),
            order_number=wire.custom_value(order.custom, settings.order_number_field),
            our_reference=(order.user.name if order.user else None) or settings.fallback_reference,
            your_reference=order.contact.name if order.contact else None,
            comments=order.notes if settings.notes_to_comments else None,
            price_list=None if cancelled else self._price_list(reads),
            cost_center=wire.custom_value(order.custom, settings.cost_center_field),
            project=wire.custom_value(order.custom, settings.project_field),
        )

    def _lines(self, order: wire.Order, status: Status, reads: Reads) -> tuple[Line, ...]:
        """For what is called off only as the order shows them: nothing is read or asked for that."""
        if status == "cancelled":
            return rows.Rows(self.settings.model_copy(update={"bundles": "only_bundle"}), {}).lines(order)
        return rows.Rows(self.settings, self._products(order, reads)).lines(order)

    def _products(self, order: wire.Order, reads: Reads) -> dict[str, wire.Product]:
        found = {number: reads.get(f"product:{number}") for number in self._unnamed_products(order)}
        return {
            number: _valid(wire.Product, record, f"product {number} at Upsales")
            for number, record in found.items()
            if record is not None
        }

    def _rate(self, order: wire.Order, reads: Reads) -> Decimal | None:
        currencies = reads.get("currencies")
        if currencies is None or self.settings.currency_rate == "fortnox":
            return None
        master = rates.master_currency(_valid(wire.Currencies, currencies, "currencies at Upsales"))
        return rates.kronor_per_unit(order, master)

    def _price_list(self, reads: Reads) -> str | None:
        found = reads.get("price_list")
        if found is None or not self.settings.use_price_list:
            return None
        return _valid(wire.PriceList, found, "price list at Upsales").code

    # --- the buyer -------------------------------------------------------------------------------------------------

    def _is_connected(self, order: wire.Order) -> bool:
        connected = order.client_connection
        return self.settings.invoice_connected_company and connected is not None and connected.id is not None

    def _buyer(self, order: wire.Order) -> wire.Named:
        connected = order.client_connection
        return connected if connected is not None and self._is_connected(order) else order.client

    def _named(self, order: wire.Order) -> Party:
        return parties.party_by_name(self._buyer(order), None)

    def _customer(self, order: wire.Order, reads: Reads) -> Party:
        buyer = self._buyer(order)
        email = None if self._is_connected(order) else _contact_email(order, reads)
        if not self.settings.can_read or buyer.id is None:
            return parties.party_by_name(buyer, email)
        account = reads.get("account")
        if account is None:
            raise Question(UNREADABLE_RECORD.format(what="company"))
        found = parse_account(account)
        if found.id != buyer.id:
            raise Unreadable("account at Upsales.id: is not the company that the order names")
        return parties.party(found, buyer, email, self.settings)


def parse(record: object, where: str) -> wire.Order:
    """An order object. Raises ``Unreadable`` naming fields below ``where``."""
    return _valid(wire.Order, record, where)


def parse_account(record: object, where: str = "account at Upsales") -> wire.Account:
    """A company. Raises ``Unreadable`` naming fields below ``where``."""
    return _valid(wire.Account, record, where)


def _valid(shape: type[Shape], record: object, where: str) -> Shape:
    if not isinstance(record, dict):
        raise Unreadable(f"{where}: is missing")
    try:
        return shape.model_validate(record)
    except ValidationError as error:
        raise wire.faults(error, where) from None


def _contact_email(order: wire.Order, reads: Reads) -> str | None:
    if order.contact is None:
        return None
    read = reads.get("contact")
    return order.contact.email or (_valid(wire.Named, read, "contact at Upsales").email if read is not None else None)


def _dated(order: wire.Order, status: Status) -> date:
    """The day that it was closed, for what is closed; else the order's own day."""
    return order.date if status == "offer" or order.close_date is None else order.close_date


def _check_sum(order: wire.Order) -> None:
    if order.value is None:
        return
    made, stated = rows.order_sum(order), round_ore(order.value)
    if made != stated:
        raise Question(
            f"The rows of the order come to {made:f}, its value is stated as {stated:f} (difference "
            f"{stated - made:+f} {order.currency}). Correct the order in Upsales and replay, or discard this event."
        )
