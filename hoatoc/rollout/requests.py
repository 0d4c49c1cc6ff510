"""What units ask of the desk: more time (gia hạn), and what it is to do with what they gave back (trả lại)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from hoatoc.errors import ChangedMeanwhile, NotFound, SubmissionRefused
from hoatoc.ledger.schema import (
    ALIVE,
    LIVE,
    Addressee,
    Directive,
    Duty,
    DutyState,
    Event,
    ExtensionRequest,
    ExtensionState,
)
from hoatoc.localtime import NEVER, spoken_due
from hoatoc.phrase import Phrase
from hoatoc.rollout import deskletter, history, relief, snapshot
from hoatoc.rollout.change import announce
from hoatoc.rollout.wording import duty_name

_LONGEST = 1000
#: Of a directive about which anything can still be decided.
_RUNS = (Directive.trial.is_(False), Directive.state.in_(ALIVE))


@dataclass(frozen=True)
class Waiting:
    """A request for more time, with the duty it is about and who owes that."""

    request: ExtensionRequest
    duty: Duty
    addressee: Addressee
    directive: Directive


@dataclass(frozen=True)
class Returned:
    """A duty that its unit has given back: why, by whom and when."""

    duty: Duty
    addressee: Addressee
    directive: Directive
    reason: str
    by_name: str
    at: datetime


def ask(
    session: Session, addressee: Addressee, duty_id: int, wanted_at: datetime, *, reason: str, by_name: str,
    now: datetime,
) -> ExtensionRequest:  # fmt: skip
    """Xin gia hạn: put before the desk at `now` (aware, UTC) that a duty of `addressee` be due at `wanted_at` (aware)
    instead. The ladder goes on meanwhile. While one request waits, asking again changes what it says, and asking the
    same changes nothing. Raises NotFound, and SubmissionRefused when the request does not stand."""
    duty = session.scalar(select(Duty).where(Duty.id == duty_id, Duty.addressee_id == addressee.id).with_for_update())
    if duty is None:
        raise NotFound("không có việc này", hint="mở lại liên kết trong thư để xem các việc phải làm")
    reason = reason.strip()
    _refuse(session.get_one(Directive, duty.directive_id), duty, wanted_at, reason, now)
    request = session.scalar(_waiting_for(duty))
    if request is not None and (request.wanted_at, request.reason) == (wanted_at, reason):
        return request
    request = request or ExtensionRequest(
        duty_id=duty.id, state=ExtensionState.ASKED, granted_until=NEVER, decided_at=NEVER, decided_by="", answer=""
    )
    request.wanted_at, request.reason, request.asked_at, request.asked_by = wanted_at, reason, now, by_name
    session.add(request)
    session.flush()
    history.note(
        session, duty.directive_id, at=now, kind="extension_asked", subject=f"duty:{duty.id}",
        actor=f"addressee:{addressee.key}", request=request.id, reason=reason, by_name=by_name,
        wanted_at=wanted_at.isoformat(),
    )  # fmt: skip
    deskletter.announce(session, session.get_one(Directive, duty.directive_id), [duty.id], now)
    return request


def grant(
    session: Session, request_id: int, until: datetime, *, reason: str, by: str, by_name: str, now: datetime,
    asked_at: datetime | None = None,
) -> ExtensionRequest:  # fmt: skip
    """Đồng ý: the duty is due at `until` (aware), which need not be what was asked for; the unit is told. Raises
    ChangedMeanwhile when the request was decided before, or is no longer the one asked at `asked_at` that the person
    has seen (None: whatever it says now), and what `relief.extend` raises."""
    request = _locked(session, request_id, asked_at)
    duty = relief.duty_of(session, request.duty_id)
    relief.extend(session, duty, until, reason=reason.strip() or request.reason, by=by, now=now)
    request.granted_until = until
    _decide(session, request, duty, ExtensionState.GRANTED, reason, by, by_name, now)
    return request


def refuse(
    session: Session, request_id: int, *, reason: str, by: str, by_name: str, now: datetime,
    asked_at: datetime | None = None,
) -> ExtensionRequest:  # fmt: skip
    """Không đồng ý: the due time stands, and the unit is told why. Raises ChangedMeanwhile as `grant` does, and
    SubmissionRefused without a reason."""
    request = _locked(session, request_id, asked_at)
    if not reason.strip():
        raise SubmissionRefused("Chưa ghi lý do không đồng ý.", {"reason": "ghi lý do không đồng ý"})
    duty = relief.duty_of(session, request.duty_id)
    _decide(session, request, duty, ExtensionState.REFUSED, reason, by, by_name, now)
    directive = session.get_one(Directive, duty.directive_id)
    lines = [
        f"{duty_name(duty, snapshot.of(directive))}.", f"Hạn vẫn là: {spoken_due(duty.due_at, directive.zone)}.",
    ]  # fmt: skip
    announce(
        session, directive, [session.get_one(Addressee, duty.addressee_id)], what=f"not_extended:{request.id}",
        headline="Không đồng ý gia hạn", lines=lines, reason=reason.strip(), now=now, duties=[duty.id],
    )  # fmt: skip
    return request


def waiting(session: Session) -> list[Waiting]:
    """The requests for more time that the desk has still to decide, those whose duty falls due first on top. What was
    met meanwhile, or runs no more, needs no decision."""
    rows = session.execute(
        select(ExtensionRequest, Duty, Addressee, Directive)
        .join(Duty, Duty.id == ExtensionRequest.duty_id)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Directive, Directive.id == Duty.directive_id)
        .where(ExtensionRequest.state == ExtensionState.ASKED, Duty.state.in_(LIVE), *_RUNS)
        .order_by(Duty.due_at, ExtensionRequest.id)
    )
    return [Waiting(*row) for row in rows]


def returned(session: Session) -> list[Returned]:
    """The duties that units have given back and the desk has not decided on, by addressee."""
    rows = session.execute(
        select(Duty, Addressee, Directive)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Directive, Directive.id == Duty.directive_id)
        .where(Duty.state == DutyState.RETURNED, *_RUNS)
        .order_by(Duty.directive_id, Duty.addressee_id, Duty.due_at, Duty.id)
    ).all()
    said = _why(session, [duty for duty, _, _ in rows])
    return [
        Returned(
            duty, addressee, directive, reason=str(event.detail.get("reason", "")),
            by_name=str(event.detail.get("by_name", "")), at=event.at,
        )
        for duty, addressee, directive in rows
        if (event := said.get(f"duty:{duty.id}")) is not None
    ]  # fmt: skip


def count(session: Session) -> int:
    """How many of `waiting` there are."""
    asked = (
        select(func.count())
        .select_from(ExtensionRequest)
        .join(Duty, Duty.id == ExtensionRequest.duty_id)
        .join(Directive, Directive.id == Duty.directive_id)
    )
    return (
        session.scalar(asked.where(ExtensionRequest.state == ExtensionState.ASKED, Duty.state.in_(LIVE), *_RUNS)) or 0
    )


def count_returned(session: Session) -> int:
    """How many addressees wait for the desk to decide about what they gave back."""
    given_back = literal(DutyState.RETURNED, Duty.state.type, literal_execute=True)  # as the index has it
    asked = select(func.count(Duty.addressee_id.distinct())).join(Directive, Directive.id == Duty.directive_id)
    return session.scalar(asked.where(Duty.state == given_back, *_RUNS)) or 0


def decided(session: Session, limit: int) -> list[Waiting]:
    """The requests decided last, the newest first."""
    rows = session.execute(
        select(ExtensionRequest, Duty, Addressee, Directive)
        .join(Duty, Duty.id == ExtensionRequest.duty_id)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Directive, Directive.id == Duty.directive_id)
        .where(ExtensionRequest.state != ExtensionState.ASKED, Directive.trial.is_(False))
        .order_by(ExtensionRequest.decided_at.desc(), ExtensionRequest.id.desc())
        .limit(limit)
    )
    return [Waiting(*row) for row in rows]


def of_addressee(session: Session, addressee: Addressee) -> Sequence[ExtensionRequest]:
    """Every request of `addressee` for more time, the newest first."""
    return session.scalars(
        select(ExtensionRequest)
        .join(Duty, Duty.id == ExtensionRequest.duty_id)
        .where(Duty.addressee_id == addressee.id)
        .order_by(ExtensionRequest.id.desc())
    ).all()


def _why(session: Session, given_back: Sequence[Duty]) -> dict[str, Event]:
    subjects = [f"duty:{duty.id}" for duty in given_back]
    rows = session.scalars(
        select(Event).where(Event.kind == "duty_returned", Event.subject.in_(subjects)).order_by(Event.id)
    )
    return {event.subject: event for event in rows}


def _refuse(directive: Directive, duty: Duty, wanted_at: datetime, reason: str, now: datetime) -> None:
    problems: dict[str, str] = {}
    if duty.state not in LIVE or directive.state not in ALIVE:  # nobody would decide on it
        raise SubmissionRefused("Việc này không còn phải làm, không cần gia hạn.")
    if wanted_at <= max(now, duty.due_at):
        problems["wanted_at"] = "chọn thời điểm sau hạn đang có và sau lúc này"
    if not reason or len(reason) > _LONGEST:
        problems["reason"] = Phrase("dài quá %(most)s ký tự", most=_LONGEST) if reason else "ghi lý do xin gia hạn"
    if problems:
        raise SubmissionRefused("Chưa gửi được đề nghị gia hạn.", problems)


def _waiting_for(duty: Duty) -> Select[tuple[ExtensionRequest]]:
    return select(ExtensionRequest).where(
        ExtensionRequest.duty_id == duty.id, ExtensionRequest.state == ExtensionState.ASKED
    )


def _locked(session: Session, request_id: int, asked_at: datetime | None) -> ExtensionRequest:
    request = session.scalar(
        select(ExtensionRequest)
        .where(ExtensionRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if request is None:
        raise NotFound("không có đề nghị này")
    if request.state is not ExtensionState.ASKED or asked_at not in (None, request.asked_at):
        raise ChangedMeanwhile("đề nghị gia hạn")
    return request


def _decide(
    session: Session, request: ExtensionRequest, duty: Duty, state: ExtensionState, answer: str, by: str, by_name: str,
    now: datetime,
) -> None:  # fmt: skip
    request.state, request.answer = state, answer.strip()
    request.decided_at, request.decided_by = now, by_name
    session.flush()
    history.note(
        session, duty.directive_id, at=now, kind=f"extension_{state}", subject=f"duty:{duty.id}", actor=by,
        request=request.id, reason=request.answer, by_name=by_name,
    )  # fmt: skip
