"""Makes the bytes of claimed notices: the letter rendered, the frame filled; where many say the same, from a mould."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from hoatoc.links import Links
from hoatoc.mail.enclosure import Enclosure
from hoatoc.mail.frame import BadRecipient, Envelope, Frame, mailbox, one_line, personal_head
from hoatoc.mail.letters import Letter, Letters
from hoatoc.mail.mould import Mould, NotMouldable
from hoatoc.mail.pictures import Picture, of_summary
from hoatoc.mail.trialmark import MARK, marked
from hoatoc.mail.verp import ReturnAddresses
from hoatoc.rollout import wording
from hoatoc.rollout.claims import Claimed
from hoatoc.rollout.snapshot import Snapshot

#: X-Priority and Importance as mail readers show them; only a marked document is marked.
_URGENT = (("X-Priority", "1"), ("Importance", "high"))
#: The series a reader may want to leave: it asks the desk, since who gets them is the office's decision (RFC 2369).
_SUMMARY = "daily_summary"
_SERIES = frozenset({_SUMMARY, "escalation_digest"})
#: Said once more often than this, a letter gets a mould; casting one costs two renderings.
_ONCE = 1


#: Makes the pictures of a summary's content, named under a domain.
Draw = Callable[[Mapping[str, Any], str], tuple[Picture, ...]]
#: Gives the file of a signed original, by its SHA-256.
Enclose = Callable[[str], Enclosure]


class Composer:
    """Composes the notices of one directive. With `returns`, bounces and replies come back to signed addresses;
    without, bounces go to the office's sender and replies to its desk. Those of a `trial` all go to the desk. `draw`
    makes the pictures of a summary, `enclose` the file of a signed original, which goes with the directive's notice."""

    def __init__(
        self, key: str, snap: Snapshot, letters: Letters, links: Links, returns: ReturnAddresses | None = None, *,
        trial: bool = False, draw: Draw = of_summary,
        enclose: Enclose | None = None,
    ) -> None:  # fmt: skip
        self._letters, self._links, self._snap, self._returns = letters, links, snap, returns
        self._trial, self._draw, self._enclose = trial, draw, enclose
        self._shared: dict[str, Any] = {
            "office": wording.office_words(snap),
            "directive": wording.directive_words(snap),
            "zone": snap.office.zone,
            "board": links.board,
            "inbox": returns is not None,  # what is replied is read, and may settle what a letter asks for
        }
        self._domain = domain = snap.office.sender.partition("@")[2]
        self._headers = [
            # RFC 3834: no vacation notes in answer to these. References make one directive one thread.
            ("Auto-Submitted", "auto-generated"),
            ("References", f"<{key.replace('/', '.')}.hoatoc@{domain}>"),
            *(_URGENT if self._shared["directive"]["urgency"] else ()),
        ]
        self._frames: dict[tuple[str, ...], Frame] = {}
        self._drawn: dict[str, tuple[Picture, ...]] = {}
        self._moulds: dict[str, Mould | None] = {}
        self._said: dict[str, int] = {}

    def compose(self, claimed: Claimed, *, eight_bit: bool) -> Envelope:
        """The envelope of `claimed`. The same notice always says the same. Raises BadRecipient when its address is
        none."""
        sender = self._returns.address(claimed.id) if self._returns else self._snap.office.sender
        reply_to = sender if self._returns else self._snap.office.desk
        name, link = one_line(claimed.to_name), self._link(claimed)
        address = self._snap.office.desk if self._trial else claimed.to_address
        head: dict[str, Any] = {
            "to": _recipient(f"{MARK} {name}" if self._trial else name, address),
            "message_id": claimed.message_id, "date": claimed.written_at,
            "reply_to": mailbox(self._snap.office.sender_name, reply_to),
        }  # fmt: skip
        mould, dotless = self._mould(claimed), False
        if mould is not None:
            dotless = mould.dotless(name=name, link=link)
            message, needs_8bit = mould.cast(
                personal_head(subject=mould.subject, **head), name=name, link=link, eight_bit=eight_bit
            )
        else:
            letter = self._render(claimed, {"name": name, "link": link})
            message, needs_8bit = self._frame(claimed).fill(
                subject=letter.subject, text=letter.text, html=letter.html, eight_bit=eight_bit, **head
            )
        return Envelope(claimed.id, sender, address, message, needs_8bit, dotless)

    def _mould(self, claimed: Claimed) -> Mould | None:
        """The mould for all notices like `claimed`; None for the first of them, and where there can be none."""
        likeness = claimed.likeness
        if self._trial:  # each letter names who would have got it
            return None
        if likeness in self._moulds:
            return self._moulds[likeness]
        self._said[likeness] = self._said.get(likeness, 0) + 1
        if self._said[likeness] <= _ONCE:
            return None
        try:
            mould = Mould(self._frame(claimed), lambda values: self._render(claimed, values))
        except NotMouldable:
            mould = None
        self._moulds[likeness] = mould
        return mould

    def _render(self, claimed: Claimed, personal: Mapping[str, Any]) -> Letter:
        values = {**self._shared, **claimed.context, "recipient": {"name": personal["name"]}}
        if "link" in claimed.context:
            values["link"] = personal["link"]
        if claimed.template == "dispatch":
            orders = self._snap.content.text.obligations
            values["original"] = claimed.context.get("original")
            values["orders"] = [{"clause": order.clause, "quote": order.quote} for order in orders]
        if claimed.template == _SUMMARY:
            values["pictures"] = {one.place: one for one in self._pictures(claimed)}
        if self._trial:
            values["trial"] = {"name": claimed.to_name, "address": claimed.to_address}
            return marked(self._letters.render(claimed.template, values), claimed.to_name, claimed.to_address)
        return self._letters.render(claimed.template, values)

    def _link(self, claimed: Claimed) -> str:
        link = claimed.context.get("link")
        if link is None or claimed.addressee_id is None:
            return ""
        if "specialist" in link:
            return self._links.specialist(link["specialist"], link["generation"], link["kid"])
        return self._links.unit(claimed.addressee_id, link["generation"], link["kid"])

    def _pictures(self, claimed: Claimed) -> tuple[Picture, ...]:
        if claimed.template != _SUMMARY:
            return ()
        if claimed.likeness not in self._drawn:
            self._drawn[claimed.likeness] = self._draw(claimed.context["summary"], self._domain)
        return self._drawn[claimed.likeness]

    def _files(self, claimed: Claimed) -> list[Enclosure]:
        original = claimed.context.get("original")
        return [self._enclose(original["sha256"])] if original and self._enclose else []

    def _frame(self, claimed: Claimed) -> Frame:
        template, pictures = claimed.template, self._pictures(claimed)
        original = claimed.context.get("original") or {}
        # All letters with the same file share one frame, however they differ: the file may be large.
        key = (template, *(one.content_id for one in pictures), original.get("sha256", ""))
        if key not in self._frames:
            office, headers = self._snap.office, self._headers
            if template in _SERIES:
                subject = quote("Đề nghị thôi gửi thư tổng hợp")
                headers = [*headers, ("List-Unsubscribe", f"<mailto:{office.desk}?subject={subject}>")]
            self._frames[key] = Frame(
                template, sender_name=office.sender_name, sender=office.sender, headers=headers,
                pictures=[one.enclosure for one in pictures], files=self._files(claimed),
            )  # fmt: skip
        return self._frames[key]


def _recipient(name: str, address: str) -> str:
    try:
        return mailbox(name, address)
    except ValueError as error:
        raise BadRecipient(str(error)) from error
