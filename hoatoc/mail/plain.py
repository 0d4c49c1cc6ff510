"""Sends over one connection the way aiosmtplib does, where the server does not offer pipelining."""

import asyncio

import aiosmtplib

from hoatoc.mail.frame import Envelope
from hoatoc.mail.pipelined import CLOSING, QUIT_SECONDS, Prepare, Tell, refusal_of
from hoatoc.mail.replies import clean
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.claims import Claimed

#: aiosmtplib's own connection errors; the rest of SMTPException are answers of the server.
GONE = (
    aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, OSError,
    asyncio.TimeoutError,
)  # fmt: skip


#: The lowest code that is a refusal (RFC 5321, 4.2.1).
_FIRST_REFUSAL = 400


class Plain:
    """One connection of aiosmtplib."""

    def __init__(self, client: aiosmtplib.SMTP, *, patience: float, prepare: Prepare, tell: Tell) -> None:
        """`patience` is how many seconds the server may take over a whole message."""
        self._client, self._patience, self._prepare, self._tell = client, patience, prepare, tell
        self.refusal = ""  # why the server does not take our own address, once it does not

    @property
    def stands(self) -> bool:
        """Whether more can be sent."""
        return self._client.is_connected

    async def carry(self, claimed: Claimed) -> None:
        """Send `claimed`, and whatever else is in stock by then; each is told its answer."""
        prepared = self._prepare(claimed, self._client.supports_extension("8bitmime"))
        while prepared is not None:
            answer = await self._send(*prepared)
            if answer.outcome is Outcome.NO_SERVER:
                self._client.close()
            self._tell(prepared[0], answer)
            if not self.stands:
                return
            prepared = self._prepare(None, self._client.supports_extension("8bitmime"))

    async def close(self) -> None:
        """Say goodbye."""
        if self.stands:
            try:
                await self._client.quit(timeout=QUIT_SECONDS)
            except (*GONE, aiosmtplib.SMTPException):
                self._client.close()

    def abort(self) -> None:
        """Drop the connection, whatever is under way."""
        self._client.close()

    async def _send(self, claimed: Claimed, envelope: Envelope) -> Answer:
        options = ["BODY=8BITMIME"] if envelope.eight_bit else []
        try:
            await self._client.mail(envelope.sender, options=options)
            await self._client.rcpt(envelope.recipient)
            reply = await self._client.data(envelope.message, timeout=self._patience)
        except aiosmtplib.SMTPResponseException as refused:
            return await self._refused(claimed, refused)
        except GONE as error:
            # The message may have been taken in before the line broke: it goes again under the same Message-ID.
            return Answer(claimed.id, Outcome.NO_SERVER, 0, clean(f"mất kết nối: {error}"))
        return Answer(claimed.id, Outcome.ACCEPTED, reply.code, clean(reply.message))

    async def _refused(self, claimed: Claimed, refused: aiosmtplib.SMTPResponseException) -> Answer:
        code, text = refused.code, clean(refused.message)
        if isinstance(refused, aiosmtplib.SMTPSenderRefused):
            # It is our own address that is refused: that says nothing of the mailbox, and the next would fare alike.
            if code >= _FIRST_REFUSAL and code != CLOSING:
                self.refusal = f"máy chủ thư không nhận người gửi: {code} {text}"
            return Answer(claimed.id, Outcome.NO_SERVER, code, text)
        answer = refusal_of(claimed, code, text, of_mailbox=isinstance(refused, aiosmtplib.SMTPRecipientRefused))
        if answer.outcome is not Outcome.NO_SERVER:
            try:
                await self._client.rset()  # the sender of a refused envelope still stands
            except (*GONE, aiosmtplib.SMTPException):
                self._client.close()
        return answer
