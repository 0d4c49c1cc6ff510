"""What the pages do, as JSON: an application of its own under `/api/v1`, with its own document and its own errors.

An endpoint is a function in the module of its noun, named here; its answer is a model with a description."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from portal.api import (
    assignments,
    board,
    directives,
    duties,
    events,
    permissions,
    problems,
    replies,
    reports,
    rosters,
    unit,
    units,
)
from portal.front import Front

PREFIX = "/api/v1"
_ABOUT = """What the pages of the portal do, as JSON.

Instants are ISO 8601 in UTC. Two kinds of token, both as `Authorization: Bearer …`: `/unit…` takes the one of the
unit's link (what stands after `/v/`), with the same scope, expiry and revocation; `/desk…` takes an API token of an
account of the office (`hoatoc account token LOGIN`), which only reads. Errors are RFC 9457 problems in the words of the
pages; `problems` says by field what has to be mended."""


def create(front: Front) -> FastAPI:
    """The API over `front`, to be mounted at `PREFIX`."""
    app = FastAPI(
        title="Hỏa Tốc", version="1", description=_ABOUT, docs_url=None, redoc_url=None, responses=problems.ANSWERS
    )
    app.state.front = front
    problems.install(app)
    for module in (unit, reports, duties, rosters, permissions, assignments, board, directives, units, events, replies):
        app.include_router(module.router)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes,
            servers=[{"url": PREFIX}],
        )  # fmt: skip
        found["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema()
        app.openapi_schema = found
    return app.openapi_schema
