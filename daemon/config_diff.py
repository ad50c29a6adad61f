"""Compares two configurations by what they make of stored deliveries: which commands differ, in money and accounts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from daemon.bus import Bus
from daemon.deciding import Deciding, Unseal
from daemon.door import ACCOUNT
from daemon.ids import delivery_id
from daemon.logs import Log
from daemon.own_sources import every_reader, every_source
from daemon.recalling import Memory, Recalling
from daemon.reloading import companies_of
from daemon.settings import Config
from handlers.commands import COMMANDS, Command, EnsureCustomer, EnsureInvoice, EnsureOffer, EnsureOrder
from handlers.routes import ROUTES
from handlers.sums import Place, Priced, by_account
from handlers.totals import NOTHING, row_total
from store.handling import Handled
from store.inbox import Waiting
from store.outbox import NewCommand

Json = dict[str, Any]
Document = EnsureInvoice | EnsureOrder | EnsureOffer
MOST_CHANGES = 20
"""Fields of one command that are shown; an event with other lines than before differs in many."""

STOPPED = frozenset({"held", "parked"})


@dataclass(frozen=True, slots=True)
class Side:
    """One configuration, ready to say what a delivery means under it."""

    recalling: Recalling
    company_of: Mapping[str, Callable[[str | None], str | None]]

    async def handle(self, row: Waiting) -> Handled:
        """What becomes of the delivery; its company is the one that this configuration says."""
        find = self.company_of.get(row.source)
        company = row.company if find is None else find(row.headers.get(ACCOUNT)) or ""
        return await self.recalling.handle(replace(row, company=company))


def side_of(config: Config, memory: Memory, log: Log, unseal: Unseal) -> Side:
    """A configuration whose sources can read stored deliveries, on the memory of today."""
    deciding = Deciding(
        sources=every_source(config),
        companies={name: company.settings for name, company in config.companies.items()},
        company_of=companies_of(config),
        readers=every_reader(config),
        bus=Bus(ROUTES),
        log=log,
        unseal=unseal,
    )
    return Side(Recalling(memory, deciding), companies_of(config))


@dataclass(frozen=True, slots=True)
class Compared:
    """What a delivery means before and after."""

    row: Waiting
    before: Handled
    after: Handled

    @property
    def differs(self) -> bool:
        """Whether other commands would be stored, or the delivery would stop otherwise than before."""
        return _meaning(self.before) != _meaning(self.after)


async def compared(row: Waiting, before: Side, after: Side) -> Compared:
    """One delivery under both. Raises what reading the store raises."""
    return Compared(row, await before.handle(row), await after.handle(row))


def _meaning(handled: Handled) -> tuple[object, ...]:
    commands = tuple((one.key, one.company, one.lane, one.text, tuple(one.refs)) for one in handled.commands)
    return handled.state, handled.reason, handled.question, handled.company, commands


# --- one delivery ---------------------------------------------------------------------------------------------------


def difference(one: Compared) -> Json:
    """What differs: state and question, documents with their sums, and fields of commands, old and new."""
    named = one.before if one.before.kind else one.after
    return {
        "id": delivery_id(one.row.id),
        "source": one.row.source,
        "event": named.kind,
        "number": named.number,
        "before": _side(one.before),
        "after": _side(one.after),
        "commands": list(_changes(one.before.commands, one.after.commands)),
    }


def _side(handled: Handled) -> Json:
    return {
        "company": handled.company,
        "state": handled.state,
        "reason": handled.reason,
        "question": handled.question,
        "documents": [_document(command) for command in _documents(handled)],
    }


def _documents(handled: Handled) -> Iterator[Document]:
    for one in handled.commands:
        command = COMMANDS.validate_json(one.text)
        if isinstance(command, Document):
            yield command


def _document(command: Document) -> Json:
    return {
        "document": command.kind.removeprefix("ensure_"),
        "dated": command.dated.isoformat(),
        "currency": command.currency,
        "net": f"{command.total_excluding_vat:.2f}",
        "vat": None if command.total_vat is None else f"{command.total_vat:.2f}",
        "total": None if command.total is None else f"{command.total:.2f}",
        "accounts": [
            {"account": account, "vat_rate": _text(rate), "net": f"{amount:.2f}"}
            for (account, rate), amount in _sums(command).items()
        ],
    }


def _sums(command: Document) -> Mapping[Place, Decimal]:
    rows = [
        Priced(row.account, row.vat, row_total(row.quantity, row.price, row.discount_percent, row.discount_amount))
        for row in command.rows
    ]
    return by_account(rows, prices_include_vat=command.prices_include_vat)


def _text(rate: Decimal | None) -> str | None:
    return None if rate is None else f"{rate.normalize():f}"


def _changes(before: Sequence[NewCommand], after: Sequence[NewCommand]) -> Iterator[Json]:
    """Commands that only one side has, and fields that differ in those that both have."""
    old, new = ({(one.rule, one.kind, one.thing): one for one in side} for side in (before, after))
    for key in dict.fromkeys((*old, *new)):
        rule, kind, _ = key
        if key not in new or key not in old:
            yield {"rule": rule, "command": kind, "change": "gone" if key not in new else "new", "fields": []}
        elif old[key].text != new[key].text:
            fields = list(_fields(COMMANDS.validate_json(old[key].text), COMMANDS.validate_json(new[key].text)))
            yield {"rule": rule, "command": kind, "change": "changed", "fields": fields[:MOST_CHANGES]}


def _fields(old: Command, new: Command) -> Iterator[Json]:
    """Dotted names with both values; of a customer's card the names alone, as its values are a person's."""
    before, after = (dict(_flat(one.model_dump(mode="json"))) for one in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            told = {"before": before.get(name), "after": after.get(name)}
            yield {"field": name} | ({} if isinstance(old, EnsureCustomer) else told)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{name}.{place}")
    else:
        yield name, value


# --- all of them ----------------------------------------------------------------------------------------------------


class Summary:
    """Adds up, of the deliveries that differ, what both sides come to."""

    def __init__(self) -> None:
        self.events = 0
        self.different = 0
        self.stopped = [0, 0]
        self._documents: dict[str, list[int]] = {}
        self._accounts: dict[tuple[str, int, str], list[Decimal]] = {}
        self._totals: dict[str, list[Decimal]] = {}

    def add(self, one: Compared) -> None:
        """Count one delivery."""
        self.events += 1
        self.different += one.differs
        for place, side in enumerate((one.before, one.after)):
            self.stopped[place] += side.state in STOPPED
            for command in _documents(side) if one.differs else ():
                self._add_document(place, command)

    def _add_document(self, place: int, command: Document) -> None:
        self._documents.setdefault(command.kind.removeprefix("ensure_"), [0, 0])[place] += 1
        if not isinstance(command, EnsureInvoice):
            return
        total = command.total if command.total is not None else command.total_excluding_vat
        self._totals.setdefault(command.currency, [NOTHING, NOTHING])[place] += total
        for (account, rate), amount in _sums(command).items():
            at = (command.currency, account or 0, _text(rate) or "")
            self._accounts.setdefault(at, [NOTHING, NOTHING])[place] += amount

    def told(self) -> Json:
        """The sums, as people and programs read them; accounts where both sides are equal are left out."""
        return {
            "events": self.events,
            "different": self.different,
            "stopped": dict(zip(("before", "after"), self.stopped, strict=True)),
            "documents": [
                {"document": name, "before": before, "after": after}
                for name, (before, after) in sorted(self._documents.items())
            ],
            "totals": [
                {"currency": currency, "before": f"{before:.2f}", "after": f"{after:.2f}"}
                for currency, (before, after) in sorted(self._totals.items())
            ],
            "accounts": [
                {"account": account or None, "vat_rate": rate or None, "currency": currency}
                | {"before": f"{before:.2f}", "after": f"{after:.2f}"}
                for (currency, account, rate), (before, after) in sorted(self._accounts.items())
                if before != after
            ],
        }
