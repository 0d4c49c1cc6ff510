"""The desk is told by mail what waits for its decision: one letter a window, and none about what it has decided."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from hoatoc.ledger.schema import Directive, Duty, DutyKind, NoticeDuty, NoticeState
from hoatoc.rollout import deskletter, relief, requests
from hoatoc.rollout.deskletter import TEMPLATE, WINDOW
from hoatoc.rollout.explanation import explained_id, known
from tests.conftest import Issue
from tests.integration.test_permissions import with_permission
from tests.worlds.duties import ask as ask_permission
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import Kept, MailServer
from tests.worlds.offices import small_office
from tests.worlds.postgresql import Server
from tests.worlds.rollouts import ISSUED, RECEIPT_DUE, TICK, World, issued

DESK = "desk@mau.example"
MINUTE = timedelta(minutes=1)
TOLD = ISSUED + WINDOW


def ask(world: World, key: str, at: datetime, why: str = "Máy chủ hỏng") -> int:
    """The unit `key` asks at `at` for four hours more to acknowledge; the number of the request."""
    return ask_now(world.at(at), key, why)


def ask_now(world: World, key: str, why: str = "Máy chủ hỏng") -> int:
    at = world.now
    with world.ledger.write() as session:
        until = RECEIPT_DUE + timedelta(hours=4)
        return requests.ask(
            session, world.addressee(key), world.duty(key).id, until, reason=why, by_name="Mai", now=at
        ).id  # fmt: skip


def send_back(world: World, key: str, at: datetime) -> None:
    world.at(at)
    with world.ledger.write() as session:
        duty = relief.duty_of(session, world.duty(key).id)
        relief.send_back(
            session, world.addressee(key), duty, reason="gửi nhầm", by_name="Mai", channel="portal", now=at
        )


@pytest.fixture
def postgresql_world(postgresql: Server, tmp_path: Path, mail: MailServer) -> Iterator[World]:
    """The small office's directive, dispatched, where two can write at the same time."""
    ledgers = Ledgers("postgresql", tmp_path, postgresql)
    world = issued(ledgers.open(), mail.relay)
    world.run()
    yield world.at(ISSUED + MINUTE)
    ledgers.close()


def letters(mail: MailServer) -> list[Kept]:
    return mail.to(DESK)


def states(world: World) -> list[NoticeState]:
    return [notice.state for notice in world.notices(template=TEMPLATE)]


def test_what_is_asked_in_one_window_is_one_letter_at_its_end(world: World, mail: MailServer) -> None:
    world.run()
    ask(world, "so-0", ISSUED + MINUTE)
    ask(world, "so-1", ISSUED + 5 * MINUTE, "Mất điện")
    send_back(world, "huyen-0", ISSUED + 9 * MINUTE)
    assert world.next_at() == TOLD
    world.go(TOLD - TICK)
    assert letters(mail) == []
    world.go(TOLD)
    [letter] = letters(mail)
    assert str(letter.message["Subject"]) == "[HỎA TỐC] 1-CV/TU: 3 đề nghị chờ văn phòng quyết định"
    for said in ("XIN GIA HẠN", "Sở 0:", "Sở 1:", "Mất điện", "TRẢ LẠI", "Huyện ủy 0: cả văn bản", "gửi nhầm"):
        assert said in letter.text, said
    assert "http://portal.example/ban/de-nghi" in letter.text
    assert world.next_at() > TOLD + WINDOW


def test_a_window_begins_where_the_last_one_ends(world: World, mail: MailServer) -> None:
    world.run()
    ask(world, "so-0", TOLD - TICK)
    ask(world, "so-1", TOLD)
    assert [notice.due_at for notice in world.notices(template=TEMPLATE)] == [TOLD, TOLD + WINDOW]
    world.follow(TOLD + WINDOW)
    first, second = (letter.text for letter in letters(mail))
    assert ("Sở 0" in first, "Sở 1" in first) == (True, False)
    assert ("Sở 0" in second, "Sở 1" in second) == (False, True), "each is told once"


def test_who_asks_again_is_told_once_and_as_it_is_now(world: World, mail: MailServer) -> None:
    world.run()
    assert ask(world, "so-0", ISSUED + MINUTE) == ask(world, "so-0", ISSUED + 2 * MINUTE, "Mất điện cả xã")
    world.go(TOLD)
    [letter] = letters(mail)
    assert "1 đề nghị chờ" in str(letter.message["Subject"])
    assert "Mất điện cả xã" in letter.text


def test_nothing_is_said_about_what_is_decided_by_then(world: World, mail: MailServer) -> None:
    world.run()
    decided = [ask(world, key, ISSUED + MINUTE) for key in ("so-0", "so-1")]
    said = {"reason": "việc gấp", "by": "account:truc", "by_name": "Trực ban", "now": ISSUED + 2 * MINUTE}
    with world.ledger.write() as session:
        requests.refuse(session, decided[0], **said)
    ask(world, "so-1", TOLD + MINUTE, "Vẫn hỏng")
    world.go(TOLD + 2 * MINUTE)
    [letter] = letters(mail)
    assert ("Sở 0" in letter.text, "Sở 1" in letter.text) == (False, True)
    with world.ledger.write() as session:
        requests.refuse(session, decided[1], **said)
    world.go(TOLD + WINDOW)
    assert len(letters(mail)) == 1
    assert states(world) == [NoticeState.SENT, NoticeState.SKIPPED]


def test_the_quiet_hours_are_the_desks_too(issue_in: Issue, mail: MailServer) -> None:
    files = small_office()
    files.office["pressing"] = {"quiet": {"since": "21:00", "until": "06:30"}}
    files.directive["text"]["urgency"] = None
    world = issue_in(files.read())
    world.run()
    night = ISSUED.replace(hour=15)  # 22:00 in Vietnam
    ask(world, "so-0", night)
    ask(world, "so-1", night + timedelta(hours=5))
    [notice] = world.notices(template=TEMPLATE)
    assert notice.due_at == ISSUED + timedelta(hours=14, minutes=30)  # 06:30
    world.follow(notice.due_at)
    [letter] = letters(mail)
    assert "2 đề nghị chờ" in str(letter.message["Subject"])


def test_the_desk_is_told_of_permissions_that_the_leadership_gives_and_of_no_other(
    issue_in: Issue, mail: MailServer
) -> None:
    world = issue_in(with_permission().read())
    world.run()
    ask_permission(world, "so-0", "2")
    assert states(world) == []
    ask_permission(world, "tinh-uy", "2", person="Nguyễn Văn Cường")
    world.go(TOLD)
    [letter] = letters(mail)
    assert "XIN PHÉP LÃNH ĐẠO" in letter.text
    assert "Nguyễn Văn Cường (Tỉnh ủy" in " ".join(letter.text.split())
    assert "ra khỏi tỉnh" in letter.text


def test_what_the_desk_was_told_is_no_reminder_of_the_unit(issue_in: Issue, mail: MailServer) -> None:
    files = small_office()
    files.directive["regime"]["explanation"] = {"within": "24h"}
    files.directive["regime"]["ladder"]["receipt"] = [{"step": "press", "at": "0m"}, {"step": "explain", "at": "30m"}]
    world = issue_in(files.read())
    world.run()
    ask(world, "so-0", ISSUED + MINUTE)
    world.follow(RECEIPT_DUE + 30 * MINUTE)
    assert len(letters(mail)) == 1
    about = world.duty("so-0").id
    [asked] = [
        duty for duty in world.all(Duty, Duty.kind == DutyKind.EXPLANATION) if explained_id(duty.subject) == about
    ]
    with world.ledger.read() as session:
        assert [step for step, *_ in known(session, asked).notices] == ["dispatch", "press"]


def test_a_trial_asks_nobody_to_decide(world: World) -> None:
    world.run()
    with world.ledger.write() as session:
        session.get_one(Directive, world.directive_id).trial = True
    ask(world, "so-0", ISSUED + MINUTE)
    assert states(world) == []


def test_what_was_asked_of_a_directive_that_has_ended_is_not_told(world: World, mail: MailServer) -> None:
    world.run()
    ask(world, "so-0", ISSUED + MINUTE)
    with world.ledger.write() as session:
        session.get_one(Directive, world.directive_id).state = "ended"  # type: ignore[assignment]  # as the ledger has it
    world.go(TOLD)
    assert letters(mail) == []
    assert states(world) == [NoticeState.SKIPPED]


def test_two_who_ask_at_the_same_moment_are_in_one_letter(world: World, mail: MailServer) -> None:
    world.run()
    world.at(ISSUED + MINUTE)
    with ThreadPoolExecutor(3) as people:
        asked = [people.submit(ask_now, world, key) for key in ("so-0", "so-1", "huyen-0")]
        assert len({one.result() for one in asked}) == 3
    assert len(world.notices(template=TEMPLATE)) == 1
    world.go(TOLD)
    [letter] = letters(mail)
    assert "3 đề nghị chờ" in str(letter.message["Subject"])


@pytest.mark.postgresql
def test_who_finds_the_letter_being_written_waits_for_it_and_joins(postgresql_world: World) -> None:
    world = postgresql_world
    with ThreadPoolExecutor(1) as people:
        with world.ledger.write() as session:
            directive = session.get_one(Directive, world.directive_id)
            deskletter.announce(session, directive, [world.duty("so-0").id], ISSUED + MINUTE)
            other = people.submit(ask_now, world, "so-1")
            with world.ledger.read() as watching:
                while not watching.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    assert not other.done()
                    watching.rollback()
        other.result()
    [letter] = world.notices(template=TEMPLATE)
    with world.ledger.read() as session:
        told = set(session.scalars(select(NoticeDuty.duty_id).where(NoticeDuty.notice_id == letter.id)))
    assert told == {world.duty(key).id for key in ("so-0", "so-1")}
