"""Building one notice: cast from its mould, rendered into its frame, and built by EmailMessage."""

import tempfile
import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from functools import lru_cache

from benchmarks.rollout import ISSUED, LINKS, prepare
from hoatoc import process
from hoatoc.format.folder import find_draft
from hoatoc.format.office import Office
from hoatoc.ledger.schema import Directive
from hoatoc.mail import frame
from hoatoc.mail.compose import Composer
from hoatoc.mail.letters import Letter, Letters
from hoatoc.rollout import claims, snapshot
from hoatoc.rollout.claims import Claimed
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.snapshot import Snapshot, take
from hoatoc.settings import ROOT

_WHEN = datetime(2021, 11, 23, 9, tzinfo=UTC)
_DUTY = {"what": "Xác nhận đã nhận văn bản", "kind": "receipt", "button": "Xác nhận đã nhận",
         "due": "16 giờ 00, ngày 24/11/2021", "overdue": False}  # fmt: skip


@lru_cache(maxsize=4)
def notices(count: int) -> tuple[Composer, list[Claimed]]:
    """The very notices that the rollout of so many units sends, and what composes them."""
    with tempfile.TemporaryDirectory() as folder:
        ledger, directive_id = prepare(f"sqlite:///{folder}/ledger.db", count)
        with ledger.write() as session:
            directive = session.get_one(Directive, directive_id)
            dispatch(session, directive, ISSUED)
            owner, kid = process.holder(), LINKS.ring.newest
            made = claims.claim(session, directive, now=ISSUED, kid=kid, limit=count, owner=owner).notices
            composer = Composer(directive.key, snapshot.of(directive), Letters(), LINKS)
        ledger.close()
    return composer, made


def _of_a_real_directive(count: int) -> tuple[Composer, list[Claimed]]:
    """The dispatch of a real directive to so many units: the headers of real offices are longer than those of made-up
    ones, and folding them is what EmailMessage takes its time for."""
    snap = Snapshot(take(*find_draft(ROOT / "directives", "kien-giang/13-cv-bcd")))
    composer = Composer("kien-giang/13-cv-bcd", snap, Letters(), LINKS)
    context = {"duties": [_DUTY], "report": None, "support": [], "link": {"generation": 0, "kid": "k1"}}
    made = [
        Claimed(number, "dispatch", f"Ủy ban nhân dân xã số {number}", f"xa-{number}@mau.example",
                f"<{number}@mau.example>", _WHEN, 1, context, number, "alike")
        for number in range(count)
    ]  # fmt: skip
    return composer, made


def seconds_a_notice(count: int = 2000) -> dict[str, float]:
    """Seconds a notice, each way; the same words in all, and no recipient met before."""
    composer, made = _of_a_real_directive(count)
    office = composer._snap.office
    letter = composer._render(made[0], {"name": made[0].to_name, "link": "http://portal.example/v/x"})
    compiled = _each(lambda one: composer.compose(one, eight_bit=True), made)
    base64 = _each(lambda one: composer.compose(one, eight_bit=False), made)
    mould, composer._moulds[made[0].likeness] = composer._moulds[made[0].likeness], None
    rendered = _each(lambda one: composer.compose(one, eight_bit=True), made[:200])
    composer._moulds[made[0].likeness] = mould
    return {"compiled, 8bit": compiled, "compiled, base64": base64, "rendered into the frame": rendered,
            "EmailMessage": _each(lambda one: _email_message(one, letter, office), made[:100])}  # fmt: skip


def octets_of_a_notice() -> int:
    """How long the messages are, on average."""
    composer, made = notices(1000)
    return sum(len(composer.compose(one, eight_bit=True).message) for one in made) // len(made)


def _each(build: Callable[[Claimed], object], made: list[Claimed]) -> float:
    def all_of_them() -> None:
        for one in made:  # none is kept, as none is once it is sent
            build(one)

    return min(timeit.repeat(all_of_them, _forget, number=1, repeat=5)) / len(made)


def _forget() -> None:
    """Names and addresses as of new recipients: within one delivery each comes once."""
    frame.header_words.cache_clear()
    frame.mailbox.cache_clear()


def _email_message(one: Claimed, letter: Letter, office: Office) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address(office.sender_name, addr_spec=office.sender)
    message["To"] = Address(one.to_name, addr_spec=one.to_address)
    message["Subject"], message["Message-ID"], message["Date"] = letter.subject, one.message_id, one.written_at
    message["Reply-To"] = Address(office.sender_name, addr_spec=office.desk)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="8bit")
    message.add_alternative(letter.html, subtype="html", cte="8bit")
    return message.as_bytes()
