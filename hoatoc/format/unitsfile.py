"""Edits `units.yaml` in place: only the lines of the units that change are written anew, so that the comments and the
order an office has given its file stay."""

from collections.abc import Sequence
from typing import Any

import yaml

from hoatoc.format.units import Post, Unit, Units
from hoatoc.format.written import to_flow, to_yaml
from hoatoc.format.yamlfile import PlainLoader

_FIELDS = (
    "key", "name", "short", "tree", "kind", "parent", "groups", "mail", "phone", "since", "until", "posts"
)  # fmt: skip


def with_units(source: str, changed: Sequence[Unit]) -> str:
    """`source` (the text of a units.yaml that reads well) with each of `changed` in the place of the unit of its key,
    or after the last of its siblings where it is new."""
    entries, starts = _entries(source), _line_starts(source)
    wanted = {unit.key: unit for unit in changed}
    for key, entry in reversed(entries.items()):
        unit = wanted.pop(key, None)
        if unit is not None:
            start, end = _offset(entry.start_mark, starts), _end(source, entry, starts)
            source = source[:start] + _entry_of(unit, entry) + source[end:]
    for unit in changed:
        if unit.key in wanted:
            source = _with_new(source, unit)
    return source


def new_file(units: Units) -> str:
    """A whole units.yaml."""
    return to_yaml({"groups": dict(units.groups), "units": [unit_data(unit) for unit in units.units]})


def unit_data(unit: Unit) -> dict[str, Any]:
    """A unit as its entry in the file: what it does not have is left out."""
    data = {**unit.model_dump(exclude_defaults=True), "key": unit.key, "name": unit.name, "tree": unit.tree.value,
            "kind": unit.kind}  # fmt: skip
    data["parent"] = unit.parent
    if unit.groups:
        data["groups"] = list(unit.groups)
    if unit.posts:
        data["posts"] = [_post_data(post) for post in unit.posts]
    return {name: data[name] for name in _FIELDS if name in data}


def _post_data(post: Post) -> dict[str, Any]:
    return {"role": post.role.value, **post.model_dump(exclude_defaults=True, exclude={"role"})}


def _entries(source: str) -> dict[str, yaml.MappingNode]:
    """The entry of each unit, in the order of the file."""
    root = yaml.compose(source, Loader=PlainLoader)
    assert isinstance(root, yaml.MappingNode)
    units = next(value for key, value in root.value if key.value == "units")
    return {_value(entry, "key"): entry for entry in units.value}


def _with_new(source: str, unit: Unit) -> str:
    entries, starts = _entries(source), _line_starts(source)
    siblings = [entry for entry in entries.values() if _value(entry, "parent") == (unit.parent or "null")]
    after = (siblings or list(entries.values()))[-1]
    end, column = _end(source, after, starts), after.start_mark.column
    dash = source[: _offset(after.start_mark, starts)].rstrip(" ")
    if not dash.endswith("-"):  # the whole list stands in brackets
        return f"{source[:end]}, {_entry_of(unit, after)}{source[end:]}"
    line_end = source.find("\n", end)
    line_end = len(source) if line_end < 0 else line_end
    return f"{source[:line_end]}\n\n{' ' * (column - 2)}- {_block(unit, column)}{source[line_end:]}"


def _entry_of(unit: Unit, entry: yaml.MappingNode) -> str:
    """The text of `unit` in the place of `entry`, in brackets where that is."""
    return to_flow(unit_data(unit)) if entry.flow_style else _block(unit, entry.start_mark.column)


def _block(unit: Unit, column: int) -> str:
    """The entry's lines, the first without its indentation."""
    lines = to_yaml(unit_data(unit)).rstrip("\n").split("\n")
    return f"\n{' ' * column}".join(lines)


def _value(entry: yaml.Node, name: str) -> str:
    return next((str(value.value) for key, value in entry.value if key.value == name), "null")


def _line_starts(source: str) -> list[int]:
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _offset(mark: Any, starts: list[int]) -> int:
    return starts[int(mark.line)] + int(mark.column)


def _end(source: str, node: yaml.Node, starts: list[int]) -> int:
    """Where the text of `node` ends. PyYAML ends a block only where the next thing begins, after its comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(source, last[1] if isinstance(last, tuple) else last, starts)
    end = _offset(node.end_mark, starts)
    while source[end - 1] in " \n":
        end -= 1
    return end
