"""Child processes that die with their parent, whatever ends it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hoatoc.errors import HoatocError

_PR_SET_PDEATHSIG = 1
_PATIENCE_SECONDS = 10.0


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
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise HoatocError(f"{self.name} đã dừng (mã {self.process.returncode}):\n{tail}", hint=f"xem {self.log}")

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
            raise HoatocError(f"{child.name} không sẵn sàng sau {seconds:.0f} giây", hint=f"xem {child.log}")
        time.sleep(0.1)
