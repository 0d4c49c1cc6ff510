"""Makes the bytes of claimed notices: the letter rendered, the frame filled."""

from typing import Any

from hoatoc.links import Links
from hoatoc.mail.frame import Envelope, Frame, mailbox
from hoatoc.mail.letters import Letters
from hoatoc.rollout import wording
from hoatoc.rollout.claims import Claimed
from hoatoc.rollout.snapshot import Snapshot

#: X-Priority and Importance as mail readers show them; only a marked document is marked.
_URGENT = (("X-Priority", "1"), ("Importance", "high"))


class Composer:
    """Composes the notices of one directive."""

    def __init__(self, key: str, snap: Snapshot, letters: Letters, links: Links) -> None:
        self._letters, self._links, self._snap = letters, links, snap
        self._shared = {
            "office": wording.office_words(snap),
            "directive": wording.directive_words(snap),
            "zone": snap.office.zone,
        }
        domain = snap.office.sender.partition("@")[2]
        self._headers = [
            # RFC 3834: no vacation notes in answer to these. References make one directive one thread.
            ("Auto-Submitted", "auto-generated"),
            ("Reply-To", mailbox(snap.office.sender_name, snap.office.desk)),
            ("References", f"<{key.replace('/', '.')}.hoatoc@{domain}>"),
            *(_URGENT if wording.directive_words(snap)["urgency"] else ()),
        ]
        self._frames: dict[str, Frame] = {}

    def compose(self, claimed: Claimed, *, eight_bit: bool) -> Envelope:
        """The envelope of `claimed`. The same notice always gives the same bytes for the same `eight_bit`."""
        letter = self._letters.render(claimed.template, self._values(claimed))
        message, needs_8bit = self._frame(claimed.template).fill(
            to=mailbox(claimed.to_name, claimed.to_address), subject=letter.subject, message_id=claimed.message_id,
            date=claimed.written_at, text=letter.text, html=letter.html, eight_bit=eight_bit,
        )  # fmt: skip
        return Envelope(claimed.id, self._snap.office.sender, claimed.to_address, message, needs_8bit)

    def _values(self, claimed: Claimed) -> dict[str, Any]:
        values = {**self._shared, **claimed.context, "recipient": {"name": claimed.to_name}}
        link = claimed.context.get("link")
        if link is not None:
            values["link"] = self._links.unit(claimed.addressee_id or 0, link["generation"], link["kid"])
        if claimed.template == "dispatch":
            orders = self._snap.content.text.obligations
            values["orders"] = [{"clause": order.clause, "quote": order.quote} for order in orders]
        return values

    def _frame(self, template: str) -> Frame:
        if template not in self._frames:
            office = self._snap.office
            self._frames[template] = Frame(
                template, sender_name=office.sender_name, sender=office.sender, headers=self._headers
            )
        return self._frames[template]
