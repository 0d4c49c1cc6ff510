"""What the desk reads of the ledger: who is missing, units × duties, a unit's record, the log, the course."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.ladder import Step
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Call, Directive, DutyKind, DutyState, Event, Receipt, Unit
from hoatoc.rollout import course, life, log, matrix, missing, phone, reach, record, relief
from hoatoc.rollout.matrix import Column, View
from hoatoc.rollout.statistics import Progress, Selection
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.offices import small_office
from tests.worlds.rollouts import DUE, FREEZE, ISSUED, LOCK, NEXT_SLOT, SLOT, World, issued


@pytest.fixture
def late(ledgers: Ledgers, mail: MailServer) -> World:
    """Half an hour after the first report was due: so-0 has reported, so-1 reports late, so-2 is exempt, no mail
    reaches huyen-0, huyen-1 gave its report back, huyen-2 says nothing."""
    ledger, directive_id = ledgers.prepared("late", lambda ledger: _rolled_on(ledger, mail).directive_id)
    return World(ledger, mail.relay, directive_id)


def _rolled_on(ledger: Ledger, mail: MailServer) -> World:
    world = issued(ledger, mail.relay, small_office(districts=3, departments=3).read())
    world.run()
    world.at(ISSUED + timedelta(hours=2)).acknowledge("so-0")
    world.at(DUE - timedelta(hours=3)).report("so-0")
    with ledger.write() as session:
        now = clock.read(session)
        relief.waive(
            session, relief.duty_of(session, world.duty("so-2", SLOT).id), reason="bão", by="account:an", now=now
        )
        reach.lose(session, session.merge(world.addressee("huyen-0")), now, "550")
        relief.send_back(
            session, world.addressee("huyen-1"), relief.duty_of(session, world.duty("huyen-1", SLOT).id),
            reason="không thuộc huyện", by_name="Bình", channel="portal", now=now,
        )  # fmt: skip
    world.follow(DUE + timedelta(minutes=20))
    world.report("so-1")
    world.follow(DUE + timedelta(minutes=30))
    return world


def selection(world: World, **rest: object) -> Selection:
    return Selection(directive_id=world.directive_id, **rest)  # type: ignore[arg-type]


def test_who_has_not_reported_is_named_with_the_rung_they_are_at(late: World) -> None:
    with late.ledger.read() as session:
        found = missing.groups(session, selection(late, progress=Progress.LATE), late.now)
    report = next(group for group in found if group.kind is DutyKind.REPORT)
    assert (report.due_at, report.slot) == (DUE, SLOT)
    assert [(name.name, name.step) for name in report.names] == [("Huyện ủy 2", 3)]


def test_what_a_locked_period_lacks_is_asked_of_nobody(late: World) -> None:
    late.follow(LOCK + timedelta(minutes=1))
    with late.ledger.read() as session:
        slots = {group.slot for group in missing.groups(session, selection(late), late.now)}
    assert SLOT not in slots
    assert NEXT_SLOT in slots


def test_units_and_duties_make_a_table_with_the_most_overdue_on_top(late: World) -> None:
    with late.ledger.read() as session:
        directive = session.get_one(Directive, late.directive_id)
        table = matrix.read(session, directive, selection(late), View(), late.now)
    assert table.columns[0] == Column(DutyKind.RECEIPT, "receipt", "")
    assert [column.slot for column in table.columns if column.kind is DutyKind.REPORT] == [SLOT, NEXT_SLOT]
    place = table.columns.index(Column(DutyKind.REPORT, "1", SLOT))
    stands = {row.name: cell.stands for row in table.rows if (cell := row.cells[place])}
    assert stands == {
        "Huyện ủy 0": "unreachable", "Huyện ủy 1": "returned", "Huyện ủy 2": "missing", "Sở 0": "on_time",
        "Sở 1": "late", "Sở 2": "exempt",
    }  # fmt: skip
    assert [row.name for row in table.rows[:2]] == ["Huyện ủy 1", "Huyện ủy 2"]  # what was given back is owed meanwhile
    member = next(row for row in table.rows if row.name.startswith("Ủy viên"))
    assert member.cells[place] is None


def test_the_table_is_cut_into_pages_periods_and_names(late: World) -> None:
    with late.ledger.read() as session:
        directive = session.get_one(Directive, late.directive_id)

        def names(view: View) -> list[str]:
            return [row.name for row in matrix.read(session, directive, selection(late), view, late.now).rows]

        whole = names(View())
        assert [*names(View(height=4)), *names(View(height=4, page=1))] == whole
        called = selection(late, unit_ids=record.called(session, " HUYỆN ỦY 1"))
        assert [row.name for row in matrix.read(session, directive, called, View(), late.now).rows] == ["Huyện ủy 1"]
        older = matrix.read(session, directive, selection(late), View(width=1, earlier=1), late.now)
        assert [column.slot for column in older.columns if column.kind is DutyKind.REPORT] == [SLOT]
        assert (older.rows_in_all, older.periods_in_all) == (len(whole), 2)


def test_a_units_record_tells_what_it_owed_and_how_long_it_took(late: World) -> None:
    with late.ledger.read() as session:
        prompt, silent = (
            record.read(session, record.find(session, key), late.now) for key in ("so-0", "huyen-2")
        )  # fmt: skip
        assert prompt.mean_to_acknowledge == timedelta(hours=2)
        assert [line.acknowledged_after for line in prompt.lines] == [timedelta(hours=2)]
        assert prompt.cells.done_on_time >= 2
        assert (prompt.climbed, prompt.pressed, prompt.returned) == (0, 0, 0)
        assert silent.mean_to_acknowledge is None
        assert silent.cells.open_overdue == 2  # the receipt and the report
        assert silent.climbed == 2
        assert silent.pressed >= 2
        assert record.read(session, record.find(session, "huyen-1"), late.now).returned == 1
        assert record.read(session, record.find(session, "huyen-0"), late.now).unreachable
        assert {post.title for post in prompt.posts} == {"Thủ trưởng", "Đầu mối"}
        assert record.find(session, str(prompt.unit.id)).key == "so-0"
        with pytest.raises(NotFound):
            record.find(session, "khong-co")


def test_the_log_is_read_page_by_page_without_gap_or_repeat(late: World) -> None:
    everything = [event.id for event in late.all(Event)][::-1]
    with late.ledger.read() as session:
        pages, before = [], 0
        while True:
            page = log.page(session, log.Filter(), before=before, size=7)
            pages += [entry.event.id for entry in page.entries]
            if not page.older:
                break
            before = page.older
        assert pages == everything
        assert [entry.event.id for entry in log.everything(session, log.Filter())] == everything


def test_the_log_is_filtered_by_directive_unit_actor_kind_and_day(late: World) -> None:
    zone = "Asia/Ho_Chi_Minh"
    with late.ledger.read() as session:
        units = record.called(session, "HUYỆN ỦY 1")
        about = log.page(session, log.Filter(unit_ids=units))
        assert {entry.addressee for entry in about.entries} == {"Huyện ủy 1"}
        assert "duty_returned" in {entry.event.kind for entry in about.entries}
        waived = log.page(session, log.Filter(actor="account:an")).entries
        assert {entry.event.kind for entry in waived} == {"duty_waived"}
        assert waived[0].addressee == "Sở 2"
        assert log.page(session, log.Filter(actor="Nguyễn Văn An", actors=["account:an"])).entries == waived
        assert log.page(session, log.Filter(actor="Nguyễn Văn An")).entries == []
        occurring = log.occurring(session)
        assert set(occurring.actors) >= {"account:an", "hoatoc"}
        assert not any(actor.startswith("addressee:") for actor in occurring.actors)
        assert "1-CV/TU" in waived[0].directive
        first = log.page(session, log.Filter(day=date(2021, 11, 23), zone=zone, kind="receipt_recorded")).entries
        assert [entry.addressee for entry in first] == ["Sở 0"]
        assert log.page(session, log.Filter(directive_id=late.directive_id + 1)).entries == []
        assert "summary_frozen" not in log.occurring(session).kinds


def test_the_course_tells_what_happened_what_comes_and_who_was_told(late: World) -> None:
    with late.ledger.read() as session:
        directive = session.get_one(Directive, late.directive_id)
        told = course.happened(session, directive)
        assert [line.at for line in told] == sorted((line.at for line in told), reverse=True)
        singles = {line.kind: line.name for line in told if line.times == 1}
        assert singles["duty_waived"] == "Sở 2"
        assert singles["duty_returned"] == "Huyện ủy 1"
        assert singles["addressee_unreachable"] == "Huyện ủy 0"
        coming = course.to_come(session, directive)
        assert [item.at for item in coming] == sorted(item.at for item in coming)
        assert coming[0].at >= late.now
        assert any(item.period == "open" and item.at == FREEZE for item in coming)
        stages = {stage.step: stage for stage in course.ladder(session, directive)}
        assert [name for name, _ in stages[Step.SUPERIOR].standing] == ["Huyện ủy 2"]
        assert {line.name for line in stages[Step.REMIND].told} >= {"Đầu mối Huyện ủy 2"}


def test_what_is_to_come_counts_nobody_whom_no_mail_reaches(late: World) -> None:
    with late.ledger.read() as session:
        directive = session.get_one(Directive, late.directive_id)
        coming = {(item.at, item.step): item.times for item in course.to_come(session, directive)}
    assert coming[DUE + timedelta(hours=1), Step.LEADERSHIP] == 1


def test_the_course_counts_the_letters_that_were_refused(ledgers: Ledgers, mail: MailServer) -> None:
    world = issued(ledgers.open(), mail.relay)
    mail.treat("so-0@mau.example", Manner.UNKNOWN)
    world.run()
    with world.ledger.read() as session:
        told = course.happened(session, session.get_one(Directive, world.directive_id))
    assert {line.kind: line.times for line in told}["notice_refused"] == 1


def test_nothing_comes_by_itself_while_a_directive_stands_still(late: World) -> None:
    with late.ledger.write() as session:
        directive = session.get_one(Directive, late.directive_id)
        life.suspend(session, directive, reason="bão", by="account:an", now=clock.read(session))
        assert course.to_come(session, directive) == []


def call(world: World, key: str, **typed: object) -> Call:
    says = {
        "number": "0297 3 123 456", "result": "reached", "spoke_with": "Trần Thị Bích", "note": "",
        "acknowledges": True, "caller": "account:an", "caller_name": "Nguyễn Văn An",
    } | typed  # fmt: skip
    with world.ledger.write() as session:
        return phone.log(session, world.addressee(key), now=clock.read(session), **says)  # type: ignore[arg-type]


def test_who_is_reached_by_phone_may_acknowledge_and_the_caller_is_the_source(late: World) -> None:
    call(late, "huyen-0")
    [receipt] = late.all(Receipt, Receipt.addressee_id == late.addressee("huyen-0").id)
    assert (receipt.by_name, receipt.channel) == ("Trần Thị Bích", "desk")
    assert "Nguyễn Văn An" in receipt.by_title
    [event] = late.events("call_logged")
    assert (event.actor, event.detail["acknowledged"]) == ("account:an", True)
    assert late.duty("huyen-0").state is DutyState.MET_LATE
    recorded, met = late.events("receipt_recorded")[-1], late.events("duty_met_late")[-1]
    assert (recorded.actor, met.actor) == ("account:an", "account:an")  # the desk did it, not the unit
    with late.ledger.read() as session:
        [silent] = phone.silent(session, session.get_one(Directive, late.directive_id), late.now)
        assert silent.settled
        assert [made.caller_name for made in silent.calls] == ["Nguyễn Văn An"]


def test_a_call_nobody_answers_is_kept_and_settles_nothing(late: World) -> None:
    call(late, "huyen-0", result="no_answer", acknowledges=False)
    [made] = late.all(Call)
    assert made.spoke_with == ""
    assert late.duty("huyen-0").state is DutyState.OPEN
    with late.ledger.read() as session:
        [silent] = phone.silent(session, session.get_one(Directive, late.directive_id), late.now)
        assert not silent.settled


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": " "}, "number"),
        ({"result": "maybe"}, "result"),
        ({"spoke_with": ""}, "spoke_with"),
        ({"result": "no_answer"}, "acknowledges"),
        ({"note": "a" * 1001}, "note"),
    ],
)
def test_a_call_that_does_not_stand_is_refused_and_leaves_nothing(
    late: World, typed: dict[str, str], field: str
) -> None:
    with pytest.raises(SubmissionRefused) as refused:
        call(late, "huyen-0", **typed)
    assert list(refused.value.problems) == [field]
    assert late.all(Call) == []
    assert late.events("call_logged") == []


def test_the_numbers_to_phone_are_those_of_the_directory(late: World) -> None:
    with late.ledger.write() as session:
        session.scalars(select(Unit).where(Unit.key == "huyen-0")).one().phone = "0297 3 111 111"
    with late.ledger.read() as session:
        [silent] = phone.silent(session, session.get_one(Directive, late.directive_id), late.now)
    assert [(number.whose, number.number) for number in silent.numbers] == [("Huyện ủy 0", "0297 3 111 111")]


def test_an_addressee_of_another_directive_is_not_found(late: World) -> None:
    with late.ledger.read() as session, pytest.raises(NotFound):
        phone.addressee_of(session, late.directive_id + 1, session.scalars(select(Addressee.id)).first() or 0)
