"""Postfix's own ends of an SMTP connection: smtp-sink takes everything, smtp-source sends as fast as C can."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def smtp_sink() -> Iterator[int]:
    """A sink on loopback for as long as the block lasts; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    sink = subprocess.Popen([program("smtp-sink", "postfix"), "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        wait_for(port)
        yield port
    finally:
        sink.terminate()
        sink.wait()


#: The octets of the headers that smtp-source writes beside the body whose length it is told.
_HEADERS = 115


def smtp_source(port: int, *, messages: int, octets: int, sessions: int = 4) -> float:
    """Seconds that smtp-source takes for so many messages of so many octets."""
    began = time.perf_counter()
    subprocess.run(
        [
            program("smtp-source", "postfix"),
            "-s",
            str(sessions),
            "-m",
            str(messages),
            "-l",
            str(octets - _HEADERS),
            f"127.0.0.1:{port}",
        ],
        check=True,
    )
    return time.perf_counter() - began


def program(name: str, package: str) -> str:
    """The path of a program of a Debian package."""
    found = shutil.which(name) or f"/usr/sbin/{name}"
    if not Path(found).exists():
        raise SystemExit(f"{name} is missing: apt-get install {package}")
    return found


def wait_for(port: int) -> None:
    """Wait until something listens there."""
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
