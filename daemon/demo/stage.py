"""What every scene of the demo has at hand, and how one delivery is shown from the webhook to the document number."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from daemon.demo.configuration import Configuration
from daemon.demo.far_side import Call, FarSide
from daemon.demo.process import Daemon
from daemon.demo.screen import Screen, aligned, held, money, wrapped
from daemon.demo.senders import Reply, Senders, Webhook
from daemon.demo.stories import Stories
from store.db import Read

Json = dict[str, Any]


@dataclass
class Stage:
    """The running surroundings. ``read`` reads the daemon's database; ``promises`` collects what was seen to hold."""

    screen: Screen
    configuration: Configuration
    daemon: Daemon
    senders: Senders
    fortnox: FarSide
    stories: Stories
    read: Read
    promises: list[tuple[str, bool]] = field(default_factory=list)

    def promise(self, text: str, kept: bool) -> None:
        """Show and remember the verdict on a promise."""
        self.promises.append((text, kept))
        self.screen.labelled("promise", [f"{held(kept)}: {text}"])

    async def deliver(self, webhook: Webhook) -> Json:
        """Send a webhook, wait until it is worked off, show the whole way; returns its story."""
        before = len(await self.fortnox.calls())
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
        self.screen.labelled("rule", [ruled(story)])
        if commands:
            self.screen.labelled("commands", _commands(commands))
        self.screen.labelled("calls", _calls(calls))
        self.screen.labelled("result", _results(story, state, sum(call.kind == "rest" for call in calls)))


def received(webhook: Webhook, reply: Reply) -> str:
    """The webhook, what the sender was answered, and where it lies."""
    where = f"stored as {reply.id}, " if reply.id else ""
    answered = f"{where}answered {reply.status} in {reply.milliseconds:.0f} ms"
    return f"POST /hooks/{webhook.source}  {webhook.name}  →  {answered}"


def ruled(story: Json) -> str:
    """The event and the rule that heard it, or why none went on."""
    if story["commands"]:
        return f"{story['event']} → {story['commands'][0]['rule']}"
    return f"{story['event']} → {story['state']}"


def _commands(commands: list[Json]) -> list[str]:
    rows = [
        (command["id"], command["command"], command["state"], command["result"] or "", document(command))
        for command in commands
    ]
    return aligned(rows, ("id", "command", "state", "result", "document"), frozenset())


def document(command: Json) -> str:
    """``invoice 1`` where the command's thing is linked, else nothing."""
    return "" if command["link"] is None else str(command["link"]["document"]).replace(":", " ")


def _calls(calls: list[Call]) -> list[str]:
    if not calls:
        return ["none"]
    rows = [(call.shown, call.end, "" if call.kind == "rest" else "access token, kept for an hour") for call in calls]
    return aligned(rows, ("call", "end", "remark"), frozenset())


def _results(story: Json, state: Json, spent: int) -> list[str]:
    if story["question"]:
        return [f"held for a person, {_counted(spent)}:", *wrapped(story["question"])]
    numbers = {document(command) for command in story["commands"]} - {""}
    shown = [_invoice(invoice) for invoice in state["invoices"] if f"invoice {invoice['DocumentNumber']}" in numbers]
    cards = [card for card in state["customers"] if f"customer {card['CustomerNumber']}" in numbers]
    if not shown:
        shown = [[f"customer {card['CustomerNumber']}, {card['Name']}", *wrapped(card["Comments"])] for card in cards]
    return [*(line for lines in shown for line in lines), f"{_counted(spent)} to Fortnox"]


def _invoice(invoice: Json) -> list[str]:
    net, vat = Decimal(str(invoice["Net"])), Decimal(str(invoice["TotalVAT"]))
    rounded = Decimal(str(invoice["RoundOff"]))
    off = f" {'+' if rounded > 0 else '−'} rounding {money(abs(rounded))}" if rounded else ""
    booked = "booked" if invoice["Booked"] else "not booked"
    balance = money(invoice["Balance"])
    return [
        f"invoice {invoice['DocumentNumber']} to {invoice['CustomerName']}, {booked}, balance {balance}",
        f"{money(net)} + VAT {money(vat)}{off} = {money(invoice['Total'])} {invoice['Currency']}",
    ]


def _counted(calls: int) -> str:
    return "1 call" if calls == 1 else f"{calls} calls" if calls else "no call"
