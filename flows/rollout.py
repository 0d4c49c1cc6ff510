"""The flow of every directive: one run is one pass. Each directive has it under its own name and deployment."""

from prefect import flow

from tasks.artifacts import publish
from tasks.rollouts import await_start, read_now, run_name, take_turn
from tasks.rollouts import issue as issue_draft
from tasks.steps import aggregate, collect, deliver, dispatch, escalate
from tasks.wakeups import schedule_next


# The steps have their own retries, for what a second may mend; a mistake is told at once. What is missed all the same
# the watchdog finds in the ledger.
@flow(name="rollout", flow_run_name=run_name)
def rollout(directive: str, issue: bool = False, cause: str = "bấm tay") -> None:  # noqa: ARG001  # `cause` names the run
    """Một lượt xử lý của một văn bản: gửi, thu nhận, đôn đốc, tổng hợp, chuyển thư.

    Args:
        directive: Khóa văn bản, "cơ quan/tệp".
        issue: Đánh dấu để ban hành văn bản đã kiểm tra, rồi chạy lượt đầu tiên.
        cause: Vì sao chạy lượt này; hiện trong tên lượt.
    """
    await_start()
    if issue:
        issue_draft(directive)
    _pass(directive)
    schedule_next(directive)


def _pass(directive: str) -> None:
    with take_turn(directive) as mine:
        while mine is not None and mine.again():
            now = read_now()
            dispatch(directive, now)
            collect(directive, now)
            escalate(directive, now)
            aggregate(directive, now)
            deliver(directive, now)
            publish(directive, now)
