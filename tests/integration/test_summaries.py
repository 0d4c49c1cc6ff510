"""What the leadership reads: figures, books, errata."""

from datetime import timedelta

from hoatoc.ledger.schema import Directive, DutyState, Summary
from hoatoc.rollout import duties, snapshot
from hoatoc.rollout.aggregate import aggregate
from tests.conftest import Issue
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.rollouts import DUE, FREEZE, LOCK, NEXT_SLOT, SLOT, World

DAY = timedelta(days=1)


def figure(world: World, key: str, slot: str = SLOT) -> dict[str, object]:
    found: dict[str, object] = next(item for item in world.summary(slot).content["figures"] if item["key"] == key)
    return found


def errata(world: World, slot: str = NEXT_SLOT) -> list[tuple[str, str]]:
    return [(item["key"], item["kind"]) for item in world.summary(slot).content["errata"]]


def test_figures_add_up_over_those_who_reported(world: World) -> None:
    world.run()
    world.report("so-0", moi="2", luy_ke="10", dang="5")
    world.report("so-1", moi="3", luy_ke="20")
    world.go(FREEZE)
    assert [figure(world, key)["total"] for key in ("moi", "luy_ke", "dang")] == [5, 30, 5]
    assert [figure(world, key)["reported"] for key in ("moi", "luy_ke", "dang")] == [2, 2, 1]


def test_a_figure_nobody_reported_is_unknown_and_never_zero(world: World, mail: MailServer) -> None:
    world.run()
    world.go(FREEZE)
    assert [item["total"] for item in world.summary().content["figures"]] == [None, None, None]
    (letter,) = mail.to("head.tinh-uy@mau.example")[-1:]
    assert "—" in letter.text


def test_an_explicit_zero_is_zero(world: World) -> None:
    world.run()
    world.report("so-0", moi="0", luy_ke="0", dang="0")
    world.go(FREEZE)
    assert [item["total"] for item in world.summary().content["figures"]] == [0, 0, 0]


def test_a_figure_larger_than_any_machine_word_is_still_summed(world: World) -> None:
    world.run()
    world.report("so-0", moi="1", luy_ke="999.999.999.999")
    world.report("so-1", moi="1", luy_ke="999999999999")
    world.go(FREEZE)
    assert figure(world, "luy_ke")["total"] == 2 * 999_999_999_999


def test_the_books_of_a_summary_balance_and_name_who_is_missing(world: World) -> None:
    world.run()
    world.report("so-0")
    world.at(DUE + timedelta(minutes=1)).report("so-1")
    world.go(FREEZE)
    content = world.summary().content
    assert content["books"] == {
        "expected": 4, "on_time": 1, "late": 1, "missing": 2, "exempt": 0, "unreachable": 0, "open": 0,
    }  # fmt: skip
    assert [unit["key"] for unit in content["missing"]] == ["huyen-0", "huyen-1"]
    assert [unit["key"] for unit in content["late"]] == ["so-1"]


def test_the_missing_who_have_passed_their_report_back_are_named_as_such(world: World) -> None:
    world.run()
    with world.ledger.write() as session:
        duty = session.merge(world.duty("so-1", SLOT))
        duties.move(session, duty, DutyState.RETURNED, at=DUE, actor="addressee:so-1", reason="gửi nhầm")
    world.go(FREEZE)
    names = {unit["key"]: unit["name"] for unit in world.summary().content["missing"]}
    assert (names["so-0"], names["so-1"]) == ("Sở 0", "Sở 1 (đã trả lại, chờ giải quyết)")


def test_an_exempted_unit_is_exempt_and_a_withdrawn_duty_is_nowhere(world: World) -> None:
    world.run()
    with world.ledger.write() as session:
        for key, target in (("so-0", DutyState.WAIVED), ("so-1", DutyState.WITHDRAWN)):
            duties.move(session, session.merge(world.duty(key, SLOT)), target, at=DUE, actor="desk", reason="x")
    world.go(FREEZE)
    content = world.summary().content
    assert (content["books"]["expected"], content["books"]["exempt"]) == (3, 1)
    assert [unit["key"] for unit in content["exempt"]] == ["so-0"]
    named = [unit["key"] for column in ("late", "missing", "unreachable", "open") for unit in content[column]]
    assert named == ["huyen-0", "huyen-1"]


def test_a_summary_is_frozen(world: World) -> None:
    world.run()
    world.go(FREEZE)
    before = world.summary().content
    world.at(FREEZE + timedelta(hours=1)).report("so-0")
    world.go(LOCK)
    assert world.summary().content == before
    assert world.summary().data_hash == snapshot.digest(before)
    assert len(world.all(Summary)) == 1


def test_a_report_after_the_freeze_is_an_erratum_on_the_next_summary_and_only_there(world: World) -> None:
    world.run()
    world.report("so-1")
    world.go(FREEZE)
    world.at(FREEZE + timedelta(hours=1)).report("so-0")
    world.follow(FREEZE + 2 * DAY)
    assert errata(world, SLOT) == []
    assert errata(world, NEXT_SLOT) == [("so-0", "late")]
    assert errata(world, "2021-11-26/P1D") == []


def test_a_revision_after_the_freeze_is_an_erratum_too(world: World) -> None:
    world.run()
    world.report("so-0")
    world.go(FREEZE)
    world.at(FREEZE + timedelta(hours=1)).report("so-0", moi="1")
    world.follow(FREEZE + DAY)
    assert errata(world) == [("so-0", "revised")]


def test_a_late_report_that_is_revised_before_it_was_told_tells_no_change(world: World) -> None:
    world.run()
    world.go(FREEZE)
    for moi in ("3", "4"):
        world.at(world.now + timedelta(hours=1)).report("so-0", moi=moi)
    world.follow(FREEZE + DAY)

    [item] = world.summary(NEXT_SLOT).content["errata"]
    assert (item["key"], item["kind"], item["changes"]) == ("so-0", "late", [])


def test_a_revision_before_the_freeze_is_what_the_summary_holds(world: World) -> None:
    world.run()
    world.report("so-0", moi="2")
    world.report("so-0", moi="7")
    world.go(FREEZE)
    assert figure(world, "moi")["total"] == 7
    world.follow(FREEZE + DAY)
    assert errata(world) == []


def test_a_report_at_the_very_instant_of_the_freeze_is_told_once(world: World) -> None:
    """Frozen first, reported at the same instant: in the ledger's time the two cannot be told apart."""
    world.run()
    world.go(FREEZE)
    world.report("so-0")
    world.follow(FREEZE + DAY)
    assert figure(world, "moi")["total"] is None
    assert errata(world) == [("so-0", "late")]


def test_a_report_that_came_in_while_the_pass_was_on_its_way_is_told_once(world: World) -> None:
    """A pass reads the clock once; a unit reports a moment later, before the period is frozen."""
    world.run()
    world.at(FREEZE + timedelta(seconds=2)).report("so-0", moi="2")
    with world.ledger.write() as session:
        aggregate(session, session.get_one(Directive, world.directive_id), FREEZE)
    included = figure(world, "moi")["total"] == 2
    world.follow(FREEZE + DAY)
    assert (errata(world) == []) is included


def test_the_change_is_told_against_the_day_before(world: World) -> None:
    world.run()
    world.report("so-0", moi="2")
    world.follow(FREEZE)
    world.report("so-0", NEXT_SLOT, moi="5")
    world.follow(FREEZE + DAY)
    assert figure(world, "moi")["previous"] is None
    assert (figure(world, "moi", NEXT_SLOT)["previous"], figure(world, "moi", NEXT_SLOT)["change"]) == (2, 3)


def test_a_summary_goes_to_each_reader_once(world: World, mail: MailServer) -> None:
    world.run()
    world.follow(FREEZE)
    world.run()
    letters = [kept.recipient for kept in mail.kept if "Tổng hợp" in kept.text or "TỔNG HỢP" in kept.text]
    assert sorted(letters) == ["focal.ubnd-tinh@mau.example", "head.tinh-uy@mau.example"]


def test_after_an_outage_every_period_has_its_summary(world: World) -> None:
    world.run()
    world.report("so-0")
    world.go(FREEZE + 2 * DAY)
    assert [world.period(slot).state.value for slot in (SLOT, NEXT_SLOT)] == ["locked", "locked"]
    assert len(world.all(Summary)) == 3
    # The first was open in time; the engine stood still over the whole of the second, which says so.
    opened = (FREEZE + 2 * DAY).isoformat()
    assert [world.summary(slot).content["opened_late"] for slot in (SLOT, NEXT_SLOT)] == [None, opened]
    assert len({(notice.recipient, notice.occurrence) for notice in world.notices(template="daily_summary")}) == 6


def test_a_directive_without_summary_rule_freezes_quietly(issue_in: Issue) -> None:
    files = small_office()
    files.directive["regime"]["summary"] = None
    world = issue_in(files.read())
    world.run()
    world.go(FREEZE)
    assert world.summary().content["books"]["expected"] == 4
    assert world.notices(template="daily_summary") == []
