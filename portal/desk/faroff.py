"""A new time that lies far off is asked for twice: a slip of the finger in its year looks like any other date."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hoatoc.errors import HoatocError
from hoatoc.ledger.schema import Directive
from hoatoc.localtime import instant, spoken, spoken_due
from hoatoc.phrase import Phrase
from hoatoc.rollout import snapshot

#: The field that confirms a time: it holds the time as it was typed, so that another one is asked about anew.
SURE = "chac-chan"
_FAR = timedelta(days=30)


class FarOff(HoatocError):
    """`until` (aware) lies far off; nothing was done. `typed` is what the field that confirms it has to hold."""

    def __init__(self, message: str, *, until: datetime, typed: str) -> None:
        super().__init__(message, hint="nếu đúng, đánh dấu xác nhận trong biểu mẫu rồi gửi lại")
        self.until, self.typed = until, typed


def require_sure(
    directive: Directive, before: datetime, until: datetime, typed: Mapping[str, str], field: str
) -> None:  # fmt: skip
    """Raise FarOff where `until`, typed into `field`, lies more than thirty days after `before` or crosses the end of
    the directive's last report, and was not confirmed."""
    said = typed.get(field, "")
    if typed.get(SURE) == said:
        return
    at, end = spoken_due(until, directive.zone), _end(directive)
    if until - before > _FAR:
        days = (until - before).days
        raise FarOff(Phrase("%(at)s muộn hơn hạn đang có %(days)s ngày", at=at, days=days), until=until, typed=said)
    if end is not None and before < end < until:
        last = spoken(end, directive.zone)
        raise FarOff(Phrase("%(at)s muộn hơn lúc khóa kỳ báo cáo cuối, %(last)s", at=at, last=last), until=until,
                     typed=said)  # fmt: skip


def _end(directive: Directive) -> datetime | None:
    """When the last of its reports is locked; None where it asks for none, or for reports until it is ended."""
    rules = snapshot.of(directive).content.regime.reports
    ends = [instant(rule.last, rule.cutoff, directive.zone) + rule.lock for rule in rules if rule.last is not None]
    return max(ends) if ends and len(ends) == len(rules) else None
