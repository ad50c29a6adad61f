"""Survey submissions as polling finds them: the same response that a workflow webhook may bring."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.base import Json
from connectors.highlevel import wire
from connectors.highlevel.parties import contact_party
from connectors.highlevel.records import Record, seconds
from connectors.highlevel.settings import HighLevelSettings
from connectors.highlevel.workflow import response_id, twin
from connectors.sources import Needs, Wanted
from handlers.events import Answer, Party, SurveySubmitted
from handlers.values import Ref, stockholm_date

ORDER_OF_FIELDS = "fieldsOriSequance"
"""Spelled as HighLevel spells it (HighLevel facts, section 4)."""

NO_ANSWERS = frozenset(map(wire.label, (ORDER_OF_FIELDS, "eventData", "__submissions_other_field__")))


class Submissions:
    """Reads polled submissions (HighLevel facts, section 4); pure."""

    def __init__(self, name: str, settings: HighLevelSettings) -> None:
        """``name`` is the source's own."""
        self._name = name
        self._settings = settings
        named = [*settings.fields.organisation_number, settings.organisation_number_field or ""]
        self._number_names = frozenset(map(wire.label, named)) - {""}
        self._score_names = tuple(map(wire.label, settings.fields.score))
        self._left_out = self._number_names | frozenset(map(wire.label, settings.ignored_labels)) | NO_ANSWERS

    def events(
        self, record: Record, labels: Mapping[str, Any], reads: Mapping[str, Json | None], received_at: datetime
    ) -> Sequence[SurveySubmitted] | Needs:
        """The submission; ``labels`` maps ids of custom fields to their labels.

        Asks for the contact, so that the respondent is the same as in the webhook. Raises ``Unreadable`` where survey
        or submission has no id, ``Question`` where nothing names the respondent.
        """
        survey = record.required("surveyId")
        contact = record.identifier("contactId")
        occurred_at = record.moment("createdAt") or _clicked(record) or received_at
        dated = stockholm_date(occurred_at)
        if contact is not None and "contact" not in reads:
            return Needs((Wanted("contact", "contact", contact),), dated)
        fields = list(_fields(record, labels))
        answers = self._answers(fields)
        score, scale = wire.score(answers)
        stated = self._score(fields)
        own = response_id(contact, survey, occurred_at) if contact else record.required("id")
        return (
            SurveySubmitted(
                thing=Ref(system=self._name, kind="response", id=own),
                version=seconds(occurred_at),
                occurred_at=occurred_at,
                dated=dated,
                origin="poll",
                survey=survey,
                respondent=self._respondent(record, fields, reads.get("contact")),
                score=score if stated is None else stated,
                scale=scale if stated in {None, score} else None,
                answers=answers,
                twin=twin(contact, survey),
            ),
        )

    def _answers(self, fields: "list[Field]") -> tuple[Answer, ...]:
        return tuple(
            Answer(key=question, question=question, value=value)
            for field, question, raw in fields
            if not self._left_out & {wire.label(field), wire.label(question)}
            and wire.label(field) not in wire.STANDARD_KEYS
            and (value := wire.words(raw))
        )

    def _score(self, fields: "list[Field]") -> Decimal | None:
        found = (
            wire.number(raw)
            for name in self._score_names
            for field, question, raw in fields
            if name in {wire.label(field), wire.label(question)}
        )
        return next((score for score in found if score is not None), None)

    def _respondent(self, record: Record, fields: "list[Field]", contact: Json | None) -> Party:
        """The contact as the webhook has it; what it lacks, and where it is gone, from the submission itself."""
        others = record.inner("others")
        own = {
            "id": record.identifier("contactId"),
            "companyName": others.text("company_name", "organization"),
            "name": record.text("name"),
            "firstName": others.text("first_name"),
            "lastName": others.text("last_name"),
            "email": record.text("email") or others.text("email"),
            "phone": others.text("phone"),
            "country": others.text("country"),
        }
        known = {key: value for key, value in (contact or {}).items() if value not in (None, "", [], {})}
        party = contact_party(Record({**own, **known}), self._settings.organisation_number_field)
        stated = (
            wire.words(raw)
            for field, question, raw in fields
            if self._number_names & {wire.label(field), wire.label(question)}
        )
        number = next((text for text in stated if text), None)
        return party.model_copy(update={"organisation_number": number or party.organisation_number})


Field = tuple[str, str, Any]
"""A field's id (or standard key), its label, and its value."""


def _fields(record: Record, labels: Mapping[str, Any]) -> Iterator[Field]:
    """The fields of ``others`` in the order of the form, those that it does not list behind."""
    others = record.inner("others").raw
    order = others.get(ORDER_OF_FIELDS)
    listed = [name for name in order if isinstance(name, str)] if isinstance(order, list) else []
    for name in dict.fromkeys([*listed, *others]):
        if name in others and wire.label(name) not in NO_ANSWERS:
            yield name, wire.words(labels.get(name)) or wire.words(name), others[name]


def _clicked(record: Record) -> datetime | None:
    """The time (milliseconds) of the visit, where the submission itself has none."""
    at = record.inner("others").inner("eventData").raw.get("timestamp")
    if isinstance(at, bool) or not isinstance(at, int) or not 946684800000 <= at < 4102444800000:
        return None
    return datetime.fromtimestamp(at / 1000, UTC)
