"""`python -m deployments.inbound`: takes in bounces and replies, and starts a pass for each directive they concern."""

import asyncio
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from hoatoc.installation import Installation, open_installation
from hoatoc.mail.imap import Mailbox, read_mailbox
from hoatoc.mail.inbound import Inbox, listening_at, start_listener

#: How long mails are gathered before a pass is started for them: a dispatch's bounces come in flocks.
_GATHER_SECONDS = 5.0
_FETCH_SECONDS = 60.0
_log = logging.getLogger("hoatoc.inbound")


class Wishes:
    """The directives for which something has come in, until a pass is started for them."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    def want(self, key: str) -> None:
        """A pass over this directive is wanted."""
        with self._lock:
            self._keys.add(key)

    def take(self) -> set[str]:
        """Those wanted since the last time."""
        with self._lock:
            wanted, self._keys = self._keys, set()
            return wanted


def main() -> None:
    """Listen, or fetch, until told to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    # aiosmtpd tells of each command, and a return address in a log would be as good as its unit's word.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    here = open_installation()
    wishes, ended = Wishes(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    inbox = Inbox(here.ledger, here.ring, wishes.want)
    with _open(here.settings.inbox_url, inbox, ended):
        while not ended.wait(_GATHER_SECONDS):
            for key in wishes.take():
                _start_pass(here, key)


@contextmanager
def _open(url: str, inbox: Inbox, ended: threading.Event) -> Iterator[None]:
    """Take in mail from `url` while the block lasts."""
    if urlsplit(url).scheme == "smtp":
        host, port = listening_at(url)
        controller = start_listener(inbox, host=host, port=port)
        try:
            yield
        finally:
            controller.stop()
        return
    fetcher = threading.Thread(target=_fetch_for_ever, args=(read_mailbox(url), inbox, ended), name="imap")
    fetcher.start()
    try:
        yield
    finally:
        ended.set()
        fetcher.join()


def _fetch_for_ever(mailbox: Mailbox, inbox: Inbox, ended: threading.Event) -> None:
    told = ""
    while True:
        try:
            mailbox.fetch(inbox)
            told = ""
        except Exception as error:  # noqa: BLE001  # whatever it is, the next mail may be a bounce or a report
            new, told = repr(error) != told, repr(error)
            _log.error(
                "the mailbox could not be read; trying again in %.0f seconds: %s", _FETCH_SECONDS, told, exc_info=new
            )
        if ended.wait(_FETCH_SECONDS):
            return


def _start_pass(here: Installation, key: str) -> None:
    from deployments.control import start_run
    from hoatoc.rollout.reference import directive_of
    from tasks.naming import deployment_name

    try:
        with here.ledger.read() as session:
            name = deployment_name(directive_of(session, key))
        asyncio.run(start_run(name, cause="thư đến", directive=key))
    except Exception:  # noqa: BLE001  # whatever the ledger or Prefect's client raises, mail goes on being taken in
        _log.exception("no pass could be started for %s; the watchdog will", key)


if __name__ == "__main__":
    main()
