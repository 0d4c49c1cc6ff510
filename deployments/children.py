"""Child processes that die with their parent, whatever ends it."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hoatoc.errors import HoatocError
from hoatoc.phrase import Joined, Phrase

_PR_SET_PDEATHSIG = 1
_PATIENCE_SECONDS = 10.0
#: With less room than this nothing starts: a new SQLite file with its journal is as large.
_FULL = 1 << 20


def _die_with_parent() -> None:
    # Linux only: the kernel ends the child when the parent is gone, even by SIGKILL.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # `&` in a shell leaves SIGINT ignored, and Prefect's worker passes it on.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Child:
    """A named process with its own group and a log file."""

    def __init__(
        self, name: str, command: list[str], env: dict[str, str], log: Path, handed: Sequence[int] = ()
    ) -> None:
        """Start it; `handed` are the file descriptors that it inherits."""
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603  # our own commands, no shell
                command, env={**os.environ, **env}, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True, pass_fds=handed, preexec_fn=_die_with_parent,  # noqa: PLW1509  # one prctl, no lock is taken
            )  # fmt: skip

    def check(self) -> None:
        """Raise HoatocError with the end of its log when the process has ended."""
        if self.process.poll() is not None:
            raise self._ended(self.process.returncode)

    def _ended(self, code: int) -> HoatocError:
        said = Phrase("%(name)s đã dừng (mã %(code)s)", name=self.name, code=code)
        if shutil.disk_usage(self.log.parent).free < _FULL:  # the log will not say it: it cannot be written either
            hint = Phrase("dọn đĩa của %(folder)s (df -h), rồi chạy lại", folder=self.log.parent)
            return HoatocError(Phrase("%(said)s: đĩa đầy", said=said), hint=hint)
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        return HoatocError(Joined((said, tail), ":\n"), hint=Phrase("xem nhật ký %(log)s", log=self.log))

    def stop(self) -> None:
        """End the process and everything it has started: asked first, then killed."""
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        self._signal(signal.SIGKILL)  # what is left of the group
        self.process.wait()

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


def wait_until(ready: Callable[[], bool], child: Child, seconds: float) -> None:
    """Wait until `ready()` is true. Raises HoatocError when `child` ends or `seconds` pass first."""
    deadline = time.monotonic() + seconds
    while not ready():
        child.check()
        if time.monotonic() > deadline:
            raise HoatocError(
                Phrase("%(name)s không sẵn sàng sau %(seconds)s giây", name=child.name, seconds=f"{seconds:.0f}"),
                hint=Phrase("xem nhật ký %(log)s", log=child.log),
            )
        time.sleep(0.1)
