"""The matrix of what can be read, created and updated, drawn from the table (capability rows 001-02 to 001-20)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.fortnox.table import RESOURCES
from connectors.fortnox.table.model import Operation

Column = Literal["read", "create", "update"]
State = Literal["available", "in progress", "unsupported"]

COLUMNS: tuple[Column, ...] = ("read", "create", "update")
TITLES: Mapping[str, str] = {
    "001-02": "customers",
    "001-03": "suppliers",
    "001-04": "accounts",
    "001-05": "async tasks",
    "001-06": "bills",
    "001-07": "contacts",
    "001-08": "credit notes",
    "001-09": "expenses",
    "001-10": "files",
    "001-11": "invoices",
    "001-12": "invoice lines",
    "001-13": "items",
    "001-14": "journal entries",
    "001-15": "offers and their lines",
    "001-16": "projects",
    "001-17": "sales orders and their lines",
    "001-18": "tracking categories",
    "001-19": "transactions",
    "001-20": "vendor credits",
}
"""Row -> what it is called here."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether it can be done, by which operations of the table, and what must be said of it."""

    state: State
    operations: tuple[str, ...] = ()
    note: str = ""


_JOB = Cell("in progress", note="a job of the bridge's own")
_OUR_WAY: Mapping[tuple[str, Column], Cell] = {
    ("001-05", "read"): _JOB,
    ("001-05", "create"): _JOB,
    ("001-05", "update"): _JOB,
    ("001-14", "update"): Cell(
        "in progress", ("create_voucher",), "a reversal and a new voucher: Fortnox changes none"
    ),
}
"""What Fortnox has no operation for and the bridge does by itself: how, and whether that is built."""

_MADE_BY: Mapping[str, tuple[str, ...]] = {"001-08": ("credit_invoice",), "001-20": ("credit_supplier_invoice",)}
"""Row -> what alone makes its objects, where that is not the create of its resource."""

_NEVER: Mapping[tuple[str, Column], str] = {("001-09", "update"): "Fortnox lets no expense be changed"}
"""What cannot be done at all, and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix; ``actions`` are the operations that do more with its objects than the three columns."""

    title: str
    cells: Mapping[Column, Cell]
    actions: tuple[str, ...]


def matrix() -> Mapping[str, Row]:
    """Every row by its id, in order."""
    return {row: _row(row, title) for row, title in TITLES.items()}


def _row(row: str, title: str) -> Row:
    operations = [
        operation for resource in RESOURCES.values() if row in resource.rows for operation in resource.operations()
    ]
    served = {column: tuple(found.name for found in operations if _serves(row, column, found)) for column in COLUMNS}
    columns = {name for names in served.values() for name in names}
    actions = tuple(found.name for found in operations if found.name not in columns)
    return Row(title, {column: _cell(row, column, served[column]) for column in COLUMNS}, actions)


def _cell(row: str, column: Column, names: tuple[str, ...]) -> Cell:
    if (row, column) in _OUR_WAY:
        return _OUR_WAY[row, column]
    return Cell("available", names) if names else Cell("unsupported", note=_NEVER.get((row, column), ""))


def _serves(row: str, column: Column, operation: Operation) -> bool:
    match column:
        case "read":
            return operation.name.startswith(("list_", "read_"))
        case "create":
            return operation.name in _MADE_BY[row] if row in _MADE_BY else operation.effect == "create"
        case "update":
            return operation.name.startswith("update_")
