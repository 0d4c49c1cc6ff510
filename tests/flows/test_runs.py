"""Runs through a real worker: issued from Prefect, done once, carried on after a kill."""

import json
import os
import signal
from collections import Counter
from uuid import UUID

import pytest
from prefect.client.schemas.objects import FlowRun

from hoatoc.ledger.schema import Directive, Notice, NoticeState, Turn, WakeUp
from tests.flows.conftest import KIEN_GIANG, MANY
from tests.flows.controlroom import STEPS, ControlRoom, artifacts, ended, eventually, processes_with, step_names

ADDRESSEES = 128


def test_a_run_with_issue_set_issues_the_checked_draft(control_room: ControlRoom, issued_run: FlowRun) -> None:
    assert issued_run.state is not None
    assert issued_run.state.is_completed()
    assert control_room.directive(KIEN_GIANG).issued_by == "prefect"


def test_a_run_is_named_by_the_ledgers_instant_and_its_cause(issued_run: FlowRun) -> None:
    assert issued_run.name == "16:00 · 23/11 · ban hành"


def test_a_directive_knows_its_deployment_after_its_first_run(control_room: ControlRoom, issued_run: FlowRun) -> None:
    with control_room.here.ledger.read() as session:
        known = session.get_one(WakeUp, control_room.directive(KIEN_GIANG).id).deployment_id
    assert known == str(issued_run.deployment_id)


def test_a_run_has_exactly_the_five_steps_as_task_runs(issued_run: FlowRun) -> None:
    assert step_names(issued_run.id) == STEPS


def test_a_run_publishes_the_state_as_a_table_and_as_a_paragraph(issued_run: FlowRun) -> None:
    published = artifacts(issued_run.id)

    assert sorted(published) == ["markdown", "table"]
    assert published["table"].key == "kien-giang-13-cv-bcd-so-lieu"
    assert [(row["Việc"], row["Phải thực hiện"]) for row in json.loads(published["table"].data)] == [
        ("Xác nhận đã nhận", ADDRESSEES),
        ("Báo cáo ngày 24/11/2021", 69),
    ]
    assert published["markdown"].data == (
        "**Công điện 13-CV/BCĐ ngày 23/11/2021**, tình hình đến 16 giờ 00, ngày 23/11/2021."
        f" Xác nhận đã nhận: 0/{ADDRESSEES} đơn vị đã thực hiện, {ADDRESSEES} còn trong hạn."
        " Báo cáo ngày 24/11/2021: 0/69 đơn vị đã thực hiện, 69 còn trong hạn."
        f" Thư đã gửi: {ADDRESSEES}; chờ gửi: 0; không gửi được (văn phòng gọi điện): 0."
        " Lượt tiếp theo: 15 giờ 00, ngày 24/11/2021 (nhắc)."
    )


def test_every_addressee_gets_its_mail(control_room: ControlRoom, issued_run: FlowRun) -> None:
    ours = [kept for kept in control_room.mail.kept if "13-CV/BCĐ" in str(kept.message["Subject"])]

    assert len(ours) == ADDRESSEES
    assert f"{control_room.here.links.public_url}/v/" in ours[0].text


def test_a_second_run_at_the_same_instant_sends_nothing(control_room: ControlRoom, issued_run: FlowRun) -> None:
    before = len(control_room.mail.kept)

    again = control_room.run(KIEN_GIANG, cause="thử lại")

    assert again.state is not None
    assert again.state.is_completed()
    assert again.name == "16:00 · 23/11 · thử lại"
    assert step_names(again.id) == STEPS
    assert len(control_room.mail.kept) == before


@pytest.mark.slow
def test_a_run_killed_while_sending_is_carried_on_by_the_next(control_room: ControlRoom) -> None:
    mail, ledger = control_room.mail, control_room.here.ledger
    mail.seconds = 0.4
    before = len(mail.kept)
    killed = control_room.start(MANY, issue=True)
    eventually(lambda: len(mail.kept) - before, lambda came: came >= 6)
    for pid in processes_with(f"PREFECT__FLOW_RUN_ID={killed}"):
        os.kill(pid, signal.SIGKILL)
    dead = ended(killed)
    with ledger.read() as session:
        directive_id = session.query(Directive).filter_by(key=MANY).one().id
        in_flight = session.query(Notice).filter_by(directive_id=directive_id, state=NoticeState.SENDING).all()
        holder = session.get_one(Turn, directive_id).holder
    mail.seconds = 0.0

    carried_on = control_room.run(MANY)

    assert dead.state is not None
    assert dead.state.is_crashed()
    assert in_flight, "it was not killed while sending"
    assert holder
    assert carried_on.state is not None
    assert carried_on.state.is_completed()
    ids = Counter(kept.message_id for kept in mail.kept[before:])
    assert len(ids) == 40
    # At most what the four connections had in the air came twice, under the Message-ID it had.
    assert sum(ids.values()) - 40 <= 4 * 2
    with ledger.read() as session:
        states = {row.state for row in session.query(Notice).filter_by(directive_id=directive_id)}
    assert states == {NoticeState.SENT}


def test_a_run_of_a_directive_not_issued_fails_and_says_so(refused_run: UUID) -> None:
    refused = ended(refused_run)

    assert refused.state is not None
    assert refused.state.is_failed()
    assert "'tinh-mau/3-cv' chưa được ban hành" in (refused.state.message or "")
