"""What has come back is told apart: bounces, delays, machines and people."""

from email.message import EmailMessage
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoatoc.ledger.schema import InboxKind
from hoatoc.mail.incoming import read_incoming
from hoatoc.mail.words import own

DSN = """\
From: MAILER-DAEMON@mx.mau.example
To: vptu+x@mau.example
Message-ID: <dsn-1@mx.mau.example>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mau.example

Final-Recipient: rfc822; so-0@mau.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 unknown
--b
Content-Type: message/rfc822

Subject: the notice

đã nhận
--b--
"""


def reply(words: str, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "An <an@mau.example>", "<r-1@mau.example>"
    message["Subject"] = headers.pop("Subject", "Re: Công điện 13")
    encoding = headers.pop("Content_Transfer_Encoding", None)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words, cte=encoding)
    return message.as_bytes()


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [("failed", "5.1.1", InboxKind.BOUNCE), ("failed", "4.4.7", InboxKind.BOUNCE),
     ("delayed", "4.2.0", InboxKind.DELAY),
     ("delivered", "2.0.0", InboxKind.AUTO), ("Relayed", "2.0.0", InboxKind.AUTO)],
)  # fmt: skip
def test_a_delivery_status_is_what_its_action_says(action: str, status: str, kind: InboxKind) -> None:
    read = read_incoming(DSN.format(action=action, status=status).encode(), return_path="")
    assert read.kind is kind
    assert read.words == f"{status} smtp; 550 5.1.1 unknown"


def test_a_reply_is_a_persons_words_without_what_it_quotes() -> None:
    read = read_incoming(reply("Đã nhận.\n\nVào 16:00 ngày 23/11/2021, Văn phòng đã viết:\n> Kính gửi\n"))
    assert (read.kind, read.words, read.sender) == (InboxKind.REPLY, "Đã nhận.", "an@mau.example")


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied (vacation)"}, {"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"},
        {"Subject": "Trả lời tự động: Công điện 13"}, {"Subject": "Out of Office Re: x"},
        {"Subject": "Automatic reply: Công điện 13"}, {"Subject": "Vắng mặt đến 30/11"},
        {"Subject": "Autoresponse: Công điện 13"}, {"Subject": "Phản hồi tự động: Công điện 13"},
        {"Subject": normalize("NFD", "Vắng mặt đến 30/11")},
        {"X_Auto_Response_Suppress": "All"}, {"Precedence": "auto_reply"},
        {"List_Id": "<l.mau.example>"},
        {"X_Autoreply": "yes"}, {"Return_Path": "<>"},
    ],
)  # fmt: skip
def test_what_a_machine_wrote_is_no_reply_even_when_it_says_received(headers: dict[str, str]) -> None:
    assert read_incoming(reply("đã nhận", **headers)).kind is InboxKind.AUTO


def test_the_null_sender_is_a_machine() -> None:
    assert read_incoming(reply("đã nhận"), return_path="").kind is InboxKind.AUTO


def test_auto_submitted_no_is_a_person() -> None:
    assert read_incoming(reply("đã nhận", Auto_Submitted="no")).kind is InboxKind.REPLY


def test_the_same_mail_has_the_same_fingerprint() -> None:
    assert read_incoming(reply("a")).fingerprint == read_incoming(b"Received: x\r\n" + reply("a")).fingerprint
    assert read_incoming(b"a").fingerprint != read_incoming(b"b").fingerprint


def attaching(octets: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "An <an@mau.example>", "<r-1@mau.example>"
    message.set_content("gửi kèm")
    message.add_attachment(octets, maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


def test_mails_of_one_number_that_say_or_bring_something_else_are_two() -> None:
    mails = [
        reply("đã nhận"), reply("xin lùi hạn"), reply("đã nhận", Subject="Xin lùi hạn"), attaching(b"1"),
        attaching(b"2"),
    ]  # fmt: skip
    assert len({read_incoming(mail).fingerprint for mail in mails}) == len(mails)


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_mail_is_the_same_however_it_was_encoded_on_its_way(encoding: str) -> None:
    sent, relayed = (
        reply("Sở đã nhận được công điện.\nXin hỏi thêm.", Content_Transfer_Encoding=how) for how in ("8bit", encoding)
    )
    assert sent != relayed
    again = b"Return-Path: <an@mau.example>\r\nReceived: x\r\n" + relayed.replace(b"\n", b"\r\n")
    assert read_incoming(again).fingerprint == read_incoming(sent).fingerprint


@given(st.binary(max_size=400))
def test_whatever_comes_is_read(content: bytes) -> None:
    read = read_incoming(content)
    assert "\0" not in read.words
    read.words.encode()
    read.sender.encode()


@given(st.text(max_size=300))
def test_ones_own_words_are_the_beginning_of_the_text(text: str) -> None:
    assert len(own(text)) <= len(text)
