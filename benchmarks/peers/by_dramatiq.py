"""dramatiq on Redis: a message a recipient, four worker threads."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.worker import Worker
from job import asked, timed

JOB = asked()
BROKER = RedisBroker(host="127.0.0.1", port=JOB.redis)
dramatiq.set_broker(BROKER)


@dramatiq.actor
def deliver(number: int) -> None:
    """One notice."""
    JOB.send(number)
    JOB.mark(number)


JOB.create()
worker = Worker(BROKER, worker_threads=4)
worker.start()
with timed():
    JOB.record()
    for number in JOB.numbers:
        deliver.send(number)
    BROKER.join(deliver.queue_name)
    worker.join()
assert JOB.left() == 0
worker.stop()
