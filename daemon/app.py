"""The composition root: opens everything in order, one task group, and closes in reverse."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import anyio

from connectors.transport import open_session
from connectors.windows import Windows
from daemon.admin import serve_admin
from daemon.assembly import Opened, Parts, actions_of, assembled, live_of
from daemon.bridge import Bridge
from daemon.clock import Clock
from daemon.health import Progress
from daemon.notice_ways import notice_targets
from daemon.notify import Notifier
from daemon.opening import OpenStore, open_store
from daemon.own_sources import own_readers
from daemon.push_apps import push_states
from daemon.readers import open_readers, sender_targets
from daemon.reloading import hooks_of, statuses_of
from daemon.settings import Config
from daemon.slots import Slots
from store import senders

REMEMBERED_MS = 30 * 86_400_000
"""How long a source that was taken out of the configuration still asks its sender to come again."""


@asynccontextmanager
async def running(
    config: Config,
    *,
    parts: Parts | None = None,
    sockets: Sequence[socket.socket] = (),
    notifier: Notifier | None = None,
) -> AsyncIterator[Bridge]:
    """Run the whole daemon while the body runs; leaving stops it in order, and a crash of any loop ends the body.

    ``sockets`` are inherited from systemd; without them the configured address is bound. Raises what opening raises:
    :class:`daemon.lock.Locked`, :class:`store.migrate.SchemaTooNew`, :class:`daemon.opening.WrongFolder`, ``OSError``.
    """
    async with AsyncExitStack() as stack:
        opened = await _opened(stack, config, parts or Parts(), notifier or Notifier({}, 0))
        bridge = assembled(opened)
        live = live_of(opened, bridge)
        actions = actions_of(opened, bridge, live)
        bridge.listener.link_came = actions.links.came
        await stack.enter_async_context(serve_admin(config.data_dir, actions, live.facts))
        bridge.listener.removed = await _removed(config, opened.store, opened.clock)
        await bridge.listen(sockets)
        async with anyio.create_task_group() as tasks:
            bridge.start_loops(tasks)
            try:
                yield bridge
            finally:
                with anyio.CancelScope(shield=True):
                    await bridge.stop()
                tasks.cancel_scope.cancel()


async def _opened(stack: AsyncExitStack, config: Config, parts: Parts, notifier: Notifier) -> Opened:
    """Store, far systems and senders, in this order; the ``stack`` closes them in reverse."""
    store = await stack.enter_async_context(open_store(config, parts.clock, notifier))
    windows = Windows()
    targets = {
        name: await stack.enter_async_context(
            parts.open_target(company, store.database, store.tokens, parts.clock, parts.random, windows)
        )
        for name, company in config.companies.items()
    }
    readers = await stack.enter_async_context(open_readers(config, store, parts.clock, windows))
    senders = sender_targets(config, readers)
    session = await stack.enter_async_context(open_session())
    return Opened(
        config=config,
        parts=parts,
        notifier=notifier,
        store=store,
        states=push_states(config, parts.clock),
        targets={**targets, **senders, **notice_targets(config, session, parts.clock)},
        readers=readers | own_readers(config, targets, store.database),
        streams=session,
        progress=Progress(parts.clock),
        slots=Slots(config.delivery.concurrency),
    )


async def _removed(config: Config, store: OpenStore, clock: Clock) -> dict[str, int]:
    """Sources that were taken out of the configuration a short while ago (Operations facts, section 6)."""
    now = clock.milliseconds()
    await store.database.write(senders.configured(statuses_of(hooks_of(config)), now))
    return await store.database.read(senders.removed(config.sources, now - REMEMBERED_MS))
