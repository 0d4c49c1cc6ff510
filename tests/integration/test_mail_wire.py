"""The wire against servers that misbehave: every notice gets exactly one answer, and it is the right one."""

import asyncio
import ssl
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count, product
from pathlib import Path

import pytest

from hoatoc.mail.frame import BadRecipient, Envelope
from hoatoc.mail.relay import Relay
from hoatoc.mail.wire import Wire
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.claims import Claimed
from tests.worlds.scripted import Script, scripted_server

WHEN = datetime(2021, 11, 23, 9, tzinfo=UTC)
BODY = b"To: x\r\nSubject: y\r\n\r\n.first\r\n..\r\nlast \xc3\xa0\r\n"


def claimed(number: int, address: str = "") -> Claimed:
    return Claimed(
        id=number, template="t", to_name="", to_address=address or f"so-{number}@mau.example",
        message_id=f"<{number}@mau.example>", written_at=WHEN, attempts=1, context={}, addressee_id=None, likeness="",
    )  # fmt: skip


def compose(notice: Claimed, *, eight_bit: bool) -> Envelope:
    if notice.to_address == "unusable":
        raise BadRecipient("địa chỉ thư không dùng được")
    return Envelope(notice.id, "vptu@mau.example", notice.to_address, BODY, eight_bit)


class Sent:
    """What became of a batch: one answer for each notice, and what the wire says of the server."""

    def __init__(self, answers: list[Answer], down: str, login_refused: str) -> None:
        self.down, self.login_refused = down, login_refused
        self.by_id = {answer.notice_id: answer for answer in answers}
        assert len(self.by_id) == len(answers), "a notice was answered twice"

    @property
    def outcomes(self) -> list[Outcome]:
        return [answer.outcome for _, answer in sorted(self.by_id.items())]


async def send(script: Script, notices: Sequence[Claimed], **relay: object) -> Sent:
    options = {"connections": 1, "timeout": 5.0, **relay}
    answers: list[Answer] = []
    stirred = asyncio.Event()

    def tell(answer: Answer) -> None:
        answers.append(answer)
        stirred.set()

    wire = Wire(Relay("127.0.0.1", script.port, **options), compose, tell, stirred.set)  # type: ignore[arg-type]
    wire.feed(notices)
    async with asyncio.timeout(20):
        while wire.unanswered:
            await stirred.wait()
            stirred.clear()
            wire.check()
        await wire.close()
    assert len(answers) == len(notices)
    return Sent(answers, wire.down, wire.login_refused)


def run(script: Script, notices: Sequence[Claimed], **relay: object) -> Sent:
    async def inside() -> Sent:
        async with scripted_server(script):
            return await send(script, notices, **relay)

    return asyncio.run(inside())


def refusing(number: int, reply: str) -> dict[str, object]:
    return {"RCPT": lambda line: reply if f"so-{number}@" in line else "250 ok"}


FIVE = [claimed(number) for number in range(1, 6)]
A, R, D, N = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.DEFERRED, Outcome.NO_SERVER
J = Outcome.REJECTED


@pytest.mark.parametrize("extensions", [("PIPELINING", "8BITMIME"), ("PIPELINING",), ("8BITMIME",), ("SIZE",)])
def test_every_message_arrives_whole_whatever_the_server_offers(extensions: tuple[str, ...]) -> None:
    script = Script(extensions)
    assert run(script, FIVE).outcomes == [A] * 5
    stuffed = BODY.replace(b"\r\n.", b"\r\n..")
    assert sorted(script.messages) == [(notice.to_address, stuffed) for notice in FIVE]
    assert script.connections == 1
    assert any("BODY=8BITMIME" in line for line in script.commands) == ("8BITMIME" in extensions)


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("SIZE",)])
@pytest.mark.parametrize(
    ("command", "words"),
    [
        *product(("MAIL", "RCPT", "DATA", "."), ("HTTP/1.1 400 Bad Request", "199 y", "999 z", "000 q")),
        ("MAIL", "354 go on"), ("RCPT", "354 go on"), (".", "354 go on"), ("DATA", "250 ok"),
    ],
)  # fmt: skip
def test_a_reply_that_does_not_follow_is_no_success_and_no_refusal(
    extensions: tuple[str, ...], command: str, words: str
) -> None:
    sent = run(Script(extensions, replies={command: lambda _: words}), FIVE[:2], timeout=1.0)
    assert sent.outcomes == [N, N]


def test_a_refused_recipient_whose_data_gets_a_go_ahead_ends_with_a_bare_dot_and_counts_refused() -> None:
    script = Script(replies={**refusing(2, "550 5.1.1 unknown"), "DATA": lambda _: "354 go on"})  # type: ignore[dict-item]
    sent = run(script, FIVE)
    assert sent.outcomes == [A, R, A, A, A]
    assert (sent.by_id[2].code, sent.by_id[2].text) == (550, "5.1.1 unknown")
    assert [content for recipient, content in script.messages if not content] == [b""]


def test_a_refused_recipient_whose_data_is_refused_too_is_followed_by_the_next() -> None:
    script = Script(replies=refusing(2, "550 5.1.1 unknown"))  # type: ignore[arg-type]
    assert run(script, FIVE).outcomes == [A, R, A, A, A]
    assert "RSET" in script.commands


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
@pytest.mark.parametrize(
    ("command", "reply", "outcome"),
    [
        ("RCPT", "450 4.2.0 greylisted", D), ("RCPT", "550 no", R), ("DATA", "451 4.3.0 later", D),
        ("DATA", "554 no", J), (".", "451 4.7.1 later", D), (".", "554 5.7.1 spam", J), (".", "452 full", D),
    ],
)  # fmt: skip
def test_a_refusal_at_any_stage_is_of_its_notice_alone(
    offers: tuple[str, ...], command: str, reply: str, outcome: Outcome
) -> None:
    usual = "354 go on" if command == "DATA" else "250 ok"
    calls = iter([usual, reply, usual, usual, usual])
    script = Script(offers, replies={command: lambda _: next(calls)})
    assert run(script, FIVE).outcomes == [A, outcome, A, A, A]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_replies_cut_into_packets_are_put_together(size: int) -> None:
    script = Script(packets=size, replies={".": lambda _: "250-2.0.0 queued\r\n250 as 7"})
    sent = run(script, FIVE)
    assert sent.outcomes == [A] * 5
    assert {answer.text for answer in sent.by_id.values()} == {"2.0.0 queued as 7"}


def test_a_drop_in_mid_data_puts_that_notice_alone_in_doubt() -> None:
    script = Script(drop_in_data_after=10)
    assert run(script, FIVE).outcomes == [N, A, A, A, A]
    assert script.connections == 2


def test_a_drop_after_the_dot_puts_that_notice_alone_in_doubt() -> None:
    calls = iter(["250 ok", "drop", "250 ok", "250 ok", "250 ok"])
    script = Script(replies={".": lambda _: next(calls)})
    assert run(script, FIVE).outcomes == [A, N, A, A, A]
    assert len(script.messages) == 5


def test_a_server_that_tires_of_a_connection_costs_no_notice_its_attempt() -> None:
    calls = iter(["250 ok", "250 ok", "drop", *["250 ok"] * 9])
    script = Script(replies={"MAIL": lambda _: next(calls)})
    assert run(script, FIVE).outcomes == [A] * 5
    assert script.connections == 2


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "."])
def test_closing_costs_one_notice_its_attempt_and_the_rest_go_by_a_fresh_connection(
    offers: tuple[str, ...], command: str
) -> None:
    usual = "354 go on" if command == "DATA" else "250 ok"
    calls = iter([usual, "421 4.3.2 closing", *[usual] * 9])
    script = Script(offers, replies={command: lambda _: next(calls)})
    sent = run(script, FIVE)
    assert (sent.outcomes, sent.down) == ([A, N, A, A, A], "")


@pytest.mark.parametrize(
    ("command", "timeout", "seconds"), [("MAIL", 1.0, "1"), ("RCPT", 1.0, "1"), ("DATA", 1.0, "1"), (".", 0.5, "5")]
)
def test_a_server_that_hangs_is_given_up_in_time(command: str, timeout: float, seconds: str) -> None:
    script = Script(replies={command: lambda _: ""})
    sent = run(script, FIVE[:1], timeout=timeout)
    assert sent.outcomes == [N]
    assert f"không trả lời sau {seconds} giây" in sent.by_id[1].text


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
def test_a_server_that_looks_long_at_a_message_is_waited_for_and_gets_it_once(offers: tuple[str, ...]) -> None:
    script = Script(offers, seconds_over_message=1.5)
    assert run(script, FIVE[:2], timeout=1.0).outcomes == [A, A]
    assert len(script.messages) == 2


@pytest.mark.parametrize("offers", [("PIPELINING", "SIZE 1000"), ("SIZE 1000",)])
def test_a_message_too_large_for_the_server_is_refused_alone(offers: tuple[str, ...]) -> None:
    def sender(line: str) -> str:
        return "552 5.3.4 too large" if "SIZE=" in line.upper() else "250 ok"

    def end(address: str) -> str:
        return "552 5.3.4 too large" if address.startswith("so-2@") else "250 ok"

    sent = run(Script(offers, replies={"MAIL": sender, ".": end}), FIVE)
    assert (sent.outcomes, sent.down) == ([A, J, A, A, A], "")


def test_a_server_that_always_breaks_the_line_is_down() -> None:
    script = Script(replies={"RCPT": lambda _: "drop"})
    sent = run(script, [claimed(number) for number in range(1, 41)])
    assert sent.outcomes == [N] * 40
    assert sent.down
    assert script.connections <= 15


def test_a_server_that_takes_no_sender_of_ours_is_down_and_says_nothing_of_the_mailbox() -> None:
    script = Script(replies={"MAIL": lambda _: "553 5.7.1 not yours"})
    sent = run(script, FIVE)
    assert sent.outcomes == [N] * 5
    assert "553" in sent.down


#: What a relay that wants a name and a password is told.
LOGIN = {"username": "vanthu", "password": "sai", "connections": 4}


def logging_in(reply: str, *ways: str, offers: tuple[str, ...] = ("PIPELINING",)) -> Script:
    return Script(extensions=(*offers, f"AUTH {' '.join(ways)}"), replies={"AUTH": lambda _: reply})


@pytest.mark.parametrize("ways", [("PLAIN", "LOGIN"), ("LOGIN",), ("LOGIN", "PLAIN")])
def test_a_wrong_password_is_told_the_server_once_and_named_as_the_reason(ways: tuple[str, ...]) -> None:
    script = logging_in("535 5.7.8 Bad credentials", *ways)
    done = run(script, [claimed(number) for number in range(1, 41)], **LOGIN)
    assert (done.outcomes, done.login_refused) == ([N] * 40, "535 5.7.8 Bad credentials")
    for words in ("vanthu", "535 5.7.8 Bad credentials", "HOATOC_SMTP_URL"):
        assert words in done.down
    assert (script.connections, sum(line.startswith("AUTH") for line in script.commands)) == (1, 1)


@pytest.mark.parametrize(("reply", "refused"), [("454 4.7.0 later", ""), ("534 5.7.9 too weak", "534 5.7.9 too weak")])
def test_a_way_to_log_in_that_is_refused_leaves_the_next_and_what_cannot_be_judged_now_refuses_nobody(
    reply: str, refused: str
) -> None:
    script = logging_in(reply, "PLAIN", "LOGIN")
    done = run(script, FIVE, **LOGIN)
    assert (done.outcomes, done.login_refused, script.connections) == ([N] * 5, refused, 1)
    assert sum(line.startswith("AUTH") for line in script.commands) == 2  # it may be the way that is refused


@pytest.mark.parametrize("offers", [("PIPELINING",), ("SIZE",)])
def test_once_one_connection_is_logged_in_the_others_follow(offers: tuple[str, ...]) -> None:
    script = logging_in("235 2.7.0 welcome", "PLAIN", offers=offers)
    done = run(script, [claimed(number) for number in range(1, 41)], **LOGIN)
    assert (done.outcomes, done.down, done.login_refused) == ([A] * 40, "", "")
    assert script.connections == 4


def test_where_the_digest_of_a_password_is_refused_the_password_is_told() -> None:
    script = Script(
        extensions=("AUTH CRAM-MD5 PLAIN",),
        replies={"AUTH": lambda line: "235 welcome" if "PLAIN" in line else "535 5.7.8 I keep no password"},
    )
    assert run(script, FIVE, **LOGIN).outcomes == [A] * 5


def test_a_server_that_hangs_up_over_a_wrong_password_has_refused_it_too() -> None:
    script = logging_in("", "CRAM-MD5", "PLAIN")
    script.replies["AUTH"] = lambda line: "drop" if "PLAIN" in line else "535 5.7.8 Bad credentials"
    assert run(script, FIVE, **LOGIN).login_refused == "535 5.7.8 Bad credentials"


def test_a_server_that_knows_no_way_to_log_in_is_down() -> None:
    done = run(Script(), FIVE, **LOGIN)
    assert (done.outcomes, done.login_refused) == ([N] * 5, "")
    assert "AUTH" in done.down


def test_nobody_listening_is_down() -> None:
    assert asyncio.run(send(Script(port=1), FIVE, connections=4)).outcomes == [N] * 5


def test_what_is_not_smtp_breaks_the_line() -> None:
    script = Script(replies={"MAIL": lambda _: "HTTP/1.1 400"})
    assert run(script, FIVE[:1]).outcomes == [N]


def test_an_unusable_address_is_refused_without_bothering_the_server() -> None:
    script = Script()
    assert run(script, [claimed(1), claimed(2, "unusable"), claimed(3)]).outcomes == [A, R, A]
    assert len(script.messages) == 2


@pytest.mark.parametrize("most", [1, 3])
def test_connections_that_are_turned_away_leave_the_work_to_those_that_stand(most: int) -> None:
    script = Script(most_connections=most)
    sent = run(script, [claimed(number) for number in range(60)], connections=8)
    assert (sent.outcomes, sent.down) == ([A] * 60, "")


def of_domains(number: int, domains: int = 3) -> list[Claimed]:
    return [claimed(one, f"so-{one}@tinh-{one % domains}.example") for one in range(number)]


def strict(most: int) -> Script:
    """A server that takes at most so many transactions to one domain at a time, and puts off the others."""
    under_way: Counter[str] = Counter()

    def recipient(line: str) -> str:
        domain = line.rpartition("@")[2].rstrip(">")
        if under_way[domain] >= most:
            return "451 4.7.1 too many to this domain at a time"
        under_way[domain] += 1
        return "250 ok"

    def end(address: str) -> str:
        under_way[address.rpartition("@")[2]] -= 1
        return "250 ok"

    return Script(replies={"RCPT": recipient, ".": end})


@pytest.mark.parametrize("most", [1, 2])
def test_a_server_that_puts_off_what_is_over_its_limit_for_a_domain_gets_no_more_than_that(most: int) -> None:
    without = run(strict(most), of_domains(60), connections=8)
    assert D in without.outcomes  # it does put off
    assert run(strict(most), of_domains(60), connections=8, per_domain=most).outcomes == [A] * 60


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_connections_stand_than_the_relay_allows_however_often_the_server_breaks_them(most: int) -> None:
    calls = count(1)
    script = Script(replies={".": lambda _: "250 ok" if next(calls) % 7 else "drop"})
    sent = run(script, [claimed(number) for number in range(60)], connections=most)
    assert (Counter(sent.outcomes), sent.down) == ({A: 52, N: 8}, "")
    assert script.most_standing == most < script.connections


def test_at_most_so_many_to_one_domain_are_under_way() -> None:
    script = Script()
    assert run(script, [claimed(number) for number in range(40)], connections=8, per_domain=2).outcomes == [A] * 40
    assert script.most_under_way <= 2


def test_a_certificate_of_nobody_known_is_named_as_the_reason(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", "-out",
         tmp_path / "crt", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context.load_cert_chain(tmp_path / "crt", tmp_path / "key")
    script = Script()

    async def inside() -> tuple[Sent, Sent]:
        async with scripted_server(script, context):
            unknown = await send(script, FIVE, tls="tls")
            return unknown, await send(script, FIVE, tls="tls", ca=str(tmp_path / "crt"))

    unknown, known = asyncio.run(inside())
    assert unknown.outcomes == [N] * 5
    assert "chứng thư của máy chủ không dùng được" in unknown.down
    assert known.outcomes == [A] * 5


async def until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110  # the server signals nothing
        await asyncio.sleep(0.01)


def test_a_connection_on_which_the_server_has_said_goodbye_is_closed_before_the_next_is_opened() -> None:
    calls = iter(["250 ok\r\n421 4.4.2 idle for too long", "250 ok"])
    script = Script(replies={".": lambda _: next(calls)})

    async def inside() -> list[Answer]:
        async with scripted_server(script), asyncio.timeout(30):
            told: list[Answer] = []
            wire = Wire(Relay("127.0.0.1", script.port, connections=1), compose, told.append, lambda: None)
            for number in (1, 2):
                wire.feed([claimed(number)])
                await until(lambda: len(told) == number)  # noqa: B023  # called at once
            await wire.close()
            await until(lambda: script.standing == 0)
            return told

    assert [answer.outcome for answer in asyncio.run(inside())] == [A, A]
    assert script.connections == 2


@pytest.mark.parametrize(("offers", "silent"), [(("PIPELINING",), "DATA"), ((), "DATA"), ((), ".")])
def test_an_aborted_delivery_drops_its_connections_at_once_and_says_nothing_more(
    offers: tuple[str, ...], silent: str
) -> None:
    script = Script(offers, replies={silent: lambda _: ""})

    async def inside() -> float:
        async with scripted_server(script), asyncio.timeout(30):
            told: list[Answer] = []
            relay = Relay("127.0.0.1", script.port, connections=2, timeout=20.0)
            wire = Wire(relay, compose, told.append, lambda: None)
            wire.feed(FIVE)
            await until(lambda: "DATA" in script.commands)
            began = asyncio.get_running_loop().time()
            await wire.abort()
            await until(lambda: script.standing == 0)
            assert told == []
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(inside()) < 10  # far from the time the server may take over one answer
    assert "QUIT" not in script.commands
