"""Assigning inside a unit: the specialist gets a mail and a link, the first rung goes to them too, the unit owes on."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused, TokenError
from hoatoc.ledger.schema import Addressee, Duty, DutyKind, DutyState, Notice, Receipt, Specialist
from hoatoc.localtime import NEVER
from hoatoc.rollout import exchange, specialists
from hoatoc.rollout.exchange import Code
from hoatoc.rollout.specialists import MOST_A_DAY, Asked
from tests.conftest import Issue
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.rollouts import DUE, ISSUED, LINKS, RECEIPT_DUE, World

UNIT, MAIL = "so-0", "binh.tv@mau.example"
ASKED = Asked("Trần Văn Bình", MAIL, ("1",), "Lấy số của phòng y tế", "Lê Thị Mai")


def assign(world: World, asked: Asked = ASKED, key: str = UNIT) -> Specialist:
    with world.ledger.write() as session:
        return specialists.assign(session, world.addressee(key), asked, now=clock.read(session), channel="portal")


def revoke(world: World, specialist: Specialist, key: str = UNIT) -> None:
    with world.ledger.write() as session:
        specialists.revoke(session, world.addressee(key), specialist.id, by_name="Lê Thị Mai", now=clock.read(session))


def opens(world: World, specialist_id: int, generation: int = 0) -> bool:
    with world.ledger.read() as session:
        try:
            specialists.of_link(session, specialist_id, generation)
        except TokenError:
            return False
    return True


def to_specialist(mail: MailServer) -> list[str]:
    return [str(kept.message["Subject"]) for kept in mail.kept if kept.recipient == MAIL]


def test_assigning_acknowledges_and_writes_the_specialist_their_own_link(world: World, mail: MailServer) -> None:
    world.run()
    specialist = assign(world)
    codes = [row.code for row in world.all(Receipt, Receipt.addressee_id == specialist.addressee_id)]
    assert sorted(codes) == ["03", "04"]
    assert world.duty(UNIT).state is DutyState.MET
    world.run()
    (kept,) = [kept for kept in mail.kept if kept.recipient == MAIL]
    text = kept.text
    assert LINKS.specialist(specialist.id, 0) in text
    assert LINKS.unit(specialist.addressee_id, 0) not in kept.message.as_string()
    assert "Lấy số của phòng y tế" in text
    assert "Báo cáo ngày 24/11/2021" in text


def test_the_first_rung_goes_to_the_specialist_too_and_later_rungs_do_not(world: World, mail: MailServer) -> None:
    world.run()
    assign(world)
    world.follow(DUE + timedelta(hours=2))
    own = [notice for notice in world.all(Notice) if notice.addressee_id == world.addressee(UNIT).id]
    steps = {(notice.step, notice.to_address == MAIL) for notice in own if notice.template == "reminder"}
    assert steps == {("remind", False), ("remind", True), ("press", False)}
    (reminder,) = [notice for notice in own if notice.to_address == MAIL and notice.template == "reminder"]
    assert [line["kind"] for line in reminder.context["duties"]] == ["report"]
    assert reminder.context["link"]["specialist"]
    assert len(to_specialist(mail)) == 2, "the assignment and one reminder"


def test_somebody_who_is_assigned_something_else_is_not_reminded(issue_in: Issue, mail: MailServer) -> None:
    files = small_office()
    files.directive["regime"]["first_action"] = {"within": "2h"}
    world = issue_in(files.read())
    world.run()
    world.acknowledge(UNIT)
    assign(world, Asked("Bình", MAIL, ("first_action",), "", "Mai"))
    world.report(UNIT)
    world.follow(DUE + timedelta(hours=2))
    assert len(to_specialist(mail)) == 1


def test_inside_a_body_that_is_never_pressed_nobody_is_reminded(issue_in: Issue, mail: MailServer) -> None:
    files = small_office()
    files.unit(UNIT).update(tree="outside", parent=None)
    world = issue_in(files.read())
    world.run()
    assign(world)
    world.follow(DUE + timedelta(hours=2))
    assert len(to_specialist(mail)) == 1, "the assignment alone"


def test_the_same_again_changes_nothing_and_something_else_replaces_it(world: World) -> None:
    world.run()
    first = assign(world)
    assert assign(world).id == first.id
    assert len(world.notices(template="assignment")) == 1
    world.at(ISSUED + timedelta(minutes=1))
    changed = assign(world, Asked("Trần Văn Bình", MAIL.upper(), ("1",), "lời dặn mới", "Mai"))
    assert (changed.id, changed.note) == (first.id, "lời dặn mới")
    assert len(world.notices(template="assignment")) == 2
    assert len(world.all(Specialist)) == 1


def test_a_link_closes_when_the_unit_closes_it_and_when_the_units_own_was_revoked(world: World) -> None:
    world.run()
    one, other = assign(world), assign(world, Asked("Hoa", "hoa@mau.example", ("1",), "", "Mai"))
    assert opens(world, one.id)
    revoke(world, one)
    revoke(world, one)
    assert not opens(world, one.id)
    assert len(world.events("specialist_revoked")) == 1
    with world.ledger.write() as session:
        session.get_one(Addressee, other.addressee_id).link_generation = 1
    assert not opens(world, other.id)
    with pytest.raises(NotFound):
        revoke(world, other, "so-1")


def test_a_closed_link_is_neither_sent_nor_reminded(world: World, mail: MailServer) -> None:
    world.run()
    revoke(world, assign(world))
    world.follow(DUE + timedelta(hours=2))
    assert to_specialist(mail) == []
    (notice,) = world.notices(template="assignment")
    assert notice.state == "skipped"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked("", MAIL, ("1",), "", "Mai"), "name"),
        (Asked("Bình", "khong-phai-thu", ("1",), "", "Mai"), "mail"),
        (Asked("Bình", "a@b.example,c@d.example", ("1",), "", "Mai"), "mail"),
        (Asked("Bình", "a@b.example\nBcc: c@d.example", ("1",), "", "Mai"), "mail"),
        (Asked("Bình", MAIL, (), "", "Mai"), "subjects"),
        (Asked("Bình", MAIL, ("receipt",), "", "Mai"), "subjects"),
        (Asked("Bình", MAIL, ("1",), "x" * 501, "Mai"), "note"),
        (Asked("Bình", MAIL, ("1",), "", ""), "assigned_by"),
    ],
)
def test_what_does_not_stand_is_refused(world: World, asked: Asked, field: str) -> None:
    world.run()
    with pytest.raises(SubmissionRefused) as refused:
        assign(world, asked)
    assert list(refused.value.problems) == [field]
    assert world.all(Specialist) == []


def test_a_unit_writes_only_so_many_of_these_mails_a_day(world: World) -> None:
    world.run()
    for number in range(MOST_A_DAY):
        assign(world, Asked("Bình", f"b{number}@mau.example", ("1",), "", "Mai"))
    with pytest.raises(SubmissionRefused):
        assign(world, Asked("Bình", "mot-nua@mau.example", ("1",), "", "Mai"))
    world.at(ISSUED + timedelta(days=1, seconds=1))
    assert assign(world, Asked("Bình", "mot-nua@mau.example", ("1",), "", "Mai")).revoked_at == NEVER


def test_the_codes_of_a_unit_are_reached_one_by_one(world: World) -> None:
    def codes() -> list[Code]:
        with world.ledger.read() as session:
            return [stage.code for stage in exchange.stages(session, world.addressee(UNIT))]

    assert codes() == []
    world.run()
    assert codes() == [Code.INBOX]
    world.acknowledge(UNIT)
    assert codes() == [Code.INBOX, Code.ACCEPTANCE]
    assign(world)
    world.report(UNIT)
    assert codes() == [Code.INBOX, Code.ACCEPTANCE, Code.ASSIGNMENT, Code.PROCESSING]


def test_who_owes_no_report_has_finished_with_the_acknowledgement(world: World) -> None:
    world.run()
    with world.ledger.read() as session:
        reporting = select(Duty.addressee_id).where(Duty.kind == DutyKind.REPORT)
        member = session.scalars(select(Addressee).where(Addressee.id.not_in(reporting))).first()
    assert member is not None
    world.at(RECEIPT_DUE)
    world.acknowledge(member.key)
    with world.ledger.read() as session:
        reached = exchange.stages(session, member)
    assert [stage.code for stage in reached] == [Code.INBOX, Code.ACCEPTANCE, Code.FINISH]
    assert reached[-1].at == RECEIPT_DUE
