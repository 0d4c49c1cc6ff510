"""A report that came by mail as a filled workbook: the same checks as on the portal, and an answer to who sent it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import HoatocError, SubmissionRefused
from hoatoc.format.form import Form
from hoatoc.ledger.schema import Addressee, Directive, InboxMail, Report
from hoatoc.localtime import spoken, spoken_day
from hoatoc.phrase import Phrase
from hoatoc.rollout import outbox, snapshot, submission, unsent
from hoatoc.rollout.command import Mailbox
from hoatoc.rollout.contents import ANSWER
from hoatoc.rollout.submission import EXPLANATION

#: The row of the reporter's name in a workbook.
_BY = "ho-ten"


def take_in(session: Session, directive: Directive, addressee: Addressee, mail: InboxMail, now: datetime) -> str:
    """Take in the workbook of `mail` as a report of `addressee`, stamped with the mail's arrival, and write the answer
    to its sender at `now` (aware, UTC): "report", or "message" when it is refused, for the desk to read too.

    A report that is newer than the mail stays; the mail is then "outdated"."""
    try:
        with session.begin_nested():
            report, words = _submit(session, directive, addressee, mail)
    except HoatocError as refused:
        _keep_typed(session, directive, addressee, mail)
        problems = refused if isinstance(refused, SubmissionRefused) else SubmissionRefused(str(refused))
        said = {"taken": False, "says": str(refused), "lines": _lines(directive, problems)}
        _answer(session, directive, addressee, mail, said, now)
        return "message"
    if not report:
        return "outdated"
    _answer(session, directive, addressee, mail, {"taken": True, "says": words, "lines": []}, now)
    return "report"


def _submit(session: Session, directive: Directive, addressee: Addressee, mail: InboxMail) -> tuple[bool, str]:
    sheet = mail.sheet
    if sheet.get("problem"):
        raise SubmissionRefused(sheet["problem"])
    marks, typed = sheet["marks"], dict(sheet["typed"])
    if (marks["directive"], marks["addressee"]) != (directive.key, addressee.key):
        raise SubmissionRefused(
            Phrase(
                "Tệp này là mẫu của %(addressee)s, không phải của đơn vị.",
                addressee=marks["addressee"] or Phrase("nơi khác"),
            )
        )
    by_name = typed.pop(_BY, "").strip() or mail.sender
    duty, period = submission.lock(session, addressee, marks["slot"])
    sent = session.scalar(select(Report).where(Report.duty_id == duty.id))
    if sent is not None and sent.revised_at > mail.received_at:
        return False, ""
    form = snapshot.of(directive).form_of(period.subject)
    done = submission.submit(
        session, addressee, duty, period, {**_files(form, sent), **typed}, now=mail.received_at, by_name=by_name,
        channel="mail", explanation=typed.get(EXPLANATION, ""),
    )  # fmt: skip
    at = spoken(mail.received_at, directive.zone)
    on_time = "đúng hạn" if done.on_time else "chậm"
    day = spoken_day(period.local_date)
    return True, f"Đã nhận báo cáo ngày {day} lúc {at}, {on_time}; lần gửi thứ {done.revision}."


def _files(form: Form, sent: Report | None) -> dict[str, str]:
    """The files sent so far, which no workbook can carry: they stay with the report."""
    figures: Mapping[str, Any] = sent.figures if sent is not None else {}
    return {field.key: figures[field.key] for field in form.files if field.key in figures}


def _keep_typed(session: Session, directive: Directive, addressee: Addressee, mail: InboxMail) -> None:
    """Let the unit go on from what it has filled in, unless it has begun on the portal."""
    marks = mail.sheet.get("marks") or {}
    if marks.get("addressee") != addressee.key or marks.get("directive") != directive.key:
        return
    duty = session.scalar(submission.duty_for(addressee, marks["slot"]))
    if duty is not None and unsent.of(session, duty.id) is None:
        form = snapshot.of(directive).form_of(duty.subject)
        unsent.keep(session, duty, form, mail.sheet["typed"], mail.received_at)


def _lines(directive: Directive, refused: SubmissionRefused) -> list[str]:
    """What is wrong, each with the name of its field."""
    labels = {field.key: field.label for form in snapshot.of(directive).forms.values() for field in form.fields}
    told = {**refused.problems, **refused.warnings}
    return [f"{labels.get(key, 'Cả tệp')}: {says}" for key, says in told.items() if says and says != str(refused)]


def _answer(
    session: Session, directive: Directive, addressee: Addressee, mail: InboxMail, said: dict[str, Any], now: datetime
) -> None:
    # To whoever sent it, who may be anybody the unit has passed the mail on to: it carries no link.
    if not mail.sender or not mail.sender.isascii():
        return
    snap = snapshot.of(directive)
    notice = outbox.Written(
        template=ANSWER, step="answer", to=Mailbox(f"mail:{mail.id}", addressee.name, mail.sender),
        occurrence=str(mail.id), due_at=now, reason="trả lời báo cáo gửi qua thư",
        addressee_id=addressee.id, context=said,
    )  # fmt: skip
    outbox.write(session, directive.id, [notice], now=now, domain=snap.office.sender.partition("@")[2])
