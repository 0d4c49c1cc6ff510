"""Keeps what opens something out of the server's log: the tokens in paths, and whatever stands in a query."""

import logging
import re

_SECRET = re.compile(r"^/(v|ds|vao)/(?!tinh(?:/|$))[^/?]+")


class Redaction(logging.Filter):
    """A filter of uvicorn's access log, whose records are (address, method, path with query, version, status)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, its path redacted."""
        if isinstance(record.args, tuple) and len(record.args) == 5:
            address, method, path, *rest = record.args
            record.args = (address, method, redacted(str(path)), *rest)
        return True


def redacted(path: str) -> str:
    """`path` without what opens something: "/v/…/nhan"."""
    bare, asked, _ = path.partition("?")
    return _SECRET.sub(r"/\1/…", bare) + ("?…" if asked else "")


def install() -> None:
    """Redact uvicorn's access log from now on."""
    log = logging.getLogger("uvicorn.access")
    if not any(isinstance(known, Redaction) for known in log.filters):
        log.addFilter(Redaction())
