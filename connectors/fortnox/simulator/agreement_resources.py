"""The resources of agreements: contracts and tax reductions (Fortnox facts, 5 and 6.16)."""

from dataclasses import replace

from connectors.fortnox.simulator import contract_fields, contracts, tax_reductions
from connectors.fortnox.simulator.company import Moment, Record
from connectors.fortnox.simulator.errors import Invented
from connectors.fortnox.simulator.resource import of_table
from connectors.fortnox.simulator.search import Filter, contains, each, exactly
from connectors.fortnox.simulator.tax_entries import tax_entries


def _with_status(wanted: str) -> Filter:
    def matches(record: Record, _moment: Moment) -> bool:
        return bool(record.data["Status"] == wanted)

    return matches


CONTRACTS = replace(
    of_table("contracts"),
    missing=(Invented.CONTRACT_NOT_FOUND, "Kan inte hitta avtalet."),
    create=contracts.create,
    update=contracts.update,
    actions={
        "createinvoice": contracts.createinvoice,
        "finish": contracts.finish,
        "increaseinvoicecount": contracts.increaseinvoicecount,
    },
    shown=contract_fields.shown,
    list_item=contract_fields.list_item,
    searches={**each("CustomerNumber CustomerName DocumentNumber", contains)},
    filters={
        "active": _with_status(contract_fields.ACTIVE),
        "finished": _with_status(contract_fields.FINISHED),
        "inactive": _with_status(contract_fields.INACTIVE),
    },
    sorts={
        "customername": "CustomerName",
        "customernumber": "CustomerNumber",
        "documentnumber": "DocumentNumber",
        "periodend": "PeriodEnd",
        "periodstart": "PeriodStart",
    },
)

TAX_REDUCTIONS = replace(
    of_table("tax_reductions"),
    records=tax_entries,
    missing=(Invented.TAX_REDUCTION_NOT_FOUND, "Kan inte hitta skattereduktionen."),
    create=tax_reductions.create,
    update=tax_reductions.update,
    delete=tax_reductions.delete,
    list_item=tax_reductions.list_item,
    searches={"referencenumber": exactly("ReferenceNumber")},
    filters={
        "invoices": tax_reductions.of_documents("INVOICE"),
        "offers": tax_reductions.of_documents("OFFER"),
        "orders": tax_reductions.of_documents("ORDER"),
    },
)
