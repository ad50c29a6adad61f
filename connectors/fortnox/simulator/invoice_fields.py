"""The properties of an invoice and of its rows (Fortnox facts, 1.9, 1.10, 6.1 and 6.5)."""

from decimal import Decimal

from connectors.fortnox.simulator.fields import Field, Kind

_ZERO = Decimal(0)


def _text(longest: int | None = 1024, cut: int | None = None) -> Field:
    return Field(longest=longest, cut=cut)


def _reference() -> Field:
    return Field(longest=50, too_long=2001600)


def _money() -> Field:
    return Field(Kind.NUMBER, default=_ZERO, rounded=True)


def _computed() -> Field:
    return Field(Kind.NUMBER, default=_ZERO, read_only=True)


def _flag() -> Field:
    return Field(Kind.BOOLEAN, default=False, read_only=True)


def _date() -> Field:
    return Field(Kind.DATE, default=None)


def _null(kind: Kind = Kind.TEXT) -> Field:
    return Field(kind, default=None, read_only=True)


_EDI_PARTS = {
    "EDIGlobalLocationNumber": Field(default=None, longest=13),
    "EDIGlobalLocationNumberDelivery": Field(default=None, longest=13),
    "EDIInvoiceExtra1": Field(default=None),
    "EDIInvoiceExtra2": Field(default=None),
    "EDIOurElectronicReference": Field(default=None),
    "EDIStatus": Field(read_only=True),
    "EDIYourElectronicReference": Field(default=None),
}
_EMAIL_PARTS = {
    "EmailAddressBCC": Field(default=None),
    "EmailAddressCC": Field(default=None),
    "EmailAddressFrom": Field(default=None),
    "EmailAddressTo": Field(default=""),
    "EmailBody": Field(default=" ", longest=20000, any_characters=True),
    "EmailSubject": Field(default="Faktura {no} bifogas", longest=100, any_characters=True),
}

INVOICE_FIELDS: dict[str, Field] = {
    "AccountingMethod": Field(default="ACCRUAL", read_only=True),
    "Address1": _text(),
    "Address2": _text(),
    "AdministrationFee": _money(),
    "AdministrationFeeVAT": _computed(),
    "Balance": _computed(),
    "BasisTaxReduction": _computed(),
    "Booked": _flag(),
    "Cancelled": _flag(),
    "City": _text(),
    "Comments": Field(longest=1024, too_long=2001896),
    "ContractReference": Field(Kind.INTEGER, default=0, read_only=True),
    "ContributionPercent": _computed(),
    "ContributionValue": _computed(),
    "CostCenter": _text(6),
    "Country": _text(),
    "Credit": Field(default="false", read_only=True),
    "CreditInvoiceReference": Field(default="0", read_only=True),
    "Currency": Field(default="SEK", longest=3),
    "CurrencyRate": Field(Kind.NUMBER, default=Decimal(1)),
    "CurrencyUnit": Field(Kind.INTEGER, default=1),
    "CustomerName": _text(),
    "CustomerNumber": _text(),
    "DeliveryAddress1": _text(None, cut=60),
    "DeliveryAddress2": _text(),
    "DeliveryCity": _text(),
    "DeliveryCountry": _text(),
    "DeliveryDate": _date(),
    "DeliveryName": _text(),
    "DeliveryZipCode": _text(),
    "DocumentNumber": _text(),
    "DueDate": _date(),
    "EDIInformation": Field(
        Kind.OBJECT, default={name: part.default for name, part in _EDI_PARTS.items()}, parts=_EDI_PARTS
    ),
    "EUQuarterlyReport": Field(Kind.BOOLEAN, default=False),
    "EmailInformation": Field(
        Kind.OBJECT, default={name: part.default for name, part in _EMAIL_PARTS.items()}, parts=_EMAIL_PARTS
    ),
    "ExternalInvoiceReference1": _text(80),
    "ExternalInvoiceReference2": _text(80),
    "FinalPayDate": _null(Kind.DATE),
    "Freight": _money(),
    "FreightVAT": _computed(),
    "Gross": _computed(),
    "HouseWork": _flag(),
    "InvoiceDate": _date(),
    "InvoicePeriodEnd": Field(read_only=True),
    "InvoicePeriodReference": Field(read_only=True),
    "InvoicePeriodStart": Field(read_only=True),
    "InvoiceReference": Field(default="0", read_only=True),
    "InvoiceType": Field(
        default="INVOICE",
        choices=("INVOICE", "AGREEMENTINVOICE", "INTRESTINVOICE", "SUMMARYINVOICE", "CASHINVOICE"),
    ),
    "Language": Field(default="SV", choices=("SV", "EN")),
    "LastRemindDate": _null(Kind.DATE),
    "Net": _computed(),
    "NotCompleted": Field(Kind.BOOLEAN, default=False),
    "NoxFinans": _flag(),
    "OCR": _text(),
    "OfferReference": Field(default="0", read_only=True),
    "OrderReference": Field(default="0", read_only=True),
    "OrganisationNumber": Field(read_only=True),
    "OurReference": _reference(),
    "OutboundDate": _date(),
    "PaymentWay": Field(choices=("CASH", "CARD", "AG")),
    "Phone1": _text(),
    "Phone2": _text(),
    "PriceList": Field(default="A"),
    "PrintTemplate": Field(default="st"),
    "Project": _text(20),
    "Remarks": _text(),
    "Reminders": Field(Kind.INTEGER, default=0, read_only=True),
    "RoundOff": _computed(),
    "Sent": _flag(),
    "TaxReduction": _null(Kind.NUMBER),
    "TaxReductionType": Field(default="none", choices=("none", "rot", "rut", "green")),
    "TermsOfDelivery": _text(20),
    "TermsOfPayment": Field(default="30", longest=25),
    "TimeBasisReference": _null(Kind.INTEGER),
    "Total": _computed(),
    "TotalToPay": _computed(),
    "TotalVAT": _computed(),
    "VATIncluded": Field(Kind.BOOLEAN, default=False),
    "VoucherNumber": _null(Kind.INTEGER),
    "VoucherSeries": _null(),
    "VoucherYear": _null(Kind.INTEGER),
    "WarehouseReady": Field(Kind.BOOLEAN, default=True, read_only=True),
    "WayOfDelivery": _text(50),
    "YourOrderNumber": _text(None, cut=30),
    "YourReference": _reference(),
    "ZipCode": _text(),
}

ROW_FIELDS: dict[str, Field] = {
    "AccountNumber": Field(Kind.INTEGER, default=0),
    "ArticleNumber": _text(50),
    "ContributionPercent": Field(Kind.NUMERIC_TEXT, default="0", read_only=True),
    "ContributionValue": Field(Kind.NUMERIC_TEXT, default="0", read_only=True),
    "CostCenter": _text(6),
    "DeliveredQuantity": Field(Kind.NUMERIC_TEXT, default="0", rounded=True),
    "Description": Field(cut=255, one_line=True),
    "Discount": Field(Kind.NUMBER, default=_ZERO, rounded=True),
    "DiscountType": Field(default="PERCENT", choices=("AMOUNT", "PERCENT")),
    "HouseWork": Field(Kind.BOOLEAN, default=False),
    "HouseWorkHoursToReport": Field(Kind.INTEGER, default=None),
    "HouseWorkType": Field(default=None),
    "Price": _money(),
    "PriceExcludingVAT": _computed(),
    "Project": _text(20),
    "RowId": Field(Kind.INTEGER, default=0),
    "StockPointCode": Field(default=None),
    "Total": _computed(),
    "TotalExcludingVAT": _computed(),
    "Unit": Field(nullable=False, longest=20),
    "VAT": Field(Kind.INTEGER, default=0),
    "VATCode": Field(default=None),
}

INVOICE_LIST_FIELDS = (
    "Balance", "Booked", "Cancelled", "CostCenter", "Currency", "CurrencyRate", "CurrencyUnit", "CustomerName",
    "CustomerNumber", "DocumentNumber", "DueDate", "ExternalInvoiceReference1", "ExternalInvoiceReference2",
    "FinalPayDate", "InvoiceDate", "InvoiceType", "NoxFinans", "OCR", "Project", "Sent", "TermsOfPayment", "Total",
    "VoucherNumber", "VoucherSeries", "VoucherYear", "WayOfDelivery",
)  # fmt: skip
