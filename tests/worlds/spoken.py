"""What a part of the project says in errors, warnings and phrases, read from its source."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hoatoc.settings import ROOT

#: Where the errors are, whatever folder is read.
_PROJECT = ROOT

_LETTERS = set("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹàáãèéìíòóõùúýĩũ")
#: Calls whose words go to a person, beside errors: problems of files and rows, phrases.
_SAYING = {"Phrase", "Joined", "problem", "Problem", "RowProblem", "_wrong", "_unreadable", "_refused"}
#: Where what is wrong is gathered by field, and words on their way into an error.
_GATHERING = {"problems", "unread", "wrong", "strange"}
#: A name may stand for a name that stands for words.
_DEEPEST = 2


@dataclass
class Spoken:
    """`words` are what the catalogue has to have; `unsayable` are filled in by f-strings, which no catalogue knows."""

    words: set[str] = field(default_factory=set)
    unsayable: list[str] = field(default_factory=list)


@cache
def spoken_in(folder: str) -> Spoken:
    """The words of `folder` of the project."""
    found = Spoken()
    for path in sorted((ROOT / folder).rglob("*.py")):
        _Reader(path, found).read()
    return found


class _Reader:
    def __init__(self, path: Path, found: Spoken) -> None:
        self.path, self.found = path, found
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.named: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.tree):
            for target, value in _assigned(node):
                if isinstance(target, ast.Name):
                    self.named.setdefault(target.id, []).append(value)

    def read(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                self._read_call(node)
            elif isinstance(node, ast.ClassDef) and node.name in _errors():
                self._read_class(node)
            for target, value in _assigned(node):
                gathered = target.value if isinstance(target, ast.Subscript) else target
                if _name(gathered) in _GATHERING and (gathered is not target or not isinstance(value, ast.Call)):
                    self._take(value, every=True)

    def _read_call(self, call: ast.Call) -> None:
        called = _name(call.func)
        # What the mail's own code raises about an address stays inside.
        if called in _errors() or (called == "ValueError" and "mail" not in self.path.parts) or called in _SAYING:
            for given in _given(call):
                self._take(given, every=called in _errors())
        for keyword in call.keywords:
            if keyword.arg == "reason" and not isinstance(keyword.value, ast.JoinedStr):
                self._take(keyword.value, every=False)

    def _read_class(self, defined: ast.ClassDef) -> None:
        for call in ast.walk(defined):
            if isinstance(call, ast.Call) and _name(call.func) == "__init__":
                for given in _given(call):
                    self._take(given, every=True)

    def _take(self, node: ast.expr, *, every: bool, depth: int = 0) -> None:
        """The words in an argument, and in what its names stand for."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and (_is_vietnamese(node.value) or (every and " " in node.value.strip())):
                self.found.words.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if _is_vietnamese(text) or (every and any(len(word) > 2 and word.isalpha() for word in text.split())):
                self.found.unsayable.append(f"{self.path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, ast.Name):
            for value in self.named.get(node.id, []) if depth < _DEEPEST else ():
                self._take(value, every=False, depth=depth + 1)
        else:
            for part in _parts(node):
                self._take(part, every=every, depth=depth)


def _parts(node: ast.expr) -> Iterable[ast.expr]:
    """What an expression is made of: a table gives its values, a choice both ways."""
    if isinstance(node, ast.Dict | ast.DictComp | ast.Subscript):
        return node.values if isinstance(node, ast.Dict) else (node.value,)
    if isinstance(node, ast.IfExp):
        return node.body, node.orelse
    if isinstance(node, ast.Call):
        table = [node.func.value] if isinstance(node.func, ast.Attribute) and node.func.attr == "get" else []
        return [*table, *_given(node)] if table or _name(node.func) in ("dict", "join") else ()
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.List | ast.Tuple | ast.Starred | ast.GeneratorExp):
        return (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    return ()


@cache
def _errors() -> frozenset[str]:
    """The names of HoatocError and of everything derived from it."""
    known = {"HoatocError"}
    classes = [
        node
        for part in ("hoatoc", "portal", "tasks", "flows")
        for path in (_PROJECT / part).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    while more := {each.name for each in classes if known & {_name(base) for base in each.bases}} - known:
        known |= more
    return frozenset(known)


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from zip(target.elts, node.value.elts, strict=False)
            else:
                yield target, node.value
    elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
        yield node.target, node.value


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _is_vietnamese(text: str) -> bool:
    return not _LETTERS.isdisjoint(text.casefold())
