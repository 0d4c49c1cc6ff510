"""Why a duty stands where it stands: its story from the events, the notices about it and those not sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoatoc.format.ladder import Step
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyState, Event, Notice, NoticeDuty, NoticeState
from hoatoc.localtime import NEVER, spoken
from hoatoc.phrase import Joined, Phrase
from hoatoc.rollout import reasons, snapshot, states
from hoatoc.rollout.bundle import STEP_NAMES
from hoatoc.rollout.exchange import Code
from hoatoc.rollout.wording import duty_name

_DUTY_EVENTS = {
    "duty_opened": "Mở việc", "duty_met": "Xong, đúng hạn", "duty_met_late": "Xong, muộn", "duty_waived": "Được miễn",
    "duty_withdrawn": "Rút việc", "duty_returned": "Đơn vị trả lại", "duty_open": "Văn phòng giao lại đơn vị",
    "duty_extended": "Gia hạn", "duty_resumed": "Tính hạn tiếp sau tạm dừng", "duty_reassigned": "Chuyển việc",
    "duty_escalated": "Lên nấc", "report_submitted": "Nộp báo cáo", "explanation_given": "Gửi giải trình",
    "extension_asked": "Xin gia hạn", "extension_granted": "Văn phòng đồng ý gia hạn",
    "extension_refused": "Văn phòng không đồng ý gia hạn",
}  # fmt: skip
_DIRECTIVE_EVENTS = {
    "directive_issued": "Ban hành văn bản", "directive_amended": "Sửa văn bản",
    "directive_suspended": "Tạm dừng văn bản", "directive_running": "Văn bản chạy tiếp",
    "directive_ended": "Kết thúc văn bản", "directive_recalled": "Thu hồi văn bản",
    "directive_replaced": "Thay thế văn bản", "addressee_unreachable": "Thư không tới được đơn vị",
}  # fmt: skip
_CODES: dict[str, str] = {
    Code.ACCEPTANCE: "Đơn vị xác nhận đã nhận", Code.ASSIGNMENT: "Đã phân công", Code.PROCESSING: "Đã triển khai",
}  # fmt: skip
_NOTICES = {
    NoticeState.PENDING: "chờ gửi", NoticeState.SENDING: "đang gửi", NoticeState.SENT: "đã gửi",
    NoticeState.UNDELIVERABLE: "không gửi được, văn phòng gọi điện", NoticeState.SKIPPED: "không gửi",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One thing that happened, when, who did it ('' for the system) and why."""

    at: datetime
    what: str
    who: str = ""
    why: str = ""


@dataclass(frozen=True)
class Story:
    """A duty with everything that happened to it, and what comes next."""

    name: str
    addressee: str
    state: str
    due_at: datetime
    lines: list[Line]
    to_come: str


def story(session: Session, duty: Duty) -> Story:
    """The story of `duty`, the oldest first."""
    directive = session.get_one(Directive, duty.directive_id)
    addressee = session.get_one(Addressee, duty.addressee_id)
    snap = snapshot.of(directive)
    told = [*_events(session, directive, duty, addressee), *_notices(session, duty)]
    lines = [line for _, _, line in sorted(told, key=lambda item: (item[2].at, item[0], item[1]))]
    return Story(
        name=duty_name(duty, snap), addressee=addressee.name, state=Phrase(states.DUTIES[duty.state]),
        due_at=duty.due_at, lines=lines, to_come=_to_come(directive, duty, addressee, snap),
    )  # fmt: skip


def as_dict(story: Story, say: Callable[[str], str]) -> dict[str, Any]:
    """The story as plain data, in the words of `say`; instants are ISO 8601 in UTC."""
    return {
        "duty": say(story.name), "addressee": story.addressee, "state": say(story.state),
        "due_at": story.due_at.isoformat(), "to_come": say(story.to_come),
        "story": [
            {"at": line.at.isoformat(), "what": say(line.what), "who": line.who, "why": say(line.why)}
            for line in story.lines
        ],
    }  # fmt: skip


def _events(
    session: Session, directive: Directive, duty: Duty, addressee: Addressee
) -> Iterator[tuple[int, int, Line]]:
    subjects = (f"duty:{duty.id}", f"addressee:{addressee.id}", f"directive:{directive.id}")
    rows = session.scalars(
        select(Event)
        .where(Event.directive_id == directive.id, or_(*(Event.subject == subject for subject in subjects)))
        .order_by(Event.id)
    )
    for event in rows:
        key = event.detail["code"] if event.kind == "receipt_recorded" else event.kind
        words = {**_DUTY_EVENTS, **_DIRECTIVE_EVENTS, **_CODES}.get(key)
        if words is not None:
            who = "" if event.actor == "hoatoc" else event.actor.removeprefix("addressee:")
            why = reasons.read(str(event.detail.get("reason", "")))
            yield 0, event.id, Line(event.at, Joined((words, *_detail(event, directive.zone))), who, why)


def _detail(event: Event, zone: str) -> Iterator[str]:
    detail = event.detail
    if event.kind == "duty_escalated":
        if steps := [STEP_NAMES[Step(step)] for step in detail.get("steps", [])]:
            yield from (" ", Joined(steps, ", "))
        if not detail.get("pressed", True):
            yield Phrase(" (không ai bị đôn đốc)")
        if "late_since" in detail:
            yield Phrase("; trễ từ %(at)s", at=spoken(datetime.fromisoformat(detail["late_since"]), zone))
    elif "due_at" in detail:
        yield Phrase(", hạn %(at)s", at=spoken(datetime.fromisoformat(detail["due_at"]), zone))
    elif event.kind == "duty_reassigned":
        yield Phrase(": việc số %(number)s", number=detail.get("successor") or detail.get("predecessor"))
    elif event.kind == "report_submitted" and detail.get("revision", 1) > 1:
        yield Phrase(" lần %(number)s", number=detail["revision"])


def _notices(session: Session, duty: Duty) -> Iterator[tuple[int, int, Line]]:
    rows = session.scalars(
        select(Notice)
        .join(NoticeDuty, NoticeDuty.notice_id == Notice.id)
        .where(NoticeDuty.duty_id == duty.id)
        .order_by(Notice.id)
    )
    for notice in rows:
        at = notice.settled_at if notice.settled_at < NEVER else notice.written_at
        sent = Phrase(
            "Thư %(step)s tới %(name)s: %(state)s", step=_step_name(notice.step), name=notice.to_name,
            state=Phrase(_NOTICES[notice.state]),
        )  # fmt: skip
        said = Joined((sent, f" ({notice.answer_code})")) if notice.answer_code else sent
        yield 1, notice.id, Line(at, said, why=reasons.read(notice.reason))


def _step_name(step: str) -> Phrase:
    if step in set(Step):
        return Phrase(STEP_NAMES[Step(step)])
    names = {
        "dispatch": "gửi văn bản", "assign": "phân công", "requests": "báo đề nghị", "decide": "xin phép chờ trả lời",
        "answered": "trả lời xin phép",
    }  # fmt: skip
    return Phrase(names.get(step, "thông báo thay đổi"))


def _to_come(directive: Directive, duty: Duty, addressee: Addressee, snap: snapshot.Snapshot) -> str:
    if duty.state is not DutyState.OPEN or duty.next_at >= NEVER:
        return Phrase("Không còn nấc nào phía trước.")
    step = snap.ladder(duty.kind)[duty.step].step
    next_one = {"step": Phrase(STEP_NAMES[step]), "at": spoken(duty.next_at, directive.zone)}
    if addressee.unreachable_at < NEVER:
        said = "Nấc tiếp theo: %(step)s, %(at)s; không ai bị đôn đốc vì thư không tới được đơn vị."
        return Phrase(said, **next_one)
    return Phrase("Nấc tiếp theo: %(step)s, %(at)s, nếu đến lúc ấy chưa xong.", **next_one)
