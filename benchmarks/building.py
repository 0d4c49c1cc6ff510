"""Building one notice: cast from its mould, rendered into its frame, and built by EmailMessage."""

import timeit
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

from benchmarks.rollout import LINKS
from hoatoc.format.folder import find_draft
from hoatoc.mail.compose import Composer
from hoatoc.mail.letters import Letter, Letters
from hoatoc.rollout.claims import Claimed
from hoatoc.rollout.snapshot import Snapshot, take
from hoatoc.settings import ROOT

_WHEN = datetime(2021, 11, 23, 9, tzinfo=UTC)
_DUTY = {"what": "Xác nhận đã nhận văn bản", "kind": "receipt", "button": "Xác nhận đã nhận",
         "due": "16 giờ 00, ngày 24/11/2021", "overdue": False}  # fmt: skip


def notices(count: int) -> tuple[Composer, list[Claimed]]:
    """The dispatch of a real directive to so many units."""
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
    """Seconds a notice, each way; the same words in all."""
    composer, made = notices(count)
    letter = composer._render(made[0], {"name": made[0].to_name, "link": "http://portal.example/v/x"})
    compiled = _each(lambda one: composer.compose(one, eight_bit=True), made)
    base64 = _each(lambda one: composer.compose(one, eight_bit=False), made)
    for one in made[:50]:
        composer._moulds["alike"] = None
        composer.compose(one, eight_bit=True)
    rendered = _each(lambda one: composer.compose(one, eight_bit=True), made[:200])
    return {"compiled, 8bit": compiled, "compiled, base64": base64, "rendered into the frame": rendered,
            "EmailMessage": _each(lambda one: _email_message(one, letter), made[:100])}  # fmt: skip


def octets_of_a_notice() -> int:
    """How long the message is."""
    composer, [first] = notices(1)
    return len(composer.compose(first, eight_bit=True).message)


def _each(build: object, made: list[Claimed]) -> float:
    assert callable(build)
    for one in made[:20]:
        build(one)
    return min(timeit.repeat(lambda: [build(one) for one in made], number=1, repeat=3)) / len(made)


def _email_message(one: Claimed, letter: Letter) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address("Văn phòng Tỉnh ủy Kiên Giang", addr_spec="vptu@kiengiang.example")
    message["To"] = Address(one.to_name, addr_spec=one.to_address)
    message["Subject"], message["Message-ID"], message["Date"] = letter.subject, one.message_id, one.written_at
    message["Reply-To"] = Address("Văn phòng Tỉnh ủy Kiên Giang", addr_spec="vptu@kiengiang.example")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="8bit")
    message.add_alternative(letter.html, subtype="html", cte="8bit")
    return message.as_bytes()
