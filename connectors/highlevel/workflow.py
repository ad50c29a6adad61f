"""Submitted surveys as workflow webhooks bring them: read by label or path, because their shape is the owner's."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from connectors.highlevel import wire
from connectors.highlevel.records import seconds
from connectors.highlevel.settings import HighLevelSettings
from connectors.sources import Ignored, Unreadable
from handlers.events import Address, Party, SurveySubmitted
from handlers.values import Question, Ref, stockholm_date

SURVEY_EVENTS = frozenset({"survey_submitted", "survey_completed"})


def twin(contact: str | None, survey: str) -> str | None:
    """What a submission is called on every path: by webhook, and by polling."""
    return f"{contact}:{survey}" if contact else None


def response_id(contact: str, survey: str, occurred_at: datetime) -> str:
    """The thing's id of a submission that has none of the owner's: contact, survey and day in Europe/Stockholm."""
    return f"{contact}:{survey}:{stockholm_date(occurred_at).isoformat()}"


class WorkflowEvents:
    """What workflow webhooks mean (HighLevel facts, section 5); pure."""

    def __init__(self, name: str, settings: HighLevelSettings) -> None:
        """``name`` is the source's own."""
        self._name = name
        self._fields = settings.fields
        no_answers = (*self._fields.organisation_number, *settings.ignored_labels)
        self._left_out = frozenset(map(wire.label, no_answers))

    def events(self, body: wire.Body, received_at: datetime) -> Sequence[SurveySubmitted] | Ignored:
        """The submitted survey; a body whose ``event`` names something else is ignored.

        Raises :class:`Unreadable` where survey or respondent cannot be told, ``Question`` where nothing names the
        respondent.
        """
        event = body.text(self._fields.event)
        if event is not None and event.casefold().replace(".", "_").replace(" ", "_") not in SURVEY_EVENTS:
            return Ignored("not_a_survey")
        survey = body.identifier(self._fields.survey_id)
        if survey is None:
            raise Unreadable("survey_id: is missing; add it to the workflow's custom data, or map it in the settings")
        return (self._submitted(body, survey, received_at),)

    def _submitted(self, body: wire.Body, survey: str, received_at: datetime) -> SurveySubmitted:
        submitted_at = body.moment(self._fields.submitted_at)
        occurred_at = submitted_at or received_at
        answers = body.answers(self._fields.answers, self._left_out)
        score, scale = wire.score(answers)
        stated = wire.number(body.find(self._fields.score))
        return SurveySubmitted(
            thing=Ref(system=self._name, kind="response", id=self._response_id(body, survey, occurred_at)),
            version=Decimal(0) if submitted_at is None else seconds(submitted_at),
            occurred_at=occurred_at,
            dated=stockholm_date(occurred_at),
            survey=survey,
            respondent=self._respondent(body),
            score=score if stated is None else stated,
            scale=scale if stated in {None, score} else None,
            answers=answers,
            by_digest=body.identifier(self._fields.delivery_id) is None,
            twin=twin(body.identifier(self._fields.contact_id), survey),
        )

    def _response_id(self, body: wire.Body, survey: str, occurred_at: datetime) -> str:
        named = body.identifier(self._fields.response_id)
        if named is not None:
            return named
        contact = body.identifier(self._fields.contact_id)
        if contact is None:
            raise Unreadable("contact_id: is missing, and so is an id of the submission")
        return response_id(contact, survey, occurred_at)

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
            address=self._address(body),
        )

    def _address(self, body: wire.Body) -> Address | None:
        fields = self._fields
        found = Address(
            street=body.text(fields.street), zip_code=body.text(fields.zip_code), city=body.text(fields.city)
        )
        return found if found != Address() else None
