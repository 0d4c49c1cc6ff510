"""Sends envelopes over kept connections, and turns whatever the server does into an answer for each."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import aiosmtplib

from hoatoc.mail.frame import Envelope
from hoatoc.mail.relay import Relay
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.claims import Claimed

#: aiosmtplib's own connection errors; the rest of SMTPException are answers of the server.
_GONE = (
    aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, OSError,
    asyncio.TimeoutError,
)  # fmt: skip

Compose = Callable[..., Envelope]


class Wire:
    """Up to `connections` kept connections to one relay."""

    def __init__(self, relay: Relay, compose: Compose, *, connections: int = 4) -> None:
        self._relay, self._compose = relay, compose
        self._clients: list[aiosmtplib.SMTP | None] = [None] * connections
        self.down = ""  # why the server cannot be reached, once it cannot

    async def send(self, batch: Sequence[Claimed], answers: "asyncio.Queue[Answer | None]") -> None:
        """Send `batch`, putting one answer for each notice into `answers` as the server gives them."""
        waiting = deque(batch)
        lanes = min(len(self._clients), len(batch))
        await asyncio.gather(*(self._lane(index, waiting, answers) for index in range(lanes)))
        for claimed in waiting:  # what no lane could take, the server being down
            await answers.put(Answer(claimed.id, Outcome.NO_SERVER, 0, self.down))

    async def close(self) -> None:
        """Say goodbye on every connection that still stands."""
        for client in self._clients:
            if client is not None and client.is_connected:
                try:
                    await client.quit()
                except aiosmtplib.SMTPException:
                    client.close()

    async def _lane(self, index: int, waiting: deque[Claimed], answers: "asyncio.Queue[Answer | None]") -> None:
        while waiting and not self.down:
            client = await self._client(index)
            if client is None:
                return
            claimed = waiting.popleft()
            answer = await self._send_one(client, claimed)
            if answer.outcome is Outcome.NO_SERVER:
                client.close()
            await answers.put(answer)

    async def _client(self, index: int) -> aiosmtplib.SMTP | None:
        client = self._clients[index]
        if client is not None and client.is_connected:
            return client
        try:
            self._clients[index] = await self._relay.connect()
        except (*_GONE, aiosmtplib.SMTPException) as error:
            self.down = f"không nối được máy chủ thư {self._relay.host}:{self._relay.port}: {error}"
            return None
        return self._clients[index]

    async def _send_one(self, client: aiosmtplib.SMTP, claimed: Claimed) -> Answer:
        envelope = self._compose(claimed, eight_bit=client.supports_extension("8bitmime"))
        options = ["BODY=8BITMIME"] if envelope.eight_bit else []
        try:
            _, text = await client.sendmail(
                envelope.sender, [envelope.recipient], envelope.message, mail_options=options
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            first = refused.recipients[0]
            return _answer(claimed, first.code, first.message)
        except aiosmtplib.SMTPSenderRefused as refused:
            # It is our own address that is refused: that says nothing of the mailbox, and the next would fare alike.
            self.down = f"máy chủ thư không nhận người gửi {refused.sender}: {refused.code} {refused.message}"
            return Answer(claimed.id, Outcome.NO_SERVER, refused.code, refused.message)
        except aiosmtplib.SMTPResponseException as refused:
            return _answer(claimed, refused.code, refused.message)
        except _GONE as error:
            # The message may have been taken in before the line broke: it goes again under the same Message-ID.
            return Answer(claimed.id, Outcome.NO_SERVER, 0, f"mất kết nối: {error}")
        return Answer(claimed.id, Outcome.ACCEPTED, 250, text)


def _answer(claimed: Claimed, code: int, text: str) -> Answer:
    if code == 421:  # RFC 5321, 3.8: the server is closing, whatever the recipient
        return Answer(claimed.id, Outcome.NO_SERVER, code, text)
    return Answer(claimed.id, Outcome.REFUSED if code >= 500 else Outcome.DEFERRED, code, text)
