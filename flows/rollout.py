"""The flow of every directive: one run is one pass. Each directive has it under its own name and deployment."""

from prefect import State, flow
from prefect.states import Failed

from hoatoc.errors import HoatocError
from tasks.artifacts import publish
from tasks.rollouts import issue as issue_draft
from tasks.rollouts import read_now, run_name, take_turn
from tasks.steps import aggregate, collect, deliver, dispatch, escalate
from tasks.wakeups import schedule_next


@flow(name="rollout", flow_run_name=run_name, retries=1, retry_delay_seconds=15)
def rollout(directive: str, issue: bool = False, cause: str = "bấm tay") -> State | None:  # noqa: ARG001  # `cause` names the run
    """Một lượt xử lý của một văn bản: gửi, thu nhận, đôn đốc, tổng hợp, chuyển thư.

    Args:
        directive: Khóa văn bản, "cơ quan/tệp".
        issue: Đánh dấu để ban hành văn bản đã kiểm tra, rồi chạy lượt đầu tiên.
        cause: Vì sao chạy lượt này; hiện trong tên lượt.
    """
    try:
        if issue:
            issue_draft(directive)
        _pass(directive)
    except HoatocError as error:
        # A mistake to be mended, told plainly: trying again would not help, and a traceback would hide it.
        return Failed(message=f"{error}. {error.hint}".rstrip(". ") + ".")
    schedule_next(directive)
    return None


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
