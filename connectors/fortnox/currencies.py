"""Currencies: looked up by code, and made with the source's own rate where the company allows it."""

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.resource import command_of, held
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import decimal_of, plain
from handlers.commands import EnsureCurrency

KIND = "currency"
RATES = ("BuyRate", "SellRate")


class Currencies:
    """``EnsureCurrency`` at Fortnox (facts, section 6.15): the code is the proof, used once only."""

    def far_object(self, task: Task) -> str | None:
        """The currency's code, also before it exists: several documents may ask for the same new one."""
        return f"currency:{command_of(task, EnsureCurrency).code}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """A linked currency costs no call; one that is registered is left as it is, a missing one is made."""
        command = command_of(task, EnsureCurrency)
        if task.link is not None:
            return Settled(task.link, "unchanged")
        stored = await client.find("read_currency", command.code)
        proof: Json = {"searched_by": "code", "matched": [] if stored is None else [command.code]}
        if stored is not None:
            return Settled(Link(KIND, command.code, {}), "found", proof=proof)
        if command.rate is None:
            raise held(
                "currency_missing",
                f"{command.code} is not registered in Fortnox, and the source states no rate to register it with: add "
                "it there, then retry.",
                about=command.code,
            )
        operation = OPERATIONS["create_currency"]
        body: Json = {
            "Code": command.code,
            "Description": command.code,
            "Unit": 1,
            **dict.fromkeys(RATES, command.rate),
        }
        return Write(
            operation.name,
            operation.method,
            operation.at(),
            {"Currency": body},
            creates=True,
            far_object=f"currency:{command.code}",
            evidence={"code": command.code, "rate": plain(command.rate)},
            proof=proof,
        )

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Create it, and see that it has the rate that was meant."""
        stored = await client.request(write.operation, path=write.path, body=write.body)
        return self._made(stored, write.evidence, {})

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """The currency of this code is registered, or it is not."""
        stored = await client.find("read_currency", evidence["code"])
        proof: Json = {"searched_by": "code", "matched": [] if stored is None else [evidence["code"]]}
        return Sighting(None if stored is None else self._made(stored, evidence, proof), proof)

    def _made(self, stored: Json, evidence: Json, proof: Json) -> Settled:
        code, rate = evidence["code"], decimal_of(evidence["rate"])
        wrong = [name for name in RATES if decimal_of(stored.get(name)) != rate]
        question = None
        if wrong:
            question = f"Currency {code} was made, but its {' and '.join(wrong)} is not {evidence['rate']}: see to it."
        return Settled(Link(KIND, code, {}), "created", question=question, proof=proof)
