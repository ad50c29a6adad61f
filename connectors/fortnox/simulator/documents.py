"""Invoices, orders and offers alike: creating from the customer card, and changing (Fortnox facts, 6.1)."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record, Records
from connectors.fortnox.simulator.dimensions import check_dimensions
from connectors.fortnox.simulator.document_rows import Row, RowTerms, updated_rows, with_new_ids
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK, Fields, blank, lay_over, read_value
from connectors.fortnox.simulator.housework import before_update, check_row, set_tax_reduction
from connectors.fortnox.simulator.labels import read_labels
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.tax_entries import asked_amount, forget_entries, renew_entries
from connectors.fortnox.simulator.totals import set_totals
from connectors.fortnox.simulator.warehouse import born_ready, check_unlocked

Data = dict[str, Any]

_COPIED = (
    "Address1", "Address2", "City", "CostCenter", "Country", "Currency", "DeliveryAddress1", "DeliveryAddress2",
    "DeliveryCity", "DeliveryCountry", "DeliveryName", "DeliveryZipCode", "OrganisationNumber", "OurReference",
    "Phone1", "Phone2", "PriceList", "Project", "TermsOfDelivery", "TermsOfPayment", "WayOfDelivery", "YourReference",
    "ZipCode",
)  # fmt: skip
_RENAMED = {"CustomerName": "Name", "CustomerNumber": "CustomerNumber", "VATIncluded": "ShowPriceVATIncluded"}
_AMOUNTS = {"Freight": "InvoiceFreight", "AdministrationFee": "InvoiceAdministrationFee"}


def _given(sent: Mapping[str, Any], name: str) -> bool:
    return sent.get(name) not in (None, "", API_BLANK)


def _customer(company: Company, sent: Mapping[str, Any]) -> Data:
    number = sent.get("CustomerNumber")
    customer = company.customers.get(str(number)) if _given(sent, "CustomerNumber") else None
    if customer is None:
        raise ApiError(2000204, "Kunden saknas eller finns inte.")
    return customer.data


def check_header(company: Company, document: Data) -> None:
    """Refuse a document that names what is not in the registers.

    Raises:
        ApiError: 2000431, 2000429.
    """
    company.check_price_list(document["PriceList"])
    company.days_of_payment(document["TermsOfPayment"])


def _set_currency(company: Company, document: Data, sent: Mapping[str, Any], before: str | None) -> None:
    """Take rate and unit from the register unless they were sent or the currency stayed; cleared ones too."""
    registered = company.currency(document["Currency"])
    for name, value in (("CurrencyRate", registered["BuyRate"]), ("CurrencyUnit", int(registered["Unit"]))):
        cleared = sent.get(name, "") in (None, API_BLANK)
        if cleared or (document["Currency"] != before and not _given(sent, name)):
            document[name] = value
        if document[name] <= 0:
            raise ApiError(2000108, f"Fältet {name} måste vara större än noll.")


def _nothing_more(_company: Company, _document: Data) -> None:
    """The kind of document needs nothing more."""


def _any_rows(_document: Data, _rows: list[Row]) -> None:
    """The kind of document may change its rows while it may change at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """What makes invoices, orders and offers differ.

    `rows`, `quantity` and `date` name the row list, the quantity that totals count and the document's own date;
    `series` the number series; `email` the card's e-mail property; `reference` the kind's name in a tax reduction;
    `card` further properties of the card that are copied under another name. `complete` sets what follows from the
    rest, `check_changeable` and `check_rows` refuse a change of a document in a state that allows none.
    """

    fields: Fields
    row_fields: Fields
    rows: str
    quantity: str
    date: str
    series: str
    records: Callable[[Company], Records]
    email: str
    reference: str
    check_changeable: Callable[[Data], None]
    card: Mapping[str, str] = field(default_factory=dict)
    complete: Callable[[Company, Data], None] = _nothing_more
    check_rows: Callable[[Data, list[Row]], None] = _any_rows

    def _copy_card(self, document: Data, card: Data) -> None:
        """Copy the customer card; an empty value of the card gives the document's own default."""
        renamed = {**_RENAMED, **self.card}
        copied = {name: card[name] for name in _COPIED} | {name: card[other] for name, other in renamed.items()}
        for name, value in copied.items():
            document[name] = self.fields[name].default if value in (None, "") else value
        for name, other in _AMOUNTS.items():
            amount = card[other]
            document[name] = ZERO if amount is None else read_value(name, amount, self.fields[name])
        receiver = card[self.email] or card["Email"]
        document["EmailInformation"] = {**document["EmailInformation"], "EmailAddressTo": receiver}
        document["DeliveryAddress1"] = document["DeliveryAddress1"][:60]

    def _supplied_number(self, company: Company, sent: Mapping[str, Any]) -> str | None:
        if not _given(sent, "DocumentNumber"):
            return None
        text = str(read_value("DocumentNumber", sent["DocumentNumber"], self.fields["DocumentNumber"]))
        if not (text.isascii() and text.isdigit()):
            raise ApiError(2000108, "Fältet DocumentNumber måste vara numeriskt.")
        number = str(int(text))
        if number in self.records(company):
            raise ApiError(Invented.DOCUMENT_NUMBER_USED, f'Dokumentnummer "{number}" används redan.')
        return number

    def _lay_header(self, company: Company, document: Data, sent: Mapping[str, Any]) -> None:
        if sent.get("Labels", "") != "":
            document["Labels"] = read_labels(company, sent["Labels"])
        apart = {"CustomerNumber", "DocumentNumber", "Labels", self.rows}
        lay_over(document, {name: value for name, value in sent.items() if name not in apart}, self.fields)
        check_header(company, document)

    def _row_terms(self, document: Data, vat_type: str) -> RowTerms:
        return RowTerms(self.row_fields, self.quantity, document["PriceList"], vat_type, document["TaxReductionType"])

    def finish(self, company: Company, document: Data, vat_type: str, moment: Moment) -> None:
        """Set dates, amounts and whatever else follows from what a document holds.

        Raises:
            ApiError: 2003227 where its entries ask for more tax reduction than its rows allow, else as
                `check_dimensions`.
        """
        for holder in (document, *document[self.rows]):
            check_dimensions(company, holder)
        document[self.date] = document[self.date] or moment.today.isoformat()
        if "OutboundDate" in document:
            document["OutboundDate"] = document["OutboundDate"] or document[self.date]
        set_totals(document, document[self.rows], self.quantity, vat_type, company.settings)
        asked = asked_amount(company, self.reference, document["DocumentNumber"])
        set_tax_reduction(document, document[self.rows], None if document["TaxReductionType"] == "none" else asked)
        self.complete(company, document)

    def begin(self, card: Data | None) -> Data:
        """Give a document without number and rows, filled from a customer card if there is one."""
        document = blank(self.fields) | {"Labels": [], self.rows: []}
        if card is not None:
            self._copy_card(document, card)
        return document

    def store(
        self, company: Company, document: Data, vat_type: str, moment: Moment, number: str | None = None
    ) -> Record:
        """Give a new document its number, finish it and keep it."""
        records = self.records(company)
        document["DocumentNumber"] = number or company.next_number(self.series, lambda free: free not in records)
        if "WarehouseReady" in document:
            document["WarehouseReady"] = born_ready(company, document)
        self.finish(company, document, vat_type, moment)
        record = Record(document, moment.now, vat_type)
        records[document["DocumentNumber"]] = record
        return record

    def create(self, company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
        """Create a document: customer card first, then what was sent, then number, dates and totals.

        Raises:
            ApiError: 2000204 for a missing or unknown customer, 2000427 for an unregistered currency, 2000429, 2000431,
                the row codes of `updated_rows`, an invented code for a used `DocumentNumber`, and what a single
                property refuses.
        """
        card = _customer(company, sent)
        number = self._supplied_number(company, sent)
        document = self.begin(card)
        self._lay_header(company, document, sent)
        _set_currency(company, document, sent, None)
        if sent.get(self.rows) is not None:
            terms = self._row_terms(document, card["VATType"])
            document[self.rows] = updated_rows(company, [], sent[self.rows], terms)
        return self.store(company, document, card["VATType"], moment, number)

    def _change_rows(self, company: Company, document: Data, sent: Mapping[str, Any], card_vat_type: str) -> None:
        given, old = sent.get(self.rows), before_update(document[self.rows], document["TaxReductionType"])
        if given == [] and old:
            raise ApiError(Invented.ROWS_CANNOT_BE_EMPTIED, "Raderna kan inte tas bort alla på en gång.")
        if given is None:
            for row in old:
                check_row(row, document["TaxReductionType"])
            document[self.rows] = with_new_ids(company, old)
            return
        rows = updated_rows(company, old, given, self._row_terms(document, card_vat_type))
        self.check_rows(document, rows)
        document[self.rows] = rows

    def update(self, company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
        """Change a document; a row that is new takes its account from the live customer card.

        Another customer copies that card's data where the request gives none (*simulator choice*); a date that follows
        from another stays as it is unless sent (*simulator choice*).

        Raises:
            ApiError: what the kind refuses in this state, an invented code for an emptied row list, else as `create`.
        """
        self.check_changeable(record.data)
        check_unlocked(company, record.data)
        if str(sent.get("DocumentNumber") or record.data["DocumentNumber"]) != record.data["DocumentNumber"]:
            raise unknown_field("DocumentNumber")
        document = deepcopy(record.data)
        before, vat_type = document["Currency"], record.vat_type
        if _given(sent, "CustomerNumber") and str(sent["CustomerNumber"]) != document["CustomerNumber"]:
            card = _customer(company, sent)
            self._copy_card(document, card)
            vat_type = card["VATType"]
        self._lay_header(company, document, sent)
        _set_currency(company, document, sent, before)
        owner = company.customers.get(document["CustomerNumber"])
        self._change_rows(company, document, sent, owner.data["VATType"] if owner else vat_type)
        self.finish(company, document, vat_type, moment)
        record.data, record.vat_type, record.modified = document, vat_type, moment.now
        self._renew_tax_entries(company, document, moment)

    def _renew_tax_entries(self, company: Company, document: Data, moment: Moment) -> None:
        """Replace a document's entries, or drop them with its tax reduction (Fortnox facts, 6.16)."""
        if document["TaxReductionType"] == "none":
            forget_entries(company, self.reference, document["DocumentNumber"])
        else:
            renew_entries(company, self.reference, document["DocumentNumber"], moment)


def mark_sent(_company: Company, record: Record, moment: Moment) -> None:
    """Note that a document was printed elsewhere: `Sent` true and nothing else (Fortnox facts, 6.1)."""
    record.data = record.data | {"Sent": True}
    record.modified = moment.now
