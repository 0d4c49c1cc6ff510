"""The state of a rollout told to people: a table, and a paragraph."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import LIVE, Addressee, Directive, Duty, DutyState, Period, PeriodState
from hoatoc.localtime import NEVER, spoken, spoken_day
from hoatoc.rollout import books, waking
from hoatoc.rollout.states import DUTIES

_COLUMNS = {
    "expected": "Phải thực hiện", "on_time": "Đúng hạn", "late": "Muộn", "missing": "Chưa có (quá hạn)",
    "exempt": "Miễn", "unreachable": "Không liên lạc được", "open": "Còn hạn",
}  # fmt: skip
#: How a duty that is not done stands, by `Live.stands`.
STANDS = {
    "missing": "quá hạn", "unreachable": "không liên lạc được", "returned": DUTIES[DutyState.RETURNED],
    "open": "còn hạn",
}  # fmt: skip


def table(session: Session, directive: Directive, now: datetime, *, newest: int | None = None) -> list[dict[str, Any]]:
    """A row for the receipts and for each period, or for the `newest` alone, with the books in words."""
    counted = books.by_subject(session, directive.id, now)
    return [
        {"Việc": subject_name(kind, subject, slot), **{words: getattr(book, name) for name, words in _COLUMNS.items()}}
        for (kind, subject, slot), book in (counted.items() if newest is None else _newest(counted, newest))
    ]


def subject_name(kind: str, subject: str, slot: str) -> str:
    """A row's name: "Xác nhận đã nhận", "Báo cáo ngày 24/11/2021" or "Việc, khoản 4.3"."""
    if kind == "receipt":
        return "Xác nhận đã nhận"
    if kind == "report":
        return f"Báo cáo ngày {spoken_day(date.fromisoformat(slot.partition('/')[0]))}"
    if kind == "first_action":
        return "Báo việc đã triển khai"
    if kind == "explanation":
        return f"Giải trình, việc số {subject.split(':')[1]}"
    return f"{_KINDS.get(kind, 'Việc')}, khoản {subject}"


class Live(NamedTuple):
    """A duty that is not done; `number` is what commands and links know it by. `stands` is a key of STANDS; what is
    `closed` belongs to a locked period, and stays in the books."""

    number: int
    name: str
    addressee: str
    state: str
    due_at: datetime
    stands: str
    closed: bool


def live(session: Session, directive: Directive, now: datetime) -> list[Live]:
    """The duties of `directive` that are open or have been returned at `now` (aware, UTC), the first due first."""
    stands = case((Duty.state == DutyState.RETURNED, "returned"), else_=books.column(now))
    closed = case((Period.state == PeriodState.LOCKED, 1), else_=0)
    rows = session.execute(
        select(Duty.id, Duty.kind, Duty.subject, Duty.slot, Addressee.name, Duty.state, Duty.due_at, stands, closed)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .outerjoin(Period, Period.id == Duty.period_id)
        .where(Duty.directive_id == directive.id, Duty.state.in_(LIVE))
        .order_by(Duty.due_at, Duty.id)
    )
    return [
        Live(number, subject_name(kind.value, subject, slot), name, state.value, due_at, where, bool(locked))
        for number, kind, subject, slot, name, state, due_at, where, locked in rows.tuples()
    ]


_KINDS = {"task": "Việc", "roster": "Danh sách", "coverage": "Chỉ tiêu", "decision": "Trả lời xin phép"}


def paragraph(session: Session, directive: Directive, now: datetime) -> str:
    """The state at `now` in one Vietnamese paragraph (Markdown)."""
    counted = books.by_subject(session, directive.id, now)
    notices = books.notices_by_state(session, directive.id)
    parts = [f"**{directive.title}**, tình hình đến {spoken(now, directive.zone)}."]
    parts += [_sentence(subject_name(kind, subject, slot), book) for (kind, subject, slot), book in _newest(counted, 2)]
    parts.append(f"Thư đã gửi: {notices['sent']}; chờ gửi: {notices['pending'] + notices['sending']}; "
                 f"không gửi được (văn phòng gọi điện): {notices['undeliverable']}.")  # fmt: skip
    wake = waking.next_wake(session, directive)
    parts.append(
        f"Lượt tiếp theo: {spoken(wake.at, directive.zone)} ({wake.cause})."
        if wake.at < NEVER
        else "Không còn việc nào chờ."
    )
    return " ".join(parts)


def _newest(
    counted: dict[tuple[str, str, str], books.Books], most: int
) -> list[tuple[tuple[str, str, str], books.Books]]:
    """The receipts, and the newest periods, `most` of them: what a reader asks about."""
    others = [item for item in counted.items() if item[0][0] != "report"]
    reports = [item for item in counted.items() if item[0][0] == "report"]
    return [*others, *reports[-most:]]


def _sentence(name: str, book: books.Books) -> str:
    done = book.on_time + book.late
    told = f"{name}: {done}/{book.expected} đơn vị đã thực hiện"
    if book.late:
        told += f" (muộn {book.late})"
    rest = [
        f"{count} {words}"
        for count, words in (
            (book.missing, "quá hạn chưa có"), (book.unreachable, "không liên lạc được"),
            (book.exempt, "được miễn"), (book.open, "còn trong hạn"),
        )
        if count
    ]  # fmt: skip
    return f"{told}{', ' + ', '.join(rest) if rest else ''}."
