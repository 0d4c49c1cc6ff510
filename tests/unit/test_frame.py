"""The compiled MIME frame says what EmailMessage would say, and nothing breaks out of a header."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoatoc.mail.frame import Frame, header_words, mailbox

WHEN = datetime(2021, 11, 23, 9, tzinfo=UTC)
NASTY = [
    "", " ", "Sở Y tế", "a\r\nBcc: x@y.vn", "a\nb", "a\rb", "a\x0bb\x0cc", "a\u2028b\u2029c\u0085d", ".", "..",
    ".\r\n.", "\u202eتجربة\u202c", "x" * 2000, "Tỉnh " * 400, "😀" * 300, '"quoted" \\ back', "=?utf-8?q?gi=E1=BA=A3?=",
    "=?", "?=", "a, b; c", "(comment)", "<b@c.vn>", "@", "J. Doe", "a  b", "\ttab", "\x00nul", "a=b", "%n", "--=_",
    "e\u0301", "=?utf-8?b?QmNjOiB4QHkudm4=?=", "a" * 199 + " b", "a" * 201, "~!#$%^&*", "Sở Y tế, tỉnh \"Mẫu\"",
]  # fmt: skip
words = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=("Cs",)), max_size=120))
bodies = st.one_of(words, st.lists(words, max_size=6).map("\n".join))
#: What the frame makes of control characters, and what white space in a header cannot be told apart afterwards.
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def folded(text: str) -> str:
    return " ".join(_BREAKS.sub(" ", text).split())


def fill(*, name: str, subject: str, text: str, html: str, eight_bit: bool) -> bytes:
    frame = Frame("t", sender_name="Văn phòng Tỉnh ủy", sender="vptu@mau.example", headers=[("X-Priority", "1")])
    content, _ = frame.fill(
        to=mailbox(name, "so-y-te@mau.example"), subject=subject, message_id="<1@mau.example>", date=WHEN, text=text,
        html=html, eight_bit=eight_bit,
    )  # fmt: skip
    return content


def parsed(content: bytes) -> EmailMessage:
    found = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def oracle(*, name: str, subject: str, text: str, html: str) -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = Address("Văn phòng Tỉnh ủy", addr_spec="vptu@mau.example")
    message["To"] = Address(folded(name), addr_spec="so-y-te@mau.example")
    message["Subject"] = folded(subject)
    message.set_content(text, cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    return parsed(message.as_bytes())


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return body_of(str(part.get_content()))


def body_of(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def shown(content: bytes, header: str) -> str:
    """A header as RFC 2047 has it read: white space between two encoded words is no part of the text."""
    value = email.message_from_bytes(content, policy=email.policy.compat32)[header]
    return str(make_header(decode_header(re.sub(r"\r?\n", "", value))))


@given(words, words, bodies, bodies, st.booleans())
@example("Sở Y tế", "Công điện", ".\n..\n", "<p>.</p>", True)
def test_a_filled_frame_shows_every_value_as_it_is(
    name: str, subject: str, text: str, html: str, eight_bit: bool
) -> None:
    content = fill(name=name, subject=subject, text=text, html=html, eight_bit=eight_bit)
    (to,) = parsed(content)["To"].addresses
    assert to.addr_spec == "so-y-te@mau.example"
    assert folded(shown(content, "Subject")) == folded(subject)
    written, _ = parseaddr(re.sub(r"\r?\n", "", email.message_from_bytes(content)["To"]))
    assert folded(str(make_header(decode_header(written)))) == folded(name)
    assert body(parsed(content), "plain") == body_of(text)
    assert body(parsed(content), "html") == body_of(html)


#: What the oracle itself gets right: in longer headers Python 3.11 loses spaces, and it lets encoded words through.
short = words.map(lambda typed: typed.replace("=?", "")[:20])


@given(short, short, bodies, bodies, st.booleans())
def test_a_filled_frame_parses_to_what_email_message_makes(
    name: str, subject: str, text: str, html: str, eight_bit: bool
) -> None:
    ours = parsed(fill(name=name, subject=subject, text=text, html=html, eight_bit=eight_bit))
    theirs = oracle(name=name, subject=subject, text=text, html=html)
    assert folded(str(ours["Subject"])) == folded(str(theirs["Subject"]))
    assert folded(ours["To"].addresses[0].display_name) == folded(theirs["To"].addresses[0].display_name)
    assert ours["From"].addresses == theirs["From"].addresses
    assert body(ours, "plain") == body(theirs, "plain")
    assert body(ours, "html") == body(theirs, "html")


@given(words, words, bodies, bodies, st.booleans())
def test_nothing_breaks_out_of_a_header(name: str, subject: str, text: str, html: str, eight_bit: bool) -> None:
    content = fill(name=name, subject=subject, text=text, html=html, eight_bit=eight_bit)
    head = content.partition(b"\r\n\r\n")[0]
    head.decode("ascii")
    fields = [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert fields == ["To", "Subject", "Message-ID", "Date", "From", "X-Priority", "MIME-Version", "Content-Type"]
    assert len(parsed(content).get_payload()) == 2
    assert parsed(content).defects == []


@given(words, words, bodies, bodies, st.booleans())
def test_every_line_is_short_enough_and_ends_in_crlf(
    name: str, subject: str, text: str, html: str, eight_bit: bool
) -> None:
    content = fill(name=name, subject=subject, text=text, html=html, eight_bit=eight_bit)
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    assert b"\0" not in content


@given(bodies, bodies)
def test_eight_bit_octets_go_out_only_where_the_server_takes_them(text: str, html: str) -> None:
    assert fill(name="a", subject="b", text=text, html=html, eight_bit=False).isascii()


def test_the_same_values_give_the_same_bytes() -> None:
    values = {"name": "Sở Y tế", "subject": "Công điện", "text": "a", "html": "b", "eight_bit": True}
    assert fill(**values) == fill(**values)  # type: ignore[arg-type]


def test_a_body_that_holds_the_boundary_stays_one_body() -> None:
    boundary = re.search(rb'boundary="([^"]+)"', fill(name="a", subject="b", text="c", html="d", eight_bit=True))
    assert boundary is not None
    text = f"a\n--{boundary[1].decode()}\nContent-Type: text/html\n\nforged\n--{boundary[1].decode()}--\n"
    message = parsed(fill(name="a", subject="b", text=text, html="d", eight_bit=True))
    assert body(message, "plain") == text.rstrip("\n")
    assert len(message.get_payload()) == 2


@pytest.mark.parametrize(
    "address",
    ["a@b.vn\r\nBcc: x@y.vn", "a@b.vn\n", "<a@b.vn>", "a@b.vn>, <x@y.vn", "a@b.vn,x@y.vn", '"a;[(b"@b.vn', "a(b)@b.vn",
     "@b.vn", "a@", "a", "", "a@b@c.vn", "sở@b.vn"],
)  # fmt: skip
def test_an_address_that_could_break_out_or_mean_another_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="địa chỉ thư"):
        mailbox("a", address)


def test_plain_words_stay_readable() -> None:
    assert header_words("Cong dien 13") == "Cong dien 13"
    assert mailbox("So Y te", "a@b.vn") == "So Y te <a@b.vn>"
    assert mailbox("Doe, J.", "a@b.vn") == '"Doe, J." <a@b.vn>'
    assert mailbox("", "a@b.vn") == "<a@b.vn>"
