"""What servers say of a mail: the worst counts, of the address it was sent to; what people pass on is theirs."""

import base64

import pytest

from hoatoc.ledger.schema import InboxKind
from hoatoc.mail.incoming import Incoming, read_incoming

BLOCK = "Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"


def block(action: str, status: str = "5.1.1", address: str = "so-0@mau.example") -> str:
    return BLOCK.format(action=action, status=status, address=address)


def notification(
    *blocks: str, kind: str = "message/delivery-status", encoding: str = "7bit",
    report: str = "multipart/report; report-type=delivery-status",
) -> bytes:  # fmt: skip
    fields = "\n".join(("Reporting-MTA: dns; mx.mau.example\n", *blocks)).encode()
    body = base64.encodebytes(fields) if encoding == "base64" else fields
    head = (
        f"From: MAILER-DAEMON@mx.mau.example\nMIME-Version: 1.0\nContent-Type: {report}; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\nUndelivered\n--b\nContent-Type: {kind}\n"
        f"Content-Transfer-Encoding: {encoding}\n\n"
    )
    return head.encode() + body + b"\n--b--\n"


def passed_on(inner: bytes) -> bytes:
    head = (
        "From: An <an@mau.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=c\n\n"
        "--c\nContent-Type: text/plain; charset=utf-8\n\nĐã nhận. Thư chuyển cho xã bị trả lại, gửi kèm.\n"
        "--c\nContent-Type: message/rfc822\n\n"
    )
    return head.encode() + inner + b"\n--c--\n"


def test_a_bounce_that_a_person_passes_on_is_their_mail() -> None:
    read = read_incoming(passed_on(notification(block("failed"))))
    assert (read.kind, read.bounced) == (InboxKind.REPLY, "")
    assert read.words == "Đã nhận. Thư chuyển cho xã bị trả lại, gửi kèm."


def test_a_persons_mail_with_the_parts_of_a_bounce_is_their_mail() -> None:
    loose = notification(block("failed"), report="multipart/mixed")
    assert read_incoming(loose).kind is InboxKind.BOUNCE
    assert read_incoming(loose.replace(b"MAILER-DAEMON@", b"an@")).kind is InboxKind.REPLY


def test_a_bounce_to_which_a_gateway_has_added_its_words_is_a_bounce() -> None:
    report = notification(block("failed")).partition(b"MIME-Version: 1.0\n")[2]
    content = (
        b"From: MAILER-DAEMON@mx.mau.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=g\n\n--g\n"
        + report
        + b"\n--g\nContent-Type: text/plain\n\nScanned\n--g--\n"
    )
    assert kind_and_address(read_incoming(content)) == (InboxKind.BOUNCE, "so-0@mau.example")


def test_that_a_mail_was_opened_is_a_machines_word() -> None:
    read = notification("", kind="message/disposition-notification", report="multipart/report")
    assert read_incoming(read.replace(b"MAILER-DAEMON@", b"an@")).kind is InboxKind.AUTO


def kind_and_address(read: Incoming) -> tuple[InboxKind, str]:
    return read.kind, read.bounced


@pytest.mark.parametrize("order", [1, -1])
def test_of_some_recipients_the_worst_counts(order: int) -> None:
    blocks = [
        block("expanded", "2.0.0"), block("failed (no such box)", address="<k@mau.example>"), block("delayed", "4.4.1"),
    ]  # fmt: skip
    read = read_incoming(notification(*blocks[::order]))
    assert kind_and_address(read) == (InboxKind.BOUNCE, "k@mau.example")
    assert read.words == "5.1.1"


def test_the_address_it_was_sent_to_counts_before_the_one_it_was_passed_on_to() -> None:
    forwarded = "Original-Recipient: rfc822;so-0@mau.example\n" + block("failed", address="k@khac.example")
    assert kind_and_address(read_incoming(notification(forwarded))) == (InboxKind.BOUNCE, "so-0@mau.example")


def test_a_status_that_names_no_address_is_one_of_an_unknown_address() -> None:
    assert kind_and_address(read_incoming(notification("Action: failed\nStatus: 5.0.0\n"))) == (InboxKind.BOUNCE, "")


@pytest.mark.parametrize("encoding", ["8bit", "base64"])
@pytest.mark.parametrize("kind", ["message/delivery-status", "message/global-delivery-status"])
def test_an_international_status_is_read_however_it_is_encoded(kind: str, encoding: str) -> None:
    blocks = (block("expanded"), block("failed", address="sở@mau.example").replace("rfc822", "utf-8"))
    read = read_incoming(notification(*blocks, kind=kind, encoding=encoding))
    assert kind_and_address(read) == (InboxKind.BOUNCE, "sở@mau.example")


def test_a_status_that_says_it_is_encoded_and_is_not_is_read() -> None:
    said = notification(block("failed")).replace(b"Encoding: 7bit", b"Encoding: base64")
    assert kind_and_address(read_incoming(said)) == (InboxKind.BOUNCE, "so-0@mau.example")


def test_automatic_answers_of_outlook_in_vietnamese_are_known() -> None:
    content = "From: an@mau.example\nSubject: Tự động trả lời: Công điện 13\n\nđã nhận"
    assert read_incoming(content.encode()).kind is InboxKind.AUTO
