"""Looks at everything that the live view shows: the database through readers, the admin socket, the simulator."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import aiohttp

from daemon import screens
from daemon.admin import NoDaemonAnswers, ask_facts
from daemon.demo.configuration import SALES, Configuration
from daemon.demo.far_side import FarSide
from daemon.demo.process import Daemon
from daemon.demo.snapshot import Books, CompanyFigures, Invoice, Process, Sales, SenderFigures, Snapshot
from daemon.demo.tally import MOST, Tally
from daemon.shut_text import nothing_leaves
from daemon.times import iso
from store import companies, reading, senders, watching
from store.companies import Pause
from store.db import Read
from store.senders import SenderRow

Json = dict[str, Any]
FACTS_SECONDS = 1.0
MOST_LANES = 200
MOST_INVOICES = 12
MOST_DELIVERIES = 3


class Watcher:
    """Makes a snapshot of the demo's surroundings; reads only, and keeps only what is counted."""

    def __init__(self, configuration: Configuration, read: Read, daemon: Daemon, fortnox: FarSide) -> None:
        self._configuration = configuration
        self._read = read
        self._daemon = daemon
        self._fortnox = fortnox
        self._deliveries = Tally()
        self._commands = Tally()
        self._began = time.monotonic()

    async def look(self) -> Snapshot:
        """Everything as it stands now, but for the story.

        Raises what the readers raise; a daemon that is down is no error.
        """
        live = await self._facts()
        deliveries, commands = self._deliveries, self._commands
        deliveries.note(await self._read(watching.deliveries(deliveries.after, deliveries.wanted, MOST)))
        commands.note(await self._read(watching.commands(commands.after, commands.wanted, MOST)))
        seen = await self._read(senders.seen)
        pauses = await self._read(companies.pauses)
        newest = await self._read(reading.deliveries(state=None, company=None, limit=MOST_DELIVERIES))
        return Snapshot(
            now=time.time_ns() // 1_000_000,
            seconds=time.monotonic() - self._began,
            process=self._process(live),
            senders=tuple(
                self._sender(name, seen.get(name, SenderRow()), (live or {}).get("sources", {}).get(name, {}))
                for name in self._configuration.sources
            ),
            companies=tuple([await self._company(name, pauses, live) for name in self._configuration.companies]),
            books=books(await self._fortnox.state(), await self._sales()),
            newest=tuple(newest),
        )

    async def _facts(self) -> Json | None:
        """What the running daemon tells; ``None`` while it is down, starts, or is too busy to answer soon."""
        if self._daemon.exit_code is not None:
            return None
        try:
            async with asyncio.timeout(FACTS_SECONDS):
                return await ask_facts(self._configuration.data_dir)
        except (NoDaemonAnswers, aiohttp.ClientError, TimeoutError, OSError):
            return None

    async def _sales(self) -> Sales | None:
        """The company of orders and offers, where the demo has it."""
        if SALES not in self._configuration.companies:
            return None
        state = await self._fortnox.of(SALES).state()
        return Sales(SALES, *(len(state[kind]) for kind in ("offers", "orders", "invoices")))

    def _process(self, live: Json | None) -> Process:
        refuses = None if live is None else live["store_refuses"]
        daemon = self._daemon
        return Process(daemon.pid, daemon.exit_code, daemon.before, live is not None, refuses)

    def _sender(self, name: str, row: SenderRow, facts: Mapping[str, Any]) -> SenderFigures:
        return SenderFigures(
            name=name,
            received=self._deliveries.all_of(name),
            handled=self._deliveries.finished(name),
            delivered=self._commands.of(name, "done"),
            reading=self._deliveries.of(name, "reading"),
            parked=self._deliveries.of(name, "parked") + self._commands.of(name, "parked"),
            held=self._deliveries.of(name, "held") + self._commands.of(name, "held"),
            last_webhook=iso(row.webhook_at),
            room=facts.get("room"),
            window_calls=facts.get("window_calls"),
        )

    async def _company(self, name: str, pauses: Sequence[Pause], live: Json | None) -> CompanyFigures:
        heads = await self._read(watching.lane_heads(name, MOST_LANES + 1))
        facts: Mapping[str, Any] = (live or {}).get("companies", {}).get(name, {})
        stands = screens.standstill(name, list(pauses), live)
        return CompanyFigures(
            name=name,
            room=facts.get("room"),
            room_in_s=facts.get("room_in_s"),
            window_calls=facts.get("window_calls"),
            window_s=facts.get("window_s"),
            heads=tuple(heads[:MOST_LANES]),
            more_lanes=len(heads) > MOST_LANES,
            shut=None if stands["shut_by"] is None else nothing_leaves(stands["shut_by"], stands["paused"]),
        )


def books(state: Mapping[str, Any], sales: Sales | None) -> Books:
    """What stands in the simulator's company, from its control plane; ``sales`` is what stands in another one."""
    newest = list(reversed(state["invoices"][-MOST_INVOICES:]))
    return Books(
        customers=len(state["customers"]),
        invoices=len(state["invoices"]),
        payments=len(state["payments"]),
        last=tuple(
            Invoice(
                number=str(invoice["DocumentNumber"]),
                order=str(invoice["YourOrderNumber"] or ""),
                customer=str(invoice["CustomerName"]),
                total=Decimal(str(invoice["Total"])),
                balance=Decimal(str(invoice["Balance"])),
                booked=bool(invoice["Booked"]),
            )
            for invoice in newest
        ),
        sales=sales,
    )
