"""What shall be true outside: frozen commands that rules make and delivery carries out."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from handlers.commands.base import FORTNOX, Braked, ClosedPeriod, CommandBase, MatchKey, Purpose
from handlers.commands.cards import EnsureArticle, EnsureCurrency, EnsureCustomer, EnsureLabel, EnsureNote
from handlers.commands.documents import (
    CreditContent,
    DocumentCommand,
    DocumentKind,
    DocumentRow,
    EnsureCancelled,
    EnsureCredit,
    EnsureInvoice,
    EnsureOffer,
    EnsureOrder,
    MadeFrom,
    VatDecision,
    sending_of,
)
from handlers.commands.evidence import EnsureEvidence, evidence_of
from handlers.commands.money import BookInvoice, BookPayment, EnsurePayment
from handlers.commands.notices import NoticeLine, SendNotice
from handlers.commands.records import (
    ActOnRecord,
    EnsureRecord,
    RecordCommand,
    ReverseVoucher,
    SendDocument,
    voucher_correction,
)
from handlers.commands.senders import (
    EnsureSenderNote,
    EnsureSenderRecord,
    EnsureSenderTask,
    SenderCommand,
    SetSenderFields,
)

__all__ = [
    "COMMANDS",
    "FORTNOX",
    "ActOnRecord",
    "BookInvoice",
    "BookPayment",
    "Braked",
    "ClosedPeriod",
    "Command",
    "CommandBase",
    "CreditContent",
    "DocumentCommand",
    "DocumentKind",
    "DocumentRow",
    "EnsureArticle",
    "EnsureCancelled",
    "EnsureCredit",
    "EnsureCurrency",
    "EnsureCustomer",
    "EnsureEvidence",
    "EnsureInvoice",
    "EnsureLabel",
    "EnsureNote",
    "EnsureOffer",
    "EnsureOrder",
    "EnsurePayment",
    "EnsureRecord",
    "EnsureSenderNote",
    "EnsureSenderRecord",
    "EnsureSenderTask",
    "MadeFrom",
    "MatchKey",
    "NoticeLine",
    "Purpose",
    "RecordCommand",
    "ReverseVoucher",
    "SendDocument",
    "SendNotice",
    "SenderCommand",
    "SetSenderFields",
    "VatDecision",
    "evidence_of",
    "sending_of",
    "voucher_correction",
]

Command = Annotated[
    EnsureCustomer
    | EnsureArticle
    | EnsureCurrency
    | EnsureLabel
    | EnsureInvoice
    | EnsureOrder
    | EnsureOffer
    | EnsureCancelled
    | EnsureCredit
    | BookInvoice
    | EnsurePayment
    | BookPayment
    | EnsureEvidence
    | EnsureNote
    | EnsureRecord
    | ActOnRecord
    | SendDocument
    | ReverseVoucher
    | SetSenderFields
    | EnsureSenderNote
    | EnsureSenderTask
    | EnsureSenderRecord
    | SendNotice,
    Field(discriminator="kind"),
]

COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
"""Reads a stored command back; decimals are kept because they travel as JSON text."""
