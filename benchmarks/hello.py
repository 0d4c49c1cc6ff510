"""The least a server can answer: what uvicorn itself costs. `uvicorn benchmarks.hello:hello`."""

from typing import Any


async def hello(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """Say hello to whatever is asked."""
    if scope["type"] != "http":
        return
    head = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b"hello"})
