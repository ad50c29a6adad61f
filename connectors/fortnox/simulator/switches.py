"""Changing a company's switches while the simulator runs."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from connectors.fortnox.simulator.settings import CompanySettings

_LONGEST = 3650


class SwitchError(ValueError):
    """A switch was named or set wrongly; the text says which."""


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SwitchError(f'"{name}" must be true or false')
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise SwitchError(f'"{name}" must be a text')
    return value


def _positive(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise SwitchError(f'"{name}" must be a number above 0')
    return float(value)


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
        raise SwitchError(f'"{name}" must be a number from 0 to {_LONGEST}')
    return float(value)


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SwitchError(f'"{name}" must be a whole number of at least 0')
    return value


def _days(name: str, value: Any) -> int:
    days = _count(name, value)
    if days > _LONGEST:
        raise SwitchError(f'"{name}" must be at most {_LONGEST}')
    return days


def _one_of(*choices: str) -> Callable[[str, Any], str]:
    known = " or ".join(f'"{choice}"' for choice in choices)

    def read(name: str, value: Any) -> str:
        if value not in choices:
            raise SwitchError(f'"{name}" must be {known}')
        return str(value)

    return read


def _day(name: str, value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise SwitchError(f'"{name}" must be a date as YYYY-MM-DD or null') from None


def _numbers(name: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
        raise SwitchError(f'"{name}" must be a list of whole numbers')
    return tuple(value)


def _years(name: str, value: Any) -> tuple[int, ...] | None:
    return None if value is None else _numbers(name, value)


def _scopes(name: str, value: Any) -> tuple[str, ...]:
    scopes = value.split() if isinstance(value, str) else value
    if not isinstance(scopes, list) or not all(isinstance(item, str) for item in scopes):
        raise SwitchError(f'"{name}" must be a list of texts')
    return tuple(scopes)


_READERS = {
    "access_token_seconds": _positive,
    "allow_second_credit": _flag,
    "bank_details": _flag,
    "base_price_with_article": _flag,
    "check_dimensions": _flag,
    "close_on_token_expiry": _flag,
    "company_name": _text,
    "count_refused_calls": _flag,
    "createorder_answer": _one_of("order", "offer"),
    "credit_copies_references": _flag,
    "einvoice_needs_gln": _flag,
    "events_end_with_consent": _flag,
    "extra_accounts": _numbers,
    "financial_years": _years,
    "first_article_number": _count,
    "first_customer_number": _count,
    "first_invoice_number": _count,
    "first_offer_number": _count,
    "first_order_number": _count,
    "largest_attachment_bytes": _count,
    "largest_file_bytes": _count,
    "locked_until": _day,
    "missing_accounts": _numbers,
    "most_attachments": _count,
    "most_attachments_at_once": _count,
    "most_bytes_sent_along": _count,
    "most_files_sent_along": _count,
    "most_pages_sent_along": _count,
    "offer_createinvoice_answer": _one_of("offer", "invoice", "order"),
    "offer_valid_days": _days,
    "order_createinvoice_answer": _one_of("order", "invoice"),
    "organisation_number": _text,
    "rate_limit": _count,
    "rate_window_seconds": _positive,
    "refuse_unknown_parameters": _flag,
    "retry_after": _flag,
    "round_to_whole_kronor": _flag,
    "scopes": _scopes,
    "search_lag_seconds": _seconds,
    "service_consent": _flag,
    "some_lists_ignore_page": _flag,
    "supplier_invoices_need_approval": _flag,
    "vat_rates": _numbers,
    "vat_rounding": _one_of("row", "rate"),
    "warehouse_module": _flag,
}


def switched(settings: CompanySettings, order: Mapping[str, Any]) -> CompanySettings:
    """Give a company's settings with the given switches changed.

    Raises:
        SwitchError: for an unknown switch or an unusable value.
    """
    unknown = set(order) - set(_READERS)
    if unknown:
        raise SwitchError(f"there is no switch {', '.join(sorted(unknown))}; there are {', '.join(sorted(_READERS))}")
    return replace(settings, **{name: _READERS[name](name, value) for name, value in order.items()})  # type: ignore[arg-type]


def as_json(settings: CompanySettings) -> dict[str, Any]:
    """Give every switch of a company with its value."""
    shown: dict[str, Any] = {}
    for item in fields(settings):
        value = getattr(settings, item.name)
        shown[item.name] = value.isoformat() if isinstance(value, date) else value
    return shown
