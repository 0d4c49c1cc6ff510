"""Writes YAML as an office reads it: keys in their order, letters as they are, clock times and clauses in quotes."""

from typing import Any

import yaml

_WIDTH = 116


class _Dumper(yaml.SafeDumper):
    """The items of a list stand under their key, two spaces in."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  # the signature is PyYAML's
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # a value that stands twice is written twice
        return True


def to_yaml(data: Any) -> str:
    """`data` (what YAML holds, and dates) as text that `read_yaml` reads back as it was."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH)


def to_flow(data: Any) -> str:
    """`data` on one line, in brackets."""
    written = yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"), default_flow_style=True
    )
    return written.strip()
