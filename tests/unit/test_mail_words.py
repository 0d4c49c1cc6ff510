"""What a person has written is found, however the program quotes, wraps and encodes it."""

import time
import unicodedata

import pytest

from hoatoc.mail.charset import decoded
from hoatoc.mail.incoming import read_incoming
from hoatoc.mail.words import own

GMAIL = "Vào Th 3, 23 thg 11, 2021 vào lúc 16:00 Văn phòng Tỉnh ủy <vptu+x@mau.example> đã viết:"
QUOTED = "> Kính gửi: Sở Y tế\n>\n> Báo cáo trước 16 giờ."


def mail(body: bytes | str, kind: str = "text/plain; charset=utf-8", encoding: str = "8bit") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    head = f"From: an@mau.example\nMIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n"
    return head.encode() + content


def words(body: bytes | str, kind: str = "text/plain; charset=utf-8") -> str:
    return read_incoming(mail(body, kind)).words


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"Đã nhận.\n\n{GMAIL}\n\n{QUOTED}", "Đã nhận."),
        (f"{GMAIL}\n{QUOTED}\n\nĐã nhận. Xin lùi hạn đến 17h.", "Đã nhận. Xin lùi hạn đến 17h."),
        (f"Đã nhận.\n\n{GMAIL.replace('<', '<' + chr(10))}\n\n{QUOTED}", "Đã nhận."),
        ("On Tue, Nov 23, 2021 at 4:00 PM VPTU\n<vptu@mau.example> wrote:\n> Kính gửi\nĐược.", "Được."),
        ("> Hạn 16 giờ?\nĐược.\n> Ai trực?\nÔng An, 0912.", "Được.\nÔng An, 0912."),
        (f"Đã nhận.\n\n{GMAIL}\n\nKính gửi: Sở Y tế\nBáo cáo", "Đã nhận."),
        ("Đã nhận.\n________________________________\nTừ: VPTU <v@mau.example>\nĐã gửi: 16:00\nĐến: An\n\nKính gửi",
         "Đã nhận."),
        ("Đã nhận.\n\nFrom: VPTU\nSent: Tuesday\nTo: An\nSubject: x\n\nKính gửi", "Đã nhận."),
        ("*From:* VPTU\n*Sent:* Tuesday\n\nKính gửi", "*From:* VPTU\n*Sent:* Tuesday\n\nKính gửi"),
        ("Xin gửi.\n-----Original Message-----\nKính gửi", "Xin gửi."),
        ("Từ: ngày mai chúng tôi trực\nHết.", "Từ: ngày mai chúng tôi trực\nHết."),
        ("Đã nhận.\nTừ: 7h\nĐến: 11h mất điện, xin lùi hạn.", "Đã nhận.\nTừ: 7h\nĐến: 11h mất điện, xin lùi hạn."),
        ("Đã nhận.\nTừ: VPTU\nTới: An\nCc: Bình\nĐã gửi: 16:00\nChủ đề: x\n\nKính gửi", "Đã nhận."),
        ("Vào chiều nay Sở đã viết:\nđề nghị hoãn", "Vào chiều nay Sở đã viết:\nđề nghị hoãn"),
        (QUOTED, QUOTED),
        ("", ""),
    ],
)  # fmt: skip
def test_ones_own_words_are_what_is_not_quoted(text: str, kept: str) -> None:
    assert own(text) == kept


ENCODED = "Đa\u0303 nhâ\u0323n".encode("cp1258")


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("Đã nhận".encode(), "us-ascii"), ("Đã nhận".encode(), "x-khong-co"), ("Đã nhận".encode(), "iso-8859-1"),
        ("Đã nhận".encode(), "idna"), ("Đã nhận".encode(), "hex"), ("Đã nhận".encode("utf-16"), "utf-16"),
        (ENCODED, "windows-1258"), (ENCODED, "utf-8"), (ENCODED, "us-ascii"), (ENCODED, "x-khong-co"),
    ],
)  # fmt: skip
def test_words_are_read_whatever_the_mail_says_they_are_written_in(body: bytes, charset: str) -> None:
    assert decoded(body, charset) == "Đã nhận"
    if b"\0" not in body:
        assert words(body, f"text/plain; charset={charset}") == "Đã nhận"


def test_words_without_any_charset_and_names_that_are_not_encoded_are_read() -> None:
    read = read_incoming("From: an@mau.example\nSubject: Đã nhận công điện\n\nĐã nhận".encode())
    assert (read.subject, read.words) == ("Đã nhận công điện", "Đã nhận")


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("<p>&#272;&atilde; nh&#7853;n&nbsp;</p>", "Đã nhận"),
        ("<html><head><title>Thư</title><style><!-- p.Mso {margin:0} --></style></head><p>Đã\nnhận</p>", "Đã nhận"),
        ("<!--[if gte mso 9]><xml>rác</xml><![endif]--><div>Đã nhận</div><script>a>b</script>", "Đã nhận"),
        ("<p>Đã nhận</p><p>Xin lùi hạn<br>đến 17 giờ</p>", "Đã nhận\nXin lùi hạn\nđến 17 giờ"),
        (f"<div>Đã nhận</div><div>{GMAIL.replace('<', '&lt;').replace('>', '&gt;')}<br></div>"
         "<blockquote><div>Kính gửi</div></blockquote>", "Đã nhận"),
        ("<blockquote>Ai trực?</blockquote><div>Ông An.</div>", "Ông An."),
        ("<p>a &lt; b</p><style>không đóng", "a < b"),
    ],
)  # fmt: skip
def test_html_alone_is_read_as_its_reader_sees_it(source: str, kept: str) -> None:
    assert unicodedata.is_normalized("NFC", kept)
    assert words(source, "text/html; charset=utf-8").replace("\n\n", "\n") == kept


def parted(kind: str, *parts: str) -> bytes:
    inside = "".join(f"--b\n{part}\n" for part in parts)
    return f'From: an@mau.example\nMIME-Version: 1.0\nContent-Type: {kind}; boundary="b"\n\n{inside}--b--\n'.encode()


PLAIN, HTML = "Content-Type: text/plain; charset=utf-8\n\n{}", "Content-Type: text/html; charset=utf-8\n\n<p>{}</p>"


def test_of_what_is_said_twice_the_plain_text_counts_unless_it_is_empty() -> None:
    both = parted("multipart/alternative", PLAIN.format("Đã nhận"), HTML.format("Đã nhận (HTML)"))
    assert read_incoming(both).words == "Đã nhận"
    empty = parted("multipart/alternative", PLAIN.format(""), HTML.format("Đã nhận"))
    assert read_incoming(empty).words == "Đã nhận"


def test_words_after_a_picture_count_too() -> None:
    picture = "Content-Type: image/png\nContent-Disposition: inline\nContent-Transfer-Encoding: base64\n\nAAAA"
    both = parted("multipart/mixed", PLAIN.format("Gửi ảnh:"), picture, PLAIN.format("Xin lùi hạn."))
    assert read_incoming(both).words == "Gửi ảnh:\nXin lùi hạn."


def test_a_mail_that_names_no_boundary_is_its_text() -> None:
    assert words("Đã nhận", "multipart/mixed") == "Đã nhận"


@pytest.mark.parametrize(
    ("unit", "kind"),
    [("<!--", "html"), ("<style>", "html"), ("<", "html"), ("<blockquote>", "html"), ("a@", "plain"), (">\n", "plain"),
     ("on 1wrote", "plain"), ("From: a\n", "plain")],
)  # fmt: skip
def test_a_megabyte_of_anything_is_read_at_once(unit: str, kind: str) -> None:
    began = time.process_time()
    words(unit * (1_000_000 // len(unit)), f"text/{kind}; charset=utf-8")
    assert time.process_time() - began < 10  # what is quadratic takes minutes
