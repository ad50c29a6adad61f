"""Fields that stand in Fortnox's objects and are never written (Fortnox facts, section 1.9)."""

from collections.abc import Mapping

_SALE = frozenset(
    {
        "AdministrationFeeVAT", "BasisTaxReduction", "Cancelled", "ContributionPercent", "ContributionValue",
        "FreightVAT", "Gross", "HouseWork", "InvoiceReference", "Net", "OfferReference", "OrderReference", "RoundOff",
        "Sent", "TaxReduction", "Total", "TotalToPay", "TotalVAT",
    }
)  # fmt: skip
_PAYMENT = frozenset(
    {
        "Booked", "Currency", "CurrencyUnit", "ExternalInvoiceReference1", "ExternalInvoiceReference2",
        "InvoiceCustomerName", "InvoiceCustomerNumber", "InvoiceDueDate", "InvoiceOCR", "InvoiceTotal", "Number",
        "Source", "VoucherNumber", "VoucherSeries", "VoucherYear",
    }
)  # fmt: skip

READ_ONLY: Mapping[str, frozenset[str]] = {
    "customers": frozenset({"Country", "DeliveryCountry", "VisitingCountry"}),
    "suppliers": frozenset({"Country"}),
    "invoices": _SALE
    | frozenset(
        {
            "AccountingMethod", "Balance", "Booked", "ContractReference", "Credit", "CreditInvoiceReference",
            "FinalPayDate", "InvoicePeriodEnd", "InvoicePeriodStart", "LastRemindDate", "NoxFinans",
            "OrganisationNumber", "Reminders", "TimeBasisReference", "VoucherNumber", "VoucherSeries", "VoucherYear",
            "WarehouseReady",
        }
    ),
    "orders": _SALE | frozenset({"OrderType", "WarehouseReady"}),
    "offers": _SALE,
    "articles": frozenset({"DisposableQuantity", "ReservedQuantity", "SalesPrice", "StockValue", "SupplierName"}),
    "payments": _PAYMENT,
    "supplier_payments": _PAYMENT,
    "supplier_invoices": frozenset(
        {
            "AccountingMethod", "AuthorizerName", "Balance", "Booked", "Cancelled", "Credit", "CreditReference",
            "FinalPayDate", "SupplierName", "VoucherNumber", "VoucherSeries", "VoucherYear", "Vouchers",
        }
    ),
}  # fmt: skip
"""Resource -> its fields that must not be sent; of other resources the facts name none."""

IN_ROWS: Mapping[str, frozenset[str]] = {
    "invoices": frozenset(
        {"ContributionPercent", "ContributionValue", "PriceExcludingVAT", "Total", "TotalExcludingVAT"}
    ),
    "orders": frozenset({"ContributionPercent", "ContributionValue", "Total"}),
    "offers": frozenset({"ContributionPercent", "ContributionValue", "Total"}),
    "supplier_invoices": frozenset({"Total", "Unit"}),
}
"""The same, of rows."""


def is_read_only(resource: str, name: str, *, in_row: bool = False) -> bool:
    """Whether a field is Fortnox's own: an address, or one of the lists."""
    return name.startswith("@") or name in (IN_ROWS if in_row else READ_ONLY).get(resource, ())
