"""The simulated clock of a demo or rehearsal; without its row the ledger lives on machine time."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base


class SimulatedClock(Base):
    """The one row (id 1) that says what time it is in a simulated ledger."""

    __tablename__ = "simulated_clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    now: Mapped[datetime]
