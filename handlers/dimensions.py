"""Cost centre, project and labels: a row's own come before its document's, these before the rule's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.commands import DocumentRow, EnsureLabel
from handlers.events import Document
from handlers.settings import RuleOptions
from handlers.values import Ref


@dataclass(frozen=True, slots=True)
class Dimensions:
    """What a whole document carries."""

    cost_center: str | None
    project: str | None
    labels: tuple[EnsureLabel, ...]

    def fields(self) -> dict[str, Any]:
        """The same, by the fields of a document's command."""
        things = tuple(label.thing for label in self.labels)
        return {"cost_center": self.cost_center, "project": self.project, "labels": things}


def dimensions_of(document: Document, options: RuleOptions) -> Dimensions:
    """What the document says, else what its rule does; labels are the rule's."""
    labels = tuple(
        EnsureLabel(thing=Ref(system="key", kind="label", id=text), text=text, create=options.create_labels)
        for text in dict.fromkeys(options.labels)
    )
    return Dimensions(
        _said(document.cost_center) or options.cost_center, _said(document.project) or options.project, labels
    )


def placed(
    rows: Sequence[DocumentRow], document: Document, besides: Sequence[DocumentRow], found: Dimensions
) -> tuple[DocumentRow, ...]:
    """The ``rows`` of the document's lines, then those ``besides`` them, each with its cost centre and project.

    They stand on each row, so that a row made from an order or an offer keeps them.
    """
    own = [
        row.model_copy(
            update={
                "cost_center": _said(line.cost_center) or found.cost_center,
                "project": _said(line.project) or found.project,
            }
        )
        for row, line in zip(rows, document.lines, strict=True)
    ]
    shared = {"cost_center": found.cost_center, "project": found.project}
    return (*own, *(row.model_copy(update=shared) for row in besides))


def _said(text: str | None) -> str | None:
    return (text or "").strip() or None
