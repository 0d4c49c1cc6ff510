"""DBOS on PostgreSQL: four workflows side by side, a step a recipient (faster than a queued workflow each)."""

from dbos import DBOS
from job import asked, timed

JOB = asked()
DBOS(config={
    "name": "bench", "system_database_url": JOB.database, "log_level": "ERROR", "run_admin_server": False,
})  # fmt: skip


@DBOS.step()
def deliver(number: int) -> None:
    """One notice."""
    JOB.send(number)
    JOB.mark(number)


@DBOS.workflow()
def lane(first: int) -> None:
    """A quarter of all notices."""
    for number in JOB.numbers[first::4]:
        deliver(number)


JOB.create()
DBOS.launch()
with timed():
    JOB.record()
    handles = [DBOS.start_workflow(lane, first) for first in range(4)]
    for handle in handles:
        handle.get_result()
assert JOB.left() == 0
DBOS.destroy()
