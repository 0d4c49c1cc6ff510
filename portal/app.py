"""The portal as an ASGI application: `uvicorn --factory portal.app:serve_app`."""

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from hoatoc import clock, keyring
from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.links import Links
from hoatoc.settings import read_settings
from portal import (
    api,
    assigning,
    coverage,
    desk,
    failures,
    moretime,
    paper,
    permissions,
    reports,
    returning,
    rosters,
    signin,
    slips,
    tasks,
    unit,
)
from portal.front import Front, TheFront
from portal.language import Language
from portal.pages import STATIC, Pages
from portal.security import Guard


def create_app(ledger: Ledger, links: Links, lang: str) -> FastAPI:
    """The portal over `ledger`, its pages in `lang` ("vi" or "en")."""
    app = FastAPI(title="Hỏa Tốc", openapi_url=None, docs_url=None, redoc_url=None)
    pages = Pages(Language(lang))
    app.state.front = Front(ledger, links, pages)
    app.add_middleware(Guard)
    failures.install(app, pages)
    app.add_api_route("/health", health)
    app.include_router(unit.router)
    app.include_router(reports.router)
    app.include_router(api.router)
    for module in (tasks, rosters, coverage, permissions, assigning, moretime, returning, slips, paper):
        app.include_router(module.router)
    for module in (signin, desk):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def health(front: TheFront) -> dict[str, str]:
    """Whether the ledger can be read."""
    with front.ledger.read() as session:
        clock.read(session)
    return {"status": "ok"}


def serve_app() -> FastAPI:
    """The portal of this installation. Raises LedgerError when the key ring lacks a key of the ledger's links."""
    settings = read_settings()
    ledger = open_ledger(settings.ledger_url)
    ring = keyring.open_keyring(settings.home, settings.secret_key)
    with ledger.read() as session:
        keyring.require(session, ring)
    return create_app(ledger, Links(ring, settings.public_url), settings.lang)
