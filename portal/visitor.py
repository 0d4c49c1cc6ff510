"""Who has come by a link: a unit, or one of its people to whom the unit has given a part of what it owes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused, TokenError
from hoatoc.ledger.schema import ALIVE, Addressee, Directive, Duty, DutyKind, Specialist
from hoatoc.rollout import access, specialists
from hoatoc.rollout.views import UnitPage, addressee_of
from portal.front import Front

_HINT = "mở lại liên kết trong thư để xem các việc được phân công"


@dataclass(frozen=True)
class Visitor:
    """`specialist` is None for the unit itself, which may do everything. The visit is at `now` (aware, UTC), by the
    ledger's clock, `simulated` or not."""

    addressee: Addressee
    directive: Directive
    now: datetime
    simulated: bool
    specialist: Specialist | None = None

    def may(self, subject: str) -> bool:
        """Whether the duties of that subject are this visitor's to do."""
        return self.specialist is None or subject in self.specialist.subjects

    def doing(self, subject: str) -> Addressee:
        """The addressee, for one who does something about that subject. Raises NotFound where it was not given."""
        if not self.may(subject):
            raise NotFound("việc này không phân công cho người mở liên kết", hint=_HINT)
        return self.addressee

    def settling(self, session: Session, duty_id: int) -> Addressee:
        """The same for one duty; whether the addressee owes it is not asked here."""
        duty = session.get(Duty, duty_id)
        return self.addressee if duty is None else self.doing(duty.subject)

    def reporting(self, session: Session) -> Addressee:
        """The same for the reports of all periods."""
        if self.specialist is None:
            return self.addressee
        subjects = session.scalars(
            select(Duty.subject).where(Duty.addressee_id == self.addressee.id, Duty.kind == DutyKind.REPORT).distinct()
        )
        return self.doing(next(filter(self.may, subjects), ""))

    def unit(self) -> Addressee:
        """The addressee, for what only the unit does. Raises NotFound for a specialist."""
        if self.specialist is not None:
            raise NotFound("chỉ văn thư hoặc lãnh đạo đơn vị làm được việc này", hint=_HINT)
        return self.addressee

    def require_alive(self) -> None:
        """Raise SubmissionRefused where the directive has ended, and the office decides nothing about it any more."""
        if self.directive.state not in ALIVE:
            raise SubmissionRefused("Văn bản đã kết thúc, thu hồi hoặc được thay thế, không nhận đề nghị nữa.")

    def usual_name(self, page: UnitPage) -> str:
        """The name that stands ready in a form."""
        if self.specialist is not None:
            return self.specialist.name
        return page.receipt.by_name if page.receipt else ""


def enter(front: Front, session: Session, token: str) -> Visitor:
    """Whoever `token` stands for. Raises TokenError, the same for every link that does not open."""
    addressee, specialist = _behind(front, session, token)
    directive = session.get_one(Directive, addressee.directive_id)
    now, simulated = clock.look(session)
    access.require_open(session, addressee, lasts=front.link_lasts, now=now)
    return Visitor(addressee, directive, now, simulated, specialist)


def _behind(front: Front, session: Session, token: str) -> tuple[Addressee, Specialist | None]:
    try:
        return addressee_of(session, *front.links.read_unit(token)), None
    except TokenError:
        specialist, addressee = specialists.of_link(session, *front.links.read_specialist(token))
        return addressee, specialist
