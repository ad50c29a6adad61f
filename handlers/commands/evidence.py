"""The command about evidence: what a document or voucher in Fortnox stands on, attached to it as a file."""

from typing import Literal

from handlers.commands.base import CommandBase
from handlers.values import Ref


def evidence_of(document: Ref) -> Ref:
    """The thing that the evidence of a document or voucher is: one for each of its generations."""
    return document.model_copy(update={"kind": f"{document.kind}_evidence"})


class EnsureEvidence(CommandBase):
    """A file with what the source told is attached to ``document``, once.

    ``document`` is an invoice, a credit invoice or a voucher of ours. ``title`` and ``lines`` are all that the file
    shows, as plain text; ``number`` is the source's own and goes into the file's name. ``says`` is a digest of what the
    document itself says, without who told it when and what was paid: a file that says the same is left alone.
    """

    kind: Literal["ensure_evidence"] = "ensure_evidence"
    document: Ref
    number: str
    title: str
    lines: tuple[str, ...]
    says: str

    @property
    def refs(self) -> tuple[Ref, ...]:
        """What the evidence is of."""
        return (self.document,)

    @property
    def beside(self) -> bool:
        """The bookkeeping never waits for its evidence."""
        return True
