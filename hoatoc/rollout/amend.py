"""Amending a directive that runs: a new snapshot, and everything that is open follows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoatoc.errors import HoatocError
from hoatoc.format.directive import identity, title, urgency
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.form import FieldType, Form
from hoatoc.format.regime import Selector
from hoatoc.ledger.schema import (
    Addressee,
    Assignment,
    Directive,
    DirectiveState,
    Duty,
    Obligation,
    Period,
    PeriodState,
    Post,
    Unit,
    table,
)
from hoatoc.phrase import Phrase
from hoatoc.rollout import (
    announcement,
    bearing,
    duties,
    effect,
    first_action,
    history,
    life,
    originals,
    periods,
    reach,
    readdress,
    retiming,
    snapshot,
)
from hoatoc.rollout.bearing import BY_CLAUSE
from hoatoc.rollout.difference import differences
from hoatoc.rollout.issue import NotApproved, approved
from hoatoc.rollout.once import Once, duty_clauses, owed_once
from hoatoc.rollout.resolve import bearers
from hoatoc.rollout.snapshot import Snapshot


@dataclass
class Amended:
    """What an amendment did: what it changed in words, and the duties that followed. `unapproved` says that it still
    wants a second pair of eyes, `unchanged` that the files say what runs already."""

    changes: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    opened: int = 0
    withdrawn: int = 0
    moved: int = 0
    unapproved: bool = False
    unchanged: bool = False


class NothingChanged(HoatocError):
    """The files of an office say what runs already."""


def amend(
    session: Session, directive: Directive, folder: OfficeFolder, draft: Draft, *, reason: str, by: str, now: datetime,
    version: int | None = None,
) -> Amended:  # fmt: skip
    """Make a running directive follow `draft` from `now` (aware, UTC) on. Raises NothingChanged where that is what it
    does already, mailboxes and names of units included.

    A period that is open keeps its instants: the new ones hold from the next period. Raises HoatocError when the
    draft is another document (that is thay thế), ChangedMeanwhile when somebody else was faster, NotApproved when the
    office wants a second pair of eyes and nobody has approved what would change."""
    done = preview(session, directive, folder, draft, reason=reason, by=by, now=now, version=version)
    if done.unapproved:
        raise NotApproved(draft.key)
    if done.unchanged:
        hint = "sửa tệp văn bản, biểu mẫu hoặc danh bạ trước; đang chạy là nội dung của tệp hiện có"
        raise NothingChanged(Phrase("%(key)s: không có gì thay đổi", key=directive.key), hint=hint)
    return done


def preview(
    session: Session, directive: Directive, folder: OfficeFolder, draft: Draft, *, reason: str, by: str, now: datetime,
    version: int | None = None,
) -> Amended:  # fmt: skip
    """What `amend` would do, approved or not: done in earnest, for the caller to take back."""
    taken = snapshot.take(folder, draft)
    _refuse_another(directive, draft, reason)
    _refuse_breaking(session, directive, folder, draft)
    life.touch(session, directive, version)
    before = snapshot.of(directive)
    directory = _directory(session, directive)
    readdress.bring_in(session, folder, now=now, by=by)
    old_hash = directive.snapshot_hash
    directive.snapshot, directive.snapshot_hash = taken, snapshot.digest(taken)
    directive.title, directive.urgency = title(draft.content.text), urgency(draft.content.text).value
    session.flush()
    originals.keep(session, directive, draft)
    after = snapshot.of(directive)
    done = Amended()
    _obligations(session, directive, draft)
    followed = bearing.follow(session, directive, folder, draft, reason=reason, by=by, now=now)
    done.added, done.removed, done.withdrawn = followed.added, followed.removed, followed.withdrawn
    periods.replan(session, directive, after.content.regime.reports, now)
    changed = effect.dated(session, directive, differences(before, after), now)
    done.changes = [item.says for item in changed]
    done.withdrawn += first_action.withdraw(session, directive, reason=reason, by=by, now=now)
    done.moved = retiming.follow(session, directive, before, after, reason=reason, by=by, now=now)
    done.opened = sum(_open(session, directive, after, once, now) for once in owed_once(after.content.regime))
    session.flush()
    if done == Amended() and directive.snapshot_hash == old_hash:
        done.unchanged = directory == _directory(session, directive)
        return done
    done.unapproved = not approved(session, folder, draft, now)
    history.note(
        session, directive.id, at=now, kind="directive_amended", subject=f"directive:{directive.id}", actor=by,
        reason=reason, changes=done.changes, before=old_hash, snapshot=directive.snapshot_hash, added=done.added,
        removed=done.removed,
    )  # fmt: skip
    others = bool(done.added or done.removed or done.opened or done.withdrawn) or _borne(before) != _borne(after)
    effect.tell(session, directive, changed, followed.told, others=others, reason=reason, now=now)
    return done


def _borne(snap: Snapshot) -> list[tuple[str, Selector | None]]:
    """Who bears and who supports which clause, by the rules."""
    regime = snap.content.regime
    return [*bearers(regime), *((task.clause, task.support) for task in regime.tasks)]


def _directory(session: Session, directive: Directive) -> list[Sequence[Any]]:
    """The office's units and posts, row by row."""
    ours = select(Unit.id).where(Unit.office_id == directive.office_id)
    return [
        session.execute(select(table(Unit)).where(Unit.office_id == directive.office_id).order_by(Unit.id)).all(),
        session.execute(select(table(Post)).where(Post.unit_id.in_(ours)).order_by(Post.id)).all(),
    ]


def _refuse_another(directive: Directive, draft: Draft, reason: str) -> None:
    if not reason.strip():
        raise HoatocError("chưa ghi lý do", hint="lý do được gửi cho các đơn vị và lưu trong lịch sử")
    if directive.state is not DirectiveState.RUNNING:
        raise HoatocError("chỉ sửa được văn bản đang chạy", hint="văn bản tạm dừng: cho chạy tiếp trước khi sửa")
    if draft.key != directive.key or identity(draft.content.text) != directive.identity:
        raise HoatocError(
            "số, ký hiệu hoặc ngày của văn bản khác bản đang chạy", hint="văn bản khác thì ban hành rồi thay thế"
        )


def _refuse_breaking(session: Session, directive: Directive, folder: OfficeFolder, draft: Draft) -> None:
    """A report that has begun is ended by its last day; without its rule nothing could read what was sent in, nor with
    a figure that has become words or a percentage."""
    begun = session.scalars(
        select(Period.subject)
        .where(Period.directive_id == directive.id, Period.state != PeriodState.PLANNED)
        .distinct()
    ).all()
    rules = {rule.clause: rule for rule in draft.content.regime.reports}
    dropped = set(begun) - rules.keys()
    if dropped:
        raise HoatocError(
            Phrase("khoản %(dropped)s: báo cáo đã có kỳ, không bỏ khỏi tệp được", dropped=", ".join(sorted(dropped))),
            hint="đặt `last` là ngày cuối phải báo cáo",
        )
    forms = snapshot.of(directive)
    for clause in begun:
        before, after = (_kinds(form) for form in (forms.form_of(clause), folder.forms[rules[clause].form]))
        turned = sorted(key for key in before.keys() & after.keys() if before[key] != after[key])
        if turned:
            raise HoatocError(
                Phrase(
                    "khoản %(clause)s: báo cáo đã có kỳ, không đổi loại chỉ tiêu được: %(figures)s", clause=clause,
                    figures=", ".join(turned),
                ),
                hint="đặt khóa khác cho chỉ tiêu loại mới",
            )  # fmt: skip


def _kinds(form: Form) -> dict[str, FieldType]:
    """What each field of a report is kept as; the whole numbers are all alike."""
    whole = {field.key for field in form.summed}
    return {field.key: FieldType.COUNT if field.key in whole else field.type for field in form.fields}


def _obligations(session: Session, directive: Directive, draft: Draft) -> None:
    known = {
        row.clause: row
        for row in session.scalars(select(Obligation).where(Obligation.directive_id == directive.id))
    }  # fmt: skip
    owed = duty_clauses(draft.content.regime)
    for ordinal, item in enumerate(draft.content.text.obligations):
        row = known.pop(item.clause, None) or Obligation(directive_id=directive.id, clause=item.clause)
        row.ordinal, row.quote, row.kind, row.opens_duty = ordinal, item.quote, item.kind, item.clause in owed
        row.detail = item.model_dump(mode="json", exclude={"clause", "quote", "kind"})
        session.add(row)
    for row in known.values():  # a clause that was dropped stays for the history
        row.opens_duty = False
    session.flush()


def _open(session: Session, directive: Directive, after: Snapshot, once: Once, now: datetime) -> int:
    """Duties of those who have the directive already and bear the clause anew; the others get theirs with it."""
    was_else = select(Duty.id).where(
        Duty.addressee_id == Addressee.id, Duty.subject == once.clause, Duty.kind.in_(BY_CLAUSE),
        Duty.kind != once.kind, Duty.slot == "",
    )  # fmt: skip
    waiting = (
        announcement.bearers(directive.id, once.clause)
        .join(Addressee, Addressee.id == Assignment.addressee_id)
        .where(
            ~announcement.owes(once).exists(),
            reach.announced(),
            or_(Assignment.instead_of_id.is_(None), was_else.exists()),
        )
    )
    due_at = once.due_at(now, after.office)
    if due_at <= now:  # nobody is late for what was not asked in time
        return 0
    return duties.open_for(
        session, directive.id, waiting, subject=once.clause, kind=once.kind, slot="", period_id=None, due_at=due_at,
        rungs=after.ladder(once.kind), now=now, again=True, step=after.ladder(once.kind).begun(due_at, now),
    )  # fmt: skip
