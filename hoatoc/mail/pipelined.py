"""Sends over one connection with pipelining (RFC 2920): one round trip a message.

The end of one message and the envelope of the next go out together; the replies to them come back in order."""

import asyncio
from collections.abc import Callable

from hoatoc.mail.frame import Envelope
from hoatoc.mail.replies import Gone, Replies, Reply
from hoatoc.mail.stock import Stock
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.claims import Claimed

#: A notice with its envelope made; when that cannot be made it is told so, and the next in stock is taken.
Prepared = tuple[Claimed, Envelope]
Prepare = Callable[[Claimed | None, bool], Prepared | None]
Tell = Callable[[Claimed, Answer], None]

QUIT_SECONDS = 2.0
_GO_AHEAD, CLOSING = 354, 421


def answer_of(claimed: Claimed, code: int, text: str, *, of_mailbox: bool = False) -> Answer:
    """What a server's reply to a transaction means for its notice; `of_mailbox` when it is the reply to its recipient,
    not to the message."""
    if is_done(code):
        return Answer(claimed.id, Outcome.ACCEPTED, code, text)
    return refusal_of(claimed, code, text, of_mailbox=of_mailbox)


def is_done(code: int) -> bool:
    """Whether a reply says that what was asked has been done (RFC 5321, 4.2.1)."""
    return 200 <= code < 300


def refusal_of(claimed: Claimed, code: int, text: str, *, of_mailbox: bool = False) -> Answer:
    """What a reply means that is not the one of success. A code of no refusal says nothing of the message or the
    mailbox: the server has lost the thread. Nor does that of a server that is closing (RFC 5321, 3.8)."""
    if not 400 <= code < 600 or code == CLOSING:
        return Answer(claimed.id, Outcome.NO_SERVER, code, text)
    final = Outcome.REFUSED if of_mailbox else Outcome.REJECTED
    return Answer(claimed.id, final if code >= 500 else Outcome.DEFERRED, code, text)


class Pipelined:
    """One connection that is greeted, secured and logged in, taken over from aiosmtplib."""

    def __init__(
        self,
        transport: asyncio.Transport,
        *,
        eight_bit: bool,
        seconds: float,
        patience: float,
        prepare: Prepare,
        stock: Stock,
        tell: Tell,
    ) -> None:
        self._transport, self._eight_bit = transport, eight_bit
        self._seconds, self._patience = seconds, patience  # for one answer, and for a whole message
        self._prepare, self._stock, self._tell = prepare, stock, tell
        self._replies = Replies()
        self._served = False
        self.refusal = ""  # why the server does not take our own address, once it does not
        transport.set_protocol(self._replies)

    @property
    def stands(self) -> bool:
        """Whether more can be sent. A word that nobody asked for is the server's goodbye."""
        return not (self._transport.is_closing() or self._replies.lost or self._replies.pending)

    async def carry(self, claimed: Claimed) -> None:
        """Send `claimed`, and whatever else is in stock by then; each is told its answer."""
        opening = self._prepare(claimed, self._eight_bit)
        if opening is not None:
            self._transport.write(_envelope_lines(opening[1]))
        while opening is not None:
            opening = await self._carry_one(opening)

    async def close(self) -> None:
        """Say goodbye."""
        if self.stands:
            self._transport.write(b"QUIT\r\n")
            try:
                await self._replies.next(QUIT_SECONDS)
            except Gone:
                pass
        self._transport.close()  # what is written goes out first, which a server that hangs may never allow
        if not await self._replies.closed(QUIT_SECONDS):
            self._transport.abort()
            await self._replies.closed(QUIT_SECONDS)

    def abort(self) -> None:
        """Drop the connection, whatever is under way."""
        self._transport.abort()

    async def _carry_one(self, current: Prepared) -> Prepared | None:
        """See one transaction through whose envelope is written; gives the one whose envelope went out with its end."""
        try:
            refusal, of_mailbox, going = await self._opened()
        except Gone as gone:
            self._lose(current[0], gone)
            return None
        if self.refusal or (refusal and refusal.code == CLOSING):
            assert refusal is not None
            self._transport.close()
            self._tell(current[0], Answer(current[0].id, Outcome.NO_SERVER, refusal.code, refusal.text))
            return None
        following = self._prepare(None, self._eight_bit)
        ending = _ending(current[1], refused=refusal is not None, going=going)
        self._transport.write(ending + _envelope_lines(following[1]) if following else ending)
        known = refusal_of(current[0], refusal.code, refusal.text, of_mailbox=of_mailbox) if refusal else None
        return await self._ended(current[0], known, following)

    async def _opened(self) -> tuple[Reply | None, bool, bool]:
        """The refusal of an envelope, None when it was taken; whether it is of the recipient; and whether the server
        waits for a message."""
        replies: list[Reply] = []
        for _command in ("MAIL", "RCPT", "DATA"):
            replies.append(await self._replies.next(self._seconds))
            if replies[-1].code == CLOSING:  # nothing else will be answered
                return replies[-1], False, False
        sender, recipient, data = replies
        going = data.code == _GO_AHEAD
        if not _follows(sender, recipient, data):
            raise Gone("máy chủ trả lời không đúng SMTP")
        if not is_done(sender.code):
            self.refusal = f"máy chủ thư không nhận người gửi: {sender.code} {sender.text}"
            return sender, False, going
        if not is_done(recipient.code):
            return recipient, True, going
        return (None if going else data), False, going

    async def _ended(self, claimed: Claimed, known: Answer | None, following: Prepared | None) -> Prepared | None:
        """`known` is the answer where the envelope was refused."""
        try:
            await self._replies.drain(self._patience)
            reply = await self._replies.next(self._patience)
        except Gone as gone:
            # The message may have been taken in before the line broke: it goes again under the same Message-ID.
            self._transport.abort()
            self._tell(claimed, known or _no_server(claimed, str(gone)))
            self._return(following)
            return None
        self._served = True
        answer = known or answer_of(claimed, reply.code, reply.text)
        self._tell(claimed, answer)
        if answer.outcome is not Outcome.NO_SERVER and reply.code != CLOSING:
            return following
        self._transport.close()
        self._return(following)
        return None

    def _lose(self, claimed: Claimed, gone: Gone) -> None:
        """The line broke with an envelope on its way. Where it had served before, the server may just have tired of
        the connection, and the notice is tried again on a fresh one."""
        self._transport.abort()
        if self._served:
            self._stock.put_back(claimed)
        else:
            self._tell(claimed, _no_server(claimed, str(gone)))

    def _return(self, prepared: Prepared | None) -> None:
        if prepared is not None:
            self._stock.put_back(prepared[0])


def _follows(sender: Reply, recipient: Reply, data: Reply) -> bool:
    """Whether these can be the replies to MAIL, RCPT and DATA: done or refused, and 354 where all was done."""
    if 300 <= sender.code < 400 or 300 <= recipient.code < 400:
        return False
    return data.code == _GO_AHEAD or data.code >= 400


def _no_server(claimed: Claimed, text: str) -> Answer:
    return Answer(claimed.id, Outcome.NO_SERVER, 0, text)


def _envelope_lines(envelope: Envelope) -> bytes:
    body = " BODY=8BITMIME" if envelope.eight_bit else ""
    return f"MAIL FROM:<{envelope.sender}>{body}\r\nRCPT TO:<{envelope.recipient}>\r\nDATA\r\n".encode()


def _ending(envelope: Envelope, *, refused: bool, going: bool) -> bytes:
    """What ends a transaction: the message; a bare dot where the server waits for one after all (RFC 2920, 3.1); or a
    reset, since the sender of a refused envelope still stands."""
    if not refused:
        # RFC 5321, 4.5.2: a line that begins with a dot gets a second one.
        message = envelope.message if envelope.dotless else envelope.message.replace(b"\r\n.", b"\r\n..")
        return message + b".\r\n"
    return b".\r\n" if going else b"RSET\r\n"
