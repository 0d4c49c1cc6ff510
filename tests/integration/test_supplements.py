"""What comes in after a report's last summary is told in an edition of its own, once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hoatoc import clock
from hoatoc.ledger.schema import Directive, Notice, Period, Rollup, Summary
from hoatoc.rollout import life, snapshot
from hoatoc.rollout.books import Books
from hoatoc.rollout.issue import issue
from tests.conftest import Issue
from tests.integration.test_reports import reopen
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.rollouts import FREEZE, LOCK, NEXT_SLOT, SLOT, TICK, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def ending(issue_in: Issue) -> World:
    """A report that ends with its first day, on the evening of which one unit has reported and all is frozen."""
    files = small_office()
    files.directive["regime"]["reports"][0]["last"] = "2021-11-24"
    world = issue_in(files.read())
    world.run()
    world.report("so-0", moi="1", luy_ke="10")
    world.follow(FREEZE)
    return world


def editions(world: World, slot: str = SLOT) -> list[Summary]:
    return world.all(Summary, Summary.period_id == world.period(slot).id)


def told(summary: Summary) -> list[tuple[str, str]]:
    return [(item["key"], item["kind"]) for item in summary.content["errata"]]


def totals(summary: Summary) -> dict[str, object]:
    return {item["key"]: item["total"] for item in summary.content["figures"]}


def test_what_comes_after_the_last_summary_gets_an_edition_at_the_lock(ending: World, mail: MailServer) -> None:
    frozen = editions(ending)[0]
    rollup = [(row.unit_key, row.figures) for row in ending.all(Rollup)]
    ending.at(FREEZE + HOUR).report("so-1", moi="2", luy_ke="20")
    ending.at(FREEZE + 2 * HOUR).report("so-0", moi="1", luy_ke="11")
    ending.follow(LOCK - TICK)
    assert len(editions(ending)) == 1, "more may come in"
    ending.follow(LOCK + DAY)
    first, second = editions(ending)
    assert (first.content, first.data_hash) == (frozen.content, frozen.data_hash)
    assert [(row.unit_key, row.figures) for row in ending.all(Rollup)] == rollup
    assert (told(first), told(second)) == ([], [("so-0", "revised"), ("so-1", "late")])
    assert totals(first) == {"moi": 1, "luy_ke": 10, "dang": None}
    assert totals(second) == {"moi": 3, "luy_ke": 31, "dang": None}
    assert Books(**second.content["books"]).balance()
    assert second.data_hash == snapshot.digest(second.content)
    letter = mail.to("head.tinh-uy@mau.example")[-1]
    assert "bản điều chỉnh lần 1" in letter.message["Subject"]
    assert "thay cho bản chốt lúc 18 giờ 00, ngày 24/11/2021" in " ".join(letter.text.split())
    assert "Sở 1: báo cáo ngày 24/11/2021 gửi lúc" in " ".join(letter.text.split())


def test_without_late_figures_there_is_one_edition_and_no_mail(ending: World, mail: MailServer) -> None:
    before = len(mail.to("head.tinh-uy@mau.example"))
    ending.follow(LOCK + DAY)
    assert len(editions(ending)) == 1
    assert [item.subject for item in mail.to("head.tinh-uy@mau.example")[before:] if "điều chỉnh" in item.subject] == []


def test_a_report_that_goes_on_tells_it_in_its_next_summary(world: World) -> None:
    world.run()
    world.follow(FREEZE)
    world.at(FREEZE + HOUR).report("so-0")
    world.follow(FREEZE + 3 * DAY)
    assert [summary.edition for summary in world.all(Summary)] == [1, 1, 1, 1]
    assert told(editions(world, NEXT_SLOT)[0]) == [("so-0", "late")]


def test_the_edition_waits_for_what_the_desk_has_reopened(ending: World) -> None:
    ending.at(FREEZE + HOUR).report("so-1")
    reopen(ending, "huyen-0", LOCK + 5 * HOUR)
    ending.follow(LOCK + 4 * HOUR)
    assert len(editions(ending)) == 1
    ending.at(LOCK + 5 * HOUR).run()
    ending.report("huyen-0")  # at its last instant
    ending.follow(LOCK + DAY)
    (_, second) = editions(ending)
    assert told(second) == [("huyen-0", "late"), ("so-1", "late")]


def test_what_is_reopened_after_the_edition_gets_another(ending: World) -> None:
    ending.at(FREEZE + HOUR).report("so-1")
    ending.follow(LOCK + HOUR)
    reopen(ending, "huyen-0", LOCK + 5 * HOUR)
    ending.at(LOCK + 4 * HOUR).report("huyen-0")
    ending.follow(LOCK + DAY)
    assert [(summary.edition, told(summary)) for summary in editions(ending)] == [
        (1, []), (2, [("so-1", "late")]), (3, [("huyen-0", "late")]),
    ]  # fmt: skip
    assert len({item.occurrence for item in ending.all(Notice, Notice.template == "daily_summary")}) == 3


def test_ending_a_directive_tells_what_came_in_late(world: World) -> None:
    world.run()
    world.follow(FREEZE)
    world.at(FREEZE + HOUR).report("so-0")
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        life.end(session, directive, reason="hết dịch", by="Lan", now=clock.read(session))
    assert [(summary.edition, told(summary)) for summary in editions(world)] == [(1, []), (2, [("so-0", "late")])]
    reopen(world, "so-1", LOCK + HOUR)
    world.at(FREEZE + 2 * HOUR).report("so-1")
    world.follow(LOCK + 2 * HOUR)
    assert told(editions(world)[-1]) == [("so-1", "late")]


def test_replacing_a_directive_tells_what_came_in_late(world: World) -> None:
    world.run()
    world.follow(FREEZE)
    world.at(FREEZE + HOUR).report("so-0")
    files = small_office()
    files.directive["text"]["number"] = 2
    folder, draft = files.read()
    with world.ledger.write() as session:
        now = clock.read(session)
        successor = issue(session, folder, replace(draft, key="tinh-mau/2-cv"), now=now, by="Lan")
        directive = session.get_one(Directive, world.directive_id)
        life.replace(session, directive, successor, reason="văn bản mới", by="Lan", now=now)
    with world.ledger.read() as session:
        of_it = select(Summary).where(Summary.directive_id == world.directive_id).order_by(Summary.edition)
        first, second = session.scalars(of_it).all()
    assert (told(first), told(second)) == ([], [("so-0", "late")])
    assert second.content["books"] == {**first.content["books"], "missing": 3, "late": 1}


def test_a_second_pass_writes_no_second_edition(ending: World) -> None:
    ending.at(FREEZE + HOUR).report("so-1")
    ending.follow(LOCK + HOUR)
    with ending.ledger.write() as session:  # as a pass that was killed before it let go
        session.execute(update(Period).where(Period.slot == SLOT).values(next_at=LOCK))
    ending.run()
    ending.run()
    assert [summary.edition for summary in editions(ending)] == [1, 2]
