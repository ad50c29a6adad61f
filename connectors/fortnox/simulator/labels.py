"""Labels on documents: only those that exist, and gone with the label (Fortnox facts, 6.1 and 6.15)."""

from typing import Any

from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK
from connectors.fortnox.simulator.resource import Data

_LABELLED = ("offers", "orders", "invoices")


def _label(company: Company, sent: Any) -> Data:
    if not isinstance(sent, dict) or "Id" not in sent:
        raise ApiError(2001392, "Felaktig indata: Labels har fel typ.")
    other = next((name for name in sent if name != "Id"), None)
    if other is not None:
        raise unknown_field(other)
    record = company.records_of("labels").get(str(sent["Id"]))
    if record is None:
        raise ApiError(Invented.LABEL_NOT_FOUND, "Kan inte hitta etiketten.")
    return {"Id": record.data["Id"]}


def read_labels(company: Company, sent: Any) -> list[Data]:
    """Read a document's labels as a request gives them: all of them at once, each once; null clears.

    Raises:
        ApiError: 2001392 for another type, 2001399 for more than an id, an invented code for an unknown label.
    """
    if sent is None or sent == API_BLANK:
        return []
    if not isinstance(sent, list):
        raise ApiError(2001392, "Felaktig indata: Labels har fel typ.")
    labels: list[Data] = []
    for one in sent:
        label = _label(company, one)
        if label not in labels:
            labels.append(label)
    return labels


def take_off(company: Company, label: Data) -> None:
    """Take a deleted label off every document that carries it."""
    for name in _LABELLED:
        for record in company.records_of(name).values():
            kept = [one for one in record.data["Labels"] if one["Id"] != label["Id"]]
            record.data = record.data | {"Labels": kept}
