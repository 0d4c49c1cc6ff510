"""The command line in English: everything that is said has its English words, and nothing is left over."""

import ast
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from babel.messages.pofile import read_po

from hoatoc.catalogue import LOCALE
from hoatoc.cli import app
from hoatoc.cli.doctor import MARKS
from hoatoc.cli.tables import OBLIGATIONS, ROW_NAMES
from hoatoc.demo import tale
from hoatoc.format.text import ObligationKind
from hoatoc.ledger.schema import DirectiveState, DutyState
from hoatoc.rehearsal.page import MANNERS, STEPS
from hoatoc.rollout import states
from hoatoc.rollout.account import _COLUMNS, STANDS
from hoatoc.rollout.lineage import RELATIONS
from hoatoc.settings import ROOT

SOURCES = sorted(path for part in ("cli", "demo") for path in (ROOT / "hoatoc" / part).glob("*.py"))
#: Words that come to `say` out of tables, and of what the demonstration tells while it goes on.
ELSEWHERE = {
    *ROW_NAMES, *RELATIONS.values(), *OBLIGATIONS.values(), *MANNERS.values(), *STEPS.values(), *_COLUMNS.values(),
    *tale.STEPS.values(), *(set(STANDS.values()) - set(states.DUTIES.values())),
    *(word for word, _ in MARKS.values()), "Việc",
    "Xác nhận đã nhận", "Báo việc đã triển khai", "văn bản", "văn phòng", "ban hành",
    "các đơn vị mở thư, xác nhận, báo cáo",
}  # fmt: skip
#: Kept in the ledger and in Prefect, and shown as they were written.
KEPT = {"thay đổi", "Văn thư", "Văn thư ", "Đầu mối ", "Văn thư trình diễn"}
VIETNAMESE = set("àáãèéìíòóõùúýăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ")


def catalogue(domain: str = "cli") -> dict[str, str]:
    with (LOCALE / "en" / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def helped(found: typer.Typer) -> Iterator[str]:
    yield found.info.help if isinstance(found.info.help, str) else ""
    for group in found.registered_groups:
        assert group.typer_instance is not None
        yield from helped(group.typer_instance)
    for command in found.registered_commands:
        assert command.callback is not None
        yield inspect.getdoc(command.callback) or ""
        for parameter in inspect.signature(command.callback).parameters.values():
            for option in getattr(parameter.annotation, "__metadata__", ()):
                if getattr(option, "help", None):
                    yield option.help


def said(path: Path) -> Iterator[str]:
    """The strings that a module hands to `say` itself, and in lists to `_table` and to `map(say, …)`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "_table", "map"):
            lists = (inner for given in node.args if isinstance(given, ast.Tuple) for inner in given.elts)
            yield from (item.value for item in (*node.args, *lists) if isinstance(item, ast.Constant))


def test_everything_the_command_line_says_has_its_english_and_nothing_more() -> None:
    wanted = {*helped(app), *ELSEWHERE}
    for path in SOURCES:
        wanted |= set(said(path))
    wanted.discard("")
    english = catalogue()
    assert wanted - english.keys() == set()
    assert english.keys() - wanted == set()
    assert all(english.values())


def test_every_kind_of_obligation_has_a_name() -> None:
    assert OBLIGATIONS.keys() == {kind.value for kind in ObligationKind}


def test_every_state_has_a_name() -> None:
    assert states.DIRECTIVES.keys() == set(DirectiveState)
    assert states.DUTIES.keys() == set(DutyState)


def test_the_names_to_fill_in_are_the_same_in_both_languages() -> None:
    for vietnamese, english in catalogue().items():
        filled = [sorted(part.partition(")")[0] for part in text.split("%(")[1:]) for text in (vietnamese, english)]
        assert filled[0] == filled[1], vietnamese


def constants(path: Path) -> Iterator[str]:
    """The strings of a module but for its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def test_no_command_has_vietnamese_words_that_are_not_said() -> None:
    """What is pieced together in an f-string, or printed as it is, is in no catalogue."""
    known = catalogue().keys() | catalogue("core").keys() | KEPT
    assert {
        (path.name, words) for path in SOURCES for words in constants(path)
        if VIETNAMESE & set(words.casefold()) and words not in known
    } == set()  # fmt: skip


def run(tmp_path: Path, *words: str, lang: str | None = "en") -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HOATOC_")}
    environment |= {"HOATOC_HOME": str(tmp_path), "COLUMNS": "200"} | ({"HOATOC_LANG": lang} if lang else {})
    command = [sys.executable, "-c", "from hoatoc.cli import main; main()", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    return done.stdout + done.stderr


def test_help_and_tables_are_english_by_setting(tmp_path: Path) -> None:
    helped = run(tmp_path, "--help")
    assert "Rehearse a directive with simulated units" in helped
    assert "Diễn tập" not in helped
    assert "How many days to rehearse." in run(tmp_path, "rehearse", "--help")
    plan = run(tmp_path, "plan", "kien-giang/13-cv-bcd")
    for words in ("Obligations in the text", "Mail to go out", "the office"):
        assert words in plan
    assert "Error:" in run(tmp_path, "plan", "nowhere/nothing")


def test_the_language_may_stand_in_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HOATOC_LANG=en\n")
    assert "The books: expected" in run(tmp_path, "status", "--help", lang=None)
    assert "Tình hình" in run(tmp_path, "status", "--help", lang="vi")
