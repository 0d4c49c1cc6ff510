"""A real relay: Debian's postfix, its configuration, queue and log in a folder of its own, thrown away at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.worlds.ports import free_port

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.mau.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_banner = relay ESMTP
relayhost = [127.0.0.1]:{sink}
transport_maps = inline:{{ {{vptu@mau.example=smtp:[127.0.0.1]:{inbox}}} }}
recipient_delimiter = +
disable_dns_lookups = yes
smtp_host_lookup = native
local_recipient_maps =
alias_maps =
minimal_backoff_time = 1s
queue_run_delay = 1s
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 1 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
scache    unix  - - n - 1 scache
anvil     unix  - - n - 1 anvil
tlsmgr    unix  - - n 1000? 1 tlsmgr
postlog   unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running relay that listens on `port`."""

    port: int
    folder: Path

    def log(self) -> str:
        """What it has said."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def running_postfix(*, sink: int, inbox: int) -> Iterator[Postfix]:
    """A relay for as long as the block lasts: what comes for return addresses under vptu@mau.example goes to the port
    `inbox`, all else to `sink`. Its master starts as root only, and gives that up itself."""
    folder = Path(tempfile.mkdtemp(prefix="hoatoc-relay-", dir="/tmp"))
    folder.chmod(0o755)
    relay = Postfix(free_port(), folder)
    owner = pwd.getpwnam("postfix")
    for name in ("etc", "queue", "data"):
        (folder / name).mkdir()
    os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
    (folder / "etc" / "main.cf").write_text(_MAIN.format(folder=folder, sink=sink, inbox=inbox))
    (folder / "etc" / "master.cf").write_text(_MASTER.format(port=relay.port))
    subprocess.run(["/usr/sbin/postfix", "-c", folder / "etc", "check"], check=True, capture_output=True)
    master = subprocess.Popen(
        ["/usr/lib/postfix/sbin/master", "-d", "-c", folder / "etc"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd=folder / "queue", start_new_session=True,
    )  # fmt: skip
    try:
        _wait(relay, master)
        yield relay
    finally:
        master.terminate()
        master.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(relay: Postfix, master: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", relay.port), timeout=5) as client:
                if client.recv(100).startswith(b"220"):
                    return
        except OSError:
            pass
        assert master.poll() is None, f"postfix has ended: {relay.log()}"
        assert time.monotonic() < until, f"postfix does not answer: {relay.log()}"
        time.sleep(0.1)
