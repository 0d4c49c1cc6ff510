"""A moulded notice says, byte for byte, what rendering it for its recipient would say."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader

from hoatoc.mail.frame import Frame, one_line, personal_head
from hoatoc.mail.letters import Letter
from hoatoc.mail.mould import Mould, NotMouldable
from hoatoc.templating import environment
from tests.unit.test_frame import NASTY, WHEN, body, oracle, parsed, words

FRAME = Frame("t", sender_name="Văn phòng Tỉnh ủy", sender="vptu@mau.example", headers=[("X-Priority", "1")])
TEXT = "Kính gửi: {{ recipient.name }}\n\n.\n..đầu dòng\nMở tại:\n{{ link }}\n{{ 'Hết' | upper }}\n"
HTML = (
    "<p>{{ recipient.name }}</p>\n<a href=\"{{ link }}\">{{ link }}</a>\n.\n<i>{{ ('Đồng chí ' ~ recipient.name) }}</i>"
)


def renderer(text: str = TEXT, html: str = HTML, subject: str = "Công điện 13: đề nghị xác nhận") -> Any:
    env = environment(Path())
    env.loader = DictLoader({"subject.txt": subject, "body.txt": text, "body.html": html})
    parts = [env.get_template(name) for name in ("subject.txt", "body.txt", "body.html")]

    def render(values: Mapping[str, Any]) -> Letter:
        filled = {"recipient": {"name": values["name"]}, "link": values["link"]}
        first, second, third = (part.render(filled) for part in parts)
        return Letter(first, second, third)

    return render


RENDER = renderer()
MOULD = Mould(FRAME, RENDER)
#: The same without lines that begin with a dot of their own; a name and a link begin one, a link is followed by one.
PLAIN = renderer(text="{{ recipient.name }}\nMở tại:\n{{ link }}.\n", html="<p>{{ recipient.name }}\n{{ link }}</p>")


def head(subject: str) -> bytes:
    return personal_head(to="<a@b.vn>", subject=subject, message_id="<1@b.vn>", date=WHEN, reply_to="<d@b.vn>")


def cast(name: str, link: str, *, eight_bit: bool) -> tuple[bytes, bool]:
    return MOULD.cast(head(MOULD.subject), name=name, link=link, eight_bit=eight_bit)


def filled(name: str, link: str, *, eight_bit: bool) -> tuple[bytes, bool]:
    letter = RENDER({"name": name, "link": link})
    return FRAME.fill(
        to="<a@b.vn>", subject=letter.subject, message_id="<1@b.vn>", date=WHEN, text=letter.text, html=letter.html,
        eight_bit=eight_bit, reply_to="<d@b.vn>",
    )  # fmt: skip


@given(words, words, st.booleans())
def test_a_moulded_message_is_what_email_message_makes_of_the_rendered_letter(
    name: str, link: str, eight_bit: bool
) -> None:
    name, link = one_line(name), one_line(link)
    letter = RENDER({"name": name, "link": link})
    content, is_8bit = cast(name, link, eight_bit=eight_bit)
    ours, theirs = parsed(content), oracle(name="x", subject=letter.subject, text=letter.text, html=letter.html)
    assert body(ours, "plain") == body(theirs, "plain")
    assert body(ours, "html") == body(theirs, "html")
    assert str(ours["Subject"]) == letter.subject
    assert len(ours.get_payload()) == 2
    assert ours.defects == []
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    assert is_8bit == (not content.isascii())


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=60), st.booleans())
def test_a_moulded_message_has_the_very_bytes_of_a_rendered_one(name: str, eight_bit: bool) -> None:
    assert cast(name, "http://x/v/1", eight_bit=eight_bit) == filled(name, "http://x/v/1", eight_bit=eight_bit)


@given(words, words, st.booleans(), st.booleans())
def test_of_a_message_without_dots_no_line_begins_with_one(name: str, link: str, dotted: bool, eight_bit: bool) -> None:
    name, link = one_line(name), one_line(link)
    mould = MOULD if dotted else Mould(FRAME, PLAIN)
    message, _ = mould.cast(head(mould.subject), name=name, link=link, eight_bit=eight_bit)
    if mould.dotless(name=name, link=link):
        assert b"\r\n." not in message


def test_only_what_may_begin_a_line_with_a_dot_is_searched_for_one() -> None:
    mould = Mould(FRAME, PLAIN)
    assert mould.dotless(name="Sở Y tế", link="http://x/v/1")
    assert not mould.dotless(name="...", link="http://x/v/1")
    assert not mould.dotless(name="", link="http://x/v/1")
    assert not MOULD.dotless(name="Sở Y tế", link="http://x/v/1")


@pytest.mark.parametrize("name", [one_line(name) for name in NASTY])
def test_no_name_breaks_out_of_its_place(name: str) -> None:
    content, _ = cast(name, "http://x/v/1", eight_bit=True)
    plain = body(parsed(content), "plain")
    assert plain.split("\n")[0] == f"Kính gửi: {name}".rstrip() or plain.startswith(f"Kính gửi: {name}")
    assert content.partition(b"\r\n\r\n")[0].count(b"\r\n") == head(MOULD.subject).count(b"\r\n") + 3


@pytest.mark.parametrize(
    "text",
    [
        "{% if recipient.name == 'Sở Y tế' %}a{% endif %}", "{{ recipient.name | upper }}", "{{ recipient.name[:3] }}",
        "{{ link | wordwrap(20) }}", "{{ link | length }}", "{% if link %}a{% endif %}", "{{ link.upper() }}",
        "{% for letter in link %}{{ letter }}{% endfor %}", "{{ recipient.name in ['a'] }}",
        "{{ ('Kính gửi ' ~ recipient.name) | wordwrap(30) }}", "{{ (link ~ '') | length }}", "{{ '%s' % link | e }}",
        "{{ recipient.name | urlencode }}", "{{ recipient.name | striptags }}",
    ],
)  # fmt: skip
def test_a_template_that_does_more_than_say_a_value_is_not_moulded(text: str) -> None:
    with pytest.raises(NotMouldable):
        Mould(FRAME, renderer(text=text + "{{ link }}"))


def test_a_value_in_html_that_is_not_escaped_is_not_moulded() -> None:
    with pytest.raises(NotMouldable):
        Mould(FRAME, renderer(html="{{ recipient.name | string | safe }} {{ link }}"))


def test_a_subject_that_names_the_recipient_is_not_moulded() -> None:
    with pytest.raises(NotMouldable):
        Mould(FRAME, renderer(subject="{{ recipient.name }}"))
