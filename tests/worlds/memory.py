"""Where the tests keep their files: in memory where there is room. A ledger waits for the disk at every commit, and a
database is copied for most tests; neither is what they are about."""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
#: Two processes of tests hold a third of it at their most.
_ENOUGH = 1024**3


def short_folder() -> Path:
    """Where servers put their folders: the path of a socket has at most 107 octets."""
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ENOUGH
    return _MEMORY if roomy else Path("/tmp")


def keep_files_in_memory() -> None:
    """Make `short_folder` the folder of temporary files, of this process and its children, unless TMPDIR names one."""
    tempfile.tempdir = os.environ.setdefault("TMPDIR", str(short_folder()))
