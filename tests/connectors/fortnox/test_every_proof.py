"""Each way to prove the absence of what a rule creates: the answer lost, the effect late, the look itself failing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from connectors.base import Later
from tests.connectors.fortnox.paperwork import article, credit, found, invoiced, lose, offer, order
from tests.connectors.fortnox.stand import Stand, booking, customer, payment, stand

Make = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """What is created, after which others, and how many of its kind stand in Fortnox once it is there."""

    kind: str
    create: Make
    before: tuple[Make, ...] = (customer,)
    standing: int = 1


CASES = {
    "customer by organisation number": Case("customers", customer, ()),
    "article by number": Case("articles", lambda: article(create=True)),
    "offer by our mark": Case("offers", offer),
    "order by our mark": Case("orders", order),
    "invoice by our mark": Case("invoices", invoiced),
    "order made from an offer": Case("orders", order, (customer, offer)),
    "invoice made from an order": Case("invoices", invoiced, (customer, order)),
    "invoice made from an offer": Case("invoices", invoiced, (customer, offer)),
    "credit by the original's reference": Case("invoices", credit, (customer, invoiced, booking), standing=2),
    "payment by invoice, amount and date": Case("payments", payment, (customer, invoiced, booking)),
}


async def _begun(here: Stand, case: Case) -> Any:
    for command in case.before:
        await here.carry_out(command())
    return case.create()


@pytest.mark.asyncio
@pytest.mark.capability("f49", "f51", "f52")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("fault", ["answer_lost", "late_effect"])
async def test_what_took_effect_is_found_and_stands_once(case: Case, fault: str) -> None:
    """At once or late: the look names it, and nothing is sent again."""
    async with stand() as here:
        command = await _begun(here, case)
        write = await lose(here, command, fault, **({"seconds": 0.05} if fault == "late_effect" else {}))
        with anyio.fail_after(20):
            while (await here.control("GET", "faults"))["late_effects_pending"]:  # noqa: ASYNC110 - over HTTP
                await anyio.sleep(0.01)
        settled = await found(here, command, write)
        assert settled is not None
        assert (settled.link is not None, settled.question) == (True, None)
        assert len(await here.stored(case.kind)) == case.standing


@pytest.mark.asyncio
@pytest.mark.capability("f50", "f52")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_a_look_that_fails_is_no_absence_and_sends_nothing(case: Case) -> None:
    """It raises instead of answering, so no second create can stand on it; when it can be made, it says absent."""
    async with stand() as here:
        command = await _begun(here, case)
        write = await lose(here, command, "reset_before")
        sent = [call for call in await here.calls() if not call.startswith("GET ")]
        await here.fault("status", "GET", "/3/.*", status=500, times=None)
        with pytest.raises(Later):
            await here.target.look(here.task(command), write.operation, write.evidence)
        assert [call for call in await here.calls() if not call.startswith("GET ")] == sent
        await here.control("DELETE", "faults")
        assert await found(here, command, write) is None
        assert len(await here.stored(case.kind)) == case.standing - 1
