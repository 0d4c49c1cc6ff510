"""Runs an installation: Prefect server, worker, portal and, without a mail server, the sink; one supervisor for all."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from deployments.children import Child, wait_until
from deployments.pool import WORK_POOL
from deployments.ports import listen, port_of
from hoatoc.installation import alone_on, for_us_alone, running_file
from hoatoc.process import this_process
from hoatoc.settings import Settings
from hoatoc.unfinished import unfinished

#: What an office wants of Prefect, whatever the shell it starts from says.
_PREFECT = {
    "PREFECT_UI_API_URL": "/api",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    # Without it a run whose machine died stays Running for ever.
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_LOGGING_COLORS": "false",
}
_START_SECONDS = 90.0


@dataclass(frozen=True)
class Addresses:
    """Where a running installation answers, on loopback."""

    prefect: str
    portal: str
    smtp_url: str
    children: tuple[Child, ...]

    @property
    def api(self) -> str:
        """Prefect's API."""
        return f"{self.prefect}/api"

    def check(self) -> None:
        """Raise HoatocError when one of the processes has ended."""
        for child in self.children:
            child.check()


@contextmanager
def supervise(
    settings: Settings, *, smtp_url: str = "", portal_port: int = 8020, fixed_ports: bool = False
) -> Iterator[Addresses]:
    """Start everything, yield where it answers, and stop it all when the block ends. Raises HoatocError, above all when
    another does so on this home already, or, with `fixed_ports`, when a port is in use.

    `smtp_url` names a mail server that stands already; without one, and without one in the settings, a sink is
    started. Prefect's own clients in this process are pointed at the server."""
    logs = settings.home / "logs"
    with ExitStack() as stack:
        stack.enter_context(alone_on(settings.home))

        def start(name: str, module: str, *words: str, on: socket.socket | None = None) -> Child:
            """`python -m module words…`; with `on`, a listening socket, that is its first word."""
            handed = [on.fileno()] if on else []
            with for_us_alone():  # the log; and what the child makes, which inherits it
                child = Child(
                    name, [sys.executable, "-m", module, *map(str, handed), *words],
                    _environment(settings, prefect, portal, smtp), logs / f"{name}.log", handed,
                )  # fmt: skip
            stack.callback(child.stop)
            if on:
                on.close()  # it is the child's alone: when that ends, nobody listens any more
            return child

        at_server, at_portal = (stack.enter_context(listen(port, fixed=fixed_ports)) for port in (4200, portal_port))
        prefect, portal = f"http://127.0.0.1:{port_of(at_server)}", f"http://127.0.0.1:{port_of(at_portal)}"
        smtp = smtp_url or settings.smtp_url
        children = []
        if not smtp:
            at_sink = stack.enter_context(listen(8025, fixed=fixed_ports))
            smtp = f"smtp://127.0.0.1:{port_of(at_sink)}"
            children.append(start("sink", "deployments.sink", str(settings.outbox_folder), on=at_sink))
        stack.enter_context(_environ(_environment(settings, prefect, portal, smtp)))
        children.append(start("server", "deployments.web", "prefect.server.api.server:create_app", on=at_server))
        wait_until(lambda: _answers(f"{prefect}/api/health"), children[-1], _START_SECONDS)
        worker = ["worker", "start", "--pool", WORK_POOL, "--type", "process", "--name", "hoatoc"]
        children.append(start("worker", "prefect", *worker))
        children.append(start("portal", "deployments.web", "portal.app:serve_app", on=at_portal))
        wait_until(lambda: _answers(f"{portal}/health"), children[-1], _START_SECONDS)
        children.append(start("starter", "deployments.starter"))
        if settings.inbox_url:
            children.append(start("inbound", "deployments.inbound"))
        addresses = Addresses(prefect, portal, smtp, tuple(children))
        stack.callback(_announce(settings, addresses).unlink, missing_ok=True)
        yield addresses


def _environment(settings: Settings, prefect: str, portal: str, smtp: str) -> dict[str, str]:
    home = settings.home.resolve()
    return {
        **_PREFECT,
        # Runs are started as `python`: the one that runs this.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": f"{prefect}/api",
        # Every setting by name: a run starts in a folder of its own, where no .env is read.
        **{f"HOATOC_{name.upper()}": str(value) for name, value in settings if value is not None},
        "HOATOC_HOME": str(home),
        "HOATOC_DIRECTIVES": str(settings.directives.resolve()),
        "HOATOC_DATABASE_URL": settings.ledger_url,
        "HOATOC_SMTP_URL": smtp,
        "HOATOC_PUBLIC_URL": public_url(settings, portal),
    }


@contextmanager
def _environ(values: dict[str, str]) -> Iterator[None]:
    """This process's environment with `values` in it, as it was again when the block ends."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def public_url(settings: Settings, portal: str) -> str:
    """The URL units follow: the setting, unless it is a loopback one, which is where the portal really listens."""
    return portal if urlsplit(settings.public_url).hostname in ("127.0.0.1", "localhost") else settings.public_url


def _announce(settings: Settings, addresses: Addresses) -> Path:
    """Write where everything is, whole before anyone can see it. The mail server of the settings is not told: its
    password stands in there."""
    path = running_file(settings.home)
    told = {
        "process": this_process(), "prefect_api": addresses.api,
        "public_url": public_url(settings, addresses.portal),
        **({} if settings.smtp_url else {"smtp_url": addresses.smtp_url}),
    }  # fmt: skip
    with unfinished(path) as half:
        half.write_text(json.dumps(told), encoding="utf-8")
        return half.replace(path)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
