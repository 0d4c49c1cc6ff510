"""The signed original: kept at the issue, sent with the directive's notice, and no part of anything else."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from hoatoc.errors import FormatError
from hoatoc.format.folder import find_draft
from hoatoc.format.original import LARGEST, read_original
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Directive, Notice, Original
from hoatoc.mail import deliver
from hoatoc.mail.enclosure import Enclosure
from hoatoc.rollout.amend import amend
from tests.conftest import Issue
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.offices import KEY, Files, small_office
from tests.worlds.rollouts import ISSUED, RECEIPT_DUE, World

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\r\n.\r\n%%EOF"
AMENDED = b"%PDF-1.7 amended\n%%EOF\n"
NAME = "Công điện 1 (bản ký).pdf"


def archive(name: str) -> bytes:
    """A zip that holds one file of that name."""
    written = BytesIO()
    with ZipFile(written, "w") as zipped:
        zipped.writestr(name, "<w/>")
    return written.getvalue()


@dataclass
class Office:
    """An office's folder on disk, which names an original beside its directive."""

    root: Path
    files: Files

    def read(self) -> Any:
        if not (self.root / "tinh-mau").exists():
            folder = self.files.write(self.root)
            (folder / "ban-ky").mkdir()
            (folder / "ban-ky" / NAME).write_bytes(PDF)
        return find_draft(self.root, KEY)

    @property
    def original(self) -> Path:
        return self.root / "tinh-mau" / "ban-ky" / NAME


@pytest.fixture
def office(tmp_path: Path) -> Office:
    files = small_office()
    files.directive["text"]["original"] = f"ban-ky/{NAME}"
    return Office(tmp_path, files)


def attached(mail: MailServer, key: str = "so-0") -> list[tuple[str | None, Any]]:
    [kept] = mail.to(f"{key}@mau.example")
    assert kept.message.defects == []
    return [(part.get_filename(), part.get_content()) for part in kept.message.iter_attachments()]


def test_the_notice_of_the_directive_carries_the_original_and_no_other_mail_does(
    issue_in: Issue, office: Office, mail: MailServer
) -> None:
    world = issue_in(office.read())
    world.run()
    assert {notice.template for notice in world.notices()} == {"dispatch"}
    for notice in world.notices():
        [kept] = mail.to(notice.to_address)
        assert [(part.get_filename(), part.get_content()) for part in kept.message.iter_attachments()] == [(NAME, PDF)]
        assert NAME in " ".join(kept.text.split())
    world.follow(RECEIPT_DUE)
    others = {notice.message_id for notice in world.notices() if notice.template != "dispatch"}
    assert others
    for kept in mail.kept:
        if kept.message_id in others:
            assert list(kept.message.iter_attachments()) == []


def test_the_original_is_read_once_a_delivery_however_the_letters_differ(
    issue_in: Issue, office: Office, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, read = deliver._original, []

    def original(ledger: Ledger, directive_id: int, sha256: str) -> Enclosure:
        read.append(sha256)
        return real(ledger, directive_id, sha256)

    monkeypatch.setattr(deliver, "_original", original)
    world = issue_in(office.read())
    world.run()
    assert len({str(notice.context["report"]) for notice in world.notices()}) > 1
    assert len(read) == 1


@pytest.mark.parametrize("largest", [0, 5])
def test_an_office_that_sends_none_so_large_sends_none(
    issue_in: Issue, office: Office, mail: MailServer, largest: int
) -> None:
    office.files.office["attach_up_to"] = largest
    world = issue_in(office.read())
    world.run()
    assert attached(mail) == []
    assert [row.content for row in world.all(Original)] == [PDF]


def test_what_goes_out_is_what_was_signed_when_the_directive_was_issued(
    issue_in: Issue, office: Office, mail: MailServer
) -> None:
    world = issue_in(office.read())
    office.original.write_bytes(b"%PDF-1.7 another")
    world.run()
    assert attached(mail) == [(NAME, PDF)]


def test_a_mail_in_doubt_carries_the_first_original_again_after_an_amendment(
    issue_in: Issue, office: Office, mail: MailServer
) -> None:
    mail.treat("so-0@mau.example", Manner.DROP_AFTER, times=1)
    world = issue_in(office.read())
    world.run()
    office.original.write_bytes(AMENDED)
    amended(world, office)
    [waiting] = world.notices(template="dispatch", recipient="so-0")
    world.follow(waiting.next_attempt_at)
    first, second = (kept for kept in mail.to("so-0@mau.example") if kept.message_id == waiting.message_id)
    assert first.content == second.content
    assert [part.get_content() for part in second.message.iter_attachments()] == [PDF]
    assert {row.content for row in world.all(Original)} == {PDF, AMENDED}


def amended(world: World, office: Office) -> None:
    folder, draft = office.read()
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        amend(session, directive, folder, draft, reason="đính chính", by="desk", now=ISSUED, version=directive.version)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("ban-ky/thieu.pdf", None, "không đọc được"),
        ("../ngoai.pdf", PDF, "nằm ngoài thư mục"),
        ("/etc/hostname.pdf", None, "nằm ngoài thư mục"),
        ("ban-ky/a.exe", b"MZ", "không phải tệp"),
        ("ban-ky/a.pdf", b"<html>", "không phải tệp .pdf thật"),
        ("ban-ky/a.pdf", b"%PDF-1.7\n", "không trọn vẹn"),
        ("ban-ky/a.pdf", PDF[:-1], "không trọn vẹn"),
        ("ban-ky/a.docx", b"%PDF-", "không phải tệp .docx thật"),
        ("ban-ky/a.docx", b"PK\x03\x04", "không trọn vẹn"),
        ("ban-ky/a.docx", archive("word/document.xml")[:-9], "không trọn vẹn"),
        ("ban-ky/a.docx", archive("xl/workbook.xml"), "không phải tệp .docx thật"),
        ("ban-ky/a.pdf", PDF + bytes(LARGEST), "lớn quá 20 MB"),
    ],
)
def test_an_original_that_cannot_be_used_is_a_problem_at_its_line(
    office: Office, name: str, content: bytes | None, says: str
) -> None:
    office.files.directive["text"]["original"] = name
    folder = office.files.write(office.root)
    (folder / "ban-ky").mkdir()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(FormatError) as refused:
        office.read()
    [problem] = refused.value.problems
    assert says in problem.message
    assert problem.field == "text.original"
    assert problem.line > 1


def test_a_docx_that_is_whole_is_an_original(office: Office) -> None:
    office.files.directive["text"]["original"] = "a.docx"
    (office.files.write(office.root) / "a.docx").write_bytes(archive("word/document.xml"))
    folder, draft = office.read()
    assert read_original(folder.path, draft.content.text.original or "").kind.endswith("wordprocessingml.document")


def test_an_original_costs_no_rendering_of_its_own(issue_in: Issue, office: Office, mail: MailServer) -> None:
    office.files = small_office(departments=30)
    office.files.directive["text"]["original"] = f"ban-ky/{NAME}"
    world = issue_in(office.read())
    world.run()
    assert len({str(notice.context["original"]) for notice in world.all(Notice)}) == 1
    assert all(attached(mail, f"so-{number}") == [(NAME, PDF)] for number in range(30))
