"""What the text of a directive says and what its office has decided, each in a line: for plans and amendments."""

from collections.abc import Iterator
from datetime import timedelta

from hoatoc.format.directive import DirectiveFile
from hoatoc.format.ladder import Rung, Step
from hoatoc.format.office import Office, PostRef
from hoatoc.format.regime import Deadline, ReportRule
from hoatoc.format.units import Units
from hoatoc.ledger.schema import DutyKind
from hoatoc.localtime import following_day, local
from hoatoc.phrase import Joined, Phrase
from hoatoc.rollout.bundle import STEP_NAMES, spoken_delay
from hoatoc.rollout.climb import ladder_of, working_time
from hoatoc.rollout.deadlines import last_day
from hoatoc.rollout.once import owed_once

TEXT, OFFICE = "text", "office"
#: What is decided about the hours of a report: what is open keeps them when they are amended.
CUTOFF, CLOSING = Phrase("giờ chốt báo cáo"), Phrase("chốt tổng hợp, khóa nhận")


def decisions(office: Office, content: DirectiveFile) -> Iterator[dict[str, str]]:
    """What the text says and what the office has decided, each in a line; `report` is the clause of the report that it
    is about, where it is about one."""
    text, regime = content.text, content.regime
    given = [
        (Phrase("Số, ký hiệu"), text.code), (Phrase("Ngày"), f"{text.date:%d/%m/%Y}" if text.date else None),
        (Phrase("Độ khẩn"), text.urgency), (Phrase("Trích yếu"), text.subject),
    ]  # fmt: skip
    for what, value in given:
        yield {"what": what, "value": value or Phrase("(văn bản không nêu)"), "source": TEXT}
    rules = Phrase("%(count)s quy tắc chọn đơn vị", count=len(regime.addressees))
    yield _decided(Phrase("Ai đứng sau từng dòng kính gửi"), rules)
    within = _after_issue(regime.receipt.within)
    in_hours = regime.receipt.counted == "working"
    yield _decided(Phrase("Hạn xác nhận đã nhận"), _in_hours(within, office, content, DutyKind.RECEIPT, in_hours))
    if regime.first_action is not None:
        within = Phrase("%(delay)s sau khi xác nhận", delay=spoken_delay(regime.first_action.within))
        in_hours = regime.first_action.counted == "working"
        due = _in_hours(within, office, content, DutyKind.FIRST_ACTION, in_hours)
        yield _decided(Phrase("Hạn báo việc đã triển khai"), due)
    for rule in regime.reports:
        yield from _report(rule)
    for once in owed_once(regime):
        yield {
            "what": Phrase("Khoản %(clause)s: hạn", clause=once.clause), "value": _spoken_due(once.due, office),
            "source": TEXT if once.due.source == "text" else OFFICE,
        }  # fmt: skip
    for permission in regime.permissions:
        span = spoken_delay(permission.answer_within)
        what = Phrase(
            "Khoản %(clause)s: hạn trả lời xin phép %(matter)s", clause=permission.clause, matter=permission.matter
        )
        yield _decided(what, Phrase("%(span)s sau khi xin", span=span))
    yield from _ladders(office, content)


def readers(units: Units, content: DirectiveFile) -> Iterator[dict[str, str]]:
    """Who reads the daily summary, and through whom: told to the office alone."""
    summary = content.regime.summary
    if summary is not None:
        yield from (_decided(Phrase("Ai đọc bản tổng hợp"), _post(units, post)) for post in summary.to)
        yield _decided(Phrase("Bản tổng hợp đi qua"), _post(units, summary.through))


def _post(units: Units, ref: PostRef) -> str:
    unit = next(unit for unit in units.units if unit.key == ref.unit)
    post = next(post for post in unit.posts if post.name == ref.post)
    return f"{post.title} ({unit.name})"


def _report(rule: ReportRule) -> Iterator[dict[str, str]]:
    last = f"{rule.last:%d/%m/%Y}" if rule.last else Phrase("khi văn phòng kết thúc")
    freeze, lock = spoken_delay(rule.freeze), spoken_delay(rule.lock)
    yield _of_report(rule, CUTOFF, Phrase("%(hour)s hằng ngày", hour=f"{rule.cutoff:%H:%M}"))
    yield _of_report(rule, Phrase("ngày đầu phải báo cáo"), f"{rule.first:%d/%m/%Y}")
    yield _of_report(rule, Phrase("ngày thôi báo cáo"), last)
    yield _of_report(rule, CLOSING, Phrase("%(freeze)s và %(lock)s sau giờ chốt", freeze=freeze, lock=lock))
    yield _of_report(rule, Phrase("biểu mẫu"), rule.form)


def _ladders(office: Office, content: DirectiveFile) -> Iterator[dict[str, str]]:
    """The ladder of each kind of duty that there can be; how long an explanation may take where one is asked for."""
    regime, ladder = content.regime, ladder_of(office, content)
    pressed = [
        (Phrase("Thang đôn đốc (xác nhận)"), ladder.receipt, DutyKind.RECEIPT),
        (Phrase("Thang đôn đốc (báo cáo)"), ladder.report, DutyKind.REPORT),
        (Phrase("Thang đôn đốc (việc)"), ladder.task, DutyKind.TASK),
    ]
    if regime.permissions:
        pressed.append((Phrase("Thang đôn đốc (trả lời xin phép)"), ladder.decision, DutyKind.DECISION))
    if regime.first_action is not None:
        pressed.append((Phrase("Thang đôn đốc (việc đã triển khai)"), ladder.first_action, DutyKind.FIRST_ACTION))
    explained = any(rung.step is Step.EXPLAIN for _, rungs, _ in pressed for rung in rungs)
    if explained:
        rule = regime.explanation
        asked = spoken_delay(rule.within if rule else office.pressing.explain_within)
        due = Phrase("%(delay)s sau khi được yêu cầu", delay=asked)
        yield _decided(Phrase("Hạn giải trình"), _in_hours(due, office, content, DutyKind.EXPLANATION, True))
        pressed.append((Phrase("Thang đôn đốc (giải trình)"), ladder.explanation, DutyKind.EXPLANATION))
    for what, rungs, kind in pressed:
        said = [_spoken_rung(rung, office, content, kind) for rung in rungs]
        yield _decided(what, Joined(said, "; ") if said else Phrase("không"))


def _spoken_rung(rung: Rung, office: Office, content: DirectiveFile, kind: DutyKind) -> str:
    step, delay = Phrase(STEP_NAMES[rung.step]), spoken_delay(abs(rung.at))
    if not rung.at:
        return Phrase("%(step)s khi đến hạn", step=step)
    if rung.at < timedelta(0):
        said = Phrase("%(step)s trước hạn %(delay)s", step=step, delay=delay)
    else:
        said = Phrase("%(step)s sau hạn %(delay)s", step=step, delay=delay)
    return _in_hours(said, office, content, kind, rung.counted == "working")


def _in_hours(said: str, office: Office, content: DirectiveFile, kind: DutyKind, wanted: bool) -> str:
    """`said` of a span; with that it runs in working hours alone, where that is `wanted` and the calendar counts them
    for this urgency and this kind of duty."""
    if wanted and working_time(office, content, kind.value) is not None:
        return Phrase("%(said)s (giờ làm việc)", said=said)
    return said


def _after_issue(delay: timedelta) -> str:
    return Phrase("%(delay)s sau khi ban hành", delay=spoken_delay(delay))


def _spoken_due(due: Deadline, office: Office) -> str:
    if due.at is not None:
        return f"{local(due.at, office.zone):%H:%M %d/%m/%Y}"
    if due.within is not None:
        return _after_issue(due.within)
    assert due.date is not None
    last = last_day(due, office)
    if due.hour:
        return Phrase("%(hour)s ngày %(day)s", hour=f"{due.hour:%H:%M}", day=f"{last:%d/%m/%Y}")
    if due.reading == "before" and last == following_day(due.date, -1):
        return Phrase("trước ngày %(day)s", day=f"{due.date:%d/%m/%Y}")
    return Phrase("hết ngày %(day)s", day=f"{last:%d/%m/%Y}")


def _decided(what: str, value: str) -> dict[str, str]:
    return {"what": what, "value": value, "source": OFFICE}


def _of_report(rule: ReportRule, what: str, value: str) -> dict[str, str]:
    return {
        **_decided(Phrase("Khoản %(clause)s: %(what)s", clause=rule.clause, what=what), value),
        "report": rule.clause,
    }
