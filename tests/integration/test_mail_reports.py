"""A filled workbook that is mailed back is a report, judged as on the portal, and its sender is told."""

import email
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from openpyxl import Workbook, load_workbook

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Directive, InboxMail, Notice, Report, UnsentReport
from hoatoc.papers.reportsheet import Marks, write_workbook
from hoatoc.rollout import snapshot
from tests.integration.test_mail_inbound import address_of, come_back
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import KEY, small_office
from tests.worlds.rollouts import DUE, FREEZE, ISSUED, LOCK, SLOT, World, issued

SENDER = "chi.binh@dau-moi.example"
RIGHT = {"moi": 2, "luy_ke": 3884}
MORNING = DUE - timedelta(hours=6)


@pytest.fixture
def asked(ledger: Ledger, mail: MailServer) -> World:
    """The small office's directive on the morning of its first report."""
    world = issued(ledger, replace(mail.relay, signed_returns=True))
    world.go(ISSUED)
    world.go(MORNING)
    return world


def sheet(world: World, *, key: str = "so-0", slot: str = SLOT, by: str = "Trần Thị Bình", **values: int) -> bytes:
    with world.ledger.read() as session:
        form = snapshot.of(session.get_one(Directive, world.directive_id)).form_of("1")
    return write_workbook(form, Marks(KEY, key, slot), unit=key, heading="", values=values, before={}, by_name=by)


def reply(
    content: bytes, name: str = "Báo cáo.xlsx", sender: str = SENDER, says: str = "Gửi văn phòng báo cáo hôm nay."
) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = f"Chị Bình <{sender}>", "Re: báo cáo"
    message["Message-ID"] = f"<{hash(content)}@dau-moi.example>"
    message.set_content(says)
    message.add_attachment(content, "application", "octet-stream", filename=name)
    return message.as_bytes(policy=SMTP)


def send(world: World, mail: MailServer, content: bytes, *, key: str = "so-0", **said: str) -> None:
    come_back(world, address_of(mail, key), reply(content, **said))
    world.run()


def answer(mail: MailServer) -> str:
    [kept] = mail.to(SENDER)
    assert kept.message["Auto-Submitted"] == "auto-generated"
    return " ".join(kept.text.split())


def test_a_filled_workbook_is_a_report_stamped_with_its_arrival(asked: World, mail: MailServer) -> None:
    come_back(asked, address_of(mail, "so-0"), reply(sheet(asked, **RIGHT)))
    asked.go(DUE + timedelta(hours=1))
    [report] = asked.all(Report)
    assert (report.figures["moi"], report.on_time, report.first_at) == (2, True, MORNING)
    assert asked.duty("so-0", SLOT).met_at == MORNING
    assert asked.books("receipt", "").on_time == 1
    assert [row.outcome for row in asked.all(InboxMail)] == ["report"]
    [submitted] = asked.events("report_submitted")
    assert submitted.detail["channel"] == "mail"
    assert "Đã nhận báo cáo ngày 24/11/2021" in answer(mail)
    assert "http" not in answer(mail)


def test_a_wrong_figure_is_named_to_the_sender_and_kept_for_the_unit(asked: World, mail: MailServer) -> None:
    send(asked, mail, sheet(asked, moi=9, luy_ke=3))
    assert asked.all(Report) == []
    assert [row.outcome for row in asked.all(InboxMail)] == ["message"]
    assert "chưa nhận được báo cáo" in str(mail.to(SENDER)[0].message["Subject"])
    assert "Lũy kế không nhỏ hơn số mới" in answer(mail)
    [kept] = asked.all(UnsentReport)
    assert kept.typed["moi"] == "9"


def test_a_figure_no_unit_can_have_asks_its_sender_for_a_word(ledger: Ledger, mail: MailServer) -> None:
    files = small_office()
    files.form["fields"][0]["unusual_above"] = 1500
    world = issued(ledger, replace(mail.relay, signed_returns=True), files.read())
    world.go(ISSUED)
    world.go(MORNING)
    send(world, mail, sheet(world, moi=99_999_999, luy_ke=99_999_999))
    assert world.all(Report) == []
    assert "Nhiễm mới lớn khác thường (99.999.999; văn phòng hỏi lại khi trên 1.500)" in answer(mail)


def test_a_missing_figure_is_named_by_its_label(asked: World, mail: MailServer) -> None:
    send(asked, mail, sheet(asked, moi=1))
    assert "Lũy kế:" in answer(mail)


def test_after_the_correction_the_same_conversation_takes_it_in(asked: World, mail: MailServer) -> None:
    send(asked, mail, sheet(asked, moi=9, luy_ke=3))
    [refused] = mail.to(SENDER)
    come_back(asked, refused.sender, reply(sheet(asked, **RIGHT)))
    asked.run()
    assert [row.outcome for row in asked.all(InboxMail)] == ["message", "report"]
    assert asked.all(UnsentReport) == []
    assert len(mail.to(SENDER)) == 2


def test_the_workbook_of_another_unit_or_period_is_refused(asked: World, mail: MailServer) -> None:
    send(asked, mail, sheet(asked, key="so-1", **RIGHT))
    assert "mẫu của so-1" in answer(mail)
    send(asked, mail, sheet(asked, slot="2021-12-24/P1D", **RIGHT))
    assert asked.all(Report) == []
    assert len(mail.to(SENDER)) == 2


def test_after_the_freeze_it_is_late_and_after_the_lock_it_is_refused(asked: World, mail: MailServer) -> None:
    asked.follow(FREEZE + timedelta(hours=1))
    send(asked, mail, sheet(asked, **RIGHT))
    [report] = asked.all(Report)
    assert not report.on_time
    asked.follow(LOCK + timedelta(hours=1))
    send(asked, mail, sheet(asked, key="so-1", **RIGHT), key="so-1")
    assert len(asked.all(Report)) == 1
    assert any("đã khóa" in " ".join(kept.text.split()) for kept in mail.to(SENDER))


def test_a_mail_that_is_older_than_the_report_changes_nothing(asked: World, mail: MailServer) -> None:
    come_back(asked, address_of(mail, "so-0"), reply(sheet(asked, **RIGHT)))
    asked.at(MORNING + timedelta(minutes=5)).report("so-0", moi="7")
    asked.run()
    [report] = asked.all(Report)
    assert (report.figures["moi"], report.revision) == (7, 1)
    assert [row.outcome for row in asked.all(InboxMail)] == ["outdated"]


def test_the_same_workbook_mailed_twice_is_one_revision(asked: World, mail: MailServer) -> None:
    content = reply(sheet(asked, **RIGHT))
    come_back(asked, address_of(mail, "so-0"), content)
    come_back(asked, address_of(mail, "so-0"), content)
    asked.run()
    [report] = asked.all(Report)
    assert report.revision == 1
    assert len(mail.to(SENDER)) == 1


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * (64 << 20))
    return made.getvalue()


def broken(inside: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"):
            packed.writestr(name, inside)
    return made.getvalue()


def foreign() -> bytes:
    made = io.BytesIO()
    book = Workbook()
    book.active["A1"] = "Kế hoạch"
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"no workbook", bomb(), broken(b"<a"), broken(b""), broken(b"<a/>"), foreign()]
)
def test_a_workbook_without_our_marks_is_a_file_like_any_other(asked: World, mail: MailServer, content: bytes) -> None:
    send(asked, mail, content)
    assert [row.outcome for row in asked.all(InboxMail)] == ["message"]
    assert mail.to(SENDER) == []
    asked.report("so-0")
    assert len(asked.all(Report)) == 1


def test_received_with_a_plan_attached_is_a_receipt_and_stands_at_the_desk(asked: World, mail: MailServer) -> None:
    send(asked, mail, foreign(), name="Kế hoạch.xlsx", says="Đã nhận.")
    assert [row.outcome for row in asked.all(InboxMail)] == ["receipt_message"]
    assert asked.books("receipt", "").on_time == 1
    assert mail.to(SENDER) == []


def damaged(content: bytes) -> bytes:
    """Our workbook with one of its sheets spoilt."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(made, "w") as packed:
        for name in whole.namelist():
            packed.writestr(name, b"<a" if name == "xl/worksheets/sheet1.xml" else whole.read(name))
    return made.getvalue()


def renamed(content: bytes) -> bytes:
    """Our workbook with its first sheet called otherwise."""
    book = load_workbook(io.BytesIO(content))
    book.worksheets[0].title = "Sheet1"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize("spoil", [damaged, renamed])
def test_our_workbook_that_cannot_be_read_is_told_so_and_stops_nothing(
    asked: World, mail: MailServer, spoil: Callable[[bytes], bytes]
) -> None:
    send(asked, mail, spoil(sheet(asked, **RIGHT)))
    assert [row.outcome for row in asked.all(InboxMail)] == ["message"]
    assert "Báo cáo chưa được ghi nhận" in answer(mail)
    asked.report("so-0")
    assert len(asked.all(Report)) == 1


def test_a_second_file_with_a_report_is_shown_to_the_desk(asked: World, mail: MailServer) -> None:
    message = email.message_from_bytes(reply(sheet(asked, **RIGHT)), policy=SMTP)
    assert isinstance(message, EmailMessage)
    message.add_attachment(b"%PDF-", "application", "pdf", filename="Báo cáo ký.pdf")
    come_back(asked, address_of(mail, "so-0"), message.as_bytes())
    collected = asked.run()[0].collected
    assert (collected.reports, collected.messages, len(asked.all(Report))) == (1, 1, 1)
    assert [row.outcome for row in asked.all(InboxMail)] == ["report_message"]


def test_a_machine_that_sends_a_workbook_is_not_answered(asked: World, mail: MailServer) -> None:
    content = b"Auto-Submitted: auto-replied\r\n" + reply(sheet(asked, **RIGHT))
    come_back(asked, address_of(mail, "so-0"), content)
    asked.run()
    assert asked.all(Report) == []
    assert [notice for notice in asked.all(Notice) if notice.template == "report_answer"] == []
