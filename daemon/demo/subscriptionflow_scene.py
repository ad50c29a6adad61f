"""SubscriptionFlow: a payment is processed, its callback is a hint, the invoice is read and booked in its currency."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from daemon.demo.arrivals import followed
from daemon.demo.other_senders import SUBSCRIPTIONFLOW
from daemon.demo.stage import Stage

Json = dict[str, Any]
INVOICE, NUMBER = "3bb427c1-a1da-459d-aad1-245c92010b38", "INV-002318"
CUSTOMER, BUYER = "7a9d9691-46fc-4893-973c-43fad1272a25", "Blåklint Design AB"
CURRENCY, TOTAL = "EUR", Decimal(4975)


async def play(stage: Stage, now: datetime) -> None:
    """The button "process payment"."""
    stage.screen.step("4.3  SubscriptionFlow: an invoice in euro is paid; the callback only hints, the API is read")
    side = stage.stand_ins[SUBSCRIPTIONFLOW]
    token = stage.configuration.secret(f"{SUBSCRIPTIONFLOW}-path")
    hook = f"{stage.configuration.url}/hooks/{SUBSCRIPTIONFLOW}/{token}"
    await side.set("callback", {"url": hook, "payload": "custom"})
    await side.put("customers", customer())
    await side.put("invoices", due(now))

    async def sending() -> str:
        answer = await side.do(f"invoices/{INVOICE}/pay", {})
        return f"POST /hooks/{SUBSCRIPTIONFLOW}/…  {NUMBER} paid; answered {answer['callback_answered']}"

    await followed(stage, SUBSCRIPTIONFLOW, sending)
    state = await stage.fortnox.state()
    ours = [one for one in state["invoices"] if one["YourOrderNumber"] == NUMBER]
    numbers = {str(one["DocumentNumber"]) for one in ours}
    paid = [one for one in state["payments"] if str(one["InvoiceNumber"]) in numbers]
    booked = [(one["Currency"], one["Total"], one["Booked"], one["Balance"]) for one in ours]
    stage.promise(
        "a paid invoice of SubscriptionFlow is one invoice in its own currency, booked, and one payment of it all",
        booked == [(CURRENCY, TOTAL, True, 0)] and [one["AmountCurrency"] for one in paid] == [TOTAL],
    )


def due(now: datetime) -> Json:
    """An invoice of 2 times 1990 euro and 25 % VAT that waits for its payment."""
    day = (now - timedelta(days=1)).date()
    charge = {
        "list_price": "1990.00",
        "quantity": "2",
        "service_from": day.isoformat(),
        "service_to": (day + timedelta(days=29)).isoformat(),
        "plan_price": {"id": "price-1", "name": "Pro – månad"},
    }
    return {
        "id": INVOICE,
        "name": NUMBER,
        "customer_id": CUSTOMER,
        "customer": {"id": CUSTOMER, "name": BUYER, "email": "ekonomi.blaklint@example.com"},
        "invoice_date": day.isoformat(),
        "due_date": (day + timedelta(days=30)).isoformat(),
        "status": "DUE",
        "sub_total": "3980.00",
        "discount": "0.00",
        "total_tax": "995.00",
        "total_amount": "4975.00",
        "received_payment": "0.00",
        "closing_balance": "4975.00",
        "sum_of_credit_notes": "0.00",
        "currency": CURRENCY,
        "is_oneoff": "No",
        "note": "",
        "items": [{"plan_id": "plan-1", "product_id": "product-1", "charges": [charge]}],
        "updated_at": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def customer() -> Json:
    """The buyer."""
    return {
        "id": CUSTOMER,
        "name": BUYER,
        "email": "ekonomi.blaklint@example.com",
        "phone_number": "+46406280410",
        "accounting_resource_id": "",
        "billing_address": "Hyllie Allé 3",
        "billing_city": "Malmö",
        "billing_postal_code": "215 32",
        "billing_country": "Sweden",
        "organisation_number": "559903-1068",
        "tax_number": "SE559903106801",
    }
