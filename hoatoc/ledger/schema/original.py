"""Signed originals, kept as they were when their directive was issued or amended."""

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base


class Original(Base):
    """A signed original of one directive. One that an amendment has replaced stays: notices already out carry it."""

    __tablename__ = "original"

    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"), primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]  # its MIME type
    content: Mapped[bytes] = mapped_column(LargeBinary)
