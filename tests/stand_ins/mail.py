"""A stand-in for a mail server: takes mails over SMTP (RFC 5321) without encryption, or refuses them as told."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Mailbox:
    """What came in. ``answers`` are given in place of the next receipts; an empty one cuts the connection instead.

    ``unknown`` are addresses that no mail goes to.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    answers: deque[str] = field(default_factory=deque)
    port: int = 0
    unknown: frozenset[str] = frozenset()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it is closed."""
        try:
            await self._say(writer, "220 stand-in")
            while line := (await reader.readline()).decode().strip():
                verb = line.split(" ")[0].upper()
                if verb == "QUIT":
                    await self._say(writer, "221 bye")
                    break
                if verb == "RCPT" and line.partition("<")[2].partition(">")[0] in self.unknown:
                    await self._say(writer, "550 no such mailbox")
                elif verb != "DATA":
                    await self._say(writer, "250 fine")
                elif not await self._take(reader, writer):
                    break
        finally:
            writer.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await self._say(writer, "354 go on")
        raw = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        answer = self.answers.popleft() if self.answers else "250 taken"
        if not answer.startswith(("4", "5")):
            message = message_from_bytes(raw, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
        if answer:
            await self._say(writer, answer)
        return bool(answer)

    async def _say(self, writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(text.encode() + b"\r\n")
        await writer.drain()


@asynccontextmanager
async def mail_server() -> AsyncIterator[Mailbox]:
    """A mail server on a free port of this machine, for the length of the block."""
    mailbox = Mailbox()
    server = await asyncio.start_server(mailbox.serve, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
