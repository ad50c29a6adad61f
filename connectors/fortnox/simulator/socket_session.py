"""What one WebSocket client has asked for: tenants, topics, subscription, and the answers to its commands."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.fortnox.simulator.event_stream import Event, EventStream
from connectors.fortnox.simulator.tokens import Access, TokenRegister
from connectors.fortnox.simulator.topics import TOPICS

Message = dict[str, Any]


class CommandError(ValueError):
    """A command could not be read or came out of order; the text says why (its place is a *simulator choice*)."""


class Session:
    """Reads commands, answers them, and knows which events this client is owed (Fortnox facts, 7.1)."""

    def __init__(self, stream: EventStream, tokens: TokenRegister, clients: Mapping[str, str]) -> None:
        self.tenants: dict[int, str] = {}
        self.positions: dict[str, int | None] = {}
        self.subscribed = False
        self._stream = stream
        self._tokens = tokens
        self._clients = clients
        self._commands: dict[str, Callable[[Message], Message]] = {
            "add-tenants-v1": self._add_tenants,
            "remove-tenants-v1": self._remove_tenants,
            "list-tenants-v1": self._list_tenants,
            "add-topics-v1": self._add_topics,
            "subscribe-v1": self._subscribe,
        }

    def answer(self, text: str) -> Message:
        """Carry out one command and give its response."""
        name: object = None
        try:
            message = _read(text)
            name = message.get("command")
            told = self._command(name)(message)
        except CommandError as problem:
            return {"response": name, "result": "error", "message": str(problem)}
        result = "error" if told.keys() & {"invalidTokens", "invalidTopics"} else "ok"
        return {"response": name, "result": result, **told}

    def _command(self, name: object) -> Callable[[Message], Message]:
        command = self._commands.get(name) if isinstance(name, str) else None
        if command is None:
            raise CommandError(f"there is no such command; there are {', '.join(self._commands)}")
        return command

    def next_owed(self) -> Event | None:
        """Give the next event this client has not had yet, topic by topic, and move its position past it."""
        if not self.subscribed:
            return None
        for topic in self.positions:
            while (event := self._stream.next_after(topic, self.positions[topic] or 0)) is not None:
                self.positions[topic] = event.number
                if event.tenant_id in self.tenants:
                    return event
        return None

    def accesses(self) -> Iterator[Access]:
        """Give what the tokens of the connected tenants stand for."""
        for token in self.tenants.values():
            access = self._tokens.find_access(token)
            if access is not None:
                yield access

    def _opens(self, token: str, secret: str) -> Access | None:
        access = self._tokens.find_access(token)
        if access is None or not self._tokens.is_live(access):
            return None
        return access if self._clients.get(access.client) == secret else None

    def _add_tenants(self, message: Message) -> Message:
        secret, given = message.get("clientSecret"), message.get("accessTokens")
        if not isinstance(secret, str):
            raise CommandError("clientSecret must be a text")
        if not _is_texts(given) or not given:
            raise CommandError("accessTokens must be a list of texts")
        if not isinstance(message.get("includeChildTenants", False), bool):
            raise CommandError("includeChildTenants must be true or false")
        opened = {sent: self._opens(_bare(sent), secret) for sent in given}
        invalid = [sent for sent, access in opened.items() if access is None]
        if invalid:
            return {"invalidTokens": invalid}
        known = {sent: access.tenant_id for sent, access in opened.items() if access is not None}
        self.tenants |= {tenant: _bare(sent) for sent, tenant in known.items()}
        return {"tenantIds": known}

    def _remove_tenants(self, message: Message) -> Message:
        given = message.get("tenants")
        if not isinstance(given, list) or not all(type(tenant) is int for tenant in given):
            raise CommandError("tenants must be a list of whole numbers")
        for tenant in given:
            self.tenants.pop(tenant, None)
        return {}

    def _list_tenants(self, _message: Message) -> Message:
        return {"tenantIds": list(self.tenants)}

    def _add_topics(self, message: Message) -> Message:
        if not self.tenants:
            raise CommandError("add-tenants-v1 comes before add-topics-v1")
        given = message.get("topics")
        if not isinstance(given, list) or not given or not all(_is_topic(item) for item in given):
            raise CommandError("topics must be a list of objects with topic and perhaps offset, both texts")
        unknown = [item["topic"] for item in given if item["topic"] not in TOPICS]
        if unknown:
            return {"invalidTopics": unknown}
        for item in given:
            self._add_topic(item["topic"], item.get("offset"))
        return {}

    def _add_topic(self, topic: str, offset: str | None) -> None:
        if offset is not None:
            self.positions[topic] = self._stream.position(topic, offset)
        elif topic not in self.positions:
            self.positions[topic] = self._stream.last(topic) if self.subscribed else None

    def _subscribe(self, _message: Message) -> Message:
        if not self.tenants or not self.positions:
            raise CommandError("add-tenants-v1 and add-topics-v1 come before subscribe-v1")
        for topic, position in self.positions.items():
            if position is None:
                self.positions[topic] = self._stream.last(topic)
        self.subscribed = True
        return {}


def _read(text: str) -> Message:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise CommandError("a message must be JSON") from problem
    if not isinstance(message, dict):
        raise CommandError("a message must be one JSON object")
    return message


def _bare(sent: str) -> str:
    """Give the token without the word before it; older clients sent none."""
    return sent.removeprefix("Bearer ")


def _is_texts(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(item, str) for item in given)


def _is_topic(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("topic"), str) and isinstance(item.get("offset"), str | None)
