"""A file that nobody sees before it is whole."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """An empty file beside `target`, its owner's alone. Finished, it is given that name in the block: by `replace`, or
    by `os.link`, which refuses when somebody else has taken it. Its own name goes with the block. Raises OSError."""
    half = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield half
    finally:
        half.unlink(missing_ok=True)
