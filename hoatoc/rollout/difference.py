"""What an amendment changes, in lines that a unit and the history can read."""

from collections.abc import Iterator
from dataclasses import dataclass

from hoatoc.phrase import Phrase
from hoatoc.rollout.decisions import decisions
from hoatoc.rollout.snapshot import Snapshot


@dataclass(frozen=True)
class Difference:
    """One thing that has changed: which, and the line that says so. `report` is the clause of the report that it is
    about, and of nothing else; '' where it may concern everybody."""

    what: str
    says: str
    report: str = ""


def differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """The changed decisions and clauses between two snapshots; empty when nothing that is told has changed."""
    clauses = (Difference("", says) for says in _clauses(before, after))
    return [*_decisions(before, after), *_forms(before, after), *clauses]


def _decisions(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    old = {item["what"]: item["value"] for item in decisions(before.office, before.content)}
    new = {item["what"]: item for item in decisions(after.office, after.content)}
    for what, item in new.items():
        value, report = item["value"], item.get("report", "")
        if what not in old:
            yield Difference(what, Phrase("%(what)s: %(value)s (thêm)", what=what, value=value), report)
        elif old[what] != value:
            yield Difference(
                what, Phrase("%(what)s: %(before)s → %(value)s", what=what, before=old[what], value=value), report
            )
    yield from (Difference(what, Phrase("%(what)s: bỏ", what=what)) for what in old if what not in new)


def _forms(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Forms that keep their key and ask for something else."""
    for rule in after.content.regime.reports:
        form = after.forms[rule.form]
        if before.forms.get(rule.form, form) != form:
            says = Phrase("Khoản %(clause)s: sửa biểu mẫu “%(title)s”", clause=rule.clause, title=form.title)
            yield Difference("", says, rule.clause)


def _clauses(before: Snapshot, after: Snapshot) -> Iterator[str]:
    old = {item.clause: item for item in before.content.text.obligations}
    new = {item.clause: item for item in after.content.text.obligations}
    for clause, item in new.items():
        if clause not in old:
            yield Phrase("Thêm khoản %(clause)s: “%(quote)s”", clause=clause, quote=item.quote)
        elif old[clause].quote != item.quote:
            yield Phrase("Sửa khoản %(clause)s: “%(quote)s”", clause=clause, quote=item.quote)
    yield from (Phrase("Bỏ khoản %(clause)s", clause=clause) for clause in old if clause not in new)
