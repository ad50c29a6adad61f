"""Reading one object of any resource: by its path, or out of the list where it cannot be read alone."""

from collections.abc import Mapping
from typing import Any

from connectors.base import Json, Park
from connectors.fortnox.client import Client
from connectors.fortnox.errors import is_absence
from connectors.fortnox.record_names import YEAR_OF, keys_of, number_of
from connectors.fortnox.resource import held
from connectors.fortnox.table import OPERATIONS, Resource


def path_of(operation: str, resource: Resource, number: str) -> str:
    """The path of an operation on the object; a voucher's says its financial year (Fortnox facts, section 6.13)."""
    described, keys = OPERATIONS[operation], keys_of(resource, number)
    if resource.name == YEAR_OF:
        *keys_in_year, year = keys
        return f"{described.at(*keys_in_year)}?financialyear={year}"
    return described.at(*keys[: len(described.keys)])


async def find(resource: Resource, number: str, client: Client) -> Json | None:
    """The object, or ``None`` where Fortnox says that it does not exist. Raises the errors of a read."""
    if "read" in resource.verbs:
        operation = f"read_{resource.one}"
        return await found_at(operation, path_of(operation, resource, number), client)
    rows = await all_of(resource, {}, client)
    return next((row for row in rows if number_of(resource, row) == number), None)


async def found_at(operation: str, path: str, client: Client) -> Json | None:
    """One object by its path; ``None`` only where Fortnox's own error information says that it does not exist."""
    try:
        return await client.request(operation, path=path)
    except Park as refused:
        if is_absence(refused):
            return None
        raise


async def all_of(resource: Resource, narrowed: Mapping[str, str], client: Client) -> list[Json]:
    """All rows of the resource's list, narrowed by what may be searched; ``Later`` where they cannot all be read."""
    if "list" in resource.verbs:
        return await client.search(f"list_{resource.name}", narrowed)
    if resource.name == "email_senders":
        senders: Any = (await client.request("list_email_senders")).get("TrustedSenders")
        return [row for row in senders if isinstance(row, dict)] if isinstance(senders, list) else []
    raise held("no_list", f"Fortnox lists no {resource.name.replace('_', ' ')}: compare by hand, then link or discard.")


async def year_of(day: str, client: Client) -> str:
    """The id of the financial year that holds a day; a question where there is none (Fortnox facts, section 6.12)."""
    years = await client.search("list_financial_years", {"date": day})
    ids = [number_of_year(year) for year in years if _holds(year, day)]
    if len(ids) != 1:
        raise held("financial_year_missing", f"No single financial year holds {day}: make it in Fortnox, then retry.")
    return ids[0]


def number_of_year(year: Json) -> str:
    """The value of ``financialyear=``."""
    return str(year.get("Id"))


def _holds(year: Json, day: str) -> bool:
    return str(year.get("FromDate")) <= day <= str(year.get("ToDate"))
