"""Pictures and files around a letter parse to what EmailMessage makes of the same."""

import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoatoc.mail.enclosure import file, picture
from hoatoc.mail.frame import Frame, mailbox
from tests.unit.test_frame import WHEN, bodies, body_of, parsed

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9
PICTURES = {"books.1a@mau.example": PNG, "lines.1a@mau.example": PNG[::-1]}
names = st.one_of(
    st.sampled_from(["công văn 13.pdf", 'a"b.pdf', "a;b\\c.pdf", "a'b%20.pdf", "Kế hoạch (bản ký).docx", "x" * 300]),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=79),
)


def ours(text: str, html: str, pictures: dict[str, bytes], files: dict[str, bytes], *, eight_bit: bool) -> bytes:
    frame = Frame(
        "t", sender_name="Văn phòng", sender="vptu@mau.example",
        pictures=[picture(content, content_id=id_) for id_, content in pictures.items()],
        files=[file(content, name=name, kind="application/pdf") for name, content in files.items()],
    )  # fmt: skip
    content, _ = frame.fill(
        to=mailbox("Sở Y tế", "a@b.vn"), subject="Công điện", message_id="<1@b.vn>", date=WHEN, text=text, html=html,
        eight_bit=eight_bit,
    )  # fmt: skip
    assert eight_bit or content.isascii()
    return content


def theirs(text: str, html: str, pictures: dict[str, bytes], files: dict[str, bytes]) -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    message.set_content(text, cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    rich = list(message.iter_parts())[1]
    assert isinstance(rich, EmailMessage)
    for id_, content in pictures.items():
        rich.add_related(content, "image", "png", cid=f"<{id_}>", disposition="inline")
    for name, content in files.items():
        message.add_attachment(content, "application", "pdf", filename=name)
    return parsed(message.as_bytes())


def leaves(message: EmailMessage) -> Iterator[tuple[str, ...]]:
    """Each part: where it stands, its id, disposition, file name, and content."""
    for part in message.walk():
        assert isinstance(part, EmailMessage)
        content = "" if part.is_multipart() else repr(part.get_content())
        if part.get_content_maintype() == "text":
            content = body_of(str(part.get_content()))
        named = (part.get_content_type(), part["Content-ID"], part.get_content_disposition(), part.get_filename())
        yield (*(str(value) for value in named), content)


@pytest.mark.parametrize("pictures", [{}, PICTURES])
@given(bodies, bodies, st.dictionaries(names, st.binary(max_size=300), max_size=2), st.booleans())
def test_a_letter_with_enclosures_parses_to_what_email_message_makes(
    pictures: dict[str, bytes], text: str, html: str, files: dict[str, bytes], eight_bit: bool
) -> None:
    files = {name[-120:]: content for name, content in files.items()}
    content = ours(text, html, pictures, files, eight_bit=eight_bit)
    assert list(leaves(parsed(content))) == list(leaves(theirs(text, html, pictures, files)))
    assert [part.defects for part in parsed(content).walk() if part.defects] == []
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))


@pytest.mark.parametrize("letter", ["ệ", "😀"])
def test_a_long_name_in_another_alphabet_keeps_its_end_in_a_line_that_is_not_too_long(letter: str) -> None:
    content = ours("a", "b", {}, {letter * 130 + ".pdf": b"%PDF-"}, eight_bit=True)
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    [name] = [part.get_filename() for part in parsed(content).walk() if part.get_filename()]
    assert name == letter * (len(name) - 4) + ".pdf"


def test_a_body_that_holds_the_boundary_of_the_enclosures_stays_one_body() -> None:
    content = ours("a", "b", PICTURES, {"a.pdf": b"%PDF-"}, eight_bit=True)
    boundaries = {part.get_boundary() for part in parsed(content).walk() if part.is_multipart()}
    assert len(boundaries) == 3
    for boundary in boundaries:
        text = f"a\n--{boundary}\nContent-Type: text/html\n\nforged\n--{boundary}--"
        [plain] = [part for part in parsed(ours(text, text, PICTURES, {}, eight_bit=True)).walk()
                   if part.get_content_type() == "text/plain"]  # fmt: skip
        assert body_of(str(plain.get_content())) == text  # type: ignore[attr-defined]
