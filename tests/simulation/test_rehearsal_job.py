"""A rehearsal asked for on the portal plays in a process of its own, and tells how far it is."""

import os
import time
from pathlib import Path

import pytest

from hoatoc.format.folder import find_draft
from hoatoc.rehearsal.job import Job, Played, page_of
from hoatoc.rehearsal.rehearse import rehearse, signing_morning
from hoatoc.rollout.pin import content_hash
from tests.worlds.offices import KEY, small_office
from tests.worlds.rollouts import ISSUED


@pytest.fixture
def job(tmp_path: Path) -> Job:
    files = small_office()
    files.office["approval"] = "two"  # nothing is issued, so nobody has to approve
    files.write(tmp_path / "directives")
    pin = content_hash(*find_draft(tmp_path / "directives", KEY), ISSUED)
    return Job(tmp_path / "home", tmp_path / "directives", KEY, pin, 2)


def wait(job: Job) -> Played:
    deadline = time.monotonic() + 120
    while (played := job.read()) is None or not played.done:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return played


def test_it_plays_once_what_the_command_plays(job: Job) -> None:
    assert job.read() is None
    job.start()
    played = wait(job)
    folder, draft = find_draft(job.directives, KEY)
    account = rehearse(folder, draft, at=signing_morning(folder, draft, ISSUED), days=2)
    assert (played.account["notices"], played.account["days"]) == (account["notices"], account["days"])
    assert account["directive"]["title"] in page_of(played.account)
    written = next((job.home / "rehearsals").glob("*.json")).stat().st_mtime_ns
    job.start()
    assert next((job.home / "rehearsals").glob("*.json")).stat().st_mtime_ns == written


def test_what_goes_wrong_is_told_and_may_be_tried_again(job: Job) -> None:
    (job.directives / "tinh-mau" / "1-cv.yaml").unlink()
    job.start()
    assert "không có văn bản" in wait(job).wrong
    small_office().write(job.directives / "again")
    (job.directives / "again" / "tinh-mau" / "1-cv.yaml").rename(job.directives / "tinh-mau" / "1-cv.yaml")
    job.start()
    played = wait(job)
    assert played.account, played.wrong


def test_one_that_died_with_the_machine_is_told_and_may_be_tried_again(job: Job) -> None:
    job.write(Played(share=0.3))
    (left,) = (job.home / "rehearsals").glob("*.json")
    assert job.read() == Played(share=0.3)
    long_ago = time.time() - 1_000  # seconds; longer than any is let play
    os.utime(left, (long_ago, long_ago))
    assert job.read() == Played(wrong=wait(job).wrong)
    job.start()
    played = wait(job)
    assert played.account, played.wrong
