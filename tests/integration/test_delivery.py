"""What the mail server answers, and what becomes of each notice."""

import email
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Event, Notice, NoticeState
from hoatoc.localtime import NEVER
from hoatoc.mail import deliver
from hoatoc.mail.compose import Composer
from hoatoc.mail.frame import Envelope
from hoatoc.passing import Passed
from hoatoc.rollout import answers, claims, contents
from hoatoc.rollout.answers import GIVE_UP, delay
from hoatoc.rollout.claims import Claimed
from tests.conftest import Issue
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.offices import small_office
from tests.worlds.postgresql import Server
from tests.worlds.rollouts import DUE, ISSUED, RECEIPT_DUE, World, issued

DOOR = "so-0@mau.example"


def dispatched(world: World, address: str = DOOR) -> tuple[NoticeState, int, int]:
    (notice,) = world.notices(template="dispatch", to_address=address)
    return notice.state, notice.attempts, notice.answer_code


def test_every_addressee_gets_the_directive_once(world: World, mail: MailServer) -> None:
    world.run()
    world.run()
    assert sorted(kept.recipient for kept in mail.kept) == [
        "huyen-0@mau.example", "huyen-1@mau.example", "so-0@mau.example", "so-1@mau.example", "uv-0@mau.example",
    ]  # fmt: skip
    assert {kept.sender for kept in mail.kept} == {"vptu@mau.example"}
    assert {notice.state for notice in world.notices()} == {NoticeState.SENT}


def test_the_message_is_the_row(world: World, mail: MailServer) -> None:
    world.run()
    for kept in mail.kept:
        (notice,) = world.notices(to_address=kept.recipient)
        message = kept.message
        assert kept.message_id == notice.message_id
        assert parsedate_to_datetime(str(message["Date"])) == notice.written_at
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Priority"] == "1"
        assert "1-CV/TU" in str(message["Subject"])
        assert world.links.unit(world.addressee("so-0").id, 0) in mail.to(DOOR)[0].text
    assert len({kept.message["References"] for kept in mail.kept}) == 1


def test_a_line_that_begins_with_a_dot_arrives_whole(issue_in: Issue, mail: MailServer) -> None:
    files = small_office()
    files.directive["text"]["obligations"][0]["quote"] = ".chấm đầu dòng\n.\n.. hết"
    issue_in(files.read()).run()
    assert ".chấm đầu dòng . .. hết" in " ".join(mail.kept[0].text.split())


def test_a_refused_recipient_is_undeliverable_and_its_addressee_unreachable(world: World, mail: MailServer) -> None:
    mail.treat(DOOR, Manner.UNKNOWN)
    (done,) = world.run()
    assert (done.delivered.sent, done.delivered.refused) == (4, 1)
    assert dispatched(world) == (NoticeState.UNDELIVERABLE, 1, 550)
    assert world.addressee("so-0").unreachable_at == ISSUED
    assert len(world.events("addressee_unreachable")) == 1
    assert world.books("receipt", "").unreachable == 1
    world.run()
    assert mail.attempts[DOOR] == 1


def test_a_message_refused_for_what_it_says_is_undeliverable_and_its_mailbox_well(
    world: World, mail: MailServer
) -> None:
    mail.treat(DOOR, Manner.REFUSE_CONTENT)
    (done,) = world.run()
    assert (done.delivered.sent, done.delivered.refused) == (4, 1)
    assert dispatched(world) == (NoticeState.UNDELIVERABLE, 1, 554)
    assert world.notices(to_address=DOOR)[0].reason == answers.REJECTED
    assert world.addressee("so-0").unreachable_at == NEVER
    assert world.events("addressee_unreachable") == []


def test_an_addressee_that_acts_through_the_portal_is_reachable_again(world: World, mail: MailServer) -> None:
    mail.treat(DOOR, Manner.UNKNOWN)
    world.run()
    world.at(ISSUED + timedelta(hours=1)).acknowledge("so-0")
    assert world.addressee("so-0").unreachable_at == NEVER
    assert len(world.events("addressee_reachable")) == 1
    world.acknowledge("so-0")
    assert len(world.events("addressee_reachable")) == 1
    world.follow(DUE)
    assert world.notices(step="press", recipient="so-0")


def test_a_notice_rendered_at_the_very_due_time_says_what_the_books_say(world: World, mail: MailServer) -> None:
    world.run()
    world.follow(RECEIPT_DUE)
    pressing = [kept for kept in mail.kept if kept.recipient.startswith("head.so")]
    assert pressing
    assert not any("quá hạn" in kept.text.casefold() for kept in pressing)
    assert world.books("receipt", "").open == 5
    world.follow(RECEIPT_DUE + timedelta(hours=1))
    [digest] = [kept for kept in mail.kept if kept.recipient == "head.tinh-uy@mau.example"]
    assert "quá hạn" in digest.text


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("4.2.0 Greylisted, please try again in 300 seconds", 305), ("4.7.1 Come back in 00:20:00", 1205)],
)
def test_a_greylisting_server_is_asked_again_at_the_time_it_names_and_not_before(
    world: World, mail: MailServer, words: str, seconds: int
) -> None:
    mail.greylisted = words
    mail.treat(DOOR, Manner.GREYLIST, times=1)
    (done,) = world.run()
    assert (done.delivered.sent, done.delivered.deferred) == (4, 1)
    named = ISSUED + timedelta(seconds=seconds)
    assert world.notices(template="dispatch", to_address=DOOR)[0].next_attempt_at == named
    world.at(named - timedelta(seconds=1)).run()
    assert mail.attempts[DOOR] == 1
    world.at(named).run()
    assert dispatched(world) == (NoticeState.SENT, 2, 250)
    assert len(mail.to(DOOR)) == 1


def test_a_refused_reminder_makes_nobody_unreachable(world: World, mail: MailServer) -> None:
    mail.treat("focal.so-0@mau.example", Manner.UNKNOWN)
    world.run()
    world.go(RECEIPT_DUE - timedelta(hours=1))
    assert world.notices(state="undeliverable")
    assert world.addressee("so-0").unreachable_at == NEVER


def test_a_deferred_recipient_is_tried_again_with_growing_delay_and_the_same_bytes(
    world: World, mail: MailServer
) -> None:
    mail.treat(DOOR, Manner.GREYLIST, times=4)
    world.run()
    moment = ISSUED
    for attempt in range(1, 5):
        (notice,) = world.notices(to_address=DOOR, template="dispatch")
        assert (notice.state, notice.attempts) == (NoticeState.PENDING, attempt)
        assert notice.next_attempt_at == moment + delay(attempt)
        moment = notice.next_attempt_at
        world.go(moment)
    assert dispatched(world) == (NoticeState.SENT, 5, 250)
    (kept,) = mail.to(DOOR)
    (notice,) = world.notices(to_address=DOOR, template="dispatch")
    assert kept.message_id == notice.message_id
    assert parsedate_to_datetime(str(kept.message["Date"])) == ISSUED


def test_a_line_that_breaks_after_the_message_was_taken_sends_the_same_bytes_again(
    world: World, mail: MailServer
) -> None:
    mail.treat(DOOR, Manner.DROP_AFTER, times=1)
    world.run()
    assert dispatched(world)[0] is NoticeState.PENDING
    world.follow(ISSUED + timedelta(minutes=5))
    first, second = mail.to(DOOR)
    assert first.content == second.content
    assert dispatched(world)[0] is NoticeState.SENT


@pytest.mark.parametrize("manner", [Manner.DROP_BEFORE, Manner.DROP_AFTER, Manner.CLOSING])
def test_a_broken_line_says_nothing_of_the_mailbox(world: World, mail: MailServer, manner: Manner) -> None:
    mail.treat(DOOR, manner, times=3)
    (done,) = world.run()
    assert (done.delivered.sent, done.delivered.deferred) == (4, 1)
    world.follow(ISSUED + timedelta(hours=2))
    assert dispatched(world)[0] is NoticeState.SENT
    assert world.addressee("so-0").unreachable_at == NEVER
    assert len({kept.message_id for kept in mail.to(DOOR)}) == 1


def test_a_mailbox_deferred_too_long_is_given_up(world: World, mail: MailServer) -> None:
    mail.treat(DOOR, Manner.GREYLIST)
    world.run()
    world.follow(ISSUED + GIVE_UP + timedelta(hours=5))
    assert dispatched(world)[0] is NoticeState.UNDELIVERABLE
    assert world.addressee("so-0").unreachable_at < NEVER


def test_a_mailbox_deferred_once_after_the_mail_server_was_down_for_days_is_not_given_up(
    world: World, mail: MailServer
) -> None:
    mail.stop()
    world.run()
    mail.start()
    mail.treat(DOOR, Manner.GREYLIST, times=1)
    world.go(ISSUED + GIVE_UP + timedelta(hours=1))
    assert dispatched(world)[0] is NoticeState.PENDING
    assert world.addressee("so-0").unreachable_at == NEVER


def test_mailboxes_deferred_once_after_the_server_took_no_sender_for_days_are_not_given_up(
    world: World, mail: MailServer
) -> None:
    mail.refuse_sender = "550 5.7.1 Sender not allowed"
    world.run()
    mail.refuse_sender = ""
    for notice in world.notices():
        mail.treat(notice.to_address, Manner.GREYLIST, times=1)
    world.go(ISSUED + GIVE_UP + timedelta(hours=1))
    assert {notice.state for notice in world.notices(template="dispatch")} == {NoticeState.PENDING}
    assert {addressee.unreachable_at for addressee in world.all(Addressee)} == {NEVER}


def test_after_hours_without_a_mail_server_everything_goes_within_minutes(world: World, mail: MailServer) -> None:
    mail.stop()
    back = ISSUED + timedelta(hours=4)
    world.follow(back)
    assert {notice.state for notice in world.notices()} == {NoticeState.PENDING}
    mail.start()
    world.follow(back + timedelta(minutes=5))
    assert {notice.state for notice in world.notices()} == {NoticeState.SENT}


def test_a_mail_server_that_is_down_loses_nothing_and_is_asked_once_a_pass(world: World, mail: MailServer) -> None:
    mail.stop()
    (done,) = world.run()
    assert done.delivered.down
    assert done.delivered.sent == 0
    assert {notice.state for notice in world.notices()} == {NoticeState.PENDING}
    assert world.run()[0].delivered.down == ""  # nothing is due at this instant any more
    assert world.next_at() == ISSUED + delay(1)
    mail.start()
    world.follow(ISSUED + timedelta(minutes=10))
    assert {notice.state for notice in world.notices()} == {NoticeState.SENT}
    assert len(mail.kept) == len({kept.message_id for kept in mail.kept}) == 5


def test_each_pass_against_a_dead_mail_server_tries_no_notice_twice(sqlite_ledgers: Ledgers, mail: MailServer) -> None:
    world = issued(sqlite_ledgers.open(), mail.relay, small_office(districts=300, departments=400).read())
    mail.stop()
    world.run()
    attempts = [notice.attempts for notice in world.notices()]
    assert max(attempts) <= 1
    assert sum(attempts) <= 500  # one batch


def test_a_refused_sender_blames_no_recipient(world: World, mail: MailServer) -> None:
    mail.refuse_sender = "550 5.7.1 Sender not allowed"
    (done,) = world.run()
    assert "không nhận người gửi" in done.delivered.down
    assert {notice.state for notice in world.notices()} == {NoticeState.PENDING}
    assert all(world.addressee(key).unreachable_at == NEVER for key in ("so-0", "huyen-0"))
    mail.refuse_sender = ""
    world.follow(ISSUED + timedelta(minutes=10))
    assert len(mail.kept) == 5


def test_a_server_that_takes_few_connections_takes_all_the_mail(sqlite_ledgers: Ledgers, mail: MailServer) -> None:
    mail.most_connections = 2
    world = issued(sqlite_ledgers.open(), mail.relay, small_office(departments=30).read())
    (done,) = world.run()
    assert done.delivered.sent == len(world.notices())


def test_connections_are_kept(sqlite_ledgers: Ledgers, mail: MailServer) -> None:
    issued(sqlite_ledgers.open(), mail.relay, small_office(departments=30).read()).run()
    assert len(mail.kept) == 33
    assert mail.connections <= 4 + 1  # the first is the listener's own


@pytest.mark.parametrize("times", [1, 2])
def test_a_ledger_that_fails_while_answers_are_recorded_ends_the_pass_and_the_next_carries_on(
    sqlite_ledgers: Ledgers, mail: MailServer, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    world = issued(sqlite_ledgers.open(), mail.relay, small_office(departments=30).read())
    real, failures = answers.record, [OSError("disk full") for _ in range(times)]

    def record(*told: Any, **whose: Any) -> None:
        if failures:
            raise failures.pop()
        real(*told, **whose)

    monkeypatch.setattr(answers, "record", record)
    ended: list[OSError] = []

    def run() -> None:
        try:
            world.run()
        except OSError as error:
            ended.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "the pass hangs, and keeps its turn"
    assert [str(error) for error in ended] == ["disk full"]
    if times == 2:  # nor could it be recorded afterwards, and their sender lives: until its lease is over
        with world.ledger.write() as session:
            session.execute(update(Notice).values(lease_until=ISSUED).where(Notice.state == NoticeState.SENDING))
    world.run()
    assert {notice.state for notice in world.notices()} == {NoticeState.SENT}
    assert len(world.events("notice_sent")) == len(world.notices())
    copies: dict[str, list[bytes]] = {}
    for kept in mail.kept:
        copies.setdefault(kept.message_id, []).append(kept.content)
    assert all(len(set(contents)) == 1 for contents in copies.values())
    if times == 1:  # what it knew is not sent again, but for one under way on each connection
        assert len(mail.kept) - len(copies) <= world.relay.connections


def test_a_letter_that_cannot_be_written_keeps_nobody_else_from_theirs(
    world: World, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Composer.compose

    def compose(composer: Composer, claimed: Claimed, *, eight_bit: bool) -> Envelope:
        if claimed.to_address == DOOR:
            raise KeyError("original")
        return real(composer, claimed, eight_bit=eight_bit)

    with monkeypatch.context() as patch:
        patch.setattr(Composer, "compose", compose)
        (done,) = world.run()
    assert (done.delivered.sent, done.delivered.deferred) == (len(world.notices()) - 1, 1)
    assert dispatched(world) == (NoticeState.PENDING, 1, 0)
    assert world.addressee("so-0").unreachable_at == NEVER
    world.go(ISSUED + timedelta(minutes=5))
    assert dispatched(world)[0] is NoticeState.SENT
    assert len(mail.to(DOOR)) == 1


def test_a_letter_whose_contents_cannot_be_told_keeps_nobody_else_from_theirs(
    world: World, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = contents._letter

    def letter(notice: Any, *rest: Any) -> Any:
        if notice.to_address == DOOR:
            raise StopIteration  # which no thread can hand on to a loop
        return real(notice, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(contents, "_letter", letter)
        (done,) = world.run()
    assert (done.delivered.sent, done.delivered.deferred) == (len(world.notices()) - 1, 1)
    assert dispatched(world) == (NoticeState.PENDING, 1, 0)
    assert [event.detail["text"] for event in world.all(Event) if event.kind == "notice_deferred"] == [
        "không soạn được thư: StopIteration()"
    ]
    world.go(ISSUED + timedelta(minutes=5))
    assert dispatched(world)[0] is NoticeState.SENT
    (one,) = mail.to(DOOR)
    assert "Mở văn bản" in one.message.get_body(("html",)).get_content()


def test_a_slow_delivery_keeps_what_it_has_claimed(
    ledger: Ledger, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "LEASE", timedelta(seconds=0.6))
    mail.seconds = 0.1
    world = issued(ledger, mail.relay, small_office(departments=60).read())
    ended: list[list[Passed]] = []
    thread = threading.Thread(target=lambda: ended.append(world.run()), daemon=True)
    thread.start()
    seen: set[datetime] = set()
    while thread.is_alive() and len(seen) < 2:
        seen |= {notice.lease_until for notice in world.notices() if notice.state is NoticeState.SENDING}
    thread.join(60)
    assert len(seen) >= 2, "the lease is that of the claim"
    assert ended[0][0].delivered.sent == len(world.notices()) == len(mail.kept)


@pytest.fixture
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches so small that a small office needs several."""
    for name, value in {"BATCH": 8, "_MOST": 16, "_TOGETHER": 4}.items():
        monkeypatch.setattr(deliver, name, value)


@pytest.mark.usefixtures("few_at_a_time")
def test_a_claim_that_fails_ends_the_pass_and_the_next_carries_on(
    ledger: Ledger, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = issued(ledger, mail.relay, small_office(departments=30).read())
    real, calls = claims.claim, count(1)

    def claim(*asked: Any, **how: Any) -> claims.Claim:
        if next(calls) == 2:
            raise OSError("disk full")
        return real(*asked, **how)

    with monkeypatch.context() as patch:
        patch.setattr(claims, "claim", claim)
        with pytest.raises(OSError, match="disk full"):
            world.run()
    world.run()  # at once: what the failed delivery left is free
    assert {notice.state for notice in world.notices()} == {NoticeState.SENT}
    assert len(world.events("notice_sent")) == len(world.notices())
    copies = Counter(kept.message_id for kept in mail.kept)
    assert sum(copies.values()) - len(copies) <= world.relay.connections  # one under way on each


@pytest.mark.usefixtures("few_at_a_time")
def test_no_more_is_claimed_than_may_be_in_doubt(
    ledger: Ledger, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = issued(ledger, mail.relay, small_office(departments=60).read())
    claim, record, without_answer, seen = claims.claim, answers.record, Counter[str](), []

    def claiming(*asked: Any, **how: Any) -> claims.Claim:
        done = claim(*asked, **how)
        without_answer["now"] += len(done.notices)
        seen.append(without_answer["now"])
        return done

    def recording(
        session: Session, directive_id: int, told: Sequence[answers.Answer], now: datetime, **whose: Any
    ) -> None:
        without_answer["now"] -= len(told)
        record(session, directive_id, told, now, **whose)

    monkeypatch.setattr(claims, "claim", claiming)
    monkeypatch.setattr(answers, "record", recording)
    (done,) = world.run()
    assert (done.delivered.sent, without_answer["now"]) == (len(world.notices()), 0)
    assert len(seen) > 2  # whether one overlaps another is up to the machine
    assert max(seen) <= 16


@pytest.mark.usefixtures("few_at_a_time")
@pytest.mark.postgresql
def test_answers_are_recorded_while_the_next_notices_are_being_claimed(
    postgresql: Server, tmp_path: Path, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledgers = Ledgers("postgresql", tmp_path, postgresql)
    world = issued(ledgers.open(), mail.relay, small_office(departments=30).read())
    claim, record, calls, recorded = claims.claim, answers.record, count(1), threading.Event()

    def claiming(*asked: Any, **how: Any) -> claims.Claim:
        done = claim(*asked, **how)
        if next(calls) == 2:  # the transaction stays open until the answers to the first batch are recorded in another
            assert recorded.wait(60), "they wait for one another"
        return done

    def recording(*told: Any, **whose: Any) -> None:
        record(*told, **whose)
        recorded.set()

    monkeypatch.setattr(claims, "claim", claiming)
    monkeypatch.setattr(answers, "record", recording)
    (done,) = world.run()
    assert done.delivered.sent == len(world.notices())
    ledgers.close()


def test_an_addressee_without_any_mailbox_is_unreachable_and_stops_nobody(issue_in: Issue, mail: MailServer) -> None:
    files = small_office()
    unit = files.unit("so-0")
    del unit["mail"]
    unit["posts"] = [{"role": "head", "title": "Giám đốc"}]
    world = issue_in(files.read())
    world.run()
    assert len(mail.kept) == 4
    assert world.addressee("so-0").unreachable_at < NEVER
    world.follow(DUE + timedelta(hours=3))
    assert world.books().unreachable == 1


def test_every_template_goes_through_the_wire_and_parses_without_defects(world: World, mail: MailServer) -> None:
    world.run()
    world.follow(DUE + timedelta(days=1, hours=3))
    assert {notice.template for notice in world.notices()} == {
        "dispatch", "reminder", "escalation_digest", "daily_summary",
    }  # fmt: skip
    for kept in mail.kept:
        assert kept.message.defects == []
        [notice] = world.notices(message_id=kept.message_id)
        rich = "multipart/related" if notice.template == "daily_summary" else "text/html"
        assert [part.get_content_type() for part in kept.message.iter_parts()] == ["text/plain", rich]
        assert email.message_from_bytes(kept.content)["Message-ID"]
