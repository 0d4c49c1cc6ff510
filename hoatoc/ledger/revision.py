"""Tells whether a ledger's schema stands at the revision this program was written for."""

from pathlib import Path

from sqlalchemy import Text, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import column, table

from hoatoc.errors import LedgerError
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.refusals import of_database
from hoatoc.phrase import Phrase

#: The newest migration; a test holds it against the migrations themselves.
NEWEST = "0001"
NEWER = "nâng cấp chương trình, hoặc phục hồi bản sao lưu của phiên bản này"


def require_current(ledger: Ledger) -> None:
    """Raise LedgerError unless the schema stands at the newest revision, and when the ledger cannot be reached."""
    if ledger.file and not Path(ledger.file).exists():  # SQLite would make one
        raise LedgerError(Phrase("chưa có %(file)s", file=ledger.file), hint="chạy `hoatoc init`")
    version = select(column("version_num", Text)).select_from(table("alembic_version"))
    try:
        with ledger.read() as session:
            current = session.scalar(version)
    except DBAPIError as error:
        if "alembic_version" not in str(error):
            raise of_database(error, ledger.file) from error
        current = None
    if current != NEWEST:
        state = (
            Phrase("chưa được tạo")
            if current is None
            else Phrase("ở phiên bản %(current)s, chương trình cần %(newest)s", current=current, newest=NEWEST)
        )
        newer = current is not None and current > NEWEST
        raise LedgerError(Phrase("sổ cái %(state)s", state=state), hint=NEWER if newer else "chạy `hoatoc init`")
