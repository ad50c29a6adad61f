"""HighLevel workflow webhooks: proves the sender by token, and turns a submitted survey into an event."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from connectors.highlevel import wire
from connectors.highlevel.settings import HighLevelSettings
from connectors.json_body import BodyFault, read_object
from connectors.signing import matching_token
from connectors.sources import Delivery, Ignored, RawRequest, Refused, Stored, Unreadable
from handlers.events import Event, Party, SurveySubmitted
from handlers.values import Question, Ref, stockholm_date

TOKEN_HEADER = "x-hook-token"  # noqa: S105 - the header's name
SHORTEST_TOKEN = 8
NO_ACCOUNT = "-"
"""Stands for a location that is missing from the body; no table can hold it as ours."""

SURVEY_EVENTS = frozenset({"survey_submitted", "survey_completed"})


class HighLevelSource:
    """One HighLevel location (or a table of them) that sends surveys by workflow (HighLevel facts, sections 5 and 9).

    HighLevel repeats a delivery only after 429. A response is the thing ``response:ID`` where the owner sends an id of
    the submission. Without one it is contact, survey and day (of submission where the body says so, else of arrival,
    Europe/Stockholm): a second answer to the same survey on the same day corrects the first, a later one is new. The
    body's time of submission is the version; without one all versions are equal and apply in order of arrival.
    """

    retry_status = 429
    kept_headers = frozenset({"content-type", "user-agent"})

    def __init__(self, name: str, settings: HighLevelSettings, secrets: Mapping[str, str]) -> None:
        """``secrets`` holds those of the four secret fields that are set. Raises ``ValueError`` naming the field."""
        self.name = name
        self._settings = settings
        self._fields = settings.fields
        self._path_tokens = _tokens(secrets, "path_token")
        self._header_secrets = _tokens(secrets, "header_secret")
        if not self._path_tokens and not self._header_secrets:
            raise ValueError("path_token: a token or a header secret is needed")
        no_answers = (*self._fields.organisation_number, *settings.ignored_labels)
        self._left_out = frozenset(map(wire.label, no_answers))

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """Every configured token must match. Raises :class:`Refused` with reason ``signature``; ``now`` plays no part.

        A body that is no JSON object is not refused but given back as malformed: HighLevel would not send it again.
        """
        del now
        matched = self._proved(request)
        try:
            body = wire.Body(read_object(request.body))
        except BodyFault as fault:
            return Delivery(
                key=_digest(request.body), digest=True, account=self._missing(), matched=matched, malformed=str(fault)
            )
        key = body.identifier(self._fields.delivery_id)
        return Delivery(
            key=key or self._key_without_id(body, request.body),
            digest=key is None,
            account=self._account(body),
            matched=matched,
        )

    def events(self, stored: Stored) -> Sequence[Event] | Ignored:
        """The submitted survey; a body whose ``event`` names something else is ignored.

        Raises :class:`Unreadable` where survey or respondent cannot be told, ``Question`` where nothing names the
        respondent.
        """
        try:
            body = wire.Body(read_object(stored.body))
        except BodyFault as fault:
            raise Unreadable(str(fault)) from None
        event = body.text(self._fields.event)
        if event is not None and event.casefold().replace(".", "_").replace(" ", "_") not in SURVEY_EVENTS:
            return Ignored("not_a_survey")
        survey = body.identifier(self._fields.survey_id)
        if survey is None:
            raise Unreadable("survey_id: is missing; add it to the workflow's custom data, or map it in the settings")
        return (self._submitted(body, survey, stored.received_at),)

    # --- at the door -----------------------------------------------------------------------------------------------

    def _proved(self, request: RawRequest) -> str:
        names = []
        if self._path_tokens:
            names.append(matching_token(request.rest.partition("/")[0], self._path_tokens))
        if self._header_secrets:
            given = request.headers.get(TOKEN_HEADER, ())
            names.append(matching_token(given[0], self._header_secrets) if len(given) == 1 else None)
        if None in names:
            raise Refused("signature")
        return "previous" if "previous" in names else "current"

    def _account(self, body: wire.Body) -> str | None:
        location = body.identifier(self._fields.location_id)
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

    # --- the event -------------------------------------------------------------------------------------------------

    def _submitted(self, body: wire.Body, survey: str, received_at: datetime) -> SurveySubmitted:
        submitted_at = body.moment(self._fields.submitted_at)
        occurred_at = submitted_at or received_at
        answers = body.answers(self._fields.answers, self._left_out)
        score = wire.number(body.find(self._fields.score))
        return SurveySubmitted(
            thing=Ref(system=self.name, kind="response", id=self._response_id(body, survey, occurred_at)),
            version=Decimal(0) if submitted_at is None else _seconds(submitted_at),
            occurred_at=occurred_at,
            dated=stockholm_date(occurred_at),
            survey=survey,
            respondent=self._respondent(body),
            score=score if score is not None else wire.score(answers),
            answers=answers,
        )

    def _response_id(self, body: wire.Body, survey: str, occurred_at: datetime) -> str:
        named = body.identifier(self._fields.response_id)
        if named is not None:
            return named
        contact = body.identifier(self._fields.contact_id)
        if contact is None:
            raise Unreadable("contact_id: is missing, and so is an id of the submission")
        return f"{contact}:{survey}:{stockholm_date(occurred_at).isoformat()}"

    def _respondent(self, body: wire.Body) -> Party:
        fields = self._fields
        parts = (body.text(fields.first_name), body.text(fields.last_name))
        email = body.text(fields.email)
        names = (
            body.text(fields.company),
            body.text(fields.full_name),
            " ".join(filter(None, parts)),
            email,
        )
        name = next((name for name in names if name), None)
        if name is None:
            raise Question(
                "The respondent has no company, name or e-mail, so no customer can be named. "
                "Complete the contact at its source and let it be sent again, or discard this event."
            )
        country = (body.text(fields.country) or "").upper()
        return Party(
            source_id=body.identifier(fields.contact_id),
            name=name,
            organisation_number=body.text(fields.organisation_number),
            email=email,
            phone=body.text(fields.phone),
            country=country if len(country) == 2 and country.isascii() and country.isalpha() else None,
        )


def _tokens(secrets: Mapping[str, str], field: str) -> tuple[tuple[str, str], ...]:
    found = []
    for name, label in ((field, "current"), (f"previous_{field}", "previous")):
        if name in secrets:
            if len(secrets[name]) < SHORTEST_TOKEN:
                raise ValueError(f"{name}: at least {SHORTEST_TOKEN} characters are needed")
            found.append((label, secrets[name]))
    return tuple(found)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _seconds(moment: datetime) -> Decimal:
    whole = Decimal(int(moment.replace(microsecond=0).timestamp()))
    return whole + Decimal(moment.microsecond) / 1_000_000
