"""The five steps of a pass, as tasks."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive
from hoatoc.mail.deliver import Delivered
from hoatoc.mail.deliver import deliver as deliver_mail
from hoatoc.rollout.aggregate import Aggregated
from hoatoc.rollout.aggregate import aggregate as aggregate_periods
from hoatoc.rollout.collect import Collected
from hoatoc.rollout.collect import collect as collect_mail
from hoatoc.rollout.dispatch import Dispatched
from hoatoc.rollout.dispatch import dispatch as dispatch_duties
from hoatoc.rollout.escalate import Escalated
from hoatoc.rollout.escalate import escalate as escalate_duties
from hoatoc.rollout.reference import directive_of
from tasks.here import installation
from tasks.retrying import DELAYS, JITTER, RETRIES, may_have_passed

_step = task(
    retries=RETRIES, retry_delay_seconds=DELAYS, retry_jitter_factor=JITTER, retry_condition_fn=may_have_passed,
    persist_result=False, cache_policy=NO_CACHE,
)  # fmt: skip


@_step
def dispatch(directive: str, now: datetime) -> Dispatched:
    """Open the duties that now exist and put their notices in the outbox."""
    done: Dispatched = _in_ledger(directive, now, dispatch_duties)
    get_run_logger().info("Mở %d nghĩa vụ, viết %d thư", done.duties, done.notices)
    return done


@_step
def collect(directive: str, now: datetime) -> Collected:
    """Take in what has come back by mail."""
    done: Collected = _in_ledger(directive, now, collect_mail)
    get_run_logger().info("Thu về: %d thư trả lại, %d xác nhận, %d thư", done.bounces, done.receipts, done.messages)
    return done


@_step
def escalate(directive: str, now: datetime) -> Escalated:
    """Climb the ladder for duties whose next step is due."""
    done: Escalated = _in_ledger(directive, now, escalate_duties)
    get_run_logger().info("Lên nấc %d nghĩa vụ, viết %d thư", done.duties, done.notices)
    return done


@_step
def aggregate(directive: str, now: datetime) -> Aggregated:
    """Freeze and lock the periods that are due for it."""
    done: Aggregated = _in_ledger(directive, now, aggregate_periods)
    get_run_logger().info("Chốt %d kỳ, khóa %d kỳ", done.frozen, done.locked)
    return done


@_step
def deliver(directive: str, now: datetime) -> Delivered:
    """Send what is in the outbox and record each answer."""
    here = installation()
    with here.ledger.read() as session:
        directive_id = directive_of(session, directive).id
    done = asyncio.run(deliver_mail(here.ledger, directive_id, now=now, relay=here.relay, links=here.links))
    logger = get_run_logger()
    logger.info("Gửi %d, từ chối %d, hẹn lại %d, bỏ qua %d", done.sent, done.refused, done.deferred, done.skipped)
    if done.down:
        logger.warning("%s; thư ở lại hộp đi, sẽ gửi lại", done.down)
    return done


def _in_ledger(directive: str, now: datetime, work: Callable[[Session, Directive, datetime], Any]) -> Any:
    with installation().ledger.write() as session:
        return work(session, directive_of(session, directive), now)
