"""A real IMAP server: Debian's dovecot, run in a folder of its own and thrown away at the end."""

import imaplib
import os
import pwd
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.worlds.certificates import Certificate
from tests.worlds.ports import free_port

USER, PASSWORD = "vanthu", "mat/khau@1"
_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
default_internal_user = {inner}
default_internal_group = {inner_group}
default_login_user = {login}
disable_plaintext_auth = no
auth_failure_delay = 0
ssl = yes
ssl_cert = <{certificate.chain}
ssl_key = <{certificate.key}
mail_location = maildir:{folder}/mail
first_valid_uid = 1
passdb {{
  driver = static
  args = password={{PLAIN}}{password_}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server with one mailbox; `imap` takes STARTTLS too, `imaps` is secured from the first byte."""

    imap: int
    imaps: int

    @contextmanager
    def opened(self) -> Iterator[imaplib.IMAP4]:
        """The mailbox, as its owner's mail program sees it."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as client:
            client.login(USER, PASSWORD)
            client.select("INBOX")
            yield client

    def put(self, content: bytes, folder: str = "INBOX") -> None:
        """Let a mail arrive."""
        with self.opened() as client:
            client.append(folder, "", "", content)

    def seen(self) -> int:
        """How many mails of the inbox are marked as seen."""
        with self.opened() as client:
            _, [found] = client.search(None, "SEEN")
            return len(found.split())


@contextmanager
def running_dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    """A server for as long as the block lasts. As root it serves mail as `nobody`, as dovecot wants it."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    assert Path(program).exists(), "dovecot is missing: bash tests/debian-packages.sh"
    me = pwd.getpwuid(os.getuid())
    owner = pwd.getpwnam("nobody") if me.pw_uid == 0 else me
    inner, login = ("dovecot", "dovenull") if me.pw_uid == 0 else (me.pw_name, me.pw_name)
    folder = Path(tempfile.mkdtemp(prefix="hoatoc-imap-", dir="/tmp"))  # socket paths have at most 107 octets
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    server = Dovecot(free_port(), free_port())
    config = folder / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder, inner=inner, inner_group=inner if me.pw_uid == 0 else _group(me.pw_gid), login=login,
            certificate=certificate, password_=PASSWORD, uid=owner.pw_uid, gid=owner.pw_gid,
            imap=server.imap, imaps=server.imaps,
        )
    )  # fmt: skip
    process = subprocess.Popen([program, "-F", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(server, process, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _wait(server: Dovecot, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with server.opened():
                return
        except (OSError, imaplib.IMAP4.error, ssl.SSLError):
            told = log.read_text() if log.exists() else ""
            assert process.poll() is None, f"dovecot has ended: {told}"
            assert time.monotonic() < until, f"dovecot does not answer: {told}"
            time.sleep(0.1)
