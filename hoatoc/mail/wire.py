"""The wire: kept connections to one relay, and an answer for every notice, whatever the server does."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence

import aiosmtplib

from hoatoc.mail import login
from hoatoc.mail.frame import BadRecipient, Envelope
from hoatoc.mail.pipelined import Pipelined, Prepared
from hoatoc.mail.plain import GONE, Plain
from hoatoc.mail.relay import Relay
from hoatoc.mail.replies import clean
from hoatoc.mail.stock import Stock
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.claims import Claimed

Compose = Callable[..., Envelope]
_log = logging.getLogger(__name__)

#: A server that gives no answer so often in a row, on fresh connections, is as good as down.
_MOST_FAILURES = 12
#: How long a connection may take to go once it is dropped.
_PATIENCE_SECONDS = 1.0
#: RFC 5321's code for a service that is not available: what was never handed over has surely not arrived.
_NOT_AVAILABLE = 421
#: From here on a refusal is for good; a login refused by less (454) is one that cannot be judged now (RFC 4954, 6).
_FINAL = 500


class Wire:
    """Up to `relay.connections` kept connections. Each notice fed to it is told its answer through `tell`; `stir` is
    called when a connection's work has ended, so that whoever waits looks at `check`."""

    def __init__(
        self, relay: Relay, compose: Compose, tell: Callable[[Answer], None], stir: Callable[[], None]
    ) -> None:
        self._relay, self._compose, self._tell, self._stir = relay, compose, tell, stir
        self._allowed = relay.connections
        self._hopeful = 0  # lanes that have a connection, or may yet get one
        self._stock = Stock(relay.per_domain)
        self._lanes: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._unanswered = 0
        self.connected = False  # whether the server has ever answered, and let us in
        self.login_refused = ""  # its answer to our name and password, where it does not take them
        self.down = ""  # why the server cannot be reached, once it cannot

    @property
    def waiting(self) -> int:
        """How many notices no connection has taken up yet."""
        return len(self._stock)

    @property
    def unanswered(self) -> int:
        """How many notices have been fed and not yet been told an answer."""
        return self._unanswered

    def feed(self, batch: Sequence[Claimed]) -> None:
        """Take notices to be sent; opens as many connections as they keep busy."""
        self._unanswered += len(batch)
        self._stock.put(batch)
        if self.down:
            self._give_up()
            return
        self._open_lanes()

    def _open_lanes(self) -> None:
        # A password that is wrong is wrong for all: until one lane is let in, the others would bring the account nearer
        # to being locked.
        allowed = self._allowed if self.connected or self._relay.username is None else 1
        for _ in range(min(allowed, len(self._stock)) - len(self._lanes)):
            self._hopeful += 1
            lane = asyncio.get_running_loop().create_task(self._lane())
            lane.add_done_callback(lambda _: self._stir())
            self._lanes.add(lane)

    def check(self) -> None:
        """Raise what a connection's work has raised: a mistake of ours, never an answer of the server."""
        for lane in [lane for lane in self._lanes if lane.done()]:
            self._lanes.discard(lane)
            lane.result()

    async def close(self) -> None:
        """Say goodbye on every connection that still stands."""
        self._stock.close()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    async def abort(self) -> None:
        """Drop everything at once: what is under way stays claimed, and in doubt; the rest is not sent."""
        self._stock.close()
        for _ in self._stock.empty():
            pass
        while standing := [lane for lane in self._lanes if not lane.done()]:
            for lane in standing:
                lane.cancel()
            # Again, if need be: asyncio.wait_for of Python 3.11 loses a cancellation that comes together with a result.
            await asyncio.wait(standing, timeout=_PATIENCE_SECONDS)
        await asyncio.gather(*self._lanes, return_exceptions=True)

    async def _lane(self) -> None:
        connection: Pipelined | Plain | None = None
        try:
            while (claimed := await self._stock.take()) is not None:
                if connection is None or not connection.stands:
                    if connection is not None:
                        connection.abort()
                    connection = await self._connect()
                    self._stir()
                if connection is None:
                    self._stock.put_back(claimed)
                    return  # with no await in between: the last lane to fail has to see that it is the last
                await connection.carry(claimed)
                if connection.refusal or self._failures >= _MOST_FAILURES:
                    self._go_down(connection.refusal or "máy chủ thư liên tục ngắt kết nối")
        except asyncio.CancelledError:
            if connection is not None:
                connection.abort()  # in the middle of a message, a goodbye would be read as part of it
            raise
        finally:
            self._hopeful -= 1
            if self.down:
                self._give_up()
            if connection is not None:
                await connection.close()

    async def _connect(self) -> "Pipelined | Plain | None":
        """A fresh connection; None when there is none to be had. While others stand, it is one too many for the
        server; the last that fails says that the server is down."""
        try:
            client = await self._relay.connect()
        except (*GONE, aiosmtplib.SMTPException) as error:
            self._allowed = max(1, self._hopeful - 1)
            if self._hopeful <= 1:
                if isinstance(error, aiosmtplib.SMTPAuthenticationError) and error.code >= _FINAL:
                    self.login_refused = _why(error)
                    self._go_down(login.refusal(self._relay, self.login_refused))
                self._go_down(f"không nối được máy chủ thư {self._relay.host}:{self._relay.port}: {_why(error)}")
            return None
        if not self.connected:
            self.connected = True
            self._open_lanes()
        if not client.supports_extension("pipelining"):
            return Plain(client, patience=self._relay.patience, prepare=self._prepare, tell=self._told)
        transport = client.transport
        assert isinstance(transport, asyncio.Transport)
        return Pipelined(
            transport, eight_bit=client.supports_extension("8bitmime"), seconds=self._relay.timeout,
            patience=self._relay.patience, prepare=self._prepare, stock=self._stock, tell=self._told,
        )  # fmt: skip

    def _prepare(self, claimed: Claimed | None, eight_bit: bool) -> Prepared | None:
        if claimed is None:
            claimed = None if self.down else self._stock.take_now()
        while claimed is not None:
            try:
                return claimed, self._compose(claimed, eight_bit=eight_bit)
            except BadRecipient as error:
                self._told(claimed, Answer(claimed.id, Outcome.REFUSED, 0, clean(str(error))))
            except Exception as error:  # noqa: BLE001  # a mistake of ours in one letter keeps nobody else from theirs
                _log.exception("notice %d cannot be written as a mail; it will be tried again", claimed.id)
                self._told(claimed, Answer(claimed.id, Outcome.DEFERRED, 0, f"không soạn được thư: {error!r}"))
            claimed = self._stock.take_now()
        return None

    def _told(self, claimed: Claimed, answer: Answer) -> None:
        self._failures = self._failures + 1 if answer.outcome is Outcome.NO_SERVER else 0
        self._stock.done(claimed)
        self._unanswered -= 1
        self._tell(answer)

    def _go_down(self, why: str) -> None:
        self.down = self.down or why
        self._give_up()
        self._stock.close()

    def _give_up(self) -> None:
        for claimed in self._stock.empty():
            self._unanswered -= 1
            self._tell(Answer(claimed.id, Outcome.NO_SERVER, _NOT_AVAILABLE, self.down))


def _why(error: BaseException) -> str:
    """What went wrong with a connection, a certificate that is no good by its name."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"chứng thư của máy chủ không dùng được: {clean(cause.verify_message)}"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {clean(error.message)}"
    return clean(str(error))
