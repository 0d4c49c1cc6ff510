"""No mail, however broken, stops the one who reads it."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hoatoc.ledger.schema import InboxKind
from hoatoc.mail.incoming import read_incoming
from tests.unit.test_mail_incoming import DSN, reply

HEAD = b"From: an@mau.example\nSubject: Re: 13\nMessage-ID: <h@mau.example>\nMIME-Version: 1.0\n"


def nested(depth: int) -> bytes:
    """A mail in a part in a part …"""
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(depth))
    return HEAD + parts + "Content-Type: text/plain; charset=utf-8\n\nĐã nhận\n".encode()


def forwarded(depth: int) -> bytes:
    """A mail that holds a mail that holds a mail …"""
    return HEAD + b"Content-Type: message/rfc822\n\nFrom: b@mau.example\n" * depth + b"Content-Type: text/plain\n\nx"


@pytest.mark.parametrize("content", [nested(1000), nested(5000), forwarded(1000)])
def test_what_is_nested_too_deep_is_a_reply_without_words(content: bytes) -> None:
    read = read_incoming(content, return_path="")
    assert (read.kind, read.sender, read.subject, read.words) == (InboxKind.REPLY, "an@mau.example", "Re: 13", "")


@pytest.mark.parametrize("depth", [50, 250])
def test_what_is_nested_deep_is_read(depth: int) -> None:
    assert read_incoming(nested(depth)).words == "Đã nhận"


@pytest.mark.parametrize(
    "header",
    [b"From: " + b"(" * 100_000, b"From: " + b"a," * 50_000, b"Subject: " + b"=?utf-8?b?QQ==?= " * 6_000,
     b"Content-Type: text/plain" + b"; a=b" * 20_000, b"Content-Type: text/plain; charset*=", b"Content-Type: \xff/[",
     b"Message-ID: [", b"Content-Disposition: attachment; filename*0*=x''%FF", b"Auto-Submitted: =?x?q?=FF?="],
)  # fmt: skip
def test_a_hostile_header_costs_the_words_nothing(header: bytes) -> None:
    assert read_incoming(header + "\n\nĐã nhận".encode()).words in ("Đã nhận", "")


_WHOLE = [DSN.format(action="failed", status="5.1.1").encode(), reply("Đã nhận.\n> Kính gửi"), nested(3), forwarded(3)]
_PIECES = [
    b"Content-Type: multipart/mixed\n", b"Content-Type: multipart/report; boundary=\n", b"\n\n", b"--b\n", b"--b--\n",
    b"Content-Transfer-Encoding: base64\n", b"charset=idna", b"charset=undefined", b"=?utf-8?b?4oCL?=", b"\xff\xfe",
    b"Action: failed\n", b"Content-Type: message/rfc822\n", b"filename*0*=utf-8''%FF", b"\0", b"[", b"<", b"(", b"\r",
    "đ".encode(), b"uuencode", b"begin 644 x\n", b"message/delivery-status", b"message/global-delivery-status", b";",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real mail, cut and stuffed."""
    content = draw(st.sampled_from(_WHOLE))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        content = content[:start] + draw(st.sampled_from(_PIECES) | st.binary(max_size=8)) + content[end:]
    return content


@settings(max_examples=400, deadline=None)
@given(mutated() | st.lists(st.sampled_from(_PIECES), max_size=20).map(b"".join), st.sampled_from([None, "", "a@b"]))
@example(b"a", None)
def test_whatever_comes_is_read(content: bytes, return_path: str | None) -> None:
    read = read_incoming(content, return_path=return_path)
    told = [read.sender, read.words, read.subject, read.bounced]
    for words in told + [file[key] for file in read.attached for key in ("name", "kind")]:
        assert "\0" not in words
        words.encode()


def test_what_no_parser_gets_through_is_the_same_mail_only_if_it_holds_the_same() -> None:
    deep = nested(1000)
    mails = [deep, b"Received: x\n" + deep, deep.replace(b"\n", b"\r\n"), deep + b"more\n"]
    prints = [read_incoming(mail).fingerprint for mail in mails]
    assert prints[0] == prints[1] == prints[2] != prints[3]
