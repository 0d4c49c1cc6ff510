"""Everything that is registered with Prefect loads, and is given parameters that its flow takes."""

import asyncio
import inspect
import re
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

from deployments import registry
from hoatoc.format.folder import office_paths, read_office
from hoatoc.settings import ROOT
from tasks.naming import artifact_key, flow_name
from tests.worlds.offices import small_office

_LOAD = """
import sys
from prefect.flows import load_flow_from_entrypoint
for entrypoint in sys.argv[1:]:
    print(load_flow_from_entrypoint(entrypoint).fn.__name__)
"""


@dataclass
class Recorder:
    """Stands where Prefect's client stands, and writes down what is registered."""

    flows: dict[UUID, str] = field(default_factory=dict)
    deployments: list[dict[str, Any]] = field(default_factory=list)

    async def create_work_pool(self, pool: Any) -> None:
        assert pool.type == "process"

    async def create_flow(self, flow: Flow[Any, Any]) -> UUID:
        made = uuid4()
        self.flows[made] = flow.name
        return made

    async def create_deployment(self, **values: Any) -> None:
        self.deployments.append(values)


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    """What the directives of this repository register, the watchdog too."""
    made = Recorder()

    @asynccontextmanager
    async def client() -> Any:
        yield made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "get_client", client)
        folders = [read_office(path) for path in office_paths(ROOT / "directives")]
        asyncio.run(registry.register(folders, watch=True))
    return made


def test_every_directive_and_the_watchdog_are_registered(recorder: Recorder) -> None:
    drafts = sum(len(read_office(path).drafts) for path in office_paths(ROOT / "directives"))

    assert len(recorder.deployments) == drafts + 1 >= 2
    assert len(set(recorder.flows.values())) == drafts + 1


def test_every_entrypoint_loads_from_any_folder(recorder: Recorder, tmp_path: Path) -> None:
    entrypoints = sorted({made["entrypoint"] for made in recorder.deployments})

    loaded = subprocess.run(
        [sys.executable, "-c", _LOAD, *entrypoints], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert loaded.stdout.split() == ["rollout", "watchdog"]


def test_every_deployments_parameters_fit_its_flow(recorder: Recorder) -> None:
    for made in recorder.deployments:
        flow = load_flow_from_entrypoint(made["entrypoint"])
        parameters = made.get("parameters", {})
        inspect.signature(flow.fn).bind(**parameters)
        flow.validate_parameters(parameters)


def test_every_schedules_parameters_fit_its_flow(recorder: Recorder) -> None:
    schedules = [(made, schedule) for made in recorder.deployments for schedule in made.get("schedules") or ()]

    assert schedules
    for made, schedule in schedules:
        flow = load_flow_from_entrypoint(made["entrypoint"])
        flow.validate_parameters({**made.get("parameters", {}), **(schedule.parameters or {})})
        assert schedule.schedule.timezone == "Asia/Ho_Chi_Minh"


def test_the_form_of_every_deployment_is_that_of_its_flow(recorder: Recorder) -> None:
    for made in recorder.deployments:
        flow = load_flow_from_entrypoint(made["entrypoint"])
        expected = parameter_schema(flow).model_dump_for_openapi()
        for name, value in made.get("parameters", {}).items():
            expected["properties"][name]["pattern"] = rf"^{re.escape(value)}(~thu-\d+)?$"  # fixed
        assert made["parameter_openapi_schema"] == expected
        described = made["parameter_openapi_schema"]["properties"].values()
        assert all(parameter.get("description") for parameter in described), "a field of the form says nothing"


def test_a_name_carries_no_character_that_prefect_refuses(recorder: Recorder) -> None:
    _, draft = small_office().read()
    odd = draft.content.text.model_copy(update={"code": "1%/<TU>&CV"})

    names = [*recorder.flows.values(), flow_name(odd, "tinh-mau/1-cv")]

    assert not [name for name in names if set(name) & set("/%&<>")]


def test_a_directive_without_a_number_is_named_after_its_file() -> None:
    _, draft = small_office().read()
    unnumbered = draft.content.text.model_copy(update={"code": None})

    assert flow_name(unnumbered, "tinh-mau/chi-thi-mua-bao") == "chi-thi-mua-bao · tinh-mau"


def test_an_artifacts_key_is_lower_case_letters_digits_and_hyphens() -> None:
    assert artifact_key("kien-giang/13-cv-bcd", "so-lieu") == "kien-giang-13-cv-bcd-so-lieu"
    assert artifact_key("Tỉnh/1_CV", "so-lieu").isascii()
