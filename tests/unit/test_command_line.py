"""The command line answers at once: heavy packages are imported by the command that needs them."""

import json
import subprocess
import sys

_HELP = """
import json, sys
sys.argv = ["hoatoc", *json.loads(sys.argv[1])]
from hoatoc.cli import main
try:
    main()
except SystemExit:
    pass
heavy = ("prefect", "fastapi", "sqlalchemy", "alembic", "pydantic", "aiosmtplib", "aiosmtpd", "httpx", "jinja2", "yaml")
print("\\nHEAVY", json.dumps([name for name in heavy if name in sys.modules]))
"""


def run(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _HELP, json.dumps(words)], capture_output=True, text=True, check=True
    )  # fmt: skip
    return done.stdout


def test_help_imports_nothing_heavy() -> None:
    told = run("--help")
    assert "HEAVY []" in told
    for command in ("init", "check", "plan", "issue", "pass", "status", "serve", "demo", "units"):
        assert command in told


def test_check_needs_neither_ledger_nor_prefect() -> None:
    heavy = run("check").rpartition("HEAVY ")[2]
    assert not {"prefect", "fastapi", "alembic", "aiosmtplib"} & set(json.loads(heavy))
