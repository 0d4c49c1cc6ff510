"""`python -m deployments.sink FD FOLDER`: the loopback mail sink as a process of its own."""

import signal
import socket
import sys
from pathlib import Path

from hoatoc.mail.sink import start_sink


def main() -> None:
    """Keep mails until told to end."""
    controller = start_sink(Path(sys.argv[2]), socket.socket(fileno=int(sys.argv[1])))
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    main()
