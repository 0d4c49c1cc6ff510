"""Puts the demonstration on: sink, supervisor, people, driver, and the tale at the end."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deployments.ports import listen, port_of
from deployments.supervisor import Addresses, supervise
from hoatoc import clock
from hoatoc.accounts import register, signin
from hoatoc.cli.console import out
from hoatoc.cli.stopping import until_told_to_stop
from hoatoc.cli.words import say
from hoatoc.demo import tale
from hoatoc.demo.acting import Actors
from hoatoc.demo.driver import END, FIRST_DAY, ISSUED, KEY, ZONE, Driver
from hoatoc.demo.persona import Manner, Persona, cast
from hoatoc.demo.postbag import Postbag
from hoatoc.format.folder import find_draft
from hoatoc.installation import Installation, initialise
from hoatoc.ledger.schema import Role
from hoatoc.localtime import short
from hoatoc.mail.sink import start_sink
from hoatoc.settings import ROOT, Settings

_LOGIN = "trinh-dien"


class PrefectRuns:
    """The driver's runs on the Prefect that the supervisor has started."""

    def __init__(self, deployment: str) -> None:
        self._deployment = deployment

    async def start(self, *, cause: str, issue: bool) -> UUID:
        """Start a run of the demonstration's directive."""
        from deployments.control import start_run

        return await start_run(self._deployment, cause=cause, issue=issue)

    async def state(self, run_id: UUID) -> tuple[bool, str, str]:
        """What became of it."""
        from deployments.control import run_state

        return await run_state(run_id)


def demonstrate(home: Path, *, once: bool) -> bool:
    """Run the demonstration in `home`; whether the books balance at its end."""
    # Nothing of the shell's settings but the language: a demonstration never touches a real ledger or mail server.
    settings = Settings(home=home.resolve(), directives=ROOT / "directives", database_url="", smtp_url="")
    here = initialise(settings)
    folder, draft = find_draft(settings.directives, KEY)
    people = cast(folder, draft)
    dead = frozenset(person.door for person in people if person.manner is Manner.DEAD)
    listener = listen(8025)
    sink = start_sink(settings.outbox_folder, listener, dead=dead)
    try:
        with until_told_to_stop() as wait:
            out.print(say("Đang khởi động Prefect, worker và cổng thông tin…"))
            with supervise(settings, smtp_url=f"smtp://127.0.0.1:{port_of(listener)}") as addresses:
                balanced = _play(here, addresses, people)
                (home / "finished").touch()
                _show_where(here, addresses)
                if not once:
                    out.print(say("\n[bold]Ctrl-C để dừng tất cả.[/]"))
                    wait(addresses.check)
            return balanced
    finally:
        sink.stop()
        here.ledger.close()


def _play(here: Installation, addresses: Addresses, people: list[Persona]) -> bool:
    from deployments.control import register_one

    deployment = asyncio.run(register_one(here.settings, KEY))
    with httpx.Client(base_url=addresses.portal, timeout=30) as client, _progress() as progress:
        bar = progress.add_task(say("chuẩn bị"), total=int((END - ISSUED).total_seconds() // 3600))

        def tell(now: datetime, what: str) -> None:
            hours = int((now - ISSUED).total_seconds() // 3600)
            progress.update(bar, completed=hours, description=f"{short(now, ZONE)} · {say(what)}")

        driver = Driver(
            here, PrefectRuns(deployment), Postbag(here.settings.outbox_folder, people),
            Actors(client, FIRST_DAY), people, tell,
        )  # fmt: skip
        driver.play()
        progress.update(bar, completed=int((END - ISSUED).total_seconds() // 3600), description=say("xong"))
    out.print(
        say(
            "%(started)s lượt chạy trên Prefect; %(refused)s báo cáo bị trả lại vì số liệu không khớp.\n",
            started=driver.started,
            refused=driver.actors.refused,
        )
    )
    return tale.tell(here, out)


def _progress() -> Progress:
    return Progress(
        BarColumn(bar_width=30), MofNCompleteColumn(), TextColumn(say("giờ")), TimeElapsedColumn(),
        TextColumn("{task.description}"), console=out,
    )  # fmt: skip


def way_in(here: Installation) -> str:
    """A link that signs in to the board, for as long as somebody looks at the demonstration."""
    now = clock.machine_now()
    with here.ledger.write() as session:
        known = [account for account in register.everyone(session) if account.login == _LOGIN]
        account = known[0] if known else register.add(
            session, _LOGIN, name="Văn thư trình diễn", role=Role.DESK, password="", now=now, by=_LOGIN
        )  # fmt: skip
        secret = signin.make_link(session, account, now=now, by=_LOGIN, lasts=timedelta(days=30), once=False)
    return here.links.sign_in(secret)


def _show_where(here: Installation, addresses: Addresses) -> None:
    out.print(say("\n[bold]Xem ở đâu[/]"))
    out.print(f"  Prefect UI       {addresses.prefect}", soft_wrap=True)
    out.print(say("  Bảng theo dõi    %(address)s", address=way_in(here)), soft_wrap=True)
    out.print(
        say("  Trang đơn vị     liên kết trong thư, ví dụ mở một tệp ở %(folder)s", folder=here.settings.outbox_folder),
        markup=False,
        soft_wrap=True,
    )
    ledger = here.ledger.engine.url.database
    out.print(say("  Sổ cái           %(database)s", database=ledger), markup=False, soft_wrap=True)
