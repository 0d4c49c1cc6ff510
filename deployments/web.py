"""`python -m deployments.web FD MODULE:FACTORY`: serves an ASGI application on a socket that listens already."""

import socket
import sys

import uvicorn


def main() -> None:
    """Serve until told to end."""
    # Paths carry signed links, which no log is to keep.
    config = uvicorn.Config(sys.argv[2], factory=True, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
