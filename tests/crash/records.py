"""The records of senders that have a stand-in: HighLevel, Upsales, SubscriptionFlow, as they hold buyers and sales."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.connectors.highlevel import bodies as highlevel
from tests.connectors.subscriptionflow import bodies as subscriptionflow
from tests.connectors.upsales import bodies as upsales
from tests.crash import companies
from tests.crash.bodies import Content, Row, Sale
from tests.crash.companies import HIGHLEVEL, SUBSCRIPTIONFLOW, UPSALES
from tests.crash.subjects import Buyer, Change, Record, Response

CHANGED = {HIGHLEVEL: "updatedAt", UPSALES: "modDate", SUBSCRIPTIONFLOW: "updated_at"}
"""Where each sender writes when a record last changed."""

ENVELOPE = ("type", "timestamp", "webhookId", "locationId")
FIRST_ACCOUNT = 300
FIRST_ORDER = 4000

Party = tuple[str, str, str, Record]
"""Source, kind, id, and the record itself."""


def written(moment: datetime) -> str:
    """A moment as all three senders write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parties(buyers: Sequence[Buyer]) -> Iterator[Party]:
    """Every buyer at every sender that keeps records, and what else stands there before anything is sold."""
    for field, name in ((companies.SCORE_FIELD, companies.SCORE_LABEL), (companies.WORD_FIELD, companies.WORD_LABEL)):
        yield HIGHLEVEL, "customFields", field, {"id": field, "name": name}
    for buyer in buyers:
        yield HIGHLEVEL, "contacts", _contact_id(buyer), _contact(buyer)
        yield UPSALES, "accounts", str(_account_id(buyer)), _account(buyer)
        yield SUBSCRIPTIONFLOW, "customers", _customer_id(buyer), _customer(buyer)


def _contact_id(buyer: Buyer) -> str:
    return f"kontakt{buyer.serial:03d}"


def _account_id(buyer: Buyer) -> int:
    return FIRST_ACCOUNT + buyer.serial


def _customer_id(buyer: Buyer) -> str:
    return f"kund-{buyer.serial:03d}"


def _contact(buyer: Buyer) -> Record:
    number = buyer.organisation_number
    fields = [{"id": companies.NUMBER_FIELD, "value": number}] if number else []
    return highlevel.contact(
        id=_contact_id(buyer), companyName=buyer.name, email=buyer.email, phone=None, customFields=fields
    )


def _account(buyer: Buyer) -> Record:
    custom = [{"fieldId": companies.EMAIL_FIELD, "value": buyer.email}] if buyer.email else []
    number = (buyer.organisation_number or "").replace("-", "")
    return upsales.account(id=_account_id(buyer), name=buyer.name, orgNo=number, phone="", custom=custom)


def _customer(buyer: Buyer) -> Record:
    return subscriptionflow.customer(
        id=_customer_id(buyer),
        name=buyer.name,
        email=buyer.email or "",
        phone_number="",
        organisation_number=buyer.organisation_number or "",
        tax_number="",
    )


def _float(amount: Decimal) -> float:
    """As these senders write amounts: a JSON number."""
    return float(amount)


# --- HighLevel -------------------------------------------------------------------------------------------------------


def highlevel_order(sale: Sale, status: str) -> Record:
    """An order of HighLevel's payments; each row's VAT on top of its price."""
    content, buyer = sale.content, sale.buyer
    rates = {row.rate for row in content.rows}
    taxes = [
        {"rate": rate, "calculation": "exclusive", "amount": _float(_vat_at(content, rate))} for rate in sorted(rates)
    ]
    whole = highlevel.order(
        status,
        _id=sale.document.id,
        contactId=_contact_id(buyer),
        amount=_float(content.total),
        amountSummary={"subtotal": _float(content.net), "discount": 0, "tax": _float(content.vat), "shipping": 0},
        taxSummary=taxes,
        contactSnapshot={
            "id": _contact_id(buyer),
            "companyName": buyer.name,
            "email": buyer.email or "",
            "country": "SE",
        },
        items=[
            highlevel.order_item(_float(row.price), row.quantity, highlevel.tax(row.rate)) | {"name": row.article}
            for row in content.rows
        ],
        createdAt=written(sale.ordered),
    )
    return {key: value for key, value in whole.items() if key not in ENVELOPE}


def _vat_at(content: Content, rate: int) -> Decimal:
    return sum((row.net * row.rate / 100 for row in content.rows if row.rate == rate), Decimal(0))


def highlevel_invoice(sale: Sale, status: str) -> Record:
    """An invoice that HighLevel made by itself."""
    content, paid = sale.content, status == "paid"
    whole = highlevel.invoice(
        status,
        _id=sale.document.id,
        invoiceNumber=sale.document.number,
        total=_float(content.total),
        amountPaid=_float(content.total) if paid else 0,
        amountDue=0 if paid else _float(content.total),
        contactDetails={
            "id": _contact_id(sale.buyer),
            "companyName": sale.buyer.name,
            "email": sale.buyer.email or "",
        },
        issueDate=sale.ordered.date().isoformat(),
        dueDate=(sale.ordered + timedelta(days=30)).date().isoformat(),
        invoiceItems=[
            {
                "name": row.article,
                "productId": "p1",
                "qty": row.quantity,
                "amount": _float(row.price),
                "taxes": [highlevel.tax(row.rate)],
            }
            for row in content.rows
        ],
        totalSummary={"subTotal": _float(content.net), "discount": 0, "tax": _float(content.vat)},
        createdAt=written(sale.ordered),
    )
    return {key: value for key, value in whole.items() if key not in ENVELOPE}


def submission(response: Response, buyer: Buyer, serial: int, now: datetime) -> Change:
    """A submitted survey, with the fields that a workflow's action "Webhook" sends of it."""
    survey, moment = f"enkat-{serial}", written(now)
    record = {
        "id": f"svar-{serial}",
        "contactId": _contact_id(buyer),
        "createdAt": moment,
        "surveyId": survey,
        "name": buyer.name,
        "email": buyer.email,
        "others": {companies.SCORE_FIELD: serial % 11, companies.WORD_FIELD: response.word},
    }
    more = {
        "contact_id": _contact_id(buyer),
        "company_name": buyer.name,
        "email": buyer.email or "",
        companies.NUMBER_LABEL: buyer.organisation_number or "",
        companies.SCORE_LABEL: str(serial % 11),
        companies.WORD_LABEL: response.word,
        "location": {"id": highlevel.LOCATION},
        "customData": {"event": "survey_submitted", "survey_id": survey, "submitted_at": moment},
    }
    return Change("submissions", f"svar-{serial}", record, 0, "workflow", more)


# --- Upsales ---------------------------------------------------------------------------------------------------------


def upsales_order(sale: Sale, status: str) -> Record:
    """An order in the stage that means ``status``; its rows name articles and no VAT."""
    rows = [_upsales_row(place, row) for place, row in enumerate(sale.content.rows)]
    value = _float(sale.content.net)
    return upsales.order(
        id=int(sale.document.id),
        date=sale.ordered.date().isoformat(),
        closeDate=sale.ordered.date().isoformat(),
        stage={"id": companies.STAGES[status], "name": status},
        client={"id": _account_id(sale.buyer), "name": sale.buyer.name},
        contact=None,
        orderRow=rows,
        value=value,
        valueInMasterCurrency=value,
    )


def _upsales_row(place: int, row: Row) -> Record:
    number = int(row.article.rpartition("-")[2])
    product = {"id": 40 + number, "name": f"Vara {row.article}", "articleNo": row.article}
    price = _float(row.price * (100 - row.discount) / 100)
    return upsales.row(
        price,
        row.quantity,
        listPrice=_float(row.price),
        product=product,
        productId=product["id"],
        sortId=place + 1,
    )


# --- SubscriptionFlow ------------------------------------------------------------------------------------------------


def subscription_invoice(sale: Sale) -> Record:
    """An invoice that waits for its payment: one VAT rate for all charges."""
    content, buyer = sale.content, sale.buyer
    charges = [
        subscriptionflow.charge(f"{row.price:.2f}", str(row.quantity), plan_price={"id": "p", "name": row.article})
        for row in content.rows
    ]
    return subscriptionflow.invoice(
        id=sale.document.id,
        name=sale.document.number,
        status="DUE",
        customer_id=_customer_id(buyer),
        customer={"id": _customer_id(buyer), "name": buyer.name, "email": buyer.email or ""},
        invoice_date=sale.ordered.date().isoformat(),
        due_date=(sale.ordered + timedelta(days=30)).date().isoformat(),
        sub_total=f"{content.net:.2f}",
        total_tax=f"{content.vat:.2f}",
        total_amount=f"{content.total:.2f}",
        received_payment="0.00",
        closing_balance=f"{content.total:.2f}",
        currency=content.currency,
        items=[subscriptionflow.item(*charges)],
    )


def signed_body(change: Change, record: Record, webhook_id: str, now: datetime) -> dict[str, Any]:
    """What HighLevel's app sends of a record."""
    envelope = {"type": change.told, "locationId": highlevel.LOCATION, "timestamp": written(now)}
    return {**record, **envelope, "webhookId": webhook_id}
