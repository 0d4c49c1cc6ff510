"""Where a duty stands, in words and a tone. The tone is only a colour: the words say it all."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hoatoc.ledger.schema import DirectiveState, Duty, DutyKind, DutyState
from hoatoc.rollout import states
from hoatoc.rollout.views import OwedReport, UnitPage
from portal.language import Language


class Tone(StrEnum):
    """The colour that goes with the words."""

    DONE = "done"  #: Done on time.
    LATE = "late"  #: Done, but late.
    DUE = "due"  #: Owed, and there is time.
    OVERDUE = "overdue"  #: Owed, and the time is over.
    QUIET = "quiet"  #: Nothing to do any more.


@dataclass(frozen=True)
class Standing:
    """What is said of one duty."""

    tone: Tone
    words: str


def of_directive(state: DirectiveState, language: Language) -> Standing:
    """Where a directive stands in its life."""
    tones = {DirectiveState.RUNNING: Tone.DONE, DirectiveState.SUSPENDED: Tone.LATE}
    return Standing(tones.get(state, Tone.QUIET), language.say(states.DIRECTIVES[state]))


def of_receipt(page: UnitPage, language: Language) -> Standing:
    """Where the acknowledgement stands."""
    due_at = page.receipt_due_at
    if page.receipt is not None:
        late = page.receipt_duty is not None and page.receipt_duty.state is DutyState.MET_LATE
        return Standing(Tone.LATE, language.say("đã xác nhận, muộn")) if late else Standing(
            Tone.DONE, language.say("đã xác nhận")
        )  # fmt: skip
    if page.receipt_duty is not None and page.receipt_duty.state is not DutyState.OPEN:
        return _left_alone(page.receipt_duty.state, language)
    if due_at is None:
        return Standing(Tone.DUE, language.say("chưa xác nhận"))
    return _open(due_at, page.time, language, language.say("chưa xác nhận"))


def of_report(report: OwedReport, page: UnitPage, language: Language) -> Standing:
    """Where the report of one period stands."""
    if report.state is DutyState.MET:
        return Standing(Tone.DONE, language.say("đã nộp đúng hạn"))
    if report.state is DutyState.MET_LATE:
        return Standing(Tone.LATE, language.say("đã nộp muộn"))
    if report.state in (DutyState.WAIVED, DutyState.RETURNED):
        return _left_alone(report.state, language)
    if report.closed and not report.overdue and page.directive.state is DirectiveState.SUSPENDED:
        return Standing(Tone.QUIET, language.say("không phải nộp, văn bản tạm dừng"))
    if report.closed:
        return Standing(Tone.OVERDUE, language.say("không nộp, đã khóa"))
    return _open(report.due_at, page.time, language, language.say("chưa nộp"))


def of_duty(duty: Duty, now: datetime, language: Language) -> Standing:
    """Where something stands that is owed once, by the time `now` of its directive."""
    say = language.say
    not_yet, done, late = {
        DutyKind.ROSTER: (say("chưa nộp"), say("đã nộp đúng hạn"), say("đã nộp muộn")),
        DutyKind.COVERAGE: (say("chưa đạt"), say("đã đạt đúng hạn"), say("đã đạt, muộn")),
        DutyKind.EXPLANATION: (say("chưa giải trình"), say("đã giải trình đúng hạn"), say("đã giải trình, muộn")),
        DutyKind.FIRST_ACTION: (say("chưa báo"), say("đã báo đúng hạn"), say("đã báo, muộn")),
        DutyKind.DECISION: (say("chờ trả lời"), say("đã trả lời đúng hạn"), say("đã trả lời, muộn")),
    }.get(duty.kind, (say("chưa làm"), say("đã làm đúng hạn"), say("đã làm, muộn")))
    if duty.state is DutyState.MET:
        return Standing(Tone.DONE, done)
    if duty.state is DutyState.MET_LATE:
        return Standing(Tone.LATE, late)
    if duty.state is not DutyState.OPEN:
        return _left_alone(duty.state, language)
    return _open(duty.due_at, now, language, not_yet)


def _left_alone(state: DutyState, language: Language) -> Standing:
    if state is DutyState.RETURNED:
        return Standing(Tone.QUIET, language.say("đã trả lại, chờ văn phòng"))
    return Standing(Tone.QUIET, language.say("được miễn"))


def _open(due_at: datetime, now: datetime, language: Language, what: str) -> Standing:
    if now <= due_at:
        words = language.say("%(what)s, còn %(span)s", what=what, span=language.span(due_at - now))
        return Standing(Tone.DUE, words)
    words = language.say("%(what)s, quá hạn %(span)s", what=what, span=language.span(now - due_at))
    return Standing(Tone.OVERDUE, words)
