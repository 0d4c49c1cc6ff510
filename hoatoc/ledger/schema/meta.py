"""Facts about the ledger itself, such as the fingerprints of the keys that have signed its links."""

from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base


class Meta(Base):
    """One named fact."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
