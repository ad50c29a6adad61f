"""The registers that others refer to by a code, and what stands under fixed names (Fortnox facts, 6.12, 6.14, 6.15)."""

from decimal import Decimal

from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.dimensions import cost_center_in_use, project_in_use
from connectors.fortnox.simulator.errors import ApiError, Invented, invalid_parameter
from connectors.fortnox.simulator.generic import Rules, resource
from connectors.fortnox.simulator.labels import take_off
from connectors.fortnox.simulator.predefined import PRINT_TEMPLATES
from connectors.fortnox.simulator.resource import Data, Resource
from connectors.fortnox.simulator.search import Predicate, contains, never
from connectors.fortnox.simulator.voucher_series import existing_series

_MOST_PRICE_LISTS = 250
_OWN_CURRENCY = "SEK"
_FOUR_DIGITS = range(1000, 10000)


def _currency(_company: Company, currency: Data, moment: Moment) -> None:
    for name in ("BuyRate", "SellRate", "Unit"):
        if currency[name] <= 0:
            raise ApiError(2000108, f"Fältet {name} måste vara större än noll.")
    currency["Date"] = moment.today.isoformat()


def _price_list(company: Company, price_list: Data, _moment: Moment) -> None:
    if price_list["Code"] not in company.price_lists and len(company.price_lists) >= _MOST_PRICE_LISTS:
        raise ApiError(Invented.TOO_MANY_PRICE_LISTS, f"Det finns redan {_MOST_PRICE_LISTS} prislistor.")


def _mode_of_payment(company: Company, mode: Data, _moment: Moment) -> None:
    number = str(mode["AccountNumber"])
    if not number.isdigit() or not company.has_account(int(number)):
        raise ApiError(2000423, f"Kan inte hitta kontot ({number}).")


def _predefined_account(company: Company, predefined: Data, _moment: Moment) -> None:
    number = predefined["Account"]
    if number not in _FOUR_DIGITS:
        raise ApiError(2002462, "Kontot måste ha fyra siffror.")
    account = company.account(number)
    if account is None or not account.data["Active"]:
        raise ApiError(2001265, f"Kontot ({number}) finns inte eller är inte aktivt.")


def _predefined_voucher_series(company: Company, predefined: Data, _moment: Moment) -> None:
    if not predefined["VoucherSeries"]:
        raise ApiError(2000204, "Fältet VoucherSeries saknas.")
    existing_series(company, predefined["VoucherSeries"])


def _of_type(wanted: str) -> Predicate:
    if wanted not in {kind for _, kind in PRINT_TEMPLATES.values()}:
        raise invalid_parameter("type")
    return lambda record: PRINT_TEMPLATES[record.data["Template"]][1] == wanted


_RATE = {"default": Decimal(1)}

REGISTERS: dict[str, Resource] = {
    "currencies": resource(
        "currencies",
        Rules(
            missing=(2000427, "Kan inte hitta valutan."),
            taken=Invented.CURRENCY_EXISTS,
            but={
                "BuyRate": _RATE,
                "SellRate": _RATE,
                "Unit": _RATE,
                "Date": {"read_only": True, "default": None},
                "IsAutomatic": {"read_only": True},
            },
            complete=_currency,
            in_use=lambda _company, currency: currency["Code"] == _OWN_CURRENCY,
            kept=Invented.OWN_CURRENCY_NEEDED,
            searches={"lastmodified": never("lastmodified")},
        ),
    ),
    "units": resource("units", Rules(missing=(2000432, "Kan inte hitta enheten."), taken=Invented.UNIT_EXISTS)),
    "price_lists": resource(
        "price_lists",
        Rules(
            missing=(2000431, "Kan inte hitta prislistan."),
            taken=Invented.PRICE_LIST_EXISTS,
            but={"PreSelected": {"read_only": True}},
            complete=_price_list,
        ),
    ),
    "terms_of_payment": resource(
        "terms_of_payment",
        Rules(
            missing=(2000429, "Kan inte hitta betalningsvillkoret."),
            taken=Invented.TERMS_OF_PAYMENT_EXIST,
            location="paymentterms",
        ),
    ),
    "terms_of_delivery": resource("terms_of_delivery", Rules(missing=(2000435, "Kan inte hitta leveransvillkoret."))),
    "ways_of_delivery": resource("ways_of_delivery"),
    "modes_of_payment": resource(
        "modes_of_payment",
        Rules(
            missing=(Invented.MODE_OF_PAYMENT_NOT_FOUND, "Kan inte hitta betalningssättet."), complete=_mode_of_payment
        ),
    ),
    "labels": resource(
        "labels",
        Rules(key="assigned", missing=(Invented.LABEL_NOT_FOUND, "Kan inte hitta etiketten."), deleted=take_off),
    ),
    "projects": resource(
        "projects",
        Rules(
            key="offered",
            missing=(2001161, "Kan inte hitta projektet."),
            but={"Status": {"default": "ONGOING"}},
            listed=("Description", "EndDate", "ProjectLeader", "ProjectNumber", "StartDate", "Status"),
            in_use=project_in_use,
            searches={"description": contains("Description")},
            location="project",
            repeats_pages=True,
        ),
    ),
    "cost_centers": resource(
        "cost_centers",
        Rules(
            missing=(Invented.COST_CENTER_NOT_FOUND, "Kan inte hitta kostnadsstället."),
            but={"Active": {"default": True}},
            in_use=cost_center_in_use,
            repeats_pages=True,
        ),
    ),
    "print_templates": resource("print_templates", Rules(searches={"type": _of_type})),
    "email_senders": resource("email_senders", Rules(key="assigned")),
    "predefined_accounts": resource(
        "predefined_accounts",
        Rules(missing=(2001403, "Kan inte hitta det fördefinierade kontot."), complete=_predefined_account),
    ),
    "predefined_voucher_series": resource("predefined_voucher_series", Rules(complete=_predefined_voucher_series)),
}
"""By their names in the table; what is seeded is in `register_seeds`."""
