"""What an amendment means for whom: from which period the new hours of a report hold, and who is told of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import LIVE, Addressee, Directive, Duty, Period, PeriodState
from hoatoc.localtime import local, spoken_day
from hoatoc.phrase import Joined, Phrase
from hoatoc.rollout import announcement, reach
from hoatoc.rollout.change import announce
from hoatoc.rollout.decisions import CLOSING, CUTOFF
from hoatoc.rollout.difference import Difference

_WHOM = "Danh sách đơn vị thực hiện được cập nhật."


def dated(
    session: Session, directive: Directive, differences: Sequence[Difference], now: datetime
) -> list[Difference]:  # fmt: skip
    """`differences` of a directive whose periods follow them already: with the hours of a report goes from which
    period they hold, and what the period that is open at `now` (aware, UTC) keeps."""
    return [
        replace(item, says=Joined([item.says, *_held(session, directive, item, now)], "; ")) for item in differences
    ]  # fmt: skip


def _held(session: Session, directive: Directive, item: Difference, now: datetime) -> Iterator[str]:
    if not item.report or not item.what.endswith((CUTOFF, CLOSING)):
        return
    periods = session.scalars(
        select(Period)
        .where(Period.directive_id == directive.id, Period.subject == item.report)
        .order_by(Period.local_date)
    ).all()
    for period in periods:
        if period.state is PeriodState.OPEN and period.due_at > now and item.what.endswith(CUTOFF):
            at = local(period.due_at, period.zone)
            yield Phrase(
                "kỳ ngày %(day)s vẫn %(hour)s giờ %(minute)s", day=spoken_day(period.local_date), hour=f"{at:%H}",
                minute=f"{at:%M}",
            )  # fmt: skip
        elif period.state is PeriodState.PLANNED:
            yield Phrase("áp dụng từ kỳ ngày %(day)s", day=spoken_day(period.local_date))


def tell(
    session: Session, directive: Directive, differences: Sequence[Difference], gone: Sequence[Addressee], *,
    others: bool, reason: str, now: datetime,
) -> None:  # fmt: skip
    """Write every addressee that has the directive what has changed for it: of a report, only to who owes it; where
    `others` bear it now and nothing else differs, that. Those `gone` are told that they are named no more."""
    told = session.scalars(
        select(Addressee).where(Addressee.directive_id == directive.id, reach.announced()).order_by(Addressee.id)
    ).all()
    reporters = {clause: _reporters(session, directive, clause) for clause in {item.report for item in differences}}
    letters: dict[tuple[str, ...], list[Addressee]] = {}
    for addressee in told:
        lines = [item.says for item in differences if not item.report or addressee.id in reporters[item.report]]
        if lines or (others and not differences):
            letters.setdefault(tuple(lines) or (_WHOM,), []).append(addressee)
    for said, whom in letters.items():
        announce(
            session, directive, whom, what="amended", headline="Sửa đổi, bổ sung", lines=said, reason=reason, now=now
        )
    left = ["Đơn vị không còn là nơi nhận của văn bản này; không phải thực hiện thêm."]
    announce(session, directive, gone, what="left", headline="Thôi giao thực hiện", lines=left, reason=reason, now=now)


def _reporters(session: Session, directive: Directive, clause: str) -> set[int]:
    """Who bears the report, or owes one of it still."""
    owing = select(Duty.addressee_id).where(
        Duty.directive_id == directive.id, Duty.subject == clause, Duty.state.in_(LIVE)
    )
    return {*session.scalars(announcement.bearers(directive.id, clause)), *session.scalars(owing)}
