"""Faults of a company to plant, each with what an examination must say of it: level, check, subject, error code."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any

from connectors.fortnox.needs import Pinned
from connectors.fortnox.rounding import Rounding
from connectors.fortnox.simulator import CompanySettings
from handlers.settings import Customers, Method, Payments, Payouts
from tests.connectors.fortnox.examining import EXPECTED, NOW, RULES, Ground

Plant = Callable[[Ground], Awaitable[None] | None]


async def _year_missing(on: Ground) -> None:
    await on.switch(financial_years=[2025])
    on.needs = replace(on.needs, settings=RULES.model_copy(update={"start": date(2025, 5, 1)}))


def _next_year_missing(on: Ground) -> None:
    on.needs = replace(on.needs, today=date(2026, 12, 10))


def _start_before_the_books(on: Ground) -> None:
    on.needs = replace(on.needs, settings=RULES.model_copy(update={"start": date(2024, 5, 1)}))


def _expected(**codes: tuple[str, ...]) -> Plant:
    def plant(on: Ground) -> None:
        on.needs = replace(on.needs, expected=EXPECTED.model_copy(update=codes))

    return plant


def _settled(**sections: Payments | Payouts) -> Plant:
    def plant(on: Ground) -> None:
        on.needs = replace(on.needs, settings=RULES.model_copy(update=sections))

    return plant


def _consumers(**card: Any) -> Plant:
    """One customer for all private persons at home and one for those in the EU, whose card is the fault."""

    async def plant(on: Ground) -> None:
        numbers = {"default_consumer": "9000", "default_consumers_abroad": {"EUVAT": "9001"}}
        on.needs = replace(on.needs, settings=RULES.model_copy(update={"customers": Customers.model_validate(numbers)}))
        private = {"Name": "Privatkund", "Type": "PRIVATE"}
        abroad = private | {"CustomerNumber": "9001", "VATType": "EUVAT"} | card
        await on.here.seed(customers=[private | {"CustomerNumber": "9000"}, abroad])

    return plant


def _learned(*, whole_kronor: bool) -> Plant:
    def plant(on: Ground) -> None:
        on.settings()
        books = on.needs.settings.bookkeeping.model_copy(update={"round_off_account": None})
        settings = on.needs.settings.model_copy(update={"bookkeeping": books})
        on.needs = replace(on.needs, settings=settings, rounding=Rounding(whole_kronor, 3, NOW))

    return plant


def _lately(**codes: tuple[str, ...]) -> Plant:
    def plant(on: Ground) -> None:
        on.needs = replace(on.needs, lately=codes)

    return plant


def _company_settings(**fields: Any) -> Plant:
    answer = {"CompanySettings": {"Name": "X", "TaxEnabled": True, "VATNumber": "SE555555555501", **fields}}
    return lambda on: on.here.fault("status", "GET", "/3/settings/company", status=200, body=answer, times=None)


def _pinned(tenant: str, number: str) -> Plant:
    def plant(on: Ground) -> None:
        on.needs = replace(on.needs, pinned=Pinned(tenant, number))

    return plant


async def _consent_expired(on: Ground) -> None:
    await on.switch(service_consent=False)


def _form_of_numbers(on: Ground) -> None:
    on.needs = replace(on.needs, fortnox=on.needs.fortnox.model_copy(update={"organisation_numbers": "digits"}))


async def _doubles(on: Ground) -> None:
    on.needs = replace(on.needs, duplicates=True)
    await on.here.seed(customers=[{"Name": "Exempel Bygg", "OrganisationNumber": "165566778899"}])


def _without_scope(scope: str) -> Plant:
    async def plant(on: Ground) -> None:
        scopes = [one for one in CompanySettings().scopes if one != scope]
        await on.switch(scopes=scopes)

    return plant


FAULTS: dict[str, tuple[Plant, str, str, str, int | None]] = {
    "today in no year": (_year_missing, "failed", "financial_years", "2026-06-15", None),
    "next year missing": (_next_year_missing, "warning", "financial_years", "2026-12-31", None),
    "start in no year": (_start_before_the_books, "failed", "financial_years", "2024-05-01", None),
    "today locked": (
        lambda on: on.switch(locked_until="2026-06-30"), "failed", "locked_period", "2026-06-30", 2000401,
    ),
    "series of invoices missing": (
        lambda on: on.change("predefined_voucher_series", "INVOICE", VoucherSeries="X"),
        "failed", "voucher_series", "INVOICE", None,
    ),
    "expected series missing": (_expected(voucher_series=("Z",)), "failed", "voucher_series", "Z", None),
    "series not manual": (_expected(voucher_series=("B",)), "failed", "voucher_series", "B", None),
    "account missing": (lambda on: on.switch(missing_accounts=[3002]), "failed", "accounts", "3002", 2001303),
    "account inactive": (lambda on: on.account(3003, Active=False), "failed", "accounts", "3003", 2000550),
    "cost center mandatory": (
        lambda on: on.account(3004, CostCenterSettings="MANDATORY"), "failed", "accounts", "3004", 2000946,
    ),
    "project mandatory": (
        lambda on: on.account(3004, ProjectSettings="MANDATORY"), "failed", "accounts", "3004", None,
    ),
    "default account not set": (
        lambda on: on.change("predefined_accounts", "CUSTCLAIM", Account=0),
        "failed", "default_accounts", "CUSTCLAIM", 2001304,
    ),
    "VAT account inactive": (lambda on: on.account(2621, Active=False), "failed", "default_accounts", "2621", 2000550),
    "VAT code of another rate": (lambda on: on.account(3002, VATCode="MP1"), "failed", "vat", "3002", None),
    "VAT code missing": (lambda on: on.account(3002, VATCode=""), "warning", "vat", "3002", None),
    "company without VAT": (_company_settings(TaxEnabled=False), "failed", "vat", "", None),
    "no VAT number": (_company_settings(VATNumber=""), "warning", "vat", "", None),
    "rounding to two accounts": (lambda on: on.settings(round_off_account=3990), "warning", "rounding", "3990", None),
    "rounded invoices without an account": (_learned(whole_kronor=True), "warning", "rounding", "", None),
    "shared customer missing": (
        _consumers(CustomerNumber="9009"), "failed", "default_consumers", "9001", None,
    ),
    "shared customer inactive": (_consumers(Active=False), "failed", "default_consumers", "9001", None),
    "shared customer a company": (_consumers(Type="COMPANY"), "failed", "default_consumers", "9001", None),
    "shared customer of another VAT": (_consumers(VATType="SEVAT"), "failed", "default_consumers", "9001", None),
    "currency not registered": (_expected(currencies=("GBP",)), "failed", "currencies", "GBP", 2000427),
    "currency of lately not registered": (_lately(currencies=("CHF",)), "failed", "currencies", "CHF", 2000427),
    "currency at rate 1": (lambda on: on.change("currencies", "EUR", SellRate=1), "warning", "currencies", "EUR", None),
    "currency without rate": (
        lambda on: on.change("currencies", "EUR", SellRate=0), "failed", "currencies", "EUR", None,
    ),
    "price list unknown": (_expected(price_lists=("B",)), "failed", "price_lists", "B", 2000431),
    "terms of payment unknown": (_expected(terms_of_payment=("45",)), "failed", "terms_of_payment", "45", 2000429),
    "terms of delivery unknown": (_expected(terms_of_delivery=("CIF",)), "failed", "terms_of_delivery", "CIF", 2000435),
    "way of delivery unknown": (_expected(ways_of_delivery=("BUD",)), "failed", "ways_of_delivery", "BUD", None),
    "unit missing": (lambda on: on.settings(units=("st", "lass")), "failed", "units", "lass", 2000432),
    "mode of payment missing": (
        lambda on: on.settings(payment_mode="SWISH"), "failed", "modes_of_payment", "SWISH", None,
    ),
    "mode of a method missing": (
        _settled(payments=Payments(methods={"klarna": Method(mode="KLA")})), "failed", "modes_of_payment", "KLA", None,
    ),
    "account of a method missing": (
        _settled(payments=Payments(methods={"klarna": Method(account=1599)})), "failed", "accounts", "1599", 2001303,
    ),
    "account of payouts missing": (
        _settled(payouts=Payouts(exchange_account=7961)), "failed", "accounts", "7961", 2001303,
    ),
    "series of payouts not manual": (
        _settled(payouts=Payouts(voucher_series="B")), "failed", "voucher_series", "B", None,
    ),
    "mode of payment without account": (
        lambda on: on.change("modes_of_payment", "BG", AccountNumber=""), "failed", "modes_of_payment", "BG", None,
    ),
    "account of the mode inactive": (
        lambda on: on.account(1930, Active=False), "failed", "modes_of_payment", "1930", 2000550,
    ),
    "cost center inactive": (
        lambda on: on.change("cost_centers", "SYD", Active=False), "failed", "cost_centers", "SYD", 2000947,
    ),
    "cost center of an account missing": (
        lambda on: on.account(3001, CostCenter="NORD"), "failed", "cost_centers", "NORD", None,
    ),
    "project completed": (
        lambda on: on.change("projects", "7", Status="COMPLETED"), "warning", "projects", "7", None,
    ),
    "project missing": (_expected(projects=("8",)), "failed", "projects", "8", 2001161),
    "article missing": (_expected(articles=("LIC",)), "failed", "articles", "LIC", None),
    "article inactive": (lambda on: on.change("articles", "TIM", Active=False), "failed", "articles", "TIM", None),
    "article's account missing": (
        lambda on: on.change("articles", "TIM", SalesAccount=3050), "failed", "articles", "TIM", None,
    ),
    "form of organisation numbers": (_form_of_numbers, "failed", "organisation_numbers", "", None),
    "doubles": (_doubles, "warning", "duplicates", "customers.organisation", None),
    "scope missing": (_without_scope("payment"), "failed", "scopes", "payment", 2000663),
    "licence missing": (
        lambda on: on.refuse("/3/invoicepayments", 2001101), "failed", "licences", "payment", 2001101,
    ),
    "right missing": (
        lambda on: on.refuse("/3/invoices", 2003275, 403), "failed", "licences", "invoice", 2003275,
    ),
    "licence for integrations missing": (
        lambda on: on.refuse("/3/orders", 2001103), "failed", "licences", "order", 2001103,
    ),
    "another company": (_pinned("1002", "555555-5555"), "failed", "company", "", None),
    "another organisation number": (_pinned("1001", "555555-6666"), "failed", "company", "", None),
    "consent expired": (_consent_expired, "failed", "token", "", None),
}  # fmt: skip
