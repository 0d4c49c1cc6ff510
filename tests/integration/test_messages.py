"""What people write back in their own words waits at the desk until somebody there has dealt with it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hoatoc import clock
from hoatoc.errors import ChangedMeanwhile, NotFound, SubmissionRefused
from hoatoc.ledger.schema import Directive, InboxKind, InboxMail, InboxState
from hoatoc.localtime import NEVER
from hoatoc.rollout import messages
from tests.worlds.rollouts import DUE, ISSUED, World

LATER = ISSUED + timedelta(hours=1)
WORDS = "Đơn vị xin hỏi mẫu số 2 nộp ở đâu?"


def arrives(
    world: World, words: str, *, key: str = "so-0", template: str = "dispatch", at: datetime = LATER, **values: Any
) -> None:
    notice = next(n for n in world.notices(template=template) if key in n.to_address)
    with world.ledger.write() as session:
        session.add(
            InboxMail(
                directive_id=world.directive_id, notice_id=notice.id, fingerprint=f"{words}{at}", kind=InboxKind.REPLY,
                received_at=at, subject="Re: Công văn 1", body=words, state=InboxState.NEW, outcome="",
                **{"sender": "vanthu@so-0.example", **values},
            )
        )  # fmt: skip


def deal(world: World, message_id: int, how: str = "đã gọi lại", at: datetime = LATER) -> InboxMail:
    with world.ledger.write() as session:
        return messages.handle(session, message_id, how=how, by="account:truc", by_name="Trực ban", now=at)


def counted(world: World) -> int:
    with world.ledger.read() as session:
        return messages.count(session)


def waiting(world: World) -> list[tuple[str, str]]:
    with world.ledger.read() as session:
        return [(one.name, one.mail.body) for one in messages.waiting(session, clock.read(session), limit=10)]


def test_free_words_wait_once_they_are_collected_and_nothing_else_does(world: World) -> None:
    world.run()
    arrives(world, "đã nhận", key="so-1")
    arrives(world, WORDS)
    assert counted(world) == 0
    world.go(LATER)
    assert (counted(world), waiting(world)) == (1, [("Sở 0", WORDS)])


def test_dealing_with_one_says_who_did_when_and_how(world: World) -> None:
    world.run()
    arrives(world, WORDS)
    world.go(LATER)
    [mail] = world.all(InboxMail)
    assert mail.handled_at == NEVER
    deal(world, mail.id, at=LATER + timedelta(minutes=5))
    [mail] = world.all(InboxMail)
    assert (mail.state, mail.handled_at) == (InboxState.HANDLED, LATER + timedelta(minutes=5))
    assert (mail.handled_by, mail.handled_how) == ("Trực ban", "đã gọi lại")
    [event] = world.events("message_handled")
    assert (event.actor, event.subject) == ("account:truc", f"addressee:{world.addressee('so-0').id}")
    assert event.detail == {"message": mail.id, "reason": "đã gọi lại"}
    assert (counted(world), waiting(world)) == (0, [])
    with world.ledger.read() as session:
        [done] = messages.handled(session, limit=10)
        assert (done.name, done.mail.id) == ("Sở 0", mail.id)
        unit_id = world.addressee("so-0").unit_id
        assert [one.mail.id for one in messages.of_unit(session, unit_id, limit=10)] == [mail.id]
        assert messages.of_unit(session, unit_id + 1, limit=10) == []


def test_two_desks_cannot_both_deal_with_one(world: World) -> None:
    world.run()
    arrives(world, WORDS)
    world.go(LATER)
    [mail] = world.all(InboxMail)
    with pytest.raises(SubmissionRefused):
        deal(world, mail.id, "x" * 1001)
    deal(world, mail.id)
    with pytest.raises(ChangedMeanwhile):
        deal(world, mail.id)
    assert len(world.events("message_handled")) == 1


def test_only_messages_are_dealt_with(world: World) -> None:
    world.run()
    arrives(world, "đã nhận")
    world.go(LATER)
    [receipt] = world.all(InboxMail)
    for number in (receipt.id, 999):
        with pytest.raises(NotFound):
            deal(world, number)


def test_whoever_has_waited_longest_stands_on_top(world: World) -> None:
    world.run()
    arrives(world, "sau", key="so-1", at=LATER)
    arrives(world, "trước", at=LATER - timedelta(minutes=1))
    world.go(LATER)
    assert [words for _, words in waiting(world)] == ["trước", "sau"]


AWAY = "Tôi đi công tác đến 30/11,\nviệc gấp xin gọi phòng Văn thư."


def comes_again(world: World, words: str = AWAY, **values: Any) -> datetime:
    """The same words, one minute later; when they came."""
    at = world.now + timedelta(minutes=1)
    arrives(world, words, at=at, **values)
    world.go(at)
    return at


def test_what_comes_after_each_letter_in_the_same_words_waits_once_and_says_how_often(world: World) -> None:
    world.run()
    arrives(world, AWAY)
    world.go(LATER)
    comes_again(world, AWAY.replace("\n", "  ").upper())
    last = comes_again(world)
    assert (counted(world), waiting(world)) == (1, [("Sở 0", AWAY)])
    with world.ledger.read() as session:
        [one] = messages.waiting(session, world.now, limit=10)
        assert (one.mail.received_at, one.times, one.last_at) == (LATER, 3, last)
    first, *again = world.all(InboxMail)
    assert [(mail.outcome, mail.repeats, mail.state) for mail in again] == [
        ("repeated", first.id, InboxState.APPLIED), ("repeated", first.id, InboxState.APPLIED),
    ]  # fmt: skip
    assert [event.detail["outcome"] for event in world.events("mail_collected")] == ["message", "repeated", "repeated"]


def test_two_of_the_same_words_in_one_pass_are_one(world: World) -> None:
    world.run()
    for minutes in range(2):
        arrives(world, AWAY, at=LATER + timedelta(minutes=minutes))
    assert world.go(LATER + timedelta(minutes=1)).collected.messages == 1
    assert counted(world) == 1


def test_what_was_dealt_with_is_asked_anew_when_it_comes_again(world: World) -> None:
    world.run()
    arrives(world, AWAY)
    world.go(LATER)
    comes_again(world)
    deal(world, world.all(InboxMail)[0].id)
    assert counted(world) == 0
    comes_again(world)
    with world.ledger.read() as session:
        [one], [done] = messages.waiting(session, world.now, limit=9), messages.handled(session, limit=9)
    assert (one.times, done.times) == (1, 2)


@pytest.mark.parametrize(
    "values",
    [
        {"words": "Tôi đi công tác đến 1/12."},
        {"key": "so-1"},
        {"sender": "giamdoc@so-0.example"},
        {"attached": [{"name": "lich.docx", "kind": "application/msword", "octets": 9}]},
        {"sheet": {"problem": "Không đọc được tệp Excel (.xlsx) gửi kèm."}},
    ],
)
def test_whatever_says_or_brings_something_else_is_a_message_of_its_own(world: World, values: dict[str, Any]) -> None:
    world.run()
    arrives(world, AWAY)
    world.go(LATER)
    comes_again(world, **values)
    assert counted(world) == 2


def test_letters_without_words_are_not_told_to_say_the_same(world: World) -> None:
    world.run()
    arrives(world, "")
    world.go(LATER)
    comes_again(world, "")
    assert counted(world) == 2


def test_an_answer_to_a_letter_about_others_is_nobodys_but_is_read_too(world: World) -> None:
    world.follow(DUE + timedelta(hours=3))
    [digest, *_] = world.notices(template="escalation_digest")
    arrives(world, "Tôi đã nhắc các sở.", key=digest.to_address, template="escalation_digest", at=world.now)
    world.run()
    with world.ledger.read() as session:
        [one] = messages.waiting(session, world.now, limit=10)
        assert (one.addressee, one.name, list(one.numbers)) == (None, digest.to_name, [])
    deal(world, one.mail.id)
    [event] = world.events("message_handled")
    assert event.subject == f"notice:{digest.id}"


def test_what_answers_a_trial_is_nobodys_business(world: World) -> None:
    world.run()
    arrives(world, WORDS)
    world.go(LATER)
    with world.ledger.write() as session:
        session.get_one(Directive, world.directive_id).trial = True
    assert (counted(world), waiting(world)) == (0, [])
