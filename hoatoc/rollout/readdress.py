"""A changed mailbox matters now: what waits for the old one goes to the new, and what it refused is sent again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, select, true
from sqlalchemy.orm import Session

from hoatoc.format.folder import OfficeFolder
from hoatoc.format.units import Role
from hoatoc.ledger.rows import among, on_postgresql, one_of, packed, packed_ids
from hoatoc.ledger.schema import ALIVE, Addressee, Directive, Notice, NoticeState, Office, Post, Unit
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import history
from hoatoc.rollout.contents import CHANGE
from hoatoc.rollout.directory import import_office

_DOCUMENT = "dispatch"
#: What is told once, where a document arrives: refused, it is worth sending again. Reminders come by themselves.
_TOLD_ONCE = (_DOCUMENT, CHANGE, "permission_answer")


def bring_in(session: Session, folder: OfficeFolder, *, now: datetime, by: str) -> Office:
    """Bring the office of `folder` into the ledger as of `now` (aware, UTC), and let its letters follow."""
    known, day = session.scalar(select(Office).where(Office.key == folder.key)), local_date(now, folder.office.zone)
    before = mailboxes(session, known.id, day) if known is not None else {}
    office = import_office(session, folder, day)
    if known is not None:
        follow(session, office.id, before, now=now, by=by)
    return office


def mailboxes(session: Session, office_id: int, day: date, keys: Collection[str] | None = None) -> dict[str, str]:
    """Where letters to each unit ("unit") and post ("unit/post") of an office, or to those of the units `keys`, go on
    `day`, as ChainOfCommand has it: a unit without a mailbox is reached at its clerk's, a post without one, or
    that nobody holds, at its unit's; '' where there is none."""
    asked = Unit.office_id == office_id, Unit.key.in_(keys) if keys is not None else true()
    own = dict(session.execute(select(Unit.key, Unit.mail).where(*asked)).tuples().all())
    holds = and_(Post.valid_from <= day, Post.valid_to >= day)
    posts = session.execute(
        select(Unit.key, Post.key, case((holds, Post.mail), else_=""), and_(holds, Post.role == Role.CLERK))
        .join(Unit, Unit.id == Post.unit_id)
        .where(*asked)
        .order_by(Post.id.desc())
    ).all()
    clerks = {unit: mail for unit, _, mail, is_clerk in posts if is_clerk}
    found = {f"{unit}/{post}": mail or own[unit] for unit, post, mail, _ in posts}
    return found | {unit: mail or clerks.get(unit, "") for unit, mail in own.items()}


def follow(session: Session, office_id: int, before: Mapping[str, str], *, now: datetime, by: str) -> int:
    """Let the letters of the office's running directives follow from the mailboxes of `before` to those of now; how
    many do. What is told once goes with its recipient; of the rest what waits, and an address that somebody else still
    has stays theirs."""
    after = mailboxes(session, office_id, local_date(now, session.get_one(Office, office_id).zone))
    given = {key: mail for key, mail in after.items() if mail not in ("", before.get(key))}
    left = {before[key]: mail for key, mail in given.items() if before.get(key)}
    moved = {old: left[old] for old in left.keys() - set(after.values())}
    ours, postgresql = Directive.office_id == office_id, on_postgresql(session)
    told = _letters(
        session, packed([key] for key in given), ours, Notice.template.in_(_TOLD_ONCE),
        one_of(Notice.recipient, postgresql=postgresql),
    )  # fmt: skip
    waits = _letters(
        session, packed([old] for old in moved), ours, Notice.template.not_in(_TOLD_ONCE),
        Notice.state == NoticeState.PENDING, one_of(Notice.to_address, postgresql=postgresql),
    )  # fmt: skip
    goes_to = {letter: given[letter.recipient] for letter in told}
    return _forward(session, goes_to | {letter: moved[letter.to_address] for letter in waits}, now=now, by=by)


def send_on(session: Session, directive_id: int, refused: Sequence[int], now: datetime) -> None:
    """Send again what is told once of the notices `refused`, where its recipient has another mailbox by now: the
    directory was mended after it had left."""
    office = session.scalars(
        select(Office).join(Directive, Directive.office_id == Office.id).where(Directive.id == directive_id)
    ).one()
    those = among(Notice.id, postgresql=on_postgresql(session))
    letters = _letters(
        session, packed_ids(refused), Directive.id == directive_id, those, Notice.template.in_(_TOLD_ONCE)
    )
    units = {letter.recipient.partition("/")[0] for letter in letters}
    known = mailboxes(session, office.id, local_date(now, office.zone), units)
    goes_to = {letter: known.get(letter.recipient, "") for letter in letters}
    _forward(session, goes_to, now=now, by=history.ENGINE)


def _letters(session: Session, bound: Mapping[str, str], *which: ColumnElement[bool]) -> Sequence[Notice]:
    """Those of running directives that wait or were refused; `bound` are parameters of `which`."""
    return session.scalars(
        select(Notice)
        .join(Directive, Directive.id == Notice.directive_id)
        .where(Directive.state.in_(ALIVE), Notice.state.in_((NoticeState.PENDING, NoticeState.UNDELIVERABLE)), *which)
        .order_by(Notice.id)
        .with_for_update(of=Notice),
        bound,
    ).all()


def _forward(session: Session, goes_to: Mapping[Notice, str], *, now: datetime, by: str) -> int:
    sent = [letter for letter, address in goes_to.items() if address not in ("", letter.to_address)]
    for letter in sent:
        _send_to(session, letter, goes_to[letter], now=now, by=by)
    got = [letter.addressee_id for letter in sent if letter.template == _DOCUMENT]
    _reach_again(session, {id_ for id_ in got if id_ is not None}, now=now, by=by)
    session.flush()
    return len(sent)


def _send_to(session: Session, letter: Notice, address: str, *, now: datetime, by: str) -> None:
    history.note(
        session, letter.directive_id, at=now, kind="notice_readdressed", subject=f"notice:{letter.id}", actor=by,
        before=letter.to_address, address=address,
    )  # fmt: skip
    letter.to_address = address
    put_off = letter.attempts and letter.next_attempt_at < NEVER  # by the old mailbox, not by us
    if put_off or letter.state is NoticeState.UNDELIVERABLE:
        letter.state, letter.settled_at, letter.attempts = NoticeState.PENDING, NEVER, 0
        letter.next_attempt_at = now


def _reach_again(session: Session, ids: set[int], *, now: datetime, by: str) -> None:
    those = among(Addressee.id, postgresql=on_postgresql(session))
    asked = select(Addressee).where(those, Addressee.unreachable_at < NEVER)
    for addressee in session.scalars(asked, packed_ids(ids)).all():
        addressee.unreachable_at = NEVER
        history.note(
            session, addressee.directive_id, at=now, kind="addressee_reachable", subject=f"addressee:{addressee.id}",
            actor=by, reason="hộp thư mới trong danh bạ",
        )  # fmt: skip
