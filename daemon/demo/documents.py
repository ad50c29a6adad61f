"""What became of a delivery as it stands in Fortnox: its customer, offer, order and invoice, in words and figures."""

from decimal import Decimal
from typing import Any

from daemon.demo.screen import money, wrapped

Json = dict[str, Any]
NONE = "0"
"""What Fortnox writes where a document refers to no other."""


def named(command: Json) -> str:
    """``invoice 1`` where the command's thing is linked, else nothing."""
    return "" if command["link"] is None else str(command["link"]["document"]).replace(":", " ")


def counted(calls: int) -> str:
    """How many calls, in words."""
    return "1 call" if calls == 1 else f"{calls} calls" if calls else "no call"


def results(story: Json, state: Json, spent: str) -> list[str]:
    """The documents that the delivery's commands are about, or the question, with the calls that were ``spent``."""
    if story["question"]:
        return [f"held for a person, {spent}:", *wrapped(story["question"])]
    numbers = {named(command) for command in story["commands"]}
    shown = [
        line
        for kind, lines in (("offer", _offer), ("order", _order), ("invoice", _invoice))
        for document in state[f"{kind}s"]
        if f"{kind} {document['DocumentNumber']}" in numbers
        for line in lines(document)
    ]
    if not shown:
        shown = [
            line
            for card in state["customers"]
            if f"customer {card['CustomerNumber']}" in numbers
            for line in (f"customer {card['CustomerNumber']}, {card['Name']}", *wrapped(card["Comments"]))
        ]
    return [*shown, f"{spent} to Fortnox"]


def made_into(document: Json) -> str:
    """What an offer or order has become: cancelled, an order, an invoice, or nothing yet."""
    if document["Cancelled"]:
        return "cancelled"
    for kind in ("Invoice", "Order"):
        number = str(document.get(f"{kind}Reference", NONE))
        if number != NONE:
            return f"{kind.lower()} {number}"
    return ""


def _offer(document: Json) -> list[str]:
    return [f"offer {document['DocumentNumber']} to {document['CustomerName']}, {_stands(document)}", _sum(document)]


def _order(document: Json) -> list[str]:
    origin = str(document["OfferReference"])
    made = "" if origin == NONE else f", made from offer {origin}"
    head = f"order {document['DocumentNumber']} to {document['CustomerName']}{made}"
    return [f"{head}, {_stands(document)}", _sum(document)]


def _stands(document: Json) -> str:
    became = made_into(document)
    return became if document["Cancelled"] else f"made into {became}" if became else "open"


def _invoice(document: Json) -> list[str]:
    origin = str(document["OrderReference"])
    made = "" if origin == NONE else f", made from order {origin}"
    booked = "booked" if document["Booked"] else "not booked"
    head = f"invoice {document['DocumentNumber']} to {document['CustomerName']}{made}"
    return [f"{head}, {booked}, balance {money(document['Balance'])}", _sum(document)]


def _sum(document: Json) -> str:
    rounded = Decimal(str(document["RoundOff"]))
    off = f" {'+' if rounded > 0 else '−'} rounding {money(abs(rounded))}" if rounded else ""
    rate = "" if document["Currency"] == "SEK" else f" at {document['CurrencyRate']} kronor"
    net, vat = money(document["Net"]), money(document["TotalVAT"])
    return f"{net} + VAT {vat}{off} = {money(document['Total'])} {document['Currency']}{rate}"
