"""Issuing: a checked draft becomes a directive of the ledger, with its snapshot, addressees and first periods."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from hoatoc.errors import HoatocError
from hoatoc.format.directive import identity, title, urgency
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.office import Approval
from hoatoc.ledger.schema import (
    Addressee,
    Assignment,
    Directive,
    DirectiveState,
    Obligation,
    Office,
    Post,
    Proposal,
    ProposalState,
    Turn,
    Unit,
    WakeUp,
)
from hoatoc.localtime import NEVER, local_date
from hoatoc.phrase import Phrase
from hoatoc.rollout import history, originals, periods, pin, readdress, snapshot
from hoatoc.rollout.once import duty_clauses
from hoatoc.rollout.resolve import Resolved, resolve

#: Any fixed number: the advisory lock of those who issue (PostgreSQL).
_ISSUING = 7_313_014


class AlreadyIssued(HoatocError):
    """The directive runs already, and the draft says something else by now."""


class NotApproved(HoatocError):
    """The office wants two pairs of eyes, and only one has seen the content of the draft `key`."""

    def __init__(self, key: str) -> None:
        super().__init__(
            Phrase(
                "%(key)s: cơ quan này ban hành và sửa văn bản phải có hai người, chưa ai duyệt nội dung này", key=key
            ),
            hint="một người đề nghị, một người khác duyệt, ở trang Ban hành trên cổng thông tin",
        )


@dataclass(frozen=True)
class Name:
    """What a directive is known by in the ledger: its key, and what makes its document one document."""

    key: str
    identity: str


def issue(session: Session, folder: OfficeFolder, draft: Draft, *, now: datetime, by: str) -> Directive:
    """Issue `draft` at `now` (aware, UTC) in the name of `by`. Issuing the same draft again gives the directive that
    runs. Raises AlreadyIssued when it runs with another content, or the same document runs under another key;
    NotApproved when the office wants a second pair of eyes and nobody has approved this content."""
    one_at_a_time(session)
    taken = snapshot.take(folder, draft)
    running = _running(session, folder, draft)
    if running is not None:
        _refuse_changed(running, draft, snapshot.digest(taken))
        return running
    if not approved(session, folder, draft, now):
        raise NotApproved(draft.key)
    name = Name(draft.key, identity(draft.content.text))
    return write(session, folder, draft, name, taken, now=now, by=by, trial=False)


def write(
    session: Session, folder: OfficeFolder, draft: Draft, name: Name, taken: dict[str, Any], *, now: datetime, by: str,
    trial: bool,
) -> Directive:  # fmt: skip
    """Write the directive `name` with the snapshot `taken`, its obligations, addressees and first periods; no pass
    has run over it yet."""
    day = local_date(now, folder.office.zone)
    office = readdress.bring_in(session, folder, now=now, by=by)
    text = draft.content.text
    directive = Directive(
        office_id=office.id, key=name.key, identity=name.identity, title=title(text), urgency=urgency(text).value,
        zone=office.zone, state=DirectiveState.RUNNING, snapshot=taken, snapshot_hash=snapshot.digest(taken),
        issued_at=now, issued_by=by, trial=trial,
    )  # fmt: skip
    session.add(directive)
    session.flush()
    originals.keep(session, directive, draft)
    clauses = _write_obligations(session, directive, draft)
    resolved = resolve(draft.content, folder.units, day)
    write_addressees(session, directive, resolved, clauses, named_at=now)
    for rule in draft.content.regime.reports:
        first = periods.first_day(rule, now, office.zone)
        periods.plan_period(session, directive.id, rule, first, zone=office.zone, earliest=now)
    session.add(Turn(directive_id=directive.id, holder="", expires_at=now, wishes=0))
    session.add(WakeUp(directive_id=directive.id, generation=0, due_at=NEVER))
    history.note(
        session, directive.id, at=now, kind="trial_begun" if trial else "directive_issued",
        subject=f"directive:{directive.id}", actor=by, snapshot=directive.snapshot_hash,
    )  # fmt: skip
    session.flush()
    return directive


def one_at_a_time(session: Session) -> None:
    """Of several that issue at once, one does and the others find it done. On SQLite every writer is alone."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ISSUING)))


def _running(session: Session, folder: OfficeFolder, draft: Draft) -> Directive | None:
    same_key = session.scalar(select(Directive).where(Directive.key == draft.key))
    return same_key or session.scalar(
        select(Directive)
        .join(Office, Office.id == Directive.office_id)
        .where(Office.key == folder.key, Directive.identity == identity(draft.content.text))
    )


def _refuse_changed(running: Directive, draft: Draft, digest: str) -> None:
    if running.key != draft.key:
        raise AlreadyIssued(
            Phrase("%(key)s: cùng một văn bản với %(running)s, đã ban hành", key=draft.key, running=running.key),
            hint="bỏ tệp trùng; một văn bản (cơ quan, năm, số, ký hiệu) chỉ ban hành một lần",
        )
    if running.snapshot_hash != digest:
        raise AlreadyIssued(
            Phrase("%(key)s đã ban hành với nội dung khác", key=draft.key),
            hint="văn bản đang chạy theo bản chụp lúc ban hành; muốn thay đổi, dùng `hoatoc amend`",
        )


def approved(session: Session, folder: OfficeFolder, draft: Draft, now: datetime) -> bool:
    """Whether `draft` may take effect as it stands at `now` (aware, UTC): one pair of eyes is enough for the office, or
    a second has approved this content and those it reaches."""
    if folder.office.approval is Approval.ONE:
        return True
    found = select(Proposal.id).where(
        Proposal.key == draft.key, Proposal.state == ProposalState.APPROVED,
        Proposal.content_hash == pin.content_hash(folder, draft, now),
    )  # fmt: skip
    return session.scalar(found.limit(1)) is not None


def _write_obligations(session: Session, directive: Directive, draft: Draft) -> dict[str, int]:
    owed = duty_clauses(draft.content.regime)
    rows = [
        {
            "directive_id": directive.id, "clause": obligation.clause, "ordinal": ordinal, "quote": obligation.quote,
            "kind": obligation.kind, "opens_duty": obligation.clause in owed,
            "detail": obligation.model_dump(mode="json", exclude={"clause", "quote", "kind"}),
        }
        for ordinal, obligation in enumerate(draft.content.text.obligations)
    ]  # fmt: skip
    ids = session.scalars(insert(Obligation).returning(Obligation.id, sort_by_parameter_order=True), rows)
    return dict(zip((str(row["clause"]) for row in rows), ids, strict=True))


def write_addressees(
    session: Session, directive: Directive, resolved: list[Resolved], clauses: dict[str, int], *, named_at: datetime
) -> None:
    """Write the addressees that `resolved` names, with what each bears; `clauses` are the obligations' ids. Their time
    counts from `named_at` (aware, UTC)."""
    found_units = session.execute(select(Unit.key, Unit.id).where(Unit.office_id == directive.office_id))
    units = {unit.key: unit.id for unit in found_units}
    found_posts = session.execute(
        select(Post.unit_id, Post.key, Post.id).where(
            Post.unit_id.in_({units[item.target.unit.key] for item in resolved if item.target.post})
        )
    )
    posts = {(post.unit_id, post.key): post.id for post in found_posts}
    rows = []
    for item in resolved:
        unit_id, post = units[item.target.unit.key], item.target.post
        rows.append({
            "directive_id": directive.id, "key": item.target.key, "unit_id": unit_id,
            "post_id": posts[unit_id, post.name] if post else None, "name": item.target.name, "line": item.line,
            "unreachable_at": NEVER, "link_generation": 0, "named_at": named_at, "decides": False,
        })  # fmt: skip
    ids = list(session.scalars(insert(Addressee).returning(Addressee.id, sort_by_parameter_order=True), rows))
    assignments = [
        {"obligation_id": clauses[clause], "addressee_id": id_}
        for id_, item in zip(ids, resolved, strict=True)
        for clause in item.clauses
    ]
    if assignments:
        session.execute(insert(Assignment), assignments)
