"""What shall be true at a sender: the way back, to the systems that told us."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from handlers.commands.base import CommandBase, MatchKey
from handlers.values import Ref

Number = tuple[str, Ref]
"""A field in our words, and the thing of ours whose number in Fortnox it shall hold."""


class SenderCommand(CommandBase):
    """What shall be true of one record of the source ``target``, on behalf of ``company``, one of ours.

    ``record`` is what the source calls such a record (order, account, contact), ``id`` its id there.
    """

    goes_back: ClassVar[bool] = True
    company: str
    record: str
    id: str

    @property
    def lane(self) -> str:
        """One record of a sender is written to in order; nothing else waits for it."""
        return f"{self.target}:{self.record}:{self.id}"


class SetSenderFields(SenderCommand):
    """Fields of the record, named in our words (``stage``, ``document_number``): only these change.

    ``numbers`` are fields that hold the number of something in Fortnox, which must be linked first; ``also`` are those
    of what may be there from before, told where it is. What the source calls each field, and whether it has one, its
    connector knows.
    """

    kind: Literal["set_sender_fields"] = "set_sender_fields"
    fields: dict[str, str] = Field(default_factory=dict)
    numbers: tuple[Number, ...] = ()
    also: tuple[Number, ...] = ()

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Whatever gives a number."""
        return tuple(dict.fromkeys(ref for _, ref in self.numbers))

    @property
    def optional_refs(self) -> tuple[Ref, ...]:
        """Whatever gives one if it is there."""
        return tuple(dict.fromkeys(ref for _, ref in self.also))

    @property
    def dispensable(self) -> bool:
        """What does not come to Fortnox has no number there to tell."""
        return True


class EnsureSenderNote(SenderCommand):
    """One note on the record (a contact), with our mark in it; ``text`` is plain text."""

    kind: Literal["ensure_sender_note"] = "ensure_sender_note"
    text: str


class EnsureSenderTask(SenderCommand):
    """One task for a person at the source, about the record (a contact), due at the end of a day in Stockholm.

    ``done``: it is completed there. One that was never made is not made for that.
    """

    kind: Literal["ensure_sender_task"] = "ensure_sender_task"
    title: str
    text: str = ""
    due: date
    done: bool = False


class EnsureSenderRecord(SenderCommand):
    """What stands in Fortnox under ``number`` (a customer, an article) also stands at the source, as ``record``.

    It is found there by its number, else by ``match``, else made where ``create`` says so; several that fit are a
    question. ``fields`` are named in our words; ``made_with`` are more of them, for a record that is made. ``gone``: it
    was deleted in Fortnox, so its number is taken off and the record is kept. ``although_alike``: a person said that
    what looks the same is another one. ``id`` is empty: the link knows it.
    """

    kind: Literal["ensure_sender_record"] = "ensure_sender_record"
    id: str = ""
    number: str
    fields: dict[str, str] = Field(default_factory=dict)
    made_with: dict[str, str] = Field(default_factory=dict)
    match: tuple[MatchKey, ...] = ()
    create: bool = False
    gone: bool = False
    although_alike: bool = False

    @property
    def lane(self) -> str:
        """What stands under one number in Fortnox is told in order."""
        return f"{self.target}:{self.record}:number:{self.number}"

    @property
    def replaces_older(self) -> bool:
        """Each says only what changed then: none gives way, they go one after another."""
        return False
