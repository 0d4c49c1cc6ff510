"""The ledger announces a directive by itself, to the doors the chain of command names, however many they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Directive, Duty, Notice, NoticeDuty, NoticeState
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import snapshot
from hoatoc.rollout.command import ChainOfCommand
from hoatoc.rollout.dispatch import dispatch
from tests.conftest import Issue
from tests.worlds.duties import ISSUED_360, drafted
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import Files, kien_giang, small_office
from tests.worlds.rollouts import ISSUED, World, issued


def doors_of_all_kinds() -> Files:
    """Units with a mailbox, with a registry's alone, with none; members with a mailbox, with their body's, of old."""
    files = small_office(departments=4, members=3)
    clerk = {"role": "clerk", "title": "Văn thư", "mail": "van-thu@mau.example"}
    for key, posts in (("so-0", [clerk]), ("so-1", []), ("so-2", [{**clerk, "until": "2021-11-01"}])):
        unit = files.unit(key)
        del unit["mail"]
        unit["posts"] = [{"role": "head", "title": "Giám đốc", "mail": f"head.{key}@mau.example"}, *posts]
    files.unit("so-3")["posts"].append(clerk)
    body = files.unit("ban-chap-hanh")
    del body["posts"][1]["mail"]
    body["posts"][2] |= {"title": "Bí thư Huyện ủy 1", "holder": "Lê Thị Bình"}
    return files


def announced(world: World) -> None:
    with world.ledger.write() as session:
        dispatch(session, session.get_one(Directive, world.directive_id), ISSUED)


def by_chain(world: World) -> dict[int, tuple[str, str]]:
    """The name and address that the chain of command tells for each addressee."""
    with world.ledger.read() as session:
        directive = session.get_one(Directive, world.directive_id)
        leadership = snapshot.of(directive).office.leadership
        chain = ChainOfCommand(session, directive.office_id, local_date(ISSUED, directive.zone), leadership)
        everyone = session.scalars(select(Addressee).where(Addressee.decides.is_(False)))
        doors = {addressee.id: chain.door(addressee) for addressee in everyone}
        return {id_: (door.name, door.address) for id_, door in doors.items()}


@pytest.mark.parametrize("office", [doors_of_all_kinds, None])
def test_each_notice_goes_to_the_door_that_the_chain_of_command_names(issue_in: Issue, office: Any) -> None:
    world = issue_in(office().read() if office else kien_giang())
    announced(world)
    told = {notice.addressee_id: (notice.to_name, notice.to_address) for notice in world.notices()}
    assert told == by_chain(world)
    keys = {addressee.id: addressee.key for addressee in world.all(Addressee)}
    assert all(notice.recipient == keys[notice.addressee_id or 0] for notice in world.notices())


def test_who_has_no_door_is_told_to_the_desk(issue_in: Issue) -> None:
    world = issue_in(doors_of_all_kinds().read())
    announced(world)
    lost = {notice.recipient for notice in world.notices() if notice.state is NoticeState.UNDELIVERABLE}
    assert lost == {"so-1", "so-2"}
    assert {row.key for row in world.all(Addressee) if row.unreachable_at < NEVER} == lost
    assert len(world.events("addressee_unreachable")) == 2


def test_each_notice_speaks_of_everything_its_addressee_owes_from_the_start(issue_in: Issue) -> None:
    world = issue_in(drafted("binh-phuoc/360-cv-tu"), at=ISSUED_360)
    with world.ledger.write() as session:
        done = dispatch(session, session.get_one(Directive, world.directive_id), ISSUED_360)
    owed = {(duty.addressee_id, duty.id) for duty in world.all(Duty, Duty.slot == "")}
    of = {notice.id: notice.addressee_id for notice in world.notices()}
    assert {(of[link.notice_id], link.duty_id) for link in world.all(NoticeDuty)} == owed
    assert len(owed) > len(of)
    assert (done.notices, done.duties) == (len(of), len(world.all(Duty)))


def test_every_duty_and_notice_has_its_event(world: World) -> None:
    announced(world)
    opened = {f"duty:{duty.id}": {"subject": duty.subject, "slot": duty.slot} for duty in world.all(Duty)}
    assert {event.subject: event.detail for event in world.events("duty_opened")} == opened
    written = {
        f"notice:{notice.id}": {"step": "dispatch", "to": notice.recipient, "reason": "văn bản được ban hành"}
        for notice in world.notices()
    }
    assert {event.subject: event.detail for event in world.events("notice_written")} == written


def test_many_cost_no_more_statements_than_few(ledgers: Ledgers, mail: MailServer) -> None:
    counts = []
    for departments in (2, 60):
        world = issued(ledgers.open(), mail.relay, small_office(departments=departments).read())
        with counted(world.ledger) as statements:
            announced(world)
        assert len(world.all(Notice)) == departments + 3
        counts.append(len(statements))
    assert counts[0] == counts[1]


@contextmanager
def counted(ledger: Ledger) -> Iterator[list[str]]:
    """The statements sent to `ledger` while the block lasts."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(ledger.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(ledger.engine, "before_cursor_execute", note)
