"""What the core says, in English: every error, warning and reason is in the catalogue, and comes through every way."""

import ast
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hoatoc.catalogue import CORE, LOCALE, catalogue
from hoatoc.errors import ChangedMeanwhile, FormatError, HoatocError, InvalidTransition
from hoatoc.format.problem import Problem
from hoatoc.localtime import NEVER, spoken
from hoatoc.phrase import Joined, Phrase, translated
from hoatoc.rehearsal import job
from hoatoc.rollout import announcement, answers, bundle, outbox, reasons, sample, states, waking
from hoatoc.rollout.bundle import spoken_delay
from hoatoc.settings import ROOT
from tests.worlds.spoken import spoken_in

PARTS = ("hoatoc", "tasks", "deployments")
#: What comes into phrases out of tables of other modules, and the reasons that notices are kept with.
TABLES = {
    *states.DIRECTIVES.values(), *states.DUTIES.values(),
    *bundle.STEP_NAMES.values(), *reasons.SPANS.values(), reasons.STEP, reasons.EXPLAIN, reasons.FOLDED,
    *reasons.HEADLINES, reasons.HELD_UP, reasons.HELD_UP_SINCE, reasons.QUIET, reasons.FULL, outbox.NO_MAILBOX,
    sample.ENOUGH, answers.REJECTED, job.STOPPED,
    announcement._REASON, announcement._ADDED, *waking._PERIOD_CAUSES.values(), "gửi văn bản", "gửi thư", "thư đến",
    "xóa danh sách hết hạn",
}  # fmt: skip
#: Headings of the office's own sheets, which stay what they are in its files.
HEADINGS = {"Mã", "Tên đơn vị", "Cấp trên"}


def english(words: str) -> str:
    return translated(words, catalogue(LOCALE, "en", CORE).gettext)


def words_of_catalogue() -> dict[str, str]:
    with (LOCALE / "en" / "LC_MESSAGES" / "core.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_everything_the_core_says_has_its_english_and_nothing_more() -> None:
    told = words_of_catalogue()
    wanted = {words for part in PARTS for words in spoken_in(part).words} | TABLES
    wanted -= HEADINGS
    assert wanted - told.keys() == set()
    assert told.keys() - wanted == set()
    assert all(told.values())


def test_what_is_filled_in_is_a_phrase() -> None:
    assert [words for part in PARTS for words in spoken_in(part).unsayable] == []


def test_the_reading_of_the_source_sees_what_errors_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "module.py").write_text(
        'hint = "xem lại"\n'
        'raise NotFound(f"không có {key}", hint=hint)\n'
        'raise SubmissionRefused("Chưa được.", {"a": "see this" if b else "chưa điền"})\n'
        'problems["a"] = "chưa chọn"\n'
        'raise ValueError("internal")\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("tests.worlds.spoken.ROOT", tmp_path)
    found = spoken_in.__wrapped__("there")
    assert found.words == {"xem lại", "Chưa được.", "see this", "chưa điền", "chưa chọn"}
    assert len(found.unsayable) == 1


def test_the_names_to_fill_in_are_the_same_in_both_languages() -> None:
    for vietnamese, said in words_of_catalogue().items():
        filled = [sorted(part.partition(")")[0] for part in text.split("%(")[1:]) for text in (vietnamese, said)]
        assert filled[0] == filled[1], vietnamese


def test_a_phrase_reads_as_vietnamese_and_is_said_in_english() -> None:
    phrase = Phrase("không có việc số %(number)s", number=12)
    assert phrase == "không có việc số 12"
    assert english(phrase) == "there is no duty 12"
    assert english(str(HoatocError(phrase))) == "there is no duty 12"


def test_values_are_names_unless_they_are_phrases() -> None:
    assert english(Phrase("không có tài khoản %(login)s", login="đang mở")) == "there is no account đang mở"
    assert (
        english(str(ChangedMeanwhile("đề nghị gia hạn")))
        == "the request for more time: somebody else has just changed it"
    )
    assert english(str(ChangedMeanwhile("13-CV/BCĐ"))) == "13-CV/BCĐ: somebody else has just changed it"
    assert english(str(InvalidTransition("duty:1", "(đã đổi)", "met"))) == "duty:1: (changed) → met is not allowed"


def test_the_problems_of_files_are_said_each_with_its_place_and_hint() -> None:
    wrong = Problem(Path("a.yaml"), 3, 1, "text.date", "phải là ngày", "viết như 2021-11-23, không nháy")
    unknown = Problem(Path("a.yaml"), 5, 1, "(tệp)", Phrase("không có nhóm %(group)r", group="so"))
    assert english(str(FormatError([wrong, unknown]))) == (
        "a.yaml:3:1: text.date: has to be a date\n    → write it like 2021-11-23, without quotes\n"
        "a.yaml:5:1: (file): there is no group 'so'"
    )


def test_a_sign_per_cent_is_no_value() -> None:
    assert english("tỷ lệ không lớn hơn 100%") == "a percentage is not more than 100%"
    assert english("giữ 100% quân số") == "giữ 100% quân số"
    assert english("") == ""


@pytest.mark.parametrize(
    "words", [Phrase("không có việc số %(number)s", number=12), Joined(("đang mở", "đã gửi"), ", "), Phrase("đang mở")]
)
def test_phrases_travel_between_processes(words: str) -> None:
    there = pickle.loads(pickle.dumps(words))
    assert (there, english(there)) == (words, english(words))


def test_an_instant_is_said_as_an_office_writes_it_and_as_english_does() -> None:
    at = spoken(datetime(2021, 11, 24, 9, tzinfo=UTC), "Asia/Ho_Chi_Minh")
    assert (at, english(at)) == ("16 giờ 00, ngày 24/11/2021", "16:00 on 24/11/2021")
    assert english(spoken(NEVER, "Asia/Ho_Chi_Minh")) == "no end"


def headlines() -> set[str]:
    """What letters about changes are headed with, in the source."""
    calls = [
        node for path in (ROOT / "hoatoc" / "rollout").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]  # fmt: skip
    told = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "headline"]
    told += [given for call in calls if getattr(call.func, "id", "") == "_tell" for given in call.args]
    words = {node.value for node in told if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {said.lower() for said in words if " " in said}


def test_the_headline_in_a_kept_reason_is_read_back() -> None:
    assert headlines() == set(reasons.HEADLINES)
    assert english(reasons.read("gia hạn: Mất điện: cả xã")) == "more time: Mất điện: cả xã"
    assert reasons.read("gia hạn: Mất điện; xin") == "gia hạn: Mất điện; xin"
    assert english(reasons.read("Mất điện: cả xã")) == "Mất điện: cả xã"


def test_a_kept_reason_is_read_back() -> None:
    late = Phrase(reasons.HELD_UP_SINCE, delay=spoken_delay(timedelta(hours=2, minutes=30)), at="23/11 20:00")
    kept = "".join(reasons.joined(Phrase(reasons.STEP, step="đôn đốc", at="23/11 20:59"),
                                  Phrase(reasons.FOLDED, steps="nhắc, báo cấp trên"), late, reasons.QUIET))  # fmt: skip
    assert kept == (
        "đến nấc đôn đốc, mốc 23/11 20:59; gộp nấc nhắc, báo cấp trên; gửi muộn 2 giờ 30 phút vì hệ thống ngừng, "
        "gộp các mốc từ 23/11 20:00; chờ hết giờ nghỉ"
    )
    assert reasons.read(kept) == kept
    assert english(reasons.read(kept)) == (
        "rung: press, due 23/11 20:59; joined with the rung: reminder, superior; sent 2 h 30 min late, since the "
        "system was down; joins what was due from 23/11 20:00; waits for the quiet hours to end"
    )
    assert english(reasons.read("Máy chủ hỏng; xin thêm 100%")) == "Máy chủ hỏng; xin thêm 100%"
