"""What an amendment changes, in lines that a unit and the history can read."""

from collections.abc import Iterator

from hoatoc.rollout.plan import decisions
from hoatoc.rollout.snapshot import Snapshot


def differences(before: Snapshot, after: Snapshot) -> list[str]:
    """The changed decisions and clauses between two snapshots; empty when nothing that is told has changed."""
    return [*_decisions(before, after), *_clauses(before, after)]


def _decisions(before: Snapshot, after: Snapshot) -> Iterator[str]:
    old = {item["what"]: item["value"] for item in decisions(before.office, before.content)}
    new = {item["what"]: item["value"] for item in decisions(after.office, after.content)}
    for what, value in new.items():
        if what not in old:
            yield f"{what}: {value} (thêm)"
        elif old[what] != value:
            yield f"{what}: {old[what]} → {value}"
    yield from (f"{what}: bỏ" for what in old if what not in new)


def _clauses(before: Snapshot, after: Snapshot) -> Iterator[str]:
    old = {item.clause: item for item in before.content.text.obligations}
    new = {item.clause: item for item in after.content.text.obligations}
    for clause, item in new.items():
        if clause not in old:
            yield f"Thêm khoản {clause}: “{item.quote}”"
        elif old[clause].quote != item.quote:
            yield f"Sửa khoản {clause}: “{item.quote}”"
    yield from (f"Bỏ khoản {clause}" for clause in old if clause not in new)
