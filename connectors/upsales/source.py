"""Upsales: proves app callbacks by the key in their body, and turns callbacks and polled records into events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.base import Json
from connectors.json_body import BodyFault, read_object
from connectors.signing import matching_token
from connectors.sources import Delivery, Ignored, Needs, RawRequest, Refused, Stored, Unreadable
from connectors.upsales import callbacks, parties, wire
from connectors.upsales.callbacks import Callback
from connectors.upsales.orders import Orders, Told, parse_account
from connectors.upsales.settings import UpsalesSettings
from handlers.events import Event, PartyChanged
from handlers.values import Ref, stockholm_date

SHORTEST_KEY = 8
NO_ACCOUNT = "-"
"""Stands for a customer id that is missing from the body; no table can hold it as ours."""


class UpsalesSource:
    """One account of Upsales, or an app with a table of them (Upsales facts, sections 2 and 3).

    Whether Upsales sends a refused callback again is unconfirmed: polling makes up for what was missed.
    """

    retry_status = 503
    kept_headers = frozenset({"content-type", "user-agent"})

    def __init__(self, name: str, settings: UpsalesSettings, secrets: Mapping[str, str]) -> None:
        """``secrets`` holds those secret fields that are set. Raises ``ValueError`` naming the field."""
        self.name = name
        self._settings = settings
        self._orders = Orders(name, settings)
        self._keys: list[tuple[str, str]] = []
        self._known = [secret for secret in secrets.values() if secret]
        for field, label in (("authentication_key", "current"), ("previous_authentication_key", "previous")):
            if field in secrets:
                if len(secrets[field]) < SHORTEST_KEY:
                    raise ValueError(f"{field}: at least {SHORTEST_KEY} characters are needed")
                self._keys.append((label, secrets[field]))
        api_key(secrets)

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """The body's ``authenticationKey`` in constant time, then the app's number.

        Raises :class:`Refused`: ``bad_request`` (400) for what is no JSON object, ``signature`` for everything else;
        nothing of the body is kept before. ``now`` plays no part: the body's time is not proved apart from the rest.
        """
        del now
        try:
            body = read_object(request.body)
        except BodyFault:
            raise Refused("bad_request", 400) from None
        given = body.get("authenticationKey")
        matched = matching_token(given if isinstance(given, str) else "", self._keys)
        if matched is None or callbacks.identifier(body.get("appId")) != self._settings.app_id:
            raise Refused("signature")
        return self._delivery(request, body, matched)

    def unproved(self, request: RawRequest) -> Delivery:
        """As :meth:`verify` without any proof: for dry runs."""
        try:
            return self._delivery(request, read_object(request.body), "nothing")
        except (BodyFault, Refused) as fault:
            raise Unreadable(str(fault)) from None

    def _delivery(self, request: RawRequest, body: Json, matched: str) -> Delivery:
        customer = _customer(body)
        trigger, entity = callbacks.address(request.rest)
        callback = Callback(trigger, entity, callbacks.redacted(body, self._known))
        stored = callbacks.stored_form(callback)
        key, digest = callbacks.delivery_key(customer, callback, stored)
        return Delivery(key=key, digest=digest, account=self._account(customer), matched=matched, body=stored)

    def events(self, stored: Stored) -> Sequence[Event] | Ignored | Needs:
        """The change of an order or a company, why there is none, or what must be read first.

        Raises :class:`Unreadable` for a wrong shape, ``Question`` for an order that must not be acted on.
        """
        try:
            body = read_object(stored.body)
        except BodyFault as fault:
            raise Unreadable(str(fault)) from None
        if "polled" in body:
            return self._polled(body, stored)
        callback = _callback(body)
        reason = callback.meaningless
        if reason is None and callback.by_api and not self._settings.take_api_changes:
            reason = "own_write"
        if reason is not None:
            return Ignored(reason)
        _check_address(callback)
        if callback.trigger in callbacks.ACCOUNT_TRIGGERS:
            return (self._party(callback.record, "data.object", stored),)
        deleted = callback.trigger == callbacks.DELETED
        reread = self._settings.reread and self._settings.can_read and not deleted
        told = Told(stored.origin, reread=reread, deleted=deleted, sent_at=callback.sent_at)
        return self._order(callback.record, "data.object", stored, told)

    def _polled(self, body: Json, stored: Stored) -> Sequence[Event] | Ignored | Needs:
        if body["polled"] == "order":
            return self._order(body.get("record"), "record", stored, Told(stored.origin))
        if body["polled"] == "client":
            return (self._party(body.get("record"), "record", stored),)
        raise Unreadable("polled: is neither order nor client")

    def _order(self, record: Any, where: str, stored: Stored, told: Told) -> Sequence[Event] | Ignored | Needs:
        found = self._orders.change(record, where, stored.reads, told)
        return found if isinstance(found, Ignored | Needs) else (found,)

    def _party(self, record: Any, where: str, stored: Stored) -> PartyChanged:
        account = parse_account(record, where)
        if account.mod_date is None:
            raise Unreadable(f"{where}.modDate: is missing")
        return PartyChanged(
            thing=Ref(system=self.name, kind="customer", id=account.id),
            version=wire.seconds(account.mod_date),
            occurred_at=account.mod_date,
            dated=stockholm_date(account.mod_date),
            origin=stored.origin,
            party=parties.party(account, None, None, self._settings),
        )

    def _account(self, customer: str) -> str | None:
        return None if customer == self._settings.customer_id else customer


def api_key(secrets: Mapping[str, str]) -> str | None:
    """The API key, where there is one. Raises ``ValueError`` where it cannot be one."""
    key = secrets.get("api_key")
    if key is not None and (len(key) < SHORTEST_KEY or not key.isascii() or not key.isprintable()):
        raise ValueError(f"api_key: at least {SHORTEST_KEY} plain characters are needed")
    return key


def _customer(body: Json) -> str:
    customer = body.get("customer")
    return (callbacks.identifier(customer.get("id")) if isinstance(customer, dict) else None) or NO_ACCOUNT


def _callback(body: Json) -> Callback:
    """A stored callback. Raises :class:`Unreadable` where it is none."""
    trigger, entity, inner = body.get("trigger"), body.get("entity"), body.get("callback")
    if not isinstance(trigger, str) or not isinstance(entity, str) or not isinstance(inner, dict):
        raise Unreadable("the stored body is neither a callback nor a polled record")
    return Callback(trigger, entity, inner)


def _check_address(callback: Callback) -> None:
    """The address must name the record that the body holds, where both name one."""
    record = callback.record
    number = callbacks.identifier(record.get("id")) if isinstance(record, dict) else None
    if number is not None and callback.entity and callback.entity != number:
        raise Unreadable("data.object.id: is not the record that the address names")
