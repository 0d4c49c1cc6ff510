"""A mail server that says what a test tells it to, down to the packet: what aiosmtpd is too well-mannered for."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Script:
    """How the server behaves. Replies are keyed by the command they answer ("MAIL", "RCPT", "DATA", ".", "QUIT"), and
    may depend on its line; "" says nothing, "drop" breaks the line."""

    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME")
    replies: dict[str, Callable[[str], str]] = field(default_factory=dict)
    packets: int = 0  # cut what is said into packets of so many octets; 0: do not
    seconds_over_message: float = 0.0  # how long a message is looked at before it is answered
    drop_in_data_after: int = 0  # break the line after so many octets of the n-th message; 0: do not
    port: int = 0
    commands: list[str] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)  # recipient and what was taken in for it
    batches: list[int] = field(default_factory=list)  # how many commands came in each packet
    most_connections: int = 1000  # those beyond are turned away with 421
    connections: int = 0
    standing: int = 0
    most_standing: int = 0
    under_way: int = 0
    most_under_way: int = 0

    def say(self, command: str, line: str = "") -> str:
        """The reply to a command line."""
        usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 ok")
        return self.replies[command](line) if command in self.replies else usual


_BAD_SEQUENCE = "503 5.5.1 bad sequence"


class _Session:
    def __init__(self, script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._script, self._reader, self._writer = script, reader, writer
        self._sender = self._recipient = ""

    async def run(self) -> None:
        if self._script.standing > self._script.most_connections:
            await self._say("421 4.7.0 too many connections")
            return
        await self._say("220 scripted ESMTP")
        while line := (await self._reader.readline()).decode().rstrip("\r\n"):
            self._script.commands.append(line)
            if not await self._answer(line):
                return

    async def _answer(self, line: str) -> bool:  # noqa: PLR0911  # one return a command
        command = line.partition(" ")[0].partition(":")[0].upper()
        if command in ("EHLO", "HELO"):
            words = ["scripted", *self._script.extensions]
            lines = [f"250-{word}" for word in words[:-1]] + [f"250 {words[-1]}"]
            return await self._say("\r\n".join(lines))
        if command == "RSET":
            self._sender = self._recipient = ""
            return await self._say("250 ok")
        if (command == "RCPT" and not self._sender) or (command == "MAIL" and self._sender):
            return await self._say(_BAD_SEQUENCE)
        if command == "DATA" and not self._recipient and "DATA" not in self._script.replies:
            return await self._say("554 5.5.1 no valid recipients")
        reply = self._script.say(command, line)
        if command == "MAIL" and reply.startswith("2"):
            self._sender = line
        if command == "RCPT" and reply.startswith("2"):
            self._recipient = line.partition("<")[2].partition(">")[0]
        if not await self._say(reply):
            return False
        if command == "DATA" and reply.startswith("354"):
            return await self._data()
        return command != "QUIT"

    async def _data(self) -> bool:
        script, content = self._script, b""
        script.under_way += 1
        script.most_under_way = max(script.most_under_way, script.under_way)
        try:
            await asyncio.sleep(0.001)
            while (line := await self._reader.readline()) != b".\r\n":
                if not line:
                    return False
                content += line
                if script.drop_in_data_after and len(content) > script.drop_in_data_after:
                    script.drop_in_data_after = 0
                    self._writer.transport.abort()
                    return False
        finally:
            script.under_way -= 1
        recipient, self._sender, self._recipient = self._recipient, "", ""
        await asyncio.sleep(script.seconds_over_message)
        reply = script.say(".", recipient)
        if reply.startswith("2") or reply == "drop":
            script.messages.append((recipient, content))
        return await self._say(reply)

    async def _say(self, words: str) -> bool:
        if words == "drop":
            self._writer.transport.abort()
            return False
        if not words:
            return True
        octets = words.encode() + b"\r\n"
        size = self._script.packets or len(octets)
        for at in range(0, len(octets), size):
            self._writer.write(octets[at : at + size])
            if self._script.packets:
                await asyncio.sleep(0.001)
        return not words.startswith("421")


@asynccontextmanager
async def scripted_server(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Script]:
    """A server for as long as the block lasts; `script.port` is where it listens."""
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script.connections += 1
        script.standing += 1
        script.most_standing = max(script.most_standing, script.standing)
        writers.add(writer)
        try:
            await _Session(script, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            script.standing -= 1
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0.01)
