"""Takes ports on loopback: the customary one, or the next that is free."""

import socket

from hoatoc.errors import HoatocError

_TRIES = 50
_BACKLOG = 2048


def listen(preferred: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket that listens on `preferred`, or on the next port that nobody listens on. Raises HoatocError when there
    is none.

    The port is held from here on: two installations that start at the same time would both find it free, and the one
    that came too late would work on the server of the other."""
    for port in range(preferred, preferred + _TRIES):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            continue
        return listener
    raise HoatocError(
        f"các cổng {preferred}–{preferred + _TRIES - 1} trên {host} đều đang dùng",
        hint=f"xem tiến trình nào giữ cổng: ss -ltnp | grep {preferred}",
    )


def port_of(listener: socket.socket) -> int:
    """The port a socket listens on."""
    port: int = listener.getsockname()[1]
    return port
