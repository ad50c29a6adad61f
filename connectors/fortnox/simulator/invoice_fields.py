"""The properties that only invoices and their rows have (Fortnox facts, 1.9, 6.1 and 6.5)."""

from connectors.fortnox.simulator.document_fields import (
    DELIVERY_FIELDS,
    HEADER_FIELDS,
    ROW_FIELDS,
    computed,
    date,
    email_information,
    flag,
    null,
    number_of_another,
    parts,
    quantity,
    text,
    together,
)
from connectors.fortnox.simulator.fields import Field, Kind

_EDI_PARTS = {
    "EDIGlobalLocationNumber": Field(default=None, longest=13),
    "EDIGlobalLocationNumberDelivery": Field(default=None, longest=13),
    "EDIInvoiceExtra1": Field(default=None),
    "EDIInvoiceExtra2": Field(default=None),
    "EDIOurElectronicReference": Field(default=None),
    "EDIStatus": Field(read_only=True),
    "EDIYourElectronicReference": Field(default=None),
}

_OWN: dict[str, Field] = {
    "AccountingMethod": Field(default="ACCRUAL", read_only=True),
    "Balance": computed(),
    "Booked": flag(),
    "ContractReference": Field(Kind.INTEGER, default=0, read_only=True),
    "Credit": Field(default="false", read_only=True),
    "CreditInvoiceReference": number_of_another(),
    "DueDate": date(),
    "EDIInformation": parts(_EDI_PARTS),
    "EUQuarterlyReport": Field(Kind.BOOLEAN, default=False),
    "EmailInformation": email_information("Faktura {no} bifogas"),
    "FinalPayDate": null(Kind.DATE),
    "InvoiceDate": date(),
    "InvoicePeriodEnd": Field(read_only=True),
    "InvoicePeriodReference": Field(read_only=True),
    "InvoicePeriodStart": Field(read_only=True),
    "InvoiceType": Field(
        default="INVOICE",
        choices=("INVOICE", "AGREEMENTINVOICE", "INTRESTINVOICE", "SUMMARYINVOICE", "CASHINVOICE"),
    ),
    "LastRemindDate": null(Kind.DATE),
    "NoxFinans": flag(),
    "OCR": text(),
    "OfferReference": number_of_another(),
    "OrderReference": number_of_another(),
    "OrganisationNumber": Field(read_only=True),
    "PaymentWay": Field(choices=("CASH", "CARD", "AG")),
    "PrintTemplate": Field(default="st"),
    "Reminders": Field(Kind.INTEGER, default=0, read_only=True),
    "VoucherNumber": null(Kind.INTEGER),
    "VoucherSeries": null(),
    "VoucherYear": null(Kind.INTEGER),
}
_OWN_IN_ROWS: dict[str, Field] = {
    "DeliveredQuantity": quantity(),
    "PriceExcludingVAT": computed(),
    "StockPointCode": Field(default=None),
    "TotalExcludingVAT": computed(),
}

INVOICE_FIELDS = together(HEADER_FIELDS, DELIVERY_FIELDS, _OWN)
INVOICE_ROW_FIELDS = together(ROW_FIELDS, _OWN_IN_ROWS)

INVOICE_LIST_FIELDS = (
    "Balance", "Booked", "Cancelled", "CostCenter", "Currency", "CurrencyRate", "CurrencyUnit", "CustomerName",
    "CustomerNumber", "DocumentNumber", "DueDate", "ExternalInvoiceReference1", "ExternalInvoiceReference2",
    "FinalPayDate", "InvoiceDate", "InvoiceType", "NoxFinans", "OCR", "Project", "Sent", "TermsOfPayment", "Total",
    "VoucherNumber", "VoucherSeries", "VoucherYear", "WayOfDelivery",
)  # fmt: skip
