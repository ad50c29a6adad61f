"""The properties that invoices, orders and offers share, and those of their rows (Fortnox facts, 1.9, 1.10, 6.1)."""

from collections.abc import Mapping
from decimal import Decimal

from connectors.fortnox.simulator.fields import Field, Kind
from connectors.fortnox.simulator.money import ZERO


def text(longest: int | None = 1024, cut: int | None = None) -> Field:
    """A text, refused beyond `longest`, cut at `cut`."""
    return Field(longest=longest, cut=cut)


def reference() -> Field:
    """A reference of at most 50 letters (2001600)."""
    return Field(longest=50, too_long=2001600)


def money() -> Field:
    """An amount that can be written."""
    return Field(Kind.NUMBER, default=ZERO, rounded=True)


def computed() -> Field:
    """An amount that the server computes."""
    return Field(Kind.NUMBER, default=ZERO, read_only=True)


def flag() -> Field:
    """A state that only an action changes."""
    return Field(Kind.BOOLEAN, default=False, read_only=True)


def date() -> Field:
    """A day, null while not given."""
    return Field(Kind.DATE, default=None)


def null(kind: Kind = Kind.TEXT) -> Field:
    """A read-only value that is null at first."""
    return Field(kind, default=None, read_only=True)


def number_of_another() -> Field:
    """The number of another document as a text, `"0"` for none (Fortnox facts, 1.7)."""
    return Field(default="0", read_only=True)


def quantity() -> Field:
    """A row's quantity: a text with at most two decimals."""
    return Field(Kind.NUMERIC_TEXT, default="0", rounded=True)


def parts(fields: Mapping[str, Field]) -> Field:
    """An object with properties of its own."""
    return Field(Kind.OBJECT, default={name: part.default for name, part in fields.items()}, parts=fields)


def email_information(subject: str) -> Field:
    """The e-mail block; `{no}` in its subject is the document's number (Fortnox facts, 6.1)."""
    return parts(
        {
            "EmailAddressBCC": Field(default=None),
            "EmailAddressCC": Field(default=None),
            "EmailAddressFrom": Field(default=None),
            "EmailAddressTo": Field(default=""),
            "EmailBody": Field(default=" ", longest=20000, any_characters=True),
            "EmailSubject": Field(default=subject, longest=100, any_characters=True),
        }
    )


def together(*groups: Mapping[str, Field]) -> dict[str, Field]:
    """Join groups of properties in the order of their names."""
    joined: dict[str, Field] = {name: field for group in groups for name, field in group.items()}
    return dict(sorted(joined.items()))


HEADER_FIELDS: dict[str, Field] = {
    "Address1": text(),
    "Address2": text(),
    "AdministrationFee": money(),
    "AdministrationFeeVAT": computed(),
    "BasisTaxReduction": computed(),
    "Cancelled": flag(),
    "City": text(),
    "Comments": Field(longest=1024, too_long=2001896),
    "ContributionPercent": computed(),
    "ContributionValue": computed(),
    "CostCenter": text(6),
    "Country": text(),
    "Currency": Field(default="SEK", longest=3),
    "CurrencyRate": Field(Kind.NUMBER, default=Decimal(1)),
    "CurrencyUnit": Field(Kind.INTEGER, default=1),
    "CustomerName": text(),
    "CustomerNumber": text(),
    "DeliveryAddress1": text(None, cut=60),
    "DeliveryAddress2": text(),
    "DeliveryCity": text(),
    "DeliveryCountry": text(),
    "DeliveryDate": date(),
    "DeliveryName": text(),
    "DeliveryZipCode": text(),
    "DocumentNumber": text(),
    "Freight": money(),
    "FreightVAT": computed(),
    "Gross": computed(),
    "HouseWork": flag(),
    "InvoiceReference": number_of_another(),
    "Language": Field(default="SV", choices=("SV", "EN")),
    "Net": computed(),
    "NotCompleted": Field(Kind.BOOLEAN, default=False),
    "OurReference": reference(),
    "Phone1": text(),
    "Phone2": text(),
    "PriceList": Field(default="A"),
    "Project": text(20),
    "Remarks": text(),
    "RoundOff": computed(),
    "Sent": flag(),
    "TaxReduction": null(Kind.NUMBER),
    "TaxReductionType": Field(default="none", choices=("none", "rot", "rut", "green")),
    "TermsOfDelivery": text(20),
    "TermsOfPayment": Field(default="30", longest=25),
    "Total": computed(),
    "TotalToPay": computed(),
    "TotalVAT": computed(),
    "VATIncluded": Field(Kind.BOOLEAN, default=False),
    "WayOfDelivery": text(50),
    "YourReference": reference(),
    "ZipCode": text(),
}
"""What a document of any kind has."""

DELIVERY_FIELDS: dict[str, Field] = {
    "ExternalInvoiceReference1": text(80),
    "ExternalInvoiceReference2": text(80),
    "OutboundDate": date(),
    "TimeBasisReference": null(Kind.INTEGER),
    "WarehouseReady": Field(Kind.BOOLEAN, default=True, read_only=True),
    "YourOrderNumber": text(None, cut=30),
}
"""What orders and invoices have and offers do not (Fortnox facts, 6.7)."""

ROW_FIELDS: dict[str, Field] = {
    "AccountNumber": Field(Kind.INTEGER, default=0),
    "ArticleNumber": text(50),
    "ContributionPercent": Field(Kind.NUMERIC_TEXT, default="0", read_only=True),
    "ContributionValue": Field(Kind.NUMERIC_TEXT, default="0", read_only=True),
    "Cost": computed(),
    "CostCenter": text(6),
    "Description": Field(cut=255, one_line=True),
    "Discount": Field(Kind.NUMBER, default=ZERO, rounded=True),
    "DiscountType": Field(default="PERCENT", choices=("AMOUNT", "PERCENT")),
    "HouseWork": Field(Kind.BOOLEAN, default=False),
    "HouseWorkHoursToReport": Field(Kind.INTEGER, default=None),
    "HouseWorkType": Field(default=None),
    "Price": money(),
    "Project": text(20),
    "RowId": Field(Kind.INTEGER, default=0),
    "Total": computed(),
    "Unit": Field(nullable=False, longest=20),
    "VAT": Field(Kind.INTEGER, default=0),
    "VATCode": Field(default=None),
}
"""What a row of any kind of document has."""
