"""What files a person has sent along is listed, under names that can be shown."""

from email.message import EmailMessage

import pytest

from hoatoc.mail.incoming import read_incoming


def reply() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "an@mau.example"
    message.set_content("Gửi kèm.")
    return message


def listed(message: EmailMessage) -> list[tuple[str, str, int]]:
    read = read_incoming(message.as_bytes())
    assert read.words == "Gửi kèm."
    return [(file["name"], file["kind"], file["octets"]) for file in read.attached]


def test_files_of_any_kind_are_listed_as_they_stand() -> None:
    message = reply()
    message.add_attachment(b"x" * 1000, "application", "pdf", filename="Quyết định 12.pdf")
    message.add_attachment(b"y" * 10, "application", "vnd.ms-excel", filename="bao-cao.xls", disposition="inline")
    message.add_attachment("a,b\n", subtype="csv", filename="xa.csv")
    message.add_attachment(b"", "application", "octet-stream")
    assert listed(message) == [
        ("Quyết định 12.pdf", "application/pdf", 1000), ("bao-cao.xls", "application/vnd.ms-excel", 10),
        ("xa.csv", "text/csv", 4), ("không tên", "application/octet-stream", 0),
    ]  # fmt: skip


def test_an_attached_mail_is_one_file_called_by_its_subject() -> None:
    inner = reply()
    inner["Subject"] = "Báo cáo/tuần"
    inner.add_attachment(b"z", "application", "pdf", filename="trong.pdf")
    message = reply()
    message.add_attachment(inner)
    [(name, kind, octets)] = listed(message)
    assert (name, kind) == ("Báo cáo-tuần.eml", "message/rfc822")
    assert octets > 100


@pytest.mark.parametrize(
    ("given", "shown"),
    [("..\\..\\anh\r\n.exe", "anh.exe"), ("/etc/passwd", "passwd"), ("a\u202efdp.exe", "afdp.exe"), ("  ", "không tên"),
     ("x" * 300 + ".docx", "x" * 195 + ".docx")],
)  # fmt: skip
def test_names_are_shown_without_folders_and_tricks(given: str, shown: str) -> None:
    message = reply()
    message.add_attachment(b"1", "application", "pdf", filename="TEN")
    raw = message.as_bytes().decode()
    quoted = "".join(f"%{octet:02X}" for octet in given.encode())
    read = read_incoming(raw.replace('filename="TEN"', f"filename*=utf-8''{quoted}").encode())
    assert [file["name"] for file in read.attached] == [shown]


@pytest.mark.parametrize(("size", "shown"), [(2_000, []), (900_000, ["anh.jpg"])])
def test_the_logo_of_a_signature_is_no_file_and_a_photograph_is_one(size: int, shown: list[str]) -> None:
    message = reply()
    message.add_alternative("<p>Gửi kèm.</p><img src='cid:a'>", subtype="html")
    _, html = message.iter_parts()
    assert isinstance(html, EmailMessage)
    html.add_related(b"j" * size, "image", "jpeg", cid="<a>", filename="anh.jpg", disposition="inline")
    assert [name for name, _, _ in listed(message)] == shown


def test_the_key_of_a_signed_mail_is_no_file() -> None:
    message = reply()
    message.add_attachment(b"s", "application", "pkcs7-signature", filename="smime.p7s")
    assert listed(message) == []
