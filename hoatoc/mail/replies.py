"""Reads a mail server's replies from a connection, however they are cut into packets."""

import asyncio
import re
from collections import deque
from typing import NamedTuple

#: How many octets are taken from the connection at once.
_READ = 8 * 1024
#: More than this without a whole reply is not SMTP (RFC 5321, 4.5.3.1.5 allows 512 octets a line).
_MOST = 64 * 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Reply(NamedTuple):
    """A reply: its code, and the octets of the words of all its lines."""

    code: int
    words: bytes

    @property
    def text(self) -> str:
        """Its words as they may be kept."""
        return clean(self.words.decode("utf-8", "replace"))


class Gone(Exception):
    """The connection is of no use any more: lost, silent for too long, or not speaking SMTP."""


def clean(text: str) -> str:
    """A server's words as they may be kept: no control characters, nothing that is not Unicode."""
    return _CONTROL.sub(" ", text).encode("utf-8", "replace").decode().strip()


class Replies(asyncio.BufferedProtocol):
    """The reading side of a connection, and what it takes to write without flooding it."""

    def __init__(self) -> None:
        self._space = memoryview(bytearray(_READ))  # asyncio itself would make room for 256 KiB at each packet
        self._rest = b""  # the beginning of a line
        self._words: list[bytes] = []
        self._ready: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._closed = asyncio.Event()
        self.lost = ""  # why the connection is of no use any more

    @property
    def pending(self) -> bool:
        """Whether a reply is there that nobody has read."""
        return bool(self._ready)

    async def next(self, seconds: float) -> Reply:
        """The next reply. Raises Gone when the connection is lost, or silent for `seconds`."""
        if not self._ready:
            await self._wait(seconds)
        return self._ready.popleft()

    async def drain(self, seconds: float) -> None:
        """Wait until what was written is on its way. Raises Gone when the server takes nothing for `seconds`."""
        if self._writable.is_set():
            return
        try:
            async with asyncio.timeout(seconds):
                await self._writable.wait()
        except TimeoutError:
            self._lose("máy chủ không nhận dữ liệu")
        if self.lost:
            raise Gone(self.lost)

    async def closed(self, seconds: float) -> bool:
        """Wait until the connection's socket is closed; whether it was within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._closed.wait()
        except TimeoutError:
            return False
        return True

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        while not self._ready:
            if self.lost:
                raise Gone(self.lost)
            self._waiter = loop.create_future()
            clock = loop.call_later(seconds, self._lose, f"máy chủ không trả lời sau {seconds:g} giây")
            try:
                await self._waiter
            finally:
                clock.cancel()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # the signature is asyncio's
        """Where the next packet goes."""
        return self._space

    def buffer_updated(self, nbytes: int) -> None:
        """Take in a packet of `nbytes` octets."""
        *lines, self._rest = (self._rest + self._space[:nbytes]).split(b"\n")
        for line in lines:
            if self.lost:  # after what was no reply, the next ones would be taken for the answers to something else
                break
            self._take_line(line.rstrip(b"\r"))
        if len(self._rest) > _MOST or len(self._words) > _MOST // 64:
            self._lose("máy chủ trả lời quá dài")
        if self._ready or self.lost:
            self._stir()

    def _take_line(self, line: bytes) -> None:
        code, mark = line[:3], line[3:4]
        # RFC 5321, 4.2.1: a code begins with 2, 3, 4 or 5.
        if not (code.isdigit() and b"200" <= code < b"600" and len(code) == 3 and mark in (b"", b" ", b"-")):
            self._lose("máy chủ trả lời không đúng SMTP")
            return
        self._words.append(line[4:])
        if mark != b"-":
            self._ready.append(Reply(int(code), b" ".join(self._words)))
            self._words.clear()

    def eof_received(self) -> bool:
        """The server has said its last word."""
        self._lose("máy chủ đã ngắt kết nối")
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Note why, for whoever waits."""
        self._closed.set()
        self._lose(f"mất kết nối: {error}" if error else "máy chủ đã ngắt kết nối")

    def pause_writing(self) -> None:
        """Too much is on its way."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It went through."""
        self._writable.set()

    def _lose(self, why: str) -> None:
        self.lost = self.lost or why
        self._writable.set()
        self._stir()

    def _stir(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
