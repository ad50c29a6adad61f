"""What every scene of the demo has at hand, and how one delivery is shown from the webhook to the document number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from daemon.demo.configuration import Configuration
from daemon.demo.documents import counted, named, results
from daemon.demo.far_side import Call, FarSide
from daemon.demo.other_side import OtherSide
from daemon.demo.process import Daemon
from daemon.demo.screen import Screen, aligned, held
from daemon.demo.senders import Reply, Senders, Webhook
from daemon.demo.stories import Stories
from store.db import Read

Json = dict[str, Any]


@dataclass
class Stage:
    """The running surroundings. ``read`` reads the daemon's database; ``promises`` collects what was seen to hold.

    ``fortnox`` sees the company of the first scenes; ``stand_ins`` are those of other senders, by name, where they run.
    """

    screen: Screen
    configuration: Configuration
    daemon: Daemon
    senders: Senders
    fortnox: FarSide
    stories: Stories
    read: Read
    stand_ins: Mapping[str, OtherSide] = field(default_factory=dict)
    promises: list[tuple[str, bool]] = field(default_factory=list)

    def promise(self, text: str, kept: bool) -> None:
        """Show and remember the verdict on a promise."""
        self.promises.append((text, kept))
        self.screen.labelled("promise", [f"{held(kept)}: {text}"])

    async def deliver(self, webhook: Webhook) -> Json:
        """Send a webhook, wait until it is worked off, show the whole way; returns its story."""
        before = await self.fortnox.count()
        reply = await self.senders.post(webhook)
        self.screen.labelled("received", [received(webhook, reply)])
        if reply.id is None:
            raise RuntimeError(f"{webhook.name} was answered {reply.status}")
        story = await self.stories.at_rest(reply.id)
        calls = await self.fortnox.calls(before)
        self.show(story, calls, await self.fortnox.state())
        return story

    def show(self, story: Json, calls: list[Call], state: Json) -> None:
        """Rule, commands, calls and documents of one delivery."""
        commands = story["commands"]
        if story["read_at_sender"]:
            self.screen.labelled(
                "read", ["at the sender: " + ", ".join(one["name"] for one in story["read_at_sender"])]
            )
        self.screen.labelled("rule", [ruled(story)])
        if commands:
            self.screen.labelled("commands", _commands(commands))
        self.screen.labelled("calls", _calls(calls))
        spent = counted(sum(call.spent for call in calls))
        self.screen.labelled("result", results(story, state, spent))


def received(webhook: Webhook, reply: Reply) -> str:
    """The webhook, what the sender was answered, and where it lies."""
    where = f"stored as {reply.id}, " if reply.id else ""
    answered = f"{where}answered {reply.status} in {reply.milliseconds:.0f} ms"
    return f"POST /hooks/{webhook.source}  {webhook.name}  →  {answered}"


def ruled(story: Json) -> str:
    """The event and the rule that heard it, or why none went on."""
    if story["commands"]:
        return f"{story['event']} → {story['commands'][0]['rule']}"
    why = f" ({story['reason']})" if story["reason"] and story["state"] != "held" else ""
    return f"{story['event'] or 'no event'} → {story['state']}{why}"


def _commands(commands: list[Json]) -> list[str]:
    rows = [
        (command["id"], command["command"], command["state"], command["result"] or "", named(command))
        for command in commands
    ]
    return aligned(rows, ("id", "command", "state", "result", "document"), frozenset())


def _calls(calls: list[Call]) -> list[str]:
    if not calls:
        return ["none"]
    rows = [(call.shown, call.end, _remark(call)) for call in calls]
    return aligned(rows, ("call", "end", "remark"), frozenset())


def _remark(call: Call) -> str:
    if call.kind != "rest":
        return "access token, kept for an hour"
    return "at the daemon's start" if call.asked_at_start else ""
