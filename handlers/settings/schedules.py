"""When workflows start by the calendar."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from handlers.values import Frozen

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _time(text: str) -> str:
    if _TIME.fullmatch(text) is None:
        raise ValueError("must be a time of day such as 17:00")
    return text


class Schedule(Frozen):
    """``workflow`` is started on these days at this time (Europe/Stockholm), ``days_after`` them.

    ``weekdays`` are Monday to Friday. ``month_end``, ``quarter_end`` and ``year_end`` are the last days of calendar
    periods, ``fiscal_year_end`` the last day of the month ``fiscal_year_ends_in``. ``vat_period_end`` is by
    ``vat_period``. ``missed``: what came due while the daemon did not run is made up for once, or passed by.
    """

    workflow: str
    on: Literal["daily", "weekdays", "month_end", "quarter_end", "year_end", "vat_period_end", "fiscal_year_end"] = (
        "daily"
    )
    at: Annotated[str, AfterValidator(_time)] = "17:00"
    days_after: int = Field(default=0, ge=0, le=60)
    vat_period: Literal["month", "quarter", "year"] = "quarter"
    fiscal_year_ends_in: int = Field(default=12, ge=1, le=12)
    missed: Literal["once", "skip"] = "once"
