"""What people do about duties owed once: results, lists, shares and permissions, in the real folder of Bình Phước."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import select

from hoatoc import clock
from hoatoc.format.folder import Draft, OfficeFolder, find_draft
from hoatoc.ledger.schema import (
    Addressee,
    CoverageEntry,
    Duty,
    DutyKind,
    Fulfilment,
    PermissionRequest,
    Roster,
)
from hoatoc.rollout import coverage, fulfilment, permissions, rosters
from hoatoc.rollout.permissions import Asked
from hoatoc.settings import ROOT
from tests.worlds.rollouts import World

#: 360-CV/TU leaves on 6/5/2021 at 10:00; clause 4.3 is due "before 15/5/2021", clause 1.5 within 48 hours.
ISSUED_360 = datetime(2021, 5, 6, 3, tzinfo=UTC)
VACCINATED_BY = datetime(2021, 5, 14, 17, tzinfo=UTC)  # 24:00 of 14/5/2021
LISTED_BY = ISSUED_360 + timedelta(hours=48)
#: 1722/UBND-KGVX leaves on 27/5/2021 at 15:00; the posts of clause 3.3 must stand on 28/5 at 8:00.
ISSUED_1722 = datetime(2021, 5, 27, 8, tzinfo=UTC)
POSTS_BY = datetime(2021, 5, 28, 1, tzinfo=UTC)

#: A right line of the list of clause 1.5.
PERSON = {
    "Họ và tên": "Nguyễn Văn An", "Năm sinh": 1985, "Nơi ở hiện nay": "Đồng Xoài", "Nơi đã đến": "Bắc Ninh",
    "Ngày về": "30/04/2021", "Diện": "F2", "Hình thức theo dõi": "cách ly tại nhà", "Số giấy tờ": "285111222",
}  # fmt: skip


@lru_cache(maxsize=8)
def drafted(key: str) -> tuple[OfficeFolder, Draft]:
    """The real folder and directive of that key."""
    return find_draft(ROOT / "directives", key)


def duty_of(world: World, key: str, kind: DutyKind, clause: str = "") -> Duty:
    """The duty of that kind (and clause) that the addressee `key` owes."""
    found = [duty for duty in duties_of(world, key, kind) if clause in ("", duty.subject)]
    assert len(found) == 1, found
    return found[0]


def duties_of(world: World, key: str, kind: DutyKind) -> list[Duty]:
    """All duties of that kind that the addressee `key` owes."""
    return world.all(Duty, Duty.addressee_id == world.addressee(key).id, Duty.kind == kind)


def do_task(world: World, key: str, evidence: str = "Công văn số 12", by: str = "An") -> Fulfilment:
    """The unit `key` says that its task is done."""
    with world.ledger.write() as session:
        return fulfilment.fulfil(
            session, world.addressee(key), duty_of(world, key, DutyKind.TASK).id, evidence, now=clock.read(session),
            by_name=by, channel="portal",
        )  # fmt: skip


def hand_in(world: World, key: str, table: Sequence[Mapping[str, object]]) -> Roster:
    """The unit `key` hands in its list."""
    with world.ledger.write() as session:
        return rosters.hand_in(
            session, world.addressee(key), duty_of(world, key, DutyKind.ROSTER).id, table, now=clock.read(session),
            by_name="An",
        )  # fmt: skip


def enter(world: World, key: str, clause: str, counted: str, of: str) -> CoverageEntry:
    """The unit `key` says how far its share is."""
    with world.ledger.write() as session:
        return coverage.enter(session, world.addressee(key), clause, counted, of, now=clock.read(session), by_name="An")


def ask(world: World, key: str, clause: str, *, for_head: bool = False, **said: str | date) -> PermissionRequest:
    """Someone of the unit `key` asks for permission, to leave tomorrow and be back the day after."""
    today = world.now.date()
    values = {
        "person": "Lê Thị Hoa", "purpose": "Công tác tại Hà Nội", "first_day": today + timedelta(days=1),
        "last_day": today + timedelta(days=2), "asked_by": "Trần Văn Bình", **said,
    }  # fmt: skip
    with world.ledger.write() as session:
        asked = Asked(for_head=for_head, **values)  # type: ignore[arg-type]  # named as its fields are
        return permissions.ask(session, world.addressee(key), clause, asked, now=clock.read(session))


def answer(world: World, request: PermissionRequest, *, granted: bool, reason: str = "") -> PermissionRequest:
    """The one before whom `request` is put answers it."""
    with world.ledger.write() as session:
        decider = session.scalars(
            select(Addressee).join(Duty, Duty.addressee_id == Addressee.id).where(Duty.id == request.duty_id)
        ).one()
        return permissions.answer(
            session, decider, request.id, granted=granted, reason=reason, now=clock.read(session), by_name="Bí thư"
        )


def decider_of(world: World, request: PermissionRequest) -> str:
    """The key of the addressee before whom `request` is put."""
    (duty,) = world.all(Duty, Duty.id == request.duty_id)
    return world.all(Addressee, Addressee.id == duty.addressee_id)[0].key
