"""The table of Fortnox: every resource and every operation, as facts; no behaviour, and nothing that calls anybody.

The client sends what stands here, the simulator answers it, and the commands ``capabilities`` and ``operations`` print
it. Adding a resource begins with a row: see ``docs/adding-a-resource.md``.
"""

from collections.abc import Mapping

from connectors.fortnox.table.agreements import AGREEMENTS
from connectors.fortnox.table.bookkeeping import BOOKKEEPING
from connectors.fortnox.table.cards import ITEMS, PARTIES
from connectors.fortnox.table.company import ASSETS, COMPANY
from connectors.fortnox.table.documents import DOCUMENTS
from connectors.fortnox.table.files import FILES
from connectors.fortnox.table.model import Absence, Action, Operation, Resource
from connectors.fortnox.table.purchases import PURCHASES
from connectors.fortnox.table.registers import REGISTERS

__all__ = ["OPERATIONS", "RESOURCES", "Absence", "Action", "Operation", "Resource"]

RESOURCES: Mapping[str, Resource] = {
    resource.name: resource
    for group in (COMPANY, REGISTERS, BOOKKEEPING, PARTIES, ITEMS, DOCUMENTS, PURCHASES, AGREEMENTS, FILES, ASSETS)
    for resource in group
}
"""By name, in an order in which each refers only to those before it."""

OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation for resource in RESOURCES.values() for operation in resource.operations()
}
"""By name."""
