"""A file is seen whole or not at all."""

import os
from pathlib import Path

import pytest

from hoatoc.unfinished import unfinished


def test_what_is_finished_is_its_owners_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    with unfinished(tmp_path / "a") as half:
        half.write_text("whole")
        assert not (tmp_path / "a").exists()
        half.replace(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "whole"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("before")
    with pytest.raises(ZeroDivisionError), unfinished(tmp_path / "a") as half:  # noqa: PT012  # the block is the test
        half.write_text("half")
        raise ZeroDivisionError
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


def test_two_who_make_the_same_file_do_not_write_into_each_others(tmp_path: Path) -> None:
    with unfinished(tmp_path / "a") as first, unfinished(tmp_path / "a") as second:
        second.write_text("half")
        first.write_text("first")
        os.link(first, tmp_path / "a")
        with pytest.raises(FileExistsError):
            os.link(second, tmp_path / "a")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["first"]
