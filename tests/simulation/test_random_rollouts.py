"""Random rollouts with faults: at the end ledger, mailbox and summary must reconcile."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from hoatoc.ledger.schema import Addressee, Duty, DutyState, Notice, NoticeState, Period, Report, Summary
from hoatoc.localtime import NEVER
from hoatoc.rollout import answers, books, snapshot
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.offices import small_office
from tests.worlds.rollouts import DUE, ISSUED, World, issued

DAYS = 3
END = DUE + timedelta(days=DAYS, hours=12)


class Power(BaseException):
    """The process is gone before it has recorded what the mail server answered."""


class Rollout:
    """One random story; the same for the same seed."""

    def __init__(self, world: World, mail: MailServer, seed: int) -> None:
        self.world, self.mail, self.chance = world, mail, random.Random(seed)
        self.units = [addressee.key for addressee in world.all(Addressee)]
        self.dead = set(self.chance.sample([key for key in self.units if "/" not in key], 1))
        self.up = True
        for key in self.dead:
            mail.treat(f"{key}@mau.example", Manner.UNKNOWN)
        for key in self.chance.sample(self.units, 3):
            manner = self.chance.choice([Manner.GREYLIST, Manner.DROP_BEFORE, Manner.DROP_AFTER, Manner.CLOSING])
            for address in (f"{key}@mau.example", f"focal.{key}@mau.example", f"head.{key}@mau.example"):
                if key not in self.dead:
                    mail.treat(address, manner, times=self.chance.randint(1, 3))

    def play(self, monkeypatch: pytest.MonkeyPatch) -> None:
        while self.world.now < END:
            act = self.chance.random()
            if act < 0.45:
                self.someone_acts()
            elif act < 0.55:
                self.toggle_mail_server()
            elif act < 0.65:
                self.killed_pass(monkeypatch)
            else:
                self.world.run()
                self.world.at(max(self.world.now, min(END, self.next_instant())))
        if not self.up:
            self.toggle_mail_server()
        self.world.run()
        self.world.follow(END + timedelta(hours=8))
        self.world.run()

    def next_instant(self) -> datetime:
        """Mostly when the ledger asks for it, sometimes much later: an outage."""
        jump = timedelta(hours=self.chance.randint(1, 20)) if self.chance.random() < 0.15 else timedelta()
        return self.world.next_at() + jump

    def someone_acts(self) -> None:
        key = self.chance.choice([key for key in self.units if key not in self.dead])
        if self.chance.random() < 0.4 or "/" in key:
            self.world.acknowledge(key)
            return
        owed = {duty.slot for duty in self.world.all(Duty) if duty.slot}
        taken = [
            p.slot
            for p in self.world.all(Period)
            if p.slot in owed and self.world.now <= p.lock_at and p.state != "locked"
        ]
        if taken:
            self.world.report(key, self.chance.choice(taken), moi=str(self.chance.randint(0, 9)), luy_ke="100")

    def toggle_mail_server(self) -> None:
        self.up = not self.up
        if self.up:
            self.mail.start()
        else:
            self.mail.stop()

    def killed_pass(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A pass that ends in the middle of sending, as if the machine had lost power."""
        left = self.chance.randint(0, 2)
        real = answers.record

        def fail(*told: Any, **whose: Any) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Power
            real(*told, **whose)

        with monkeypatch.context() as patched:
            patched.setattr(answers, "record", fail)
            try:
                self.world.run()
            except Power:
                pass
        # What it held is held by a process that has died.
        with self.world.ledger.write() as session:
            for notice in session.query(Notice).filter(Notice.state == NoticeState.SENDING):
                host, boot, _, _ = notice.owner.split("/")
                notice.owner = f"{host}/{boot}/{2**22 + 1}/1"


def reconcile(world: World, mail: MailServer) -> None:
    notices = world.all(Notice)
    # Nothing is left over, and the mailbox is the outbox.
    assert {notice.state for notice in notices} <= {NoticeState.SENT, NoticeState.UNDELIVERABLE, NoticeState.SKIPPED}
    kept = Counter(message.message_id for message in mail.kept)
    sent = {notice.message_id for notice in notices if notice.state is NoticeState.SENT}
    assert sent <= set(kept)
    for message_id, count in kept.items():
        copies = [message.content for message in mail.kept if message.message_id == message_id]
        assert len(copies) == count
        assert len(set(copies)) == 1
    by_id = {notice.message_id: notice for notice in notices}
    assert set(kept) <= set(by_id)
    assert all(by_id[message.message_id].to_address == message.recipient for message in mail.kept)
    # Reports and duties tell the same story.
    duties = {duty.id: duty for duty in world.all(Duty)}
    reports = world.all(Report)
    for report in reports:
        assert duties[report.duty_id].met_at == report.first_at
        assert (duties[report.duty_id].state is DutyState.MET) is report.on_time
    met = [duty for duty in duties.values() if duty.slot and duty.state in (DutyState.MET, DutyState.MET_LATE)]
    assert len(met) == len(reports)
    # The books balance, and every summary holds what its period was worth at its freeze.
    with world.ledger.read() as session:
        now_books = books.by_subject(session, world.directive_id, world.now)
    assert all(book.balance() for book in now_books.values())
    summaries = world.all(Summary)
    assert len(summaries) == len([p for p in world.all(Period) if p.state in ("frozen", "locked")]) >= DAYS
    for summary in summaries:
        content = summary.content
        assert summary.data_hash == snapshot.digest(content)
        counted = content["books"]
        assert counted["expected"] == sum(value for name, value in counted.items() if name != "expected")
        figure = content["figures"][0]
        assert (figure["total"] is None) is (figure["reported"] == 0)
        assert figure["reported"] == counted["on_time"] + counted["late"]
    # Who could not be reached was pressed by nobody after that.
    for addressee in world.all(Addressee, Addressee.unreachable_at < NEVER):
        pressed = [
            notice for notice in notices
            if notice.template == "reminder" and notice.addressee_id == addressee.id
            and notice.written_at > addressee.unreachable_at
        ]  # fmt: skip
        assert pressed == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_ledger_mailbox_and_summaries_reconcile_after_any_rollout(
    ledgers: Ledgers, mail: MailServer, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    world = issued(ledgers.open(), mail.relay, small_office(districts=3, departments=3, members=2).read(), at=ISSUED)
    Rollout(world, mail, seed).play(monkeypatch)
    reconcile(world, mail)
