"""A draft becomes a running directive, once."""

import threading
from datetime import date, timedelta

import pytest

from hoatoc import clock
from hoatoc.format.ladder import Step
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Assignment, Directive, Duty, Obligation, Period, Post, Unit
from hoatoc.localtime import NEVER
from hoatoc.rollout import snapshot
from hoatoc.rollout.command import ChainOfCommand
from hoatoc.rollout.directory import import_office
from hoatoc.rollout.issue import AlreadyIssued, issue
from tests.conftest import Issue
from tests.worlds.ledgers import dump
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import Files, kien_giang, small_office
from tests.worlds.rollouts import DUE, ISSUED, SLOT, World, kien_giang_issued


def again(world: World, files: Files, key: str = "") -> None:
    folder, draft = files.read()
    if key:
        draft = type(draft)(key, draft.content, draft.source)
    with world.ledger.write() as session:
        assert issue(session, folder, draft, now=ISSUED + timedelta(days=1), by="x").id == world.directive_id


def test_the_snapshot_holds_what_the_files_said(world: World) -> None:
    folder, draft = small_office().read()
    with world.ledger.read() as session:
        directive = session.get_one(Directive, world.directive_id)
        snap = snapshot.of(directive)
        assert snap.content == draft.content
        assert snap.office == folder.office
        assert snap.forms == folder.forms
        assert directive.snapshot_hash == snapshot.digest(directive.snapshot)


def test_addressees_obligations_and_assignments_are_rows(world: World) -> None:
    assert [item.key for item in world.all(Addressee)] == ["huyen-0", "huyen-1", "so-0", "so-1", "ban-chap-hanh/uv-0"]
    assert all(item.unreachable_at == NEVER for item in world.all(Addressee))
    assert [item.opens_duty for item in world.all(Obligation)] == [True]
    assert len(world.all(Assignment)) == 4
    assert world.all(Addressee)[-1].post_id is not None


def test_the_first_period_of_every_report_is_a_row_at_once(world: World) -> None:
    (period,) = world.all(Period)
    assert (period.slot, period.opens_at, period.due_at) == (SLOT, ISSUED, DUE)


def test_issuing_again_writes_nothing(world: World) -> None:
    world.run()
    before = dump(world.ledger)
    again(world, small_office())
    assert dump(world.ledger) == before


def test_what_has_left_the_files_ends_and_comes_back_with_them(world: World) -> None:
    files = small_office()
    focal = files.unit("so-0")["posts"].pop()
    files.units["units"].remove(files.unit("so-1"))
    day = date(2021, 12, 1)

    def imported(changed: Files, on: date) -> tuple[date, date]:
        with world.ledger.write() as session:
            import_office(session, changed.read()[0], on)
        (post,) = (post for post in world.all(Post, Post.key == "focal") if post.unit_id == unit("so-0").id)
        return post.valid_to, unit("so-1").valid_to

    def unit(key: str) -> Unit:
        return world.all(Unit, Unit.key == key)[0]

    assert imported(files, day) == (date(2021, 11, 30), date(2021, 11, 30))
    assert imported(files, day + timedelta(days=9)) == (date(2021, 11, 30), date(2021, 11, 30)), "it has ended once"
    with world.ledger.read() as session:
        chain = ChainOfCommand(session, unit("so-0").office_id, day, ())
        (mailbox,) = chain.pressed(Step.REMIND, session.merge(world.addressee("so-0")))
    assert mailbox.address == "so-0@mau.example", "the focal point is no more"
    files.unit("so-0")["posts"].append(focal)
    assert imported(files, day)[0] == date.max


def test_a_changed_draft_is_refused(world: World) -> None:
    files = small_office()
    files.directive["regime"]["receipt"]["within"] = "1h"
    with pytest.raises(AlreadyIssued, match="nội dung khác"):
        again(world, files)


def test_the_same_document_under_another_key_is_refused(world: World) -> None:
    with pytest.raises(AlreadyIssued, match="cùng một văn bản"):
        again(world, small_office(), key="tinh-mau/ban-sao")


def test_another_document_of_the_office_runs_beside_it(world: World) -> None:
    files = small_office()
    files.directive["text"]["number"] = 2
    folder, draft = files.read()
    with world.ledger.write() as session:
        issue(session, folder, type(draft)("tinh-mau/2-cv", draft.content, draft.source), now=ISSUED, by="x")
    assert len(world.all(Directive)) == 2
    assert len({unit.key for unit in world.all(Unit)}) == len(world.all(Unit))
    assert len(world.all(Post)) == sum(len(unit["posts"]) for unit in files.units["units"])


def test_issued_twice_at_once_it_runs_once(ledger: Ledger) -> None:
    folder, draft = small_office().read()
    found: list[int] = []
    failed: list[BaseException] = []
    barrier = threading.Barrier(4)

    def press() -> None:
        barrier.wait()
        try:
            with ledger.write() as session:
                found.append(issue(session, folder, draft, now=ISSUED, by="x").id)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told below
            failed.append(error)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(found) == 4
    assert len(set(found)) == 1


def test_who_joins_the_office_later_is_not_reached(world: World) -> None:
    files = small_office(departments=3)
    files.directive["text"]["number"] = 2
    folder, draft = files.read()
    with world.ledger.write() as session:
        issue(session, folder, type(draft)("tinh-mau/2-cv", draft.content, draft.source), now=ISSUED, by="x")
    world.run()
    first = world.all(Addressee, Addressee.directive_id == world.directive_id)
    assert "so-2" not in {addressee.key for addressee in first}


def test_a_directive_issued_late_owes_nothing_for_days_that_were_over(issue_in: Issue) -> None:
    late = DUE + timedelta(days=3, hours=1)
    world = issue_in(small_office().read(), at=late)
    world.run()
    assert [duty for duty in world.all(Duty) if duty.due_at < late] == []
    assert world.notices(template="reminder") == []


def test_kien_giang_is_issued_with_all_it_addresses(ledger: Ledger, mail: MailServer) -> None:
    world = kien_giang_issued(ledger, mail.relay)
    world.run()
    assert len(world.all(Obligation)) == len(kien_giang()[1].content.text.obligations)
    assert len(mail.kept) == len(world.all(Addressee)) > 100
    with ledger.read() as session:
        assert clock.read(session) == ISSUED


def test_the_letter_says_the_first_day_that_will_be(issue_in: Issue, mail: MailServer) -> None:
    files = small_office()
    files.directive["regime"]["reports"][0]["first"] = "2021-11-20"
    world = issue_in(files.read())
    world.run()
    (period,) = (item for item in world.all(Period) if item.slot == SLOT)
    assert period.local_date == date(2021, 11, 24)
    [kept] = mail.to("so-0@mau.example")
    assert "Từ ngày 24/11/2021 đến khi có văn bản cho thôi." in " ".join(kept.text.split())
    assert "Từ ngày 24/11/2021" in str(kept.message.get_body(("html",)).get_content())
