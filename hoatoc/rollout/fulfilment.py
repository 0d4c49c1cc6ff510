"""Saying that a task is done, with what shows it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import Addressee, Duty, DutyKind, DutyState, Fulfilment
from hoatoc.phrase import Phrase
from hoatoc.rollout import duties, history
from hoatoc.rollout.acknowledge import acknowledge

_LONGEST = 4000


def duty_of(session: Session, addressee: Addressee, duty_id: int, kind: DutyKind) -> Duty:
    """The duty of that id and kind, locked, if `addressee` owes it. Raises NotFound."""
    duty = session.scalar(
        select(Duty).where(Duty.id == duty_id, Duty.addressee_id == addressee.id, Duty.kind == kind).with_for_update()
    )
    if duty is None:
        raise NotFound("không có việc này", hint="mở lại liên kết trong thư để xem các việc phải làm")
    return duty


def refuse_settled(duty: Duty) -> None:
    """Raise SubmissionRefused when the duty was waived or withdrawn."""
    if duty.state in (DutyState.WAIVED, DutyState.WITHDRAWN):
        raise SubmissionRefused("Đơn vị không phải làm việc này nữa.")


def fulfil(
    session: Session, addressee: Addressee, duty_id: int, evidence: str, *, now: datetime, by_name: str, channel: str
) -> Fulfilment:
    """Record at `now` (aware, UTC) that a task is done. The first time decides on time or late; saying it again
    changes the evidence only. Raises NotFound, and SubmissionRefused when no evidence is given."""
    duty = duty_of(session, addressee, duty_id, DutyKind.TASK)
    refuse_settled(duty)
    evidence = evidence.strip()
    if not evidence or len(evidence) > _LONGEST:
        told = (
            "ghi số, ngày văn bản hoặc kết quả đã làm"
            if not evidence
            else Phrase("dài quá %(most)s ký tự", most=_LONGEST)
        )
        raise SubmissionRefused("Chưa ghi kết quả.", {"evidence": told})
    done = session.scalar(select(Fulfilment).where(Fulfilment.duty_id == duty.id))
    if done is None:
        done = Fulfilment(duty_id=duty.id, at=now, evidence=evidence, by_name=by_name, channel=channel)
        session.add(done)
    done.evidence, done.by_name = evidence, by_name
    session.flush()
    actor = f"addressee:{addressee.key}"
    history.note(
        session, addressee.directive_id, at=now, kind="task_reported", subject=f"duty:{duty.id}", actor=actor,
        evidence=evidence,
    )  # fmt: skip
    duties.meet(session, duty, at=now, actor=actor)
    acknowledge(session, addressee, now=now, by_name=by_name, by_title="", channel="task")
    return done
