"""Each of the seven source documents rolls out: who owes what, by when, and books that balance."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hoatoc.format.folder import find_draft
from hoatoc.ledger.schema import Addressee, Duty, DutyKind, Event, Unit
from hoatoc.rollout import books
from hoatoc.settings import ROOT
from tests.conftest import Issue
from tests.worlds.mailserver import MailServer
from tests.worlds.rollouts import World


@dataclass(frozen=True)
class Expected:
    """One document: when it is issued, its obligations, and the duties it opens by (kind, clause)."""

    key: str
    issued_at: datetime
    obligations: int
    receipt_due: datetime
    duties: dict[tuple[str, str], tuple[int, datetime]]


def _at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A wall clock time in Vietnam (UTC+7, no daylight saving)."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


DOCUMENTS = (
    Expected("kien-giang/13-cv-bcd", _at(2021, 11, 23, 16), 16, _at(2021, 11, 24, 16), {
        ("receipt", "receipt"): (128, _at(2021, 11, 24, 16)), ("report", "kết.2"): (69, _at(2021, 11, 24, 16)),
    }),
    Expected("bac-lieu/4516-ubnd-kgvx", _at(2020, 10, 16, 9), 14, _at(2020, 10, 17, 9), {
        ("receipt", "receipt"): (49, _at(2020, 10, 17, 9)),
    }),
    Expected("bac-lieu/thong-tin-2021-11-12", _at(2021, 11, 12, 9), 11, _at(2021, 11, 13, 9), {
        ("receipt", "receipt"): (49, _at(2021, 11, 13, 9)),
    }),
    Expected("dien-bien/cong-dien-2021-05-10", _at(2021, 5, 10, 9), 21, _at(2021, 5, 10, 13), {
        ("receipt", "receipt"): (64, _at(2021, 5, 10, 13)),
    }),
    Expected("binh-phuoc/360-cv-tu", _at(2021, 5, 6, 9), 14, _at(2021, 5, 6, 11), {
        ("receipt", "receipt"): (72, _at(2021, 5, 6, 11)),
        ("task", "4.3"): (1, _at(2021, 5, 15, 0)),  # "trước ngày 15/5/2021": up to 24:00 of the 14th
        ("roster", "1.5"): (11, _at(2021, 5, 8, 9)),
    }),
    Expected("binh-phuoc/396-cv-tu", _at(2021, 5, 27, 8), 42, _at(2021, 5, 27, 10), {
        ("receipt", "receipt"): (72, _at(2021, 5, 27, 10)),
    }),
    Expected("binh-phuoc/1722-ubnd-kgvx", _at(2021, 5, 27, 9), 22, _at(2021, 5, 27, 11), {
        ("receipt", "receipt"): (50, _at(2021, 5, 27, 11)),
        ("task", "3.3"): (1, _at(2021, 5, 28, 8)),
        ("roster", "3.1"): (1, _at(2021, 5, 29, 9)),
    }),
)  # fmt: skip


def _issue(issue_in: Issue, key: str, at: datetime) -> World:
    return issue_in(find_draft(ROOT / "directives", key), at=at)


@pytest.mark.parametrize("expected", DOCUMENTS, ids=lambda expected: expected.key)
def test_each_document_opens_the_duties_it_should_and_its_books_balance(
    expected: Expected, issue_in: Issue, mail: MailServer
) -> None:
    world = _issue(issue_in, expected.key, expected.issued_at)
    world.run()
    with world.ledger.read() as session:
        rows = session.execute(select(Duty.kind, Duty.subject, Duty.due_at, Addressee.key).join(Addressee)).all()
    found = Counter((kind.value, subject) for kind, subject, _, _ in rows)
    assert found == {key: count for key, (count, _) in expected.duties.items()}
    for kind, subject, due_at, _ in rows:
        assert due_at == expected.duties[kind.value, subject][1]
    # One of each thing a unit, no more.
    assert max(Counter((kind, subject, key) for kind, subject, _, key in rows).values()) == 1
    assert len(mail.kept) == expected.duties["receipt", "receipt"][0]
    world.follow(expected.issued_at + timedelta(days=3))
    with world.ledger.read() as session:
        counted = books.by_subject(session, world.directive_id, world.now)
    assert all(book.balance() for book in counted.values())
    assert counted["receipt", "receipt", ""].missing == expected.duties["receipt", "receipt"][0]


def test_the_task_of_360_is_owed_by_the_health_department_and_its_lists_by_the_districts(issue_in: Issue) -> None:
    world = _issue(issue_in, "binh-phuoc/360-cv-tu", _at(2021, 5, 6, 9))
    world.run()
    with world.ledger.read() as session:
        owed = session.execute(
            select(Duty.kind, Unit.key).join(Addressee, Addressee.id == Duty.addressee_id).join(Unit)
        ).all()
    assert [key for kind, key in owed if kind is DutyKind.TASK] == ["so-y-te"]
    assert len([key for kind, key in owed if kind is DutyKind.ROSTER]) == 11


def test_a_document_sent_again_after_its_day_opens_no_overdue_duty(issue_in: Issue) -> None:
    world = _issue(issue_in, "binh-phuoc/360-cv-tu", _at(2021, 5, 27, 9))
    world.run()
    with world.ledger.read() as session:
        overdue = session.scalars(select(Duty).where(Duty.due_at <= world.now)).all()
        told = session.scalars(select(Event).where(Event.kind == "deadline_passed_before_issue")).all()
    assert overdue == []
    assert [event.detail["clause"] for event in told] == ["4.3"]
