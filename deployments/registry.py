"""Registers with Prefect: the work pool, each directive as a flow with its own deployment, and the watchdog."""

import re
from dataclasses import dataclass
from typing import Any

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectAlreadyExists
from prefect.flows import Flow
from prefect.utilities.callables import parameter_schema

from deployments.pool import RUN_COMMAND, WORK_POOL
from flows.rollout import rollout
from flows.watchdog import watchdog
from hoatoc.format.directive import DirectiveFile, title, urgency
from hoatoc.format.folder import OfficeFolder
from hoatoc.localtime import DEFAULT_ZONE
from hoatoc.rollout.reference import TRIAL_MARK
from tasks.naming import deployment_label, flow_name, full_name

#: Module entrypoints: they load in a worker started anywhere, where a file entrypoint does not.
ROLLOUT, WATCHDOG = "flows.rollout.rollout", "flows.watchdog.watchdog"
_WATCH_EVERY = "*/5 * * * *"


@dataclass(frozen=True)
class Registered:
    """A directive as Prefect knows it."""

    key: str
    flow_id: str
    deployment: str


async def register(folders: list[OfficeFolder], *, watch: bool) -> list[Registered]:
    """Register every checked directive of `folders`; with `watch`, the watchdog too. Doing it again changes nothing."""
    async with get_client() as client:
        await _ensure_pool(client)
        done = [
            await _register(client, folder, key, draft.content)
            for folder in folders
            for key, draft in folder.drafts.items()
        ]
        if watch:
            await _register_watchdog(client)
        return done


async def _ensure_pool(client: PrefectClient) -> None:
    try:
        await client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type="process"))
    except ObjectAlreadyExists:
        return


async def _register(client: PrefectClient, folder: OfficeFolder, key: str, content: DirectiveFile) -> Registered:
    name = flow_name(content.text, key)
    flow_id = await client.create_flow(rollout.with_options(name=name))
    await client.create_deployment(
        flow_id=flow_id, name=deployment_label(content.text, key), entrypoint=ROLLOUT, pull_steps=[],
        work_pool_name=WORK_POOL, job_variables={"command": RUN_COMMAND},
        parameters={"directive": key}, parameter_openapi_schema=_schema(rollout, directive=key),
        enforce_parameter_schema=True,
        tags=[folder.office.province, urgency(content.text).value], description=_description(content),
    )  # fmt: skip
    return Registered(key, str(flow_id), full_name(content.text, key))


async def _register_watchdog(client: PrefectClient) -> None:
    flow_id = await client.create_flow(watchdog)
    await client.create_deployment(
        flow_id=flow_id, name=watchdog.name, entrypoint=WATCHDOG, pull_steps=[], work_pool_name=WORK_POOL,
        job_variables={"command": RUN_COMMAND},
        parameter_openapi_schema=_schema(watchdog), tags=["canh gác"],
        description="Cứ 5 phút hỏi sổ cái một lần: lượt nào bị lỡ thì chạy, không có thì thôi.",
        schedules=[
            DeploymentScheduleCreate(schedule=CronSchedule(cron=_WATCH_EVERY, timezone=DEFAULT_ZONE), active=True)
        ],
    )  # fmt: skip


def _schema(flow: Flow[..., Any], **fixed: str) -> dict[str, Any]:
    """The parameters as the UI asks for them; those `fixed` have one value, so that no other can be typed, but for a
    trial of it."""
    schema = parameter_schema(flow).model_dump_for_openapi()
    for name, value in fixed.items():
        schema["properties"][name]["pattern"] = rf"^{re.escape(value)}({TRIAL_MARK}\d+)?$"
    return schema


def _description(content: DirectiveFile) -> str:
    orders = "\n".join(f"- **{item.clause}** {item.quote}" for item in content.text.obligations)
    return f"{title(content.text)}, {content.text.issuer}\n\nĐể ban hành: *Run* với `issue` = true.\n\n{orders}"
