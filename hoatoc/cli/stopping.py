"""Waits for Ctrl-C or SIGTERM, so that whatever was started is stopped in order."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_LOOK_EVERY_SECONDS = 1.0


@contextmanager
def until_told_to_stop() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Yields `wait(check)`, which calls `check` every second and returns once told to stop; until then SIGTERM
    raises KeyboardInterrupt like Ctrl-C does, so that `with` blocks unwind."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)

    def wait(check: Callable[[], None]) -> None:
        try:
            while True:
                check()
                threading.Event().wait(_LOOK_EVERY_SECONDS)
        except KeyboardInterrupt:
            return

    try:
        yield wait
    finally:
        signal.signal(signal.SIGTERM, before)
