"""Finds the company at Upsales that a customer of Fortnox is: by number or organisation number, never by guess.

What the API's filters let through is compared again here: only an exact match counts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.base import Held, Json, Later
from connectors.upsales.api import Api
from connectors.upsales.callbacks import identifier
from connectors.upsales.changes import custom_in, normal_number, plain_in
from handlers.commands import EnsureSenderRecord

MOST = 100
"""Companies of one page: more that fit are a question all the same, and one that hides behind them may be right."""

OPERATION = "find_account"


@dataclass(frozen=True, slots=True)
class Hit:
    """The company's id where exactly one fits (``None``: none does), and what was asked."""

    number: str | None
    proof: Json


class AccountSearch:
    """One search over the companies of an account; ``field`` is the custom field with the customer number."""

    def __init__(self, api: Api, field: str | None, priority: int) -> None:
        self._api = api
        self._field = field
        self._priority = priority
        self._asked: list[Json] = []

    @property
    def proof(self) -> Json:
        """What was asked so far and how many companies fitted; no value of theirs."""
        return {"searched": list(self._asked)}

    async def for_customer(self, command: EnsureSenderRecord) -> Hit:
        """By number, then by organisation number; one of the same name is a question, where one would be made.

        Raises ``Held`` where several fit or where only the name does.
        """
        by_number = await self.by_number(command.number)
        if len(by_number) > 1:
            raise self._several(command, by_number)
        if by_number or command.gone or command.although_alike:
            return self._hit(by_number)
        by_key = await self._by_organisation_number(command)
        if len(by_key) > 1:
            raise self._several_alike(command, by_key)
        if by_key or not command.create:
            return self._hit(by_key)
        by_name = await self._by_name(command)
        if by_name:
            raise self._same_name(command, by_name)
        return self._hit(())

    async def by_number(self, number: str) -> list[str]:
        """The companies that have this customer number."""
        field = self._field
        if field is None:
            return []
        asked = {"custom": f"eq:{field}:{number}"}
        return _ids(await self._fitting("customer_number", asked, lambda one: custom_in(one, field) == number.strip()))

    async def _by_organisation_number(self, command: EnsureSenderRecord) -> list[str]:
        wanted = [normal_number(value) for name, value in command.match if name == "organisation_number"]
        found: list[str] = []
        for number in filter(None, wanted):
            for form in dict.fromkeys((number.replace("-", ""), number)):
                hits = await self._fitting("organisation_number", {"orgNo": f"eq:{form}"}, self._has(number))
                found += _ids(one for one in hits if not self._is_another(one, command.number))
        return list(dict.fromkeys(found))

    def _has(self, number: str) -> Callable[[Json], bool]:
        return lambda one: normal_number(plain_in(one, "orgNo")) == number

    async def _by_name(self, command: EnsureSenderRecord) -> list[str]:
        name = {**command.made_with, **command.fields}.get("name", "").strip()
        if not name:
            return []
        hits = await self._fitting(
            "name", {"name": f"eq:{name}"}, lambda one: _folded(plain_in(one, "name")) == _folded(name)
        )
        ours = {normal_number(value) for key, value in command.match if key == "organisation_number"} - {""}
        return _ids(one for one in hits if not self._is_another(one, command.number) and not _differs(one, ours))

    def _is_another(self, account: Json, number: str) -> bool:
        """Whether the company has a customer number, and another one."""
        return self._field is not None and custom_in(account, self._field) not in {"", number.strip()}

    async def _fitting(self, by: str, asked: Mapping[str, str], fits: Callable[[Json], bool]) -> list[Json]:
        """The companies that the filter gives and that fit. Raises ``Later`` where they cannot be read whole."""
        given = await self._api.listed(OPERATION, "accounts", {**asked, "limit": str(MOST)}, self._priority)
        accounts = [one for one in given if isinstance(one, dict) and identifier(one.get("id")) is not None]
        if len(accounts) < len(given):
            self._api.unreadable(OPERATION)
        found = [one for one in accounts if fits(one)]
        self._asked.append({"by": by, "given": len(given), "fitting": len(found)})
        if not found and len(given) >= MOST:
            # A filter that Upsales does not know gives everything: that nothing fits here proves nothing.
            raise Later("filter_ignored", system=self._api.name, operation=OPERATION)
        return found

    def _hit(self, found: Sequence[str]) -> Hit:
        return Hit(found[0] if found else None, self.proof)

    def _several(self, command: EnsureSenderRecord, found: Sequence[str]) -> Held:
        return self._held(
            "several_accounts",
            f"The companies {', '.join(found)} of Upsales all have customer number {command.number}: take it off all "
            "but the right one there and retry, or name the right one (`link`, `account:ID`).",
            command,
            found,
        )

    def _several_alike(self, command: EnsureSenderRecord, found: Sequence[str]) -> Held:
        return self._held(
            "another_party",
            f"The companies {', '.join(found)} of Upsales have the organisation number of customer {command.number}: "
            "name the right one (`link`, `account:ID`), or retry with --absent if it is none of them.",
            command,
            found,
        )

    def _same_name(self, command: EnsureSenderRecord, found: Sequence[str]) -> Held:
        are = "companies" if len(found) > 1 else "company"
        return self._held(
            "another_party",
            f"Customer {command.number} has the name of the {are} {', '.join(found)} of Upsales, and nothing else "
            "tells whether it is the same: name the right one (`link`, `account:ID`), or retry with --absent if it is "
            "another.",
            command,
            found,
        )

    def _held(self, reason: str, question: str, command: EnsureSenderRecord, found: Sequence[str]) -> Held:
        return Held(
            reason,
            system=self._api.name,
            operation=OPERATION,
            remedy=question,
            about=f"{command.target}:customer:{command.number}",
            choices=[f"account:{number}" for number in found],
        )


def _ids(accounts: Iterable[Json]) -> list[str]:
    """Their ids, the oldest first."""
    found = [number for one in accounts if (number := identifier(one.get("id"))) is not None]
    return sorted(found, key=lambda number: (len(number), number))


def _differs(account: Json, ours: set[str]) -> bool:
    """Whether both have an organisation number, and not the same one."""
    theirs = normal_number(plain_in(account, "orgNo"))
    return bool(theirs) and bool(ours) and theirs not in ours


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
