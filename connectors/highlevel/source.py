"""HighLevel at the door: proves workflow webhooks by token and an app's by signature, and sends each to its reading."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.highlevel import wire
from connectors.highlevel.app import AppEvents, check_age, delivery_key, is_app_key, kind_of, unwrapped
from connectors.highlevel.proof import AppProof, is_signed
from connectors.highlevel.records import Record
from connectors.highlevel.settings import HighLevelSettings
from connectors.highlevel.submissions import Submissions
from connectors.highlevel.workflow import WorkflowEvents
from connectors.json_body import BodyFault, read_object
from connectors.signing import matching_token, tokens_in_force
from connectors.sources import Delivery, Ignored, Needs, RawRequest, Refused, Stored, Unreadable
from handlers.events import Event

TOKEN_HEADER = "x-hook-token"  # noqa: S105 - the header's name
NO_ACCOUNT = "-"
"""Stands for a location that is missing from the body; no table can hold it as ours."""

WORKFLOW_KEY = "workflow:"
RESERVED_KEYS = ("app:", "record:", "submission:", WORKFLOW_KEY)
"""How keys begin that are not the owner's: what a workflow sends under such an id never passes for something else."""


class HighLevelSource:
    """One HighLevel location (or a table of them): surveys by workflow, records by app and by polling.

    A request with a signature header is an app's where the settings take those: the signature decides, and no token
    does. Every other request is a workflow's and must carry each configured token. The key of a stored delivery keeps
    which of the two it was, so neither is ever read as the other. HighLevel repeats a delivery only after 429.

    A response is the thing ``response:ID`` where the owner of a workflow sends an id of the submission. Without one it
    is contact, survey and day (of submission where the body says so, else of arrival, Europe/Stockholm), as a polled
    submission is: a second answer to the same survey on the same day corrects the first, a later one is new.
    """

    retry_status = 429
    kept_headers = frozenset({"content-type", "user-agent"})

    def __init__(self, name: str, settings: HighLevelSettings, secrets: Mapping[str, str]) -> None:
        """``secrets`` holds those of the secret fields that are set. Raises ``ValueError`` naming the field."""
        self.name = name
        self._settings = settings
        self._fields = settings.fields
        self._path_tokens = tokens_in_force(secrets, "path_token")
        self._header_secrets = tokens_in_force(secrets, "header_secret")
        self._proof = AppProof(settings.app_keys, legacy=settings.legacy_signature) if settings.app else None
        self._app = AppEvents(name, settings)
        self._workflow = WorkflowEvents(name, settings)
        self._submissions = Submissions(name, settings)

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """The signature of an app, or every configured token of a workflow.

        Raises :class:`Refused`: ``signature``, or ``stale`` for a signed time far from ``now``. A body that is no JSON
        object is not refused but given back as malformed: HighLevel would not send it again.
        """
        if self._proof is not None and is_signed(request.headers):
            return self._from_app(request.body, self._proof.verify(request.headers, request.body), now)
        return self._from_workflow(request.body, self._proved_by_tokens(request))

    def unproved(self, request: RawRequest) -> Delivery:
        """As :meth:`verify` without any proof: for dry runs. A body that names its type is taken for an app's."""
        try:
            record = unwrapped(read_object(request.body))
        except BodyFault as fault:
            raise Unreadable(str(fault)) from None
        by_tokens = bool(self._path_tokens or self._header_secrets)
        if self._proof is None or (by_tokens and not kind_of(record)):
            return self._from_workflow(request.body, "nothing")
        key, digest = delivery_key(record, request.body)
        return Delivery(key=key, digest=digest, account=self._ours(self._app.account(record)), matched="nothing")

    def events(self, stored: Stored) -> Sequence[Event] | Ignored | Needs:
        """The events of a delivery or of a polled record, or what must be read first.

        Raises :class:`Unreadable` naming the field, or ``Question``.
        """
        try:
            body = read_object(stored.body)
        except BodyFault as fault:
            raise Unreadable(str(fault)) from None
        if stored.origin == "poll":
            return self._polled(Record(body), stored)
        if is_app_key(stored.key):
            return self._app.events(unwrapped(body), stored)
        return self._workflow.events(wire.Body(body), stored.received_at)

    # --- at the door -----------------------------------------------------------------------------------------------

    def _from_app(self, raw: bytes, matched: str, now: datetime) -> Delivery:
        try:
            record = unwrapped(read_object(raw))
        except BodyFault as fault:
            return Delivery(
                key=f"app:digest:{_digest(raw)}",
                digest=True,
                account=self._missing(),
                matched=matched,
                malformed=str(fault),
            )
        check_age(record, now)
        key, digest = delivery_key(record, raw)
        return Delivery(key=key, digest=digest, account=self._ours(self._app.account(record)), matched=matched)

    def _from_workflow(self, raw: bytes, matched: str) -> Delivery:
        try:
            body = wire.Body(read_object(raw))
        except BodyFault as fault:
            return Delivery(
                key=_digest(raw), digest=True, account=self._missing(), matched=matched, malformed=str(fault)
            )
        key = body.identifier(self._fields.delivery_id)
        if key is not None and key.startswith(RESERVED_KEYS):
            key = WORKFLOW_KEY + key
        return Delivery(
            key=key or self._key_without_id(body, raw),
            digest=key is None,
            account=self._ours(body.identifier(self._fields.location_id)),
            matched=matched,
        )

    def _proved_by_tokens(self, request: RawRequest) -> str:
        names = []
        if self._path_tokens:
            names.append(matching_token(request.rest.partition("/")[0], self._path_tokens))
        if self._header_secrets:
            given = request.headers.get(TOKEN_HEADER, ())
            names.append(matching_token(given[0], self._header_secrets) if len(given) == 1 else None)
        if not names or None in names:
            raise Refused("signature")
        return "previous" if "previous" in names else "current"

    def _ours(self, location: str | None) -> str | None:
        """The account as :class:`Delivery` wants it: ``None`` for the only one that we know."""
        if location is not None and location == self._settings.location_id:
            return None
        return self._missing() if location is None else self._foreign(location)

    def _foreign(self, location: str) -> str | None:
        return location if self._settings.companies or self._settings.location_id else None

    def _missing(self) -> str | None:
        return self._foreign(NO_ACCOUNT)

    def _key_without_id(self, body: wire.Body, raw: bytes) -> str:
        workflow = body.identifier(self._fields.workflow_id) or ""
        contact = body.identifier(self._fields.contact_id) or ""
        return _digest(f"{len(workflow)}:{workflow}{len(contact)}:{contact}".encode(), raw)

    # --- what polling found ----------------------------------------------------------------------------------------

    def _polled(self, body: Record, stored: Stored) -> Sequence[Event] | Ignored | Needs:
        """A body that our own reader made: the kind of record, the record, and the labels of its fields."""
        kind, record = body.text("polled"), body.inner("record")
        if kind == "submission":
            return self._submissions.events(record, body.inner("labels").raw, stored.reads, stored.received_at)
        if kind not in {"order", "invoice"}:
            raise Unreadable("polled: is no kind of record")
        found = self._app.sale(kind, record, stored.reads, stored.received_at)
        if isinstance(found, Ignored | Needs):
            return found
        return tuple(event.model_copy(update={"origin": "poll"}) for event in found)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()
