"""Fortnox as a target: one table from kinds of commands to the resources that carry them out."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from datetime import datetime

from aiohttp import ClientSession

from connectors.base import Budget, CredentialsLost, Json, Settled, Sighting, Task, TokenStore, Write
from connectors.fortnox import evidence, prechecks, record_actions, records, sendings, vanished
from connectors.fortnox.articles import Articles
from connectors.fortnox.auth import Credentials, nobody_listens
from connectors.fortnox.bookings import InvoiceBookings, PaymentBookings
from connectors.fortnox.cancellations import Cancellations
from connectors.fortnox.client import Client
from connectors.fortnox.connecting import Connected, Connecting
from connectors.fortnox.conversions import OPERATION_NAMES
from connectors.fortnox.credits import Credits
from connectors.fortnox.currencies import Currencies
from connectors.fortnox.customers import Customers
from connectors.fortnox.documents import Documents
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.evidence import Evidence
from connectors.fortnox.examination import Examination
from connectors.fortnox.forms import FORMS, INVOICE, OFFER, ORDER
from connectors.fortnox.identify import identify
from connectors.fortnox.labels import Labels
from connectors.fortnox.notes import Notes
from connectors.fortnox.payments import Payments
from connectors.fortnox.reader import FortnoxReader
from connectors.fortnox.record_actions import RecordActions
from connectors.fortnox.records import Records
from connectors.fortnox.rehearsal import Rehearsal, rehearsing
from connectors.fortnox.resource import Resource
from connectors.fortnox.sendings import Sendings
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.snapshot import Reading, Snapshot
from connectors.fortnox.sweep import Doubts, Sweep
from connectors.fortnox.voucher_reversals import VoucherReversals
from connectors.fortnox.wire import text_of
from connectors.governor import Told
from connectors.skew import ClockSkew
from connectors.sources import Reader
from connectors.usage import Usage
from connectors.vat_numbers import VatNumbers
from connectors.windows import Windows
from handlers.commands import EnsureInvoice, EnsureOffer, EnsureOrder


def nobody_asks(_permitted: int, _ceiling: int) -> None:
    """The default where nobody hears how the window is halved and recovers."""


Pin = Callable[[str, str], Awaitable[bool]]
"""Given the tenant id and organisation number that Fortnox answers with: keeps them at the first connect, and is false
where the company was pinned with others."""


def _writes(kind: str) -> tuple[str, str]:
    return f"create_{kind}", f"update_{kind}"


def resources(
    settings: FortnoxSettings, vat_numbers: VatNumbers | None = None
) -> Mapping[str, tuple[Resource, tuple[str, ...]]]:
    """Kind of command -> who carries it out, and the writing operations that it may leave open."""
    return {
        "ensure_customer": (Customers(settings), ("create_customer", "update_customer")),
        "ensure_article": (Articles(), ("create_article", "update_article", "create_price", "update_base_price")),
        "ensure_currency": (Currencies(), ("create_currency",)),
        "ensure_label": (Labels(), ("create_label",)),
        "ensure_invoice": (
            Documents(INVOICE, EnsureInvoice, vat_numbers),
            (*_writes("invoice"), *OPERATION_NAMES["invoice"]),
        ),
        "ensure_order": (Documents(ORDER, EnsureOrder, vat_numbers), (*_writes("order"), *OPERATION_NAMES["order"])),
        "ensure_offer": (Documents(OFFER, EnsureOffer, vat_numbers), _writes("offer")),
        "ensure_cancelled": (Cancellations(), tuple(f"cancel_{kind}" for kind in FORMS)),
        "ensure_credit": (Credits(), ("credit_invoice", "update_invoice", "cancel_invoice")),
        "book_invoice": (InvoiceBookings(), ("book_invoice",)),
        "ensure_payment": (Payments(), ("create_payment",)),
        "book_payment": (PaymentBookings(), ("book_payment",)),
        "ensure_evidence": (Evidence(), evidence.operations()),
        "ensure_note": (Notes(), ("append_note",)),
        "ensure_record": (made := Records(), records.operations()),
        "act_on_record": (RecordActions(), record_actions.operations()),
        "send_document": (Sendings(), sendings.operations()),
        "reverse_voucher": (VoucherReversals(made), ("create_voucher",)),
    }


class FortnoxTarget:
    """One company at Fortnox; fits ``connectors.base.Target``."""

    def __init__(
        self,
        company: str,
        settings: FortnoxSettings,
        client: Client,
        credentials: Credentials,
        pin: Pin,
        skew: ClockSkew,
        clock: Callable[[], datetime],
        vat_numbers: VatNumbers | None = None,
    ) -> None:
        """``client`` holds the company's window and uses ``credentials``; ``pin`` knows which tenant the company is."""
        self._skew = skew
        self._clock = clock
        self.credentials = credentials
        self.company = company
        self.settings = settings
        self.client = client
        self._pin = pin
        table = resources(settings, vat_numbers)
        self._by_kind = {kind: resource for kind, (resource, _) in table.items()}
        self._by_operation: dict[str, Resource] = {}
        for resource, names in table.values():
            for name in names:
                # The first is the command that has no other; what any record may do says so in its evidence.
                self._by_operation.setdefault(name, resource)

    def far_object(self, task: Task) -> str | None:
        """The existing object that the command would write to, for instance ``customer:17``."""
        return self._by_kind[task.command.kind].far_object(task)

    async def plan(self, task: Task) -> Write | Settled:
        """What is to be done now; reads as needed, writes nothing."""
        work = self._by_kind[task.command.kind].plan(task, self._for(task))
        planned = await vanished.checked(work, task, self._for(task))
        if isinstance(planned, Write):
            await prechecks.check(planned, task.register, self._for(task))
        return planned

    async def perform(self, task: Task, write: Write) -> Settled:
        """Send the one call, once, and compare the answer with what was meant."""
        work = self._carrier(write.operation, write.evidence).perform(task, write, self._for(task))
        return await vanished.checked(work, task, self._for(task))

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Whether an earlier operation on the same thing took effect; the attempt's own evidence says what it meant."""
        return await self._carrier(operation, evidence).look(task, operation, evidence, self._for(task))

    async def identify(self, task: Task, kind: str, number: str) -> Settled:
        """Check a person's word that the thing is this object; that person waits for the answer."""
        return await identify(task, kind, number, self.client.with_priority(0))

    async def probe(self) -> None:
        """Read the company information and compare tenant and organisation number with the pin.

        Credentials that were lost are tried anew. Raises ``CredentialsLost`` with the reason ``another_company`` where
        tenant and organisation number are not the pinned ones.
        """
        self.credentials.ask_again()
        await self.identify_company()

    async def identify_company(self) -> None:
        """As :meth:`probe`, but credentials that were lost stay so, at no call."""
        about = await self.client.with_priority(0).read("read_company")
        tenant, number = text_of(about.get("DatabaseNumber")), text_of(about.get("OrganizationNumber"))
        stated = self.settings.tenant_id
        if (stated is None or tenant == str(stated)) and await self._pin(tenant, number):
            return
        raise CredentialsLost(
            "another_company",
            system=SYSTEM,
            operation="read_company",
            remedy=f"The credentials open tenant {tenant}, which is not the one that this company was connected to. "
            "Correct tenant_id or the connection; for another tenant use another company and data folder.",
        )

    def room(self) -> int:
        """How many calls may leave now without waiting for the rate window."""
        return self.client.window.free()

    def budget(self) -> Budget:
        """The rate window as it stands."""
        return self.client.window.budget()

    @property
    def usage(self) -> Usage:
        """The calls that left for the company since they were last taken to disk."""
        return self.client.usage

    def place(self, priority: int) -> AbstractAsyncContextManager[None]:
        """Hold the place of the next call."""
        return self.client.window.ahead(priority)

    def room_in(self) -> float:
        """Seconds until at least one call may leave."""
        return self.client.window.next_free_in()

    def expect(self) -> AbstractContextManager[None]:
        """A command is taken whose first call will want a place of the rate window."""
        return self.client.window.expect()

    def reserve(self) -> AbstractContextManager[None]:
        """While a person's command waits: one place of the rate window is kept for it."""
        return self.client.window.reserve()

    def assume_full(self) -> None:
        """At start, when calls of an earlier process are on record: the first call waits one whole window."""
        self.client.window.assume_full()

    async def keep_alive(self) -> bool:
        """The daily renewal of a rotating connection; tells whether anything was renewed."""
        return await self.credentials.keep_alive()

    def distrust(self) -> None:
        """The consent may have changed: the next call proves the connection with a token that is new."""
        self.credentials.distrust()

    async def days_left(self) -> float | None:
        """Days until a rotating connection dies unused; ``None`` where it cannot."""
        return await self.credentials.days_left()

    async def connect(self, code: str, redirect_uri: str, needed: Collection[str]) -> Connected:
        """Connect the company with the code of a consent that must cover the scopes ``needed``."""
        return await Connecting(self.settings, self.credentials, self.client, self._pin).connect(
            code, redirect_uri, needed
        )

    async def revoke(self) -> bool:
        """Give the connection up; tells whether there was a refresh token to revoke at Fortnox."""
        return await self.credentials.revoke()

    async def examine(self, readings: Iterable[Reading], *, priority: int, spare: int) -> Snapshot:
        """Read what checks look at; ``spare`` calls of the rate window stay free for other work. Writes nothing."""
        client = self.client.with_priority(priority)
        made = Examination(client, self.credentials, self.clock_skew, self._clock, spare)
        with self.reserve() if priority == 0 else nullcontext():
            return await made.snapshot(readings)

    def reader(self, doubted: Doubts) -> Reader:
        """Reads inside the company's own rate window, behind everything else; ``doubted`` names registers to sweep."""
        sweep = Sweep(self.settings, self.client, self._clock, doubted)
        return FortnoxReader(self.client, sweep, self.identify_company)

    def rehearsed(self, rehearsal: Rehearsal) -> "FortnoxTarget":
        """The same company whose writes end in ``rehearsal``; nobody is asked about VAT numbers, as that is kept."""
        client = rehearsing(self.client, rehearsal)
        return FortnoxTarget(
            self.company, self.settings, client, self.credentials, self._pin, self._skew, self._clock, None
        )

    def clock_skew(self) -> float | None:
        """Seconds that Fortnox's clock is ahead of ours; ``None`` before its first answer."""
        return self._skew.seconds

    def _carrier(self, operation: str, evidence: Json) -> Resource:
        """Who sent it: one operation may belong to several kinds of command (an invoice's update)."""
        return self._by_kind[evidence["carrier"]] if "carrier" in evidence else self._by_operation[operation]

    def _for(self, task: Task) -> Client:
        return self.client.with_priority(task.priority)


@asynccontextmanager
async def open_target(
    company: str,
    settings: FortnoxSettings,
    client_secret: str,
    tokens: TokenStore,
    session: ClientSession,
    pin: Pin,
    *,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
    migrated: Callable[[], None] = nobody_listens,
    windows: Windows | None = None,
    tenant: str | None = None,
    governed: Told = nobody_asks,
    vat_numbers: VatNumbers | None = None,
) -> AsyncIterator[FortnoxTarget]:
    """A company's target with its credentials; at the end a renewal under way is waited for.

    ``client_secret`` is the resolved secret; ``clock`` gives aware moments, ``monotonic`` seconds. ``migrated`` is told
    once that the company needs its refresh token no more. ``windows`` are those of the process: companies with the same
    app and ``tenant`` (the pinned one, where the settings name none) share one. ``governed`` hears how it is halved.
    ``vat_numbers`` is asked about buyers in other EU countries, where the company wants that.
    """
    calls, seconds = settings.window_calls, settings.window_seconds
    budget = settings.budget(company, tenant)
    window = (windows or Windows()).of(budget, calls, seconds, monotonic=monotonic, sleep=sleep)
    window.governor.listen(governed)
    credentials = Credentials(
        company, settings, client_secret, tokens, session, clock=clock, sleep=sleep, migrated=migrated
    )
    skew = ClockSkew(clock, monotonic)
    client = Client(settings.rest_url, session, window, credentials, sleep, settings.timeout_seconds, heard=skew.heard)
    try:
        yield FortnoxTarget(company, settings, client, credentials, pin, skew, clock, vat_numbers)
    finally:
        await credentials.close()
