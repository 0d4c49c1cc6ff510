"""A trial rolls out in earnest, to the desk alone, and counts nowhere."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hoatoc import clock
from hoatoc.errors import InvalidTransition, TokenError
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Directive, DirectiveState, Event, Notice, NoticeState
from hoatoc.rollout import auditor, lineage, sample, trial, views, waking
from hoatoc.rollout.issue import issue
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import KEY, small_office
from tests.worlds.rollouts import DUE, FREEZE, ISSUED, World, issued


@pytest.fixture
def tried(ledger: Ledger, mail: MailServer) -> World:
    """A trial, begun; no pass has run."""
    folder, draft = small_office().read()
    with ledger.write() as session:
        clock.simulate(session, ISSUED)
        directive_id = trial.begin(session, folder, draft, now=ISSUED, by="account:an").id
    return World(ledger, mail.relay, directive_id)


def remove(world: World) -> None:
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        trial.remove(session, directive, by="account:an", now=clock.read(session))


def test_every_letter_goes_to_the_desk_and_names_who_would_have_got_it(tried: World, mail: MailServer) -> None:
    tried.run()
    tried.follow(FREEZE + timedelta(hours=1))
    notices = [notice for notice in tried.notices() if notice.state is NoticeState.SENT]
    assert {notice.template for notice in notices} >= {
        "dispatch", "reminder", "escalation_digest", "daily_summary"
    }  # fmt: skip
    assert {kept.recipient for kept in mail.kept} == {"desk@mau.example"}
    assert {kept.message_id for kept in mail.kept} == {notice.message_id for notice in notices}
    assert "desk@mau.example" not in {notice.to_address for notice in notices}
    letters = [kept.message for kept in mail.kept]
    assert all(letter["Subject"].startswith("[CHẠY THỬ] ") for letter in letters)
    district = next(letter for letter in letters if "Huyện ủy 0" in str(letter["To"]))
    text, rich = (district.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.startswith("*** CHẠY THỬ ***")
    assert "thư gửi cho: Huyện ủy 0 <huyen-0@mau.example>" in text
    assert "thư gửi cho: Huyện ủy 0 &lt;huyen-0@mau.example&gt;" in rich


def test_of_letters_alike_the_desk_gets_a_sample(ledger: Ledger, mail: MailServer) -> None:
    folder, draft = small_office(districts=6, departments=6).read()
    with ledger.write() as session:
        clock.simulate(session, ISSUED)
        world = World(ledger, mail.relay, trial.begin(session, folder, draft, now=ISSUED, by="account:an").id)
    mail.stop()
    world.run()
    assert {notice.state for notice in world.notices(template="dispatch")} == {NoticeState.PENDING, NoticeState.SKIPPED}
    mail.start()
    world.follow(FREEZE + timedelta(hours=1))
    kinds: dict[tuple[str, str, datetime], list[Notice]] = {}
    for notice in world.notices():
        kinds.setdefault((notice.template, notice.step, notice.written_at), []).append(notice)
    sent = [sum(notice.state is NoticeState.SENT for notice in alike) for alike in kinds.values()]
    assert sent == [min(len(alike), sample.MOST) for alike in kinds.values()]
    assert len(mail.kept) == sum(sent)
    skipped = [notice for notice in world.notices() if notice.state is NoticeState.SKIPPED]
    assert {notice.reason for notice in skipped} == {sample.ENOUGH}
    assert len(world.events("notice_skipped")) == len(skipped)
    units = [notice.recipient for notice in world.notices(template="dispatch") if notice.state is NoticeState.SENT]
    assert {key.partition("-")[0] for key in units} >= {"huyen", "so"}  # not three of the same line
    with ledger.read() as session:
        assert sample.counted(session, world.directive_id) == (sum(sent), len(skipped))


def test_a_real_rollout_sends_every_letter(ledger: Ledger, mail: MailServer) -> None:
    world = issued(ledger, mail.relay, small_office(districts=6, departments=6).read())
    world.run()
    assert {notice.state for notice in world.notices(template="dispatch")} == {NoticeState.SENT}


def test_a_trial_counts_nowhere(tried: World) -> None:
    tried.run()
    _, draft = small_office().read()
    now = DUE + timedelta(days=1)
    with tried.ledger.read() as session:
        assert views.board(session, now) == []
        assert auditor.overdue(session, now=now) == []
        assert auditor.promptness(session, since=ISSUED - timedelta(days=1), now=now).notices == 0
        assert lineage.lineage(session, KEY, {KEY: draft}, now).issued_at is None
        assert [directive.trial for directive in waking.overdue(session, now=now)] == [True]  # its passes are made


def test_the_document_is_issued_for_real_beside_its_trial(tried: World, mail: MailServer) -> None:
    tried.run()
    mail.kept.clear()
    real = issued(tried.ledger, mail.relay)
    assert real.directive_id != tried.directive_id
    real.run()
    assert {kept.recipient for kept in mail.kept} >= {"huyen-0@mau.example", "so-0@mau.example"}
    with tried.ledger.read() as session:
        assert [line["id"] for line in views.board(session, ISSUED)] == [real.directive_id]


def test_a_trial_after_the_issue_leaves_the_real_one_alone(ledger: Ledger, mail: MailServer) -> None:
    real = issued(ledger, mail.relay)
    folder, draft = small_office().read()
    with ledger.write() as session:
        tried = trial.begin(session, folder, draft, now=ISSUED, by="account:an")
        assert issue(session, folder, draft, now=ISSUED, by="account:an").id == real.directive_id != tried.id


def test_one_trial_of_a_content_runs_at_a_time(tried: World) -> None:
    files = small_office()
    folder, draft = files.read()
    with tried.ledger.write() as session:
        assert trial.begin(session, folder, draft, now=ISSUED, by="account:an").id == tried.directive_id
    files.directive["regime"]["receipt"]["within"] = "10h"
    changed = files.read()
    with pytest.raises(trial.TrialUnderWay), tried.ledger.write() as session:
        trial.begin(session, *changed, now=ISSUED, by="account:an")
    remove(tried)
    with tried.ledger.write() as session:
        again = trial.begin(session, *changed, now=ISSUED, by="account:an")
        assert (again.key, again.id != tried.directive_id) == (f"{KEY}~thu-2", True)
        assert [found.id for found in trial.of(session, KEY)] == [again.id]


def test_a_trial_taken_away_sends_nothing_more_and_its_links_open_nothing(tried: World, mail: MailServer) -> None:
    tried.run()
    addressee = tried.addressee("huyen-0")
    tried.at(DUE + timedelta(hours=1))
    remove(tried)
    remove(tried)  # doing it again does nothing
    mail.kept.clear()
    tried.run()
    assert mail.kept == []
    with tried.ledger.read() as session:
        assert session.get_one(Directive, tried.directive_id).state is DirectiveState.REMOVED
        assert waking.overdue(session, now=DUE + timedelta(days=9)) == []
        assert trial.of(session, KEY) == []
        with pytest.raises(TokenError):
            views.addressee_of(session, addressee.id, addressee.link_generation)
        kinds = session.scalars(select(Event.kind).where(Event.directive_id == tried.directive_id)).all()
        assert (kinds[0], kinds.count("trial_removed")) == ("trial_begun", 1)


def test_what_runs_for_real_cannot_be_taken_away(world: World) -> None:
    world.run()
    with pytest.raises(InvalidTransition):
        remove(world)
    assert world.all(Addressee)
    assert world.all(Notice)
