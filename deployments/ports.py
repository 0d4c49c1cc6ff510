"""Takes ports on loopback: the customary one, or the next that is free."""

import socket

from hoatoc.errors import HoatocError
from hoatoc.phrase import Phrase

_TRIES = 50
_LAST = 65535
_BACKLOG = 2048


def listen(preferred: int, host: str = "127.0.0.1", *, fixed: bool = False) -> socket.socket:
    """A socket that listens on `preferred`, or, unless it is `fixed`, on the next port that nobody listens on. Raises
    HoatocError when there is none.

    The port is held from here on: two installations that start at the same time would both find it free, and the one
    that came too late would work on the server of the other."""
    last = preferred if fixed else min(preferred + _TRIES - 1, _LAST)
    for port in range(preferred, last + 1):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            continue
        return listener
    hint = Phrase("xem tiến trình nào giữ cổng: ss -ltnp | grep %(port)s", port=preferred)
    if fixed:
        raise HoatocError(Phrase("cổng %(port)s trên %(host)s đang dùng", port=preferred, host=host), hint=hint)
    raise HoatocError(
        Phrase("các cổng %(first)s–%(last)s trên %(host)s đều đang dùng", first=preferred, last=last, host=host),
        hint=hint,
    )


def port_of(listener: socket.socket) -> int:
    """The port a socket listens on."""
    port: int = listener.getsockname()[1]
    return port
