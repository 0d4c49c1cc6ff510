"""why, and the group `duty`: gia hạn, miễn, trả lại, giao lại, chuyển."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from hoatoc.cli import app
from hoatoc.cli.console import out, print_json
from hoatoc.cli.life import By, Reason, wake
from hoatoc.cli.words import say
from hoatoc.phrase import Phrase

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from hoatoc.ledger.schema import Duty

duty = typer.Typer(no_args_is_help=True, help="Một việc của một đơn vị: gia hạn, miễn, trả lại, chuyển.")
app.add_typer(duty, name="duty")

DutyId = Annotated[int, typer.Argument(metavar="DUTY", min=1, max=2**63 - 1, help="Số của việc.")]
#: How long a date is, 2021-11-25.
_DATE = 10
Seen = Annotated[int | None, typer.Option("--version", help="Bản đã xem; người khác đã đổi thì không làm gì.")]
At = Annotated[
    str, typer.Option(metavar="YYYY-MM-DD[THH:MM]", help="Hạn mới, giờ của cơ quan; chỉ ghi ngày là hết ngày đó.")
]


@app.command()
def why(number: DutyId, as_json: Annotated[bool, typer.Option("--json", help="In dữ liệu dạng JSON.")] = False) -> None:
    """Vì sao một việc đang ở tình trạng này: đã mở, nhắc ai, thư nào không gửi và tại sao, sắp tới là gì."""
    from hoatoc.installation import open_installation
    from hoatoc.ledger.schema import Directive
    from hoatoc.localtime import short, spoken
    from hoatoc.rollout import why as whys
    from hoatoc.rollout.relief import duty_of

    with open_installation().ledger.read() as session:
        found = duty_of(session, number)
        told, zone = whys.story(session, found), session.get_one(Directive, found.directive_id).zone
        version = found.version
    if as_json:
        print_json({"id": number, "version": version, **whys.as_dict(told, say)})
        return
    out.print(f"[bold]{escape(say(told.name))}[/] · {escape(told.addressee)}", soft_wrap=True)
    out.print(say("%(state)s; hạn %(due)s", state=say(told.state), due=say(spoken(told.due_at, zone))) + "\n")
    for line in told.lines:
        tail = "".join((f" · {line.who}" if line.who else "", f" · {say(line.why)}" if line.why else ""))
        out.print(f"{short(line.at, zone)}  {say(line.what)}{tail}", markup=False, soft_wrap=True)
    out.print(f"\n{say(told.to_come)}", markup=False, soft_wrap=True)


@duty.command()
def extend(number: DutyId, until: At, reason: Reason, by: By = "văn phòng", version: Seen = None) -> None:
    """Gia hạn một việc."""
    from hoatoc.rollout import relief

    def work(session: "Session", found: "Duty", now: datetime) -> None:
        relief.extend(session, found, _instant(session, found, until), reason=reason, by=by, now=now)

    _do(number, version, work)


@duty.command()
def waive(number: DutyId, reason: Reason, by: By = "văn phòng", version: Seen = None) -> None:
    """Miễn một việc; sổ tính là được miễn."""
    from hoatoc.rollout import relief

    _do(number, version, lambda session, found, now: relief.waive(session, found, reason=reason, by=by, now=now))


@duty.command(name="return")
def return_(number: DutyId, reason: Reason, by: By = "văn phòng", version: Seen = None) -> None:
    """Ghi nhận đơn vị trả lại việc (không thuộc trách nhiệm); việc chờ văn phòng quyết định."""
    from hoatoc.ledger.schema import Addressee
    from hoatoc.rollout import relief

    def work(session: "Session", found: "Duty", now: datetime) -> None:
        addressee = session.get_one(Addressee, found.addressee_id)
        relief.send_back(session, addressee, found, reason=reason, by_name=by, channel="desk", now=now)

    _do(number, version, work)


@duty.command()
def reopen(number: DutyId, reason: Reason, by: By = "văn phòng", version: Seen = None) -> None:
    """Giao lại cho đơn vị việc mà đơn vị đã trả."""
    from hoatoc.rollout import relief

    _do(number, version, lambda session, found, now: relief.reopen(session, found, reason=reason, by=by, now=now))


@duty.command()
def reassign(
    number: DutyId,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="Khóa đơn vị nhận việc.")],
    reason: Reason,
    until: At = "",
    lasting: Annotated[bool, typer.Option("--lasting", help="Cả các kỳ báo cáo sau này.")] = False,
    by: By = "văn phòng",
    version: Seen = None,
) -> None:
    """Chuyển một việc sang đơn vị khác: việc cũ được rút, việc nối tiếp được mở."""
    from hoatoc.rollout import relief

    def work(session: "Session", found: "Duty", now: datetime) -> None:
        due_at = _instant(session, found, until) if until else None
        made = relief.reassign(session, found, unit, reason=reason, by=by, now=now, due_at=due_at, lasting=lasting)
        out.print(say("Việc nối tiếp: số %(number)s.", number=made.id))

    _do(number, version, work)


def _do(number: int, version: int | None, work: Any) -> None:
    from hoatoc import clock
    from hoatoc.installation import open_installation
    from hoatoc.ledger.schema import LIVE, Directive
    from hoatoc.localtime import spoken_due
    from hoatoc.rollout.relief import duty_of
    from hoatoc.rollout.states import DUTIES

    with open_installation().ledger.write() as session:
        found = duty_of(session, number, version)
        work(session, found, clock.read(session))
        directive = session.get_one(Directive, found.directive_id)
        state, key, due = DUTIES[found.state], directive.key, spoken_due(found.due_at, directive.zone)
        live = found.state in LIVE
    if live:
        out.print(say("Việc số %(number)s: %(state)s, hạn %(due)s.", number=number, state=say(state), due=say(due)))
    else:
        out.print(say("Việc số %(number)s: %(state)s.", number=number, state=say(state)))
    wake(key)


def _instant(session: "Session", found: "Duty", typed: str) -> datetime:
    """The instant that was typed, on the office's clock; a date alone is its end, 24:00."""
    from zoneinfo import ZoneInfo

    from hoatoc.errors import HoatocError
    from hoatoc.ledger.schema import Directive
    from hoatoc.localtime import following_day

    try:
        day = date.fromisoformat(typed) if len(typed) == _DATE else None
        at = datetime.combine(following_day(day), time(0)) if day else datetime.fromisoformat(typed)
    except (ValueError, OverflowError) as error:
        raise HoatocError(
            Phrase("%(typed)r không phải là thời điểm", typed=typed), hint="ví dụ: 2021-11-25T16:00"
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(session.get_one(Directive, found.directive_id).zone))
