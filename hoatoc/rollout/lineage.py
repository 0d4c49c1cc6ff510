"""How directives rest on one another: implements, continues, complies with, attaches, replaces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.format.directive import title
from hoatoc.format.folder import Draft
from hoatoc.ledger.schema import Directive
from hoatoc.rollout import books, snapshot
from hoatoc.rollout.books import Books

RELATIONS = {
    "implements": "triển khai", "continues": "tiếp nối", "complies_with": "thực hiện theo", "attaches": "gửi kèm",
    "replaces": "thay thế",
}  # fmt: skip


@dataclass
class Node:
    """A document in the tree: its key when this office holds it, how it is tied to the one below it, and what came
    of it when it was issued (None when not)."""

    code: str
    key: str | None
    relations: list[str]
    issued_at: datetime | None = None
    books: Books | None = None
    parents: list["Node"] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The node and what it rests on, as plain data."""
        return {
            "code": self.code, "key": self.key, "relations": self.relations,
            "issued_at": self.issued_at.isoformat() if self.issued_at else None,
            "duties": self.books.as_dict() if self.books else None,
            "rests_on": [parent.as_dict() for parent in self.parents],
        }  # fmt: skip


def lineage(session: Session, key: str, drafts: Mapping[str, Draft], now: datetime) -> Node:
    """The tree of what `key` rests on, each document once a branch, with the state at `now` of those issued. A
    document is known from the ledger, or from `drafts` when it was not issued."""
    return _node(session, key, drafts, now, [], frozenset())


def roll_up(node: Node) -> Books:
    """The books of a directive and of everything it rests on, each document counted once."""
    found: dict[str, Books] = {}
    _gather(node, found)
    return books.total(found)


def _node(
    session: Session, key: str, drafts: Mapping[str, Draft], now: datetime, relations: list[str],
    passed: frozenset[str],
) -> Node:  # fmt: skip
    issued = _issued(session, key)
    text = snapshot.of(issued).content.text if issued else drafts[key].content.text
    node = Node(title(text), key, relations)
    if issued is not None:
        node.issued_at = issued.issued_at
        node.books = books.total(books.by_subject(session, issued.id, now))
    tied: dict[tuple[str, str | None], list[str]] = {}
    for reference in text.references:
        tied.setdefault((reference.code, reference.directive), []).append(RELATIONS[reference.relation])
    for (code, above), words in tied.items():
        known = above is not None and above not in passed | {key}
        if known and above is not None and (above in drafts or _issued(session, above)):
            node.parents.append(_node(session, above, drafts, now, words, passed | {key}))
        else:
            node.parents.append(Node(code, above, words))
    return node


def _issued(session: Session, key: str) -> Directive | None:
    return session.scalar(select(Directive).where(Directive.key == key))


def _gather(node: Node, found: dict[str, Books]) -> None:
    if node.key is not None and node.books is not None:
        found[node.key] = node.books
    for parent in node.parents:
        _gather(parent, found)
