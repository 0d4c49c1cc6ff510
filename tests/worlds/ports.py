"""Ports of loopback for servers that have to be told theirs."""

import secrets
import socket


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives away by itself (from 32768 on): it is still free
    when the server that is to have it starts, seconds later."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
