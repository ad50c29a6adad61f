"""A customer that only the local copy of the register had shown, and that is gone when its number is used."""

from collections.abc import Awaitable
from typing import TypeVar

from connectors.base import Link, Park, Task, Vanished
from connectors.fortnox.client import Client
from connectors.fortnox.customer_register import SHOWN
from connectors.fortnox.errors import SYSTEM

T = TypeVar("T")

NO_CUSTOMER = frozenset({2000204, 2000433})
"""Codes of a call whose customer is not there (Fortnox facts, section 4.3); the first has other meanings too."""


async def checked(work: Awaitable[T], task: Task, client: Client) -> T:
    """The outcome of ``work``; where it was refused for want of such a customer, and that is gone: ``Vanished``.

    One read tells, because the code alone does not.
    """
    try:
        return await work
    except Park as refused:
        link = _shown(task)
        if link is None or refused.code not in NO_CUSTOMER:
            raise
        if await client.find("read_customer", link.number) is not None:
            raise
        raise Vanished(link.number, system=SYSTEM, operation=refused.operation) from refused


def _shown(task: Task) -> Link | None:
    links = [link for link in (task.link, *task.refs.values()) if link is not None]
    return next((link for link in links if link.kind == "customer" and link.state.get(SHOWN)), None)
