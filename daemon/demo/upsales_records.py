"""Records of Upsales as the demo's people save them: one company that buys, and its orders."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from daemon.demo.other_senders import LOST_STAGE, OFFER_STAGE

Json = dict[str, Any]
BUYER = {"id": 318, "name": "Skärgårdens Båtservice AB"}
STORAGE, TARPAULIN, LISTED = Decimal(9500), Decimal(1620), Decimal(1800)
"""Price of winter storage; of a tarpaulin as agreed, and its list price."""


def net(tarpaulins: int) -> Decimal:
    """What an order of winter storage and so many tarpaulins comes to."""
    return STORAGE + tarpaulins * TARPAULIN


def order(number: int, stage: int, saved: datetime, tarpaulins: int = 1) -> Json:
    """An order in a stage as it was ``saved`` at that moment."""
    value = net(tarpaulins)
    return {
        "id": number,
        "description": "Vinterförvaring",
        "date": saved.date().isoformat(),
        "closeDate": saved.date().isoformat(),
        "stage": {"id": stage},
        "probability": 0 if stage == LOST_STAGE else 50 if stage == OFFER_STAGE else 100,
        "user": {"id": 7, "name": "Maja Sundström", "email": "maja.sundstrom@example.com"},
        "client": BUYER,
        "contact": {"id": 902, "name": "Erik Öhman", "email": "erik.ohman@example.com"},
        "modDate": stamp(saved),
        "currency": "SEK",
        "currencyRate": 1,
        "orderRow": [
            _row(41, "Vinterförvaring 8-10 m", "BF-810", 1, STORAGE, STORAGE),
            _row(42, "Båtkapell, uthyrning", "KAP-2", tarpaulins, TARPAULIN, LISTED),
        ],
        "value": int(value),
        "valueInMasterCurrency": int(value),
        "custom": [],
    }


def _row(product: int, name: str, article: str, quantity: int, price: Decimal, listed: Decimal) -> Json:
    named = {"id": product, "name": name, "articleNo": article}
    money = {"price": int(price), "listPrice": int(listed)}
    return {"productId": product, "product": named, "quantity": quantity, **money}


def account(now: datetime) -> Json:
    """The buyer."""
    return {
        **BUYER,
        "orgNo": "5599021085",
        "phone": "+46846500410",
        "addresses": [{"type": "Invoice", "address": "Bryggvägen 3", "zipcode": "130 42", "city": "Utö"}],
        "mailAddress": {},
        "custom": [],
        "modDate": stamp(now),
    }


def stamp(moment: datetime) -> str:
    """As Upsales writes a moment."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
