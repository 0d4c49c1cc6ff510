"""A made-up office whose flows run in this process."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.client.schemas.objects import FlowRun
from sqlalchemy import update

from flows.rollout import rollout
from hoatoc import clock
from hoatoc.format.folder import office_paths, read_office
from hoatoc.installation import Installation
from hoatoc.ledger.schema import Directive, Duty, WakeUp
from hoatoc.rollout import waking
from hoatoc.rollout.reference import directive_of
from tests.flows.controlroom import deployment_of, runs_of
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import KEY


@dataclass(frozen=True)
class Office:
    """The installation this process has open, with one directive and a mail listener."""

    here: Installation
    mail: MailServer

    @property
    def folders(self) -> list[Any]:
        """Its folder, in a list."""
        return [read_office(path) for path in office_paths(self.here.settings.directives)]

    @property
    def deployment(self) -> str:
        """The full name of its directive's deployment."""
        return deployment_of(self.here.settings.directives, KEY)

    def run(self, **parameters: Any) -> UUID:
        """Run the flow here and now; the run's id."""
        state = rollout(KEY, return_state=True, **parameters)
        assert state.is_completed(), state
        run_id = state.state_details.flow_run_id
        assert run_id is not None
        return run_id

    def at(self, now: datetime) -> None:
        """Move the simulated clock."""
        with self.here.ledger.write() as session:
            clock.simulate(session, now)

    def next_wake(self) -> waking.Wake:
        """When the ledger wants the next pass, and why."""
        with self.here.ledger.read() as session:
            return waking.next_wake(session, directive_of(session, KEY))

    def wake_up(self) -> WakeUp:
        """What was asked of Prefect."""
        with self.here.ledger.read() as session:
            return session.get_one(WakeUp, directive_of(session, KEY).id)

    def wake_at(self, at: datetime) -> None:
        """Let one duty fall due at `at`."""
        with self.here.ledger.write() as session:
            first = session.query(Duty).order_by(Duty.id).first()
            assert first is not None
            session.execute(update(Duty).where(Duty.id == first.id).values(next_at=at))

    def directive_id(self) -> int:
        """The directive's id in the ledger."""
        with self.here.ledger.read() as session:
            return session.query(Directive).one().id

    def scheduled(self) -> list[FlowRun]:
        """The runs of its deployment that Prefect knows, in the order they were made."""
        return runs_of(self.deployment)
