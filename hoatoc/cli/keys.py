"""keys: the keys that sign links."""

from typing import Annotated

import typer

from hoatoc.cli import app
from hoatoc.cli.console import out
from hoatoc.cli.words import say

keys = typer.Typer(no_args_is_help=True, help="Các khóa ký liên kết.")
app.add_typer(keys, name="keys")


@keys.command(name="list")
def list_keys() -> None:
    """Liệt kê khóa trong chùm (khóa ký đứng đầu), và khóa sổ cái còn cần mà chùm không có."""
    from hoatoc import keyring
    from hoatoc.ledger.engine import open_ledger
    from hoatoc.ledger.revision import require_current
    from hoatoc.settings import read_settings

    settings = read_settings()
    ledger = open_ledger(settings.ledger_url)
    require_current(ledger)
    ring = keyring.open_keyring(settings.home, settings.secret_key)
    with ledger.read() as session:
        missing = [kid for kid in keyring.known(session) if kid not in ring.keys]
    for kid in ring.keys:
        out.print(f"{kid}  {say('đang ký') if kid == ring.newest else say('chỉ đọc')}")
    for kid in missing:
        out.print(say("%(kid)s  [red]thiếu[/]", kid=kid))


@keys.command()
def retire(kid: Annotated[str, typer.Argument(metavar="KEY", help="Sáu chữ đầu của khóa, như `list` in ra.")]) -> None:
    """Bỏ hẳn một khóa bị lộ: sau khi lấy nó ra khỏi chùm, liên kết nó đã ký không mở được gì."""
    from hoatoc import keyring
    from hoatoc.clock import machine_now
    from hoatoc.ledger.engine import open_ledger
    from hoatoc.ledger.revision import require_current
    from hoatoc.rollout import history
    from hoatoc.settings import read_settings

    ledger = open_ledger(read_settings().ledger_url)
    require_current(ledger)
    with ledger.write() as session:
        keyring.retire(session, kid)
        history.note(session, None, at=machine_now(), kind="key_retired", subject=f"key:{kid}", actor="command line")
    out.print(
        say(
            "Sổ cái không cần khóa %(kid)s nữa. Lấy nó ra khỏi HOATOC_SECRET_KEY hoặc tệp keys, rồi khởi động lại.",
            kid=kid,
        )
    )
