"""Spans, hours, clauses, urgency marks, identities and titles."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hoatoc.format.directive import identity, title, urgency
from hoatoc.format.model import Clause, Hour, parse_span, write_span
from hoatoc.format.text import Text, Urgency
from tests.worlds.offices import kien_giang, small_office


def text(**values: Any) -> Text:
    return small_office().read()[1].content.text.model_copy(update=values)


@pytest.mark.parametrize(
    ("typed", "minutes"), [("30m", 30), ("24h", 1440), ("-1h", -60), ("2d", 2880), ("0m", 0), ("+5m", 5)]
)
def test_a_span_reads_as_typed(typed: str, minutes: int) -> None:
    assert parse_span(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize("typed", ["", "1", "h", "1w", "1 h", "1.5h", "24 giờ", "99999m", "--1h", 60, None, True])
def test_what_is_no_span_is_refused(typed: Any) -> None:
    with pytest.raises(ValueError, match="khoảng thời gian"):
        parse_span(typed)


@given(st.integers(-9999, 9999))
def test_a_written_span_reads_back(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert parse_span(write_span(span)) == span


@pytest.mark.parametrize("typed", ["24:00", "16h", "4:00", "16:60", "16:00:00", 960, None])
def test_what_is_no_hour_is_refused(typed: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Hour).validate_python(typed)


def test_a_clause_may_be_typed_as_a_number() -> None:
    assert TypeAdapter(Clause).validate_python(2) == "2"


@pytest.mark.parametrize(
    ("printed", "degree"),
    [
        ("HỎA TỐC", Urgency.FLASH), ("HOẢ TỐC", Urgency.FLASH), ("HÒA TỐC", Urgency.FLASH), ("HOÀ TỐC", Urgency.FLASH),
        ("Hỏa tốc hẹn giờ", Urgency.FLASH), ("HOẢ TỐC (16 giờ)", Urgency.FLASH),
        ("THƯỢNG KHẨN", Urgency.VERY_URGENT), ("KHẨN", Urgency.URGENT), ("Khẩn", Urgency.URGENT),
        (None, Urgency.NORMAL), ("", Urgency.NORMAL),
    ],
)  # fmt: skip
def test_an_urgency_mark_is_known_in_every_spelling(printed: str | None, degree: Urgency) -> None:
    assert urgency(text(urgency=printed)) is degree


@pytest.mark.parametrize("printed", ["HỎA TỐC", "HOẢ TỐC", "THƯỢNG KHẨN", "KHẨN"])
def test_an_urgency_mark_is_known_in_decomposed_letters(printed: str) -> None:
    import unicodedata

    assert urgency(text(urgency=unicodedata.normalize("NFD", printed))) is urgency(text(urgency=printed))


def test_a_document_is_known_by_issuer_year_number_and_symbol() -> None:
    base = text()
    assert identity(base) == identity(base.model_copy(update={"subject": "khác", "date": date(2021, 1, 1)}))
    for other in ({"number": 2}, {"symbol": "CV/X"}, {"issuer": "khác"}, {"date": date(2022, 1, 1)}):
        assert identity(base) != identity(base.model_copy(update=other))


def test_a_document_without_number_is_known_by_issuer_date_and_subject() -> None:
    base = text(number=None, symbol=None, subject="Về việc")
    assert identity(base) == identity(base.model_copy(update={"code": "khác"}))
    for other in ({"date": date(2021, 11, 22)}, {"subject": "khác"}, {"issuer": "khác"}):
        assert identity(base) != identity(base.model_copy(update=other))


def test_documents_of_one_number_and_no_date_differ_from_dated_ones() -> None:
    assert identity(text(date=None)) != identity(text())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Công điện 1-CV/TU ngày 23/11/2021"), ({"code": None}, "Công điện ngày 23/11/2021"),
        ({"date": None}, "Công điện 1-CV/TU"), ({"type": "Điện"}, "Điện 1-CV/TU ngày 23/11/2021"),
    ],
)  # fmt: skip
def test_a_title_is_a_line(values: dict[str, Any], said: str) -> None:
    assert title(text(**values)) == said


def test_the_real_directive_carries_no_urgency_mark() -> None:
    assert urgency(kien_giang()[1].content.text) is Urgency.NORMAL
