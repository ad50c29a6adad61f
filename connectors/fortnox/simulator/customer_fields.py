"""The properties of a customer (Fortnox facts, 1.9, 1.10 and 6.2)."""

from connectors.fortnox.simulator.fields import Field, Kind

_DELIVERY_TYPES = ("PRINT", "EMAIL", "PRINTSERVICE", "ELECTRONICINVOICE")


def _delivery_type() -> Field:
    return Field(default="PRINT", choices=_DELIVERY_TYPES)


def _template() -> Field:
    return Field(default="DEFAULTTEMPLATE")


def _empty(longest: int = 1024) -> Field:
    return Field(longest=longest)


def _null(longest: int = 1024) -> Field:
    return Field(default=None, longest=longest)


def _reference() -> Field:
    return Field(longest=50, too_long=2001600)


def _amount() -> Field:
    return Field(Kind.NUMERIC_TEXT, default=None, rounded=True)


def _derived() -> Field:
    return Field(default=None, read_only=True)


_DELIVERY_PARTS = {name: _delivery_type() for name in ("Invoice", "Offer", "Order")}
_TEMPLATE_PARTS = {name: _template() for name in ("CashInvoice", "Invoice", "Offer", "Order")}

CUSTOMER_FIELDS: dict[str, Field] = {
    "Active": Field(Kind.BOOLEAN, default=True),
    "Address1": _null(),
    "Address2": _null(),
    "City": _null(),
    "Comments": _null(),
    "CostCenter": _null(6),
    "Country": _derived(),
    "CountryCode": _null(2),
    "Currency": Field(default="SEK", longest=3),
    "CustomerNumber": Field(longest=1024),
    "DefaultDeliveryTypes": Field(Kind.OBJECT, default=dict.fromkeys(_DELIVERY_PARTS, "PRINT"), parts=_DELIVERY_PARTS),
    "DefaultTemplates": Field(
        Kind.OBJECT, default=dict.fromkeys(_TEMPLATE_PARTS, "DEFAULTTEMPLATE"), parts=_TEMPLATE_PARTS
    ),
    "DeliveryAddress1": _null(),
    "DeliveryAddress2": _null(),
    "DeliveryCity": _null(),
    "DeliveryCountry": _derived(),
    "DeliveryCountryCode": _null(2),
    "DeliveryFax": _null(),
    "DeliveryName": _null(),
    "DeliveryPhone1": _null(),
    "DeliveryPhone2": _null(),
    "DeliveryZipCode": _null(10),
    "Email": _empty(),
    "EmailInvoice": _empty(),
    "EmailInvoiceBCC": _empty(),
    "EmailInvoiceCC": _empty(),
    "EmailOffer": _empty(),
    "EmailOfferBCC": _empty(),
    "EmailOfferCC": _empty(),
    "EmailOrder": _empty(),
    "EmailOrderBCC": _empty(),
    "EmailOrderCC": _empty(),
    "ExternalReference": _null(),
    "Fax": _null(),
    "GLN": _null(13),
    "GLNDelivery": _null(13),
    "InvoiceAdministrationFee": _amount(),
    "InvoiceDiscount": Field(Kind.NUMBER, default=None),
    "InvoiceFreight": _amount(),
    "InvoiceRemark": _empty(),
    "Name": _empty(),
    "OrganisationNumber": _empty(30),
    "OurReference": _reference(),
    "Phone1": _null(),
    "Phone2": _null(),
    "PriceList": Field(default="A"),
    "Project": _empty(20),
    "SalesAccount": Field(Kind.INTEGER, default=None),
    "ShowPriceVATIncluded": Field(Kind.BOOLEAN, default=False),
    "TermsOfDelivery": _empty(20),
    "TermsOfPayment": _empty(25),
    "Type": Field(default="COMPANY", choices=("PRIVATE", "COMPANY")),
    "VATNumber": _empty(),
    "VATType": Field(default="SEVAT", choices=("SEVAT", "SEREVERSEDVAT", "EUREVERSEDVAT", "EUVAT", "EXPORT")),
    "VisitingAddress": _null(128),
    "VisitingCity": _null(128),
    "VisitingCountry": _derived(),
    "VisitingCountryCode": _null(2),
    "VisitingZipCode": _null(10),
    "WWW": _empty(128),
    "WayOfDelivery": _empty(50),
    "YourReference": _reference(),
    "ZipCode": _null(10),
}

CUSTOMER_LIST_FIELDS = {
    "Address1": "Address1",
    "Address2": "Address2",
    "City": "City",
    "CustomerNumber": "CustomerNumber",
    "Email": "Email",
    "Name": "Name",
    "OrganisationNumber": "OrganisationNumber",
    "Phone": "Phone1",
    "ZipCode": "ZipCode",
}
