"""A changed mailbox matters now: what waits for the old one goes to the new, and what it refused is sent again."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hoatoc.format.folder import OfficeFolder
from hoatoc.ledger.schema import ALIVE, Addressee, Directive, Notice, NoticeState, Office, Post, Unit
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import history
from hoatoc.rollout.contents import CHANGE
from hoatoc.rollout.directory import import_office

#: What was refused and is worth sending again: the document and its changes. Reminders come by themselves.
_SENT_AGAIN = ("dispatch", CHANGE)


def bring_in(session: Session, folder: OfficeFolder, *, now: datetime, by: str) -> Office:
    """Bring the office of `folder` into the ledger as of `now` (aware, UTC), and let its letters follow."""
    known = session.scalar(select(Office).where(Office.key == folder.key))
    before = mailboxes(session, known.id) if known is not None else {}
    office = import_office(session, folder, local_date(now, folder.office.zone))
    if known is not None:
        follow(session, office.id, before, now=now, by=by)
    return office


def mailboxes(session: Session, office_id: int) -> dict[str, str]:
    """The mailbox of each unit ("unit") and post ("unit/post") of an office that has one."""
    units = session.execute(select(Unit.key, Unit.mail).where(Unit.office_id == office_id)).tuples().all()
    posts = session.execute(
        select(Unit.key, Post.key, Post.mail).join(Unit, Unit.id == Post.unit_id).where(Unit.office_id == office_id)
    ).all()
    found = dict(units) | {f"{unit}/{post}": mail for unit, post, mail in posts}
    return {key: mail for key, mail in found.items() if mail}


def follow(session: Session, office_id: int, before: dict[str, str], *, now: datetime, by: str) -> int:
    """Let the letters of the office's running directives follow from the mailboxes of `before` to those of now; how
    many do. An address that somebody else still has stays theirs."""
    after = mailboxes(session, office_id)
    kept = set(after.values())
    moved = {
        old: after[key] for key, old in before.items() if after.get(key) not in (None, old) and old not in kept
    }  # fmt: skip
    fresh = {key: mail for key, mail in after.items() if key not in before}  # had none before
    letters = session.scalars(
        select(Notice)
        .join(Directive, Directive.id == Notice.directive_id)
        .where(
            Directive.office_id == office_id, Directive.state.in_(ALIVE),
            or_(Notice.to_address.in_(moved), and_(Notice.to_address == "", Notice.recipient.in_(fresh))),
            Notice.state.in_((NoticeState.PENDING, NoticeState.UNDELIVERABLE)),
        )
        .order_by(Notice.id)
        .with_for_update(of=Notice)
    ).all()  # fmt: skip
    sent = [letter for letter in letters if letter.state is NoticeState.PENDING or letter.template in _SENT_AGAIN]
    for letter in sent:
        to = moved[letter.to_address] if letter.to_address else fresh[letter.recipient]
        _send_to(session, letter, to, now=now, by=by)
    _reach_again(session, {letter.addressee_id for letter in letters if letter.addressee_id}, now=now, by=by)
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
    lost = session.scalars(select(Addressee).where(Addressee.id.in_(ids), Addressee.unreachable_at < NEVER)).all()
    for addressee in lost:
        addressee.unreachable_at = NEVER
        history.note(
            session, addressee.directive_id, at=now, kind="addressee_reachable", subject=f"addressee:{addressee.id}",
            actor=by, reason="hộp thư mới trong danh bạ",
        )  # fmt: skip
