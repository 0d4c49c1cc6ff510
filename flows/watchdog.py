"""The watchdog of all directives: starts the passes whose wake-up was missed, and only those."""

from prefect import flow, get_run_logger

from tasks.heartbeat import beat
from tasks.rollouts import watch_name
from tasks.wakeups import start_missed


@flow(name="canh gác", flow_run_name=watch_name, retries=2, retry_delay_seconds=10)
def watchdog() -> None:
    """Hỏi sổ cái xem có lượt nào bị lỡ không."""
    started = start_missed()
    get_run_logger().info("Lượt bị lỡ: %s", ", ".join(started) or "không có")
    beat()
