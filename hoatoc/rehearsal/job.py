"""A rehearsal beside a running installation: `python -m hoatoc.rehearsal.job`, one at a time, bounded in days and CPU.

What it has come to is a file, so whoever asks, from whatever process, sees the same. The same content rehearsed for as
many days plays out the same, so it is played once."""

import fcntl
import json
import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hoatoc.clock import machine_now
from hoatoc.errors import HoatocError
from hoatoc.format.folder import find_draft
from hoatoc.format.slug import slug
from hoatoc.rehearsal.page import render
from hoatoc.rehearsal.rehearse import rehearse, signing_morning
from hoatoc.unfinished import unfinished

MOST_DAYS = 31
_CPU_SECONDS, _WALL_SECONDS = 300, 900
_KEPT_SECONDS = 30 * 86_400
_NICE = 10
#: What is said of one that nobody plays any more.
STOPPED = "diễn tập quá lâu hoặc bị dừng; chọn ít ngày hơn, hoặc dùng `hoatoc rehearse`"


@dataclass(frozen=True)
class Played:
    """How far a rehearsal has come: the `share` of its days played, its `account` once done, or what went wrong."""

    share: float = 0.0
    account: dict[str, Any] = field(default_factory=dict)
    wrong: str = ""

    @property
    def done(self) -> bool:
        """Whether there is nothing more to wait for."""
        return bool(self.account or self.wrong)


@dataclass(frozen=True)
class Job:
    """One rehearsal, in `home`: of the draft `key` of `directives` as its content `pin` stands, for `days` days."""

    home: Path
    directives: Path
    key: str
    pin: str
    days: int

    @property
    def _path(self) -> Path:
        return self.home / "rehearsals" / f"{slug(self.key)}-{self.pin[:16]}-{self.days}.json"

    def read(self) -> Played | None:
        """What has come of it; None when it was never started. One that has said nothing for longer than it may take
        has died with the machine, and nobody was left to say so."""
        try:
            played = Played(**json.loads(self._path.read_text(encoding="utf-8")))
            silent = time.time() - self._path.stat().st_mtime
        except FileNotFoundError:
            return None
        return played if played.done or silent <= _WALL_SECONDS else Played(wrong=STOPPED)

    def write(self, played: Played) -> None:
        """Say how far it has come."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished(self._path) as half:
            half.write_text(json.dumps(asdict(played), ensure_ascii=False), encoding="utf-8")
            half.replace(self._path)

    def start(self) -> None:
        """Play it in a process of its own, unless it is being played or was; one that went wrong is played again."""
        known = self.read()
        if known is not None and not known.wrong:
            return
        self._sweep()
        self.write(Played())
        command = [
            sys.executable,
            "-m",
            __name__,
            *map(str, (self.home, self.directives, self.key, self.pin, self.days)),
        ]
        threading.Thread(target=self._wait, args=(command,), name="rehearsal", daemon=True).start()

    def _wait(self, command: list[str]) -> None:
        try:
            done = subprocess.run(command, timeout=_WALL_SECONDS, check=False, stdin=subprocess.DEVNULL)  # noqa: S603  # our own module, no shell
            ended = done.returncode
        except subprocess.TimeoutExpired:
            ended = -1
        left = self.read()
        if ended and (left is None or not left.done):
            self.write(Played(wrong=STOPPED))

    def _sweep(self) -> None:
        old = time.time() - _KEPT_SECONDS
        for path in (self.home / "rehearsals").glob("*"):
            if path.stat().st_mtime < old:
                path.unlink(missing_ok=True)

    def play(self) -> None:
        """Play it here and now."""
        folder, draft = find_draft(self.directives, self.key)
        at = signing_morning(folder, draft, machine_now())
        whole = timedelta(days=self.days)

        told = 0.0

        def tell(now: datetime) -> None:
            nonlocal told
            share = min((now - at) / whole, 1.0)
            if share >= told + 0.02:
                told = share
                self.write(Played(share=share))

        account = rehearse(folder, draft, at=at, days=self.days, progress=tell)
        self.write(Played(share=1.0, account=account))


def page_of(account: dict[str, Any]) -> str:
    """The account as the page that `hoatoc rehearse --html` writes."""
    return render(account)


def main() -> None:
    """Play the rehearsal named on the command line, one at a time on this machine."""
    home, directives, key, pin, days = sys.argv[1:]
    job = Job(Path(home), Path(directives), key, pin, int(days))
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    with (Path(home) / "rehearsals" / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            job.play()
        except HoatocError as error:
            job.write(Played(wrong=str(error)))


if __name__ == "__main__":
    main()
