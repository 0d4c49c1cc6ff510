"""Everything that happened to one unit under one directive, in plain words, from the event log and the outbox."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Duty, Event, Fulfilment, Notice, NoticeState, Receipt, Report, Revision
from hoatoc.localtime import NEVER
from hoatoc.rollout.exchange import Code
from hoatoc.rollout.views import UnitPage
from portal import once
from portal.language import Language
from portal.steps import code_words, step_words


@dataclass(frozen=True)
class Happening:
    """One thing that happened: when (UTC), what, about what ('' for the document as a whole), who did it ('' for the
    system), why, and the exchange code it carries ('' for none)."""

    at: datetime
    what: str
    about: str = ""
    who: str = ""
    why: str = ""
    code: str = ""


def happenings(session: Session, page: UnitPage, language: Language) -> list[Happening]:
    """What happened to the addressee of `page`, the newest first."""
    owed = {f"duty:{duty.id}": duty for duty in page.duties}
    told = [*_events(session, page, owed, language), *_notices(session, page, language)]
    told.sort(key=lambda item: item[:3], reverse=True)
    return [happening for *_, happening in told]


def _events(
    session: Session, page: UnitPage, owed: dict[str, Duty], language: Language
) -> Iterator[tuple[datetime, int, int, Happening]]:
    own = (f"addressee:{page.addressee.id}", f"directive:{page.directive.id}", *owed)
    rows = session.scalars(
        select(Event).where(Event.directive_id == page.directive.id, Event.subject.in_(own)).order_by(Event.id)
    )
    words, people = _words(language), _people(session, page)
    for event in rows:
        say = words.get(event.kind)
        if say is None or not (what := say(event, page.directive.zone)):
            continue
        duty = owed.get(event.subject)
        detail = event.detail
        yield event.at, 1, event.id, Happening(
            at=event.at, what=what, who=_who(event, people), why=str(detail.get("reason", "")),
            about=once.title(duty.kind, duty.subject, language, duty.slot) if duty else "",
            code=str(detail.get("code", "")),
        )  # fmt: skip


def _people(session: Session, page: UnitPage) -> dict[tuple[str, str], str]:
    """Who signed what: receipts by their code, submissions by duty and number, other words by duty."""
    mine = Duty.addressee_id == page.addressee.id
    receipts = session.execute(select(Receipt.code, Receipt.by_name).where(Receipt.addressee_id == page.addressee.id))
    revisions = session.execute(
        select(Report.duty_id, Revision.number, Revision.by_name)
        .join(Report, Report.id == Revision.report_id)
        .where(Report.addressee_id == page.addressee.id)
    )
    said = session.execute(
        select(Fulfilment.duty_id, Fulfilment.by_name).join(Duty, Duty.id == Fulfilment.duty_id).where(mine)
    )
    return {
        **{("receipt_recorded", code): name for code, name in receipts},
        **{(f"duty:{duty_id}", str(number)): name for duty_id, number, name in revisions},
        **{(f"duty:{duty_id}", ""): name for duty_id, name in said},
    }


def _who(event: Event, people: dict[tuple[str, str], str]) -> str:
    detail = event.detail
    if event.kind == "receipt_recorded":
        return people.get((event.kind, detail["code"]), "")
    if event.kind == "report_submitted":
        return people.get((event.subject, str(detail["revision"])), "")
    if event.kind in ("task_reported", "explanation_given"):
        return people.get((event.subject, ""), "")
    return str(detail.get("by_name", ""))


def _words(language: Language) -> dict[str, Callable[[Event, str], str]]:
    """What is said of each kind of event; what is of no interest to a unit is not here."""
    say = language.say

    def at(event: Event, zone: str, key: str) -> str:
        return language.iso_moment(event.detail[key], zone)

    plain = {
        "directive_issued": say("Văn bản được ban hành"), "directive_amended": say("Văn bản được sửa đổi"),
        "directive_suspended": say("Văn bản tạm dừng"), "directive_running": say("Văn bản tiếp tục thực hiện"),
        "directive_ended": say("Văn bản kết thúc"), "directive_recalled": say("Văn bản bị thu hồi"),
        "directive_replaced": say("Văn bản được thay thế"), "addressee_unreachable": say("Thư không tới được đơn vị"),
        "duty_met": say("Xong, đúng hạn"), "duty_met_late": say("Xong, muộn"), "duty_waived": say("Được miễn"),
        "duty_withdrawn": say("Không phải làm nữa"), "duty_returned": say("Đơn vị trả lại"),
        "duty_open": say("Văn phòng giao lại đơn vị"), "duty_reassigned": say("Chuyển việc"),
        "report_submitted": say("Nộp báo cáo"), "explanation_given": say("Gửi giải trình"),
        "task_reported": say("Báo kết quả"), "roster_handed_in": say("Nộp danh sách"),
        "coverage_entered": say("Cập nhật chỉ tiêu"), "extension_refused": say("Văn phòng không đồng ý gia hạn"),
        "extension_granted": say("Văn phòng đồng ý gia hạn"),
    }  # fmt: skip
    spoken: dict[str, Callable[[Event, str], str]] = {
        "receipt_recorded": lambda event, _zone: code_words(Code(event.detail["code"]), language),
        "duty_extended": lambda event, zone: say("Hạn mới: %(at)s", at=at(event, zone, "due_at")),
        "duty_resumed": lambda event, zone: say("Hạn mới: %(at)s", at=at(event, zone, "due_at")),
        "report_reopened": lambda event, zone: say("Văn phòng cho nộp đến %(at)s", at=at(event, zone, "until")),
        "extension_asked": lambda event, zone: say("Xin gia hạn đến %(at)s", at=at(event, zone, "wanted_at")),
        "specialist_assigned": lambda event, _zone: say("Phân công cho %(name)s", name=event.detail["name"]),
        "specialist_revoked": lambda event, _zone: say("Thôi phân công %(name)s", name=event.detail["name"]),
    }  # fmt: skip
    return {kind: (lambda _event, _zone, words=words: words) for kind, words in plain.items()} | spoken


def _notices(session: Session, page: UnitPage, language: Language) -> Iterator[tuple[datetime, int, int, Happening]]:
    rows = session.scalars(
        select(Notice)
        .where(
            Notice.addressee_id == page.addressee.id,
            Notice.state.in_((NoticeState.SENT, NoticeState.UNDELIVERABLE)), Notice.settled_at < NEVER,
        )
        .order_by(Notice.id)
    )  # fmt: skip
    for notice in rows:
        sent = notice.state is NoticeState.SENT
        step = step_words(notice.step, language)
        what = language.say("%(step)s: thư tới %(to)s", step=step, to=notice.to_name) if sent else language.say(
            "%(step)s: thư tới %(to)s không gửi được", step=step, to=notice.to_name
        )  # fmt: skip
        yield notice.settled_at, 0, notice.id, Happening(
            at=notice.settled_at, what=what, code=Code.INBOX if sent and notice.template == "dispatch" else "",
        )  # fmt: skip
