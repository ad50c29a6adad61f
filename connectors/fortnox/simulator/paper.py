"""What leaves the house of a document: e-mail, e-invoice, print-outs, reminders (Fortnox facts, 6.1, 6.5, 6.7, 6.8).

All of these are GETs, and each one sends or prints once more.
"""

from collections.abc import Mapping
from typing import Any

from connectors.fortnox.simulator.attachments import sent_along
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.documents import mark_sent
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.file_answer import file_answer
from connectors.fortnox.simulator.pdf import pdf
from connectors.fortnox.simulator.resource import Action
from connectors.fortnox.simulator.wire import Answer, decimal_text

_TITLES = {"invoices": "Faktura", "offers": "Offert", "orders": "Order"}


def _note(company: Company, kind: str, record: Record, way: str, moment: Moment, more: Mapping[str, Any]) -> None:
    """Write down that something left, for `/_sim/state`: so a test can count what was sent."""
    entry = {"way": way, "resource": kind, "number": record.data["DocumentNumber"], "time": moment.now.isoformat()}
    company.sendings.append({**entry, **more})
    mark_sent(company, record, moment)


def _printed(kind: str, record: Record, *, title: str) -> Answer:
    data = record.data
    number = data["DocumentNumber"]
    lines = [f"{title} {number}", data["CustomerName"], f"Att betala: {decimal_text(data['TotalToPay'])}"]
    return file_answer(f"{_TITLES[kind]}_{number}.pdf", "application/pdf", pdf([*lines, data["Currency"]]))


def _mail(record: Record) -> dict[str, Any]:
    """The e-mail as it goes out: `{no}` in the subject is the document's number."""
    wanted = record.data["EmailInformation"]
    return {
        "from": wanted["EmailAddressFrom"],
        "to": wanted["EmailAddressTo"],
        "cc": wanted["EmailAddressCC"],
        "bcc": wanted["EmailAddressBCC"],
        "subject": wanted["EmailSubject"].replace("{no}", record.data["DocumentNumber"]),
        "body": wanted["EmailBody"],
    }


def _email(kind: str) -> Action:
    def email(company: Company, record: Record, moment: Moment) -> None:
        if kind == "invoices" and not company.settings.bank_details:
            raise ApiError(Invented.BANK_DETAILS_MISSING, "Företagets bankuppgifter saknas.")
        if not record.data["EmailInformation"]["EmailAddressTo"]:
            raise ApiError(Invented.EMAIL_ADDRESS_MISSING, "Mottagarens e-postadress saknas.")
        more = _mail(record) | {"attachments": sent_along(company, kind, record)}
        _note(company, kind, record, "email", moment, more)

    return email


def _print(kind: str) -> Action:
    def print_out(company: Company, record: Record, moment: Moment) -> Answer:
        _note(company, kind, record, "print", moment, {})
        return _printed(kind, record, title=_TITLES[kind])

    return print_out


def _preview(kind: str) -> Action:
    return lambda _company, record, _moment: _printed(kind, record, title=_TITLES[kind])


def _einvoice(company: Company, record: Record, moment: Moment) -> None:
    """Send an e-invoice: the invoice or its customer must have a location number, unless the switch says otherwise."""
    owner = company.customers.get(record.data["CustomerNumber"])
    own = record.data["EDIInformation"]["EDIGlobalLocationNumber"]
    receiver = own or (owner.data["GLN"] if owner is not None else None)
    if company.settings.einvoice_needs_gln and not receiver:
        raise ApiError(Invented.EDI_DATA_MISSING, "Kundens uppgifter för e-faktura saknas.")
    _note(company, "invoices", record, "einvoice", moment, {"to": receiver})


def _eprint(company: Company, record: Record, moment: Moment) -> None:
    _note(company, "invoices", record, "eprint", moment, {})


def _printreminder(company: Company, record: Record, moment: Moment) -> Answer:
    """Print a reminder of any invoice: one more in `Reminders`, today in `LastRemindDate` (*simulator choice*)."""
    _note(company, "invoices", record, "printreminder", moment, {})
    day = moment.today.isoformat()
    record.data = record.data | {"Reminders": record.data["Reminders"] + 1, "LastRemindDate": day}
    return _printed("invoices", record, title="Påminnelse, faktura")


def paper_actions(kind: str) -> dict[str, Action]:
    """Give the GET actions of a kind of document, named by its path.

    They raise invented codes: an e-mail without a receiver or (invoices) without the company's bank details, an
    e-invoice without the customer's data for it.
    """
    actions: dict[str, Action] = {"email": _email(kind), "preview": _preview(kind), "print": _print(kind)}
    if kind == "invoices":
        actions |= {"einvoice": _einvoice, "eprint": _eprint, "printreminder": _printreminder}
    return actions
