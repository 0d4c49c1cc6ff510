"""Finds ports on loopback: the customary one, or the next that is free."""

import socket

from hoatoc.errors import HoatocError

_TRIES = 50


def free_port(preferred: int, host: str = "127.0.0.1") -> int:
    """`preferred` when nobody listens there, else the next free port. Raises HoatocError when none is."""
    for port in range(preferred, preferred + _TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise HoatocError(
        f"các cổng {preferred}–{preferred + _TRIES - 1} trên {host} đều đang dùng",
        hint=f"xem tiến trình nào giữ cổng: ss -ltnp | grep {preferred}",
    )
