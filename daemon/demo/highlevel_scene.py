"""HighLevel: an app's signed webhook of a completed order, and one submission that comes by two ways."""

from datetime import datetime, timedelta
from typing import Any

from daemon.demo.arrivals import followed
from daemon.demo.other_senders import HIGHLEVEL, LOCATION
from daemon.demo.stage import Stage

Json = dict[str, Any]
CONTACT, BUYER, EMAIL = "e6m50fei5oNM2igrq1MG", "Vättern Mekaniska AB", "asa.wikstrom@example.com"
ORDER, SURVEY, SCORE = "80b21ead8f062d15a4f4ef27", "eVKFk27vrCpbesyqsLqA", "UhAtFfsTcm4FwSWzQiUB"
QUESTION = "Hur nöjd är du (0-10)?"


async def play(stage: Stage, now: datetime) -> None:
    """An order, then a survey of the same person."""
    stage.screen.step("4.1  HighLevel: the signed webhook of an app, a completed order → invoice, booked and paid")
    await _order(stage, now)
    stage.screen.step("4.2  HighLevel: one submission of a survey, by workflow webhook and by polling")
    await _survey(stage, now)


async def _order(stage: Stage, now: datetime) -> None:
    body = completed(now)

    async def sending() -> str:
        order = {"to": f"{stage.configuration.url}/hooks/{HIGHLEVEL}", "body": body}
        answer = await stage.stand_ins[HIGHLEVEL].do("webhooks", order)
        return f"POST /hooks/{HIGHLEVEL}  {body['type']} {ORDER}, signed; answered {answer['statuses'][-1]}"

    await followed(stage, HIGHLEVEL, sending)
    state = await stage.fortnox.state()
    ours = [one for one in state["invoices"] if one["YourOrderNumber"] == ORDER]
    numbers = {str(one["DocumentNumber"]) for one in ours}
    paid = [payment for payment in state["payments"] if str(payment["InvoiceNumber"]) in numbers]
    settled = [(one["Booked"], one["Balance"], one["Net"], one["TotalVAT"]) for one in ours]
    stage.promise(
        "a completed order of HighLevel is one invoice over the same amounts, booked, and one payment",
        settled == [(True, 0, 1990, body["amountSummary"]["tax"])] and len(paid) == 1,
    )


async def _survey(stage: Stage, now: datetime) -> None:
    side = stage.stand_ins[HIGHLEVEL]
    await side.put("contacts", contact())
    await side.put("customFields", {"id": SCORE, "name": QUESTION})

    async def by_workflow() -> str:
        status = await stage.senders.knock(HIGHLEVEL, f"{HIGHLEVEL}-path", workflow(now))
        return f"POST /hooks/{HIGHLEVEL}/…  {SURVEY}; answered {status}"

    async def by_polling() -> str:
        await side.put("submissions", submission(now))
        return f"GET {HIGHLEVEL}/surveys/submissions  {SURVEY}"

    await followed(stage, HIGHLEVEL, by_workflow)
    stage.screen.line()
    _, spent = await followed(stage, HIGHLEVEL, by_polling)
    cards = [card for card in (await stage.fortnox.state())["customers"] if card["Email"] == EMAIL]
    notes = [line for card in cards for line in str(card["Comments"]).split("\n") if SURVEY in line]
    stage.promise(
        "the same submission by webhook and by polling is one event: one note, and no call for the second",
        len(notes) == 1 and spent == 0,
    )


def completed(now: datetime) -> Json:
    """An order of one item of 1990 kronor with 25 % VAT on top, as an app's webhook carries it."""
    tax = {"_id": "6374d59a1c", "name": "Moms 25%", "rate": 25, "calculation": "exclusive"}
    product = {"_id": "6374d59a1d", "name": "Packningssats", "taxes": [tax]}
    price = {"_id": "6374d59a1e", "name": "Standard", "currency": "SEK", "amount": 1990}
    return {
        "type": "OrderStatusUpdate",
        "locationId": LOCATION,
        "_id": ORDER,
        "status": "completed",
        "contactId": CONTACT,
        "currency": "SEK",
        "amount": 2487.5,
        "liveMode": True,
        "amountSummary": {"subtotal": 1990, "discount": 0, "tax": 497.5, "shipping": 0},
        "taxSummary": [{"rate": 25, "calculation": "exclusive", "amount": 497.5}],
        "contactSnapshot": {"id": CONTACT, "companyName": BUYER, "email": EMAIL, "country": "SE"},
        "items": [{"name": "Packningssats", "qty": 1, "product": product, "price": price}],
        "createdAt": _text(now - timedelta(hours=1)),
        "updatedAt": _text(now - timedelta(minutes=5)),
        "timestamp": _text(now),
        "webhookId": "b3f1c7a2-demo-01",
    }


def contact() -> Json:
    """The person who ordered and answers, as the API gives the contact."""
    return {
        "id": CONTACT,
        "name": "Åsa Wikström",
        "companyName": BUYER,
        "email": EMAIL,
        "phone": "+46701740605",
        "country": "SE",
        "customFields": [],
    }


def submission(now: datetime) -> Json:
    """The submission as polling finds it."""
    return {
        "id": "4ddc74c8-97bd-4d8f-9c5e-demo",
        "contactId": CONTACT,
        "createdAt": _text(now),
        "surveyId": SURVEY,
        "name": "Åsa Wikström",
        "email": EMAIL,
        "others": {SCORE: 9},
    }


def workflow(now: datetime) -> Json:
    """The same submission as the action "Webhook" of a workflow posts it."""
    return {
        QUESTION: "9",
        "contact_id": CONTACT,
        "company_name": BUYER,
        "full_name": "Åsa Wikström",
        "email": EMAIL,
        "location": {"id": LOCATION, "name": "Demo"},
        "workflow": {"id": "0f552c94-02cd-42af-99de-2bc1b4ff00ae", "name": "Enkät till bokföring"},
        "customData": {"event": "survey_submitted", "survey_id": SURVEY, "submitted_at": _text(now)},
    }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
