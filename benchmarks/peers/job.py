"""The job that each alternative does: record so many notices, send each, mark each; on PostgreSQL, which syncs to disk.

Each is run twice: building its messages as it or the standard library does, and given our way of building, the parts
of the recipient filled into a message made beforehand."""

import argparse
import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

import psycopg

NAME, LINK, ADDRESS, NUMBER = b"@@NAME@@", b"http://portal.example/v/@@LINK@@", b"ten@mau.example", b"@@NUMBER@@"
SENDER, OFFICE = "vptu@mau.example", "Văn phòng Tỉnh ủy Kiên Giang"
SUBJECT = "13-CV/BCĐ: đề nghị xác nhận đã nhận trước 16 giờ 00 ngày 24/11"
_here = threading.local()


@dataclass(frozen=True)
class Job:
    """Where the mail server and the database are, how many to send, and the message to fill in."""

    port: int
    database: str
    messages: int
    letter: bytes
    redis: int
    folder: Path
    given: bool  # our way of building

    @property
    def numbers(self) -> range:
        """The notices, by number."""
        return range(1, self.messages + 1)

    def address(self, number: int) -> str:
        """Whom a notice goes to."""
        return f"xa-{number}@mau.example"

    def name(self, number: int) -> str:
        """How the addressee is called."""
        return f"Ủy ban nhân dân xã số {number}"

    def bodies(self, number: int) -> tuple[str, str]:
        """The text and the HTML of a notice."""
        link = f"http://portal.example/v/{number:060}"
        text, html = (body.replace(NAME.decode(), self.name(number)).replace(LINK.decode(), link)
                      for body in _bodies(self.letter))  # fmt: skip
        return text, html

    def message(self, number: int) -> bytes:
        """The bytes of a notice."""
        return self._filled(number) if self.given else self._built(number)

    def _built(self, number: int) -> bytes:
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = Address(OFFICE, addr_spec=SENDER)
        message["To"] = Address(self.name(number), addr_spec=self.address(number))
        message["Subject"], message["Message-ID"] = SUBJECT, f"<{number}@mau.example>"
        text, html = self.bodies(number)
        message.set_content(text, cte="8bit")
        message.add_alternative(html, subtype="html", cte="8bit")
        return message.as_bytes()

    def _filled(self, number: int) -> bytes:
        filled = self.letter.replace(NAME, self.name(number).encode())
        filled = filled.replace(LINK, f"http://portal.example/v/{number:060}".encode())
        return filled.replace(ADDRESS, self.address(number).encode()).replace(NUMBER, str(number).encode())

    def create(self) -> None:
        """The table of notices."""
        with psycopg.connect(self.database) as connection:
            connection.execute("CREATE TABLE notice (id bigint PRIMARY KEY, address text, state text NOT NULL)")

    def record(self) -> None:
        """Write all notices, in one transaction."""
        with psycopg.connect(self.database) as connection, connection.cursor() as cursor:
            rows = [(number, self.address(number)) for number in self.numbers]
            cursor.executemany("INSERT INTO notice VALUES (%s, %s, 'pending')", rows)

    def send(self, number: int) -> None:
        """Send one notice, over a connection that this thread keeps."""
        if not hasattr(_here, "smtp"):
            _here.smtp = smtplib.SMTP("127.0.0.1", self.port)
        _here.smtp.sendmail(SENDER, [self.address(number)], self.message(number), mail_options=["BODY=8BITMIME"])

    def mark(self, number: int) -> None:
        """Mark one notice as sent, and commit, over a connection that this thread keeps."""
        if not hasattr(_here, "ledger"):
            _here.ledger = psycopg.connect(self.database, autocommit=True)
        _here.ledger.execute("UPDATE notice SET state = 'sent' WHERE id = %s", (number,))

    def left(self) -> int:
        """How many are not marked yet."""
        with psycopg.connect(self.database) as connection:
            found = connection.execute("SELECT count(*) FROM notice WHERE state <> 'sent'").fetchone()
        assert found is not None
        return int(found[0])


@lru_cache(maxsize=1)
def _bodies(letter: bytes) -> tuple[str, str]:
    message = message_from_bytes(letter, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return str(text.get_content()), str(html.get_content())


def asked() -> Job:
    """The job as the command line tells it."""
    parser = argparse.ArgumentParser()
    for name in ("port", "messages", "redis"):
        parser.add_argument(f"--{name}", type=int, required=True)
    for name in ("database", "folder"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--given", action="store_true")
    told = parser.parse_args()
    folder = Path(told.folder)
    return Job(
        told.port, told.database, told.messages, (folder / "letter.eml").read_bytes(), told.redis, folder, told.given
    )


@contextmanager
def timed() -> Iterator[None]:
    """Print the seconds that the block takes."""
    began = time.perf_counter()
    yield
    print(f"seconds {time.perf_counter() - began}", flush=True)
