"""Names a process so that another can tell whether it still lives: who holds a lease, and did it die holding it."""

import os
import socket
from functools import lru_cache
from pathlib import Path
from uuid import uuid4


@lru_cache(maxsize=4)
def _identity(pid: int) -> str:
    return f"{_where()}/{_boot()}/{pid}/{_started(pid)}"


def this_process() -> str:
    """The name of this process: host, boot, pid and start time."""
    return _identity(os.getpid())


def holder() -> str:
    """A new name for one who holds something in this process: one of several, and dead when the process is."""
    return f"{this_process()}#{uuid4().hex[:8]}"


def is_dead(name: str) -> bool:
    """Whether the named process is known to be gone. False when it lives, or runs where we cannot see it."""
    where, boot, pid, started = name.split("#", maxsplit=1)[0].split("/")
    if where != _where():
        return False
    if boot != _boot():
        return True
    return _started(int(pid)) != started


def _where() -> str:
    """The host, and whose numbers a pid is one of: containers may bear the same name, and count processes anew."""
    numbers = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}+{numbers.readlink() if numbers.is_symlink() else '-'}"


def _boot() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else "-"


def _started(pid: int) -> str:
    """The start time of a process in clock ticks since boot (proc(5)); '' when there is no such process."""
    try:
        # The command name may hold spaces and parentheses: count the fields after its closing one.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    # A zombie has ended, though its parent has not yet taken note.
    return "" if fields[0] == "Z" else fields[19]
