"""The portal as an ASGI application: `uvicorn --factory portal.app:serve_app`."""

import gc
from datetime import timedelta

from fastapi import Depends, FastAPI
from starlette.staticfiles import StaticFiles

from hoatoc import clock, keyring
from hoatoc.accounts.province import Province, province_of
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
    paced,
    paper,
    permissions,
    redaction,
    reports,
    returning,
    rosters,
    signin,
    singlesignon,
    slips,
    tasks,
    unit,
)
from portal.front import Folders, Front, TheFront
from portal.language import Language
from portal.pages import STATIC, Pages
from portal.security import Guard


def create_app(
    ledger: Ledger, links: Links, lang: str, *, link_lasts: timedelta = timedelta(days=90),
    province: Province | None = None, folders: Folders | None = None, control_room: str = "",
) -> FastAPI:  # fmt: skip
    """The portal over `ledger`, its pages in `lang` ("vi" or "en").

    Units' links open until `link_lasts` after their directive has ended; `province` is the single sign-on,
    `folders` where the files are, `control_room` where Prefect's UI is."""
    redaction.install()
    app = FastAPI(title="Hỏa Tốc", openapi_url=None, docs_url=None, redoc_url=None)
    pages = Pages(Language(lang))
    app.state.front = front = Front(
        ledger, links, pages, link_lasts=link_lasts, province=province, folders=folders or Folders(),
        control_room=control_room,
    )  # fmt: skip
    app.add_middleware(Guard, https=front.is_https)
    failures.install(app, pages)
    app.add_api_route("/health", health)
    app.router.routes.append(unit.RECEIPT)
    behind_links = (
        unit, reports, tasks, rosters, coverage, permissions, assigning, moretime, returning, slips, paper,
    )  # fmt: skip
    for module in behind_links:
        app.include_router(module.router, dependencies=[Depends(paced.writes)])
    # The single sign-on before the sign-in links, whose addresses end in anything.
    for other in (singlesignon, signin, desk):
        app.include_router(other.router)
    app.mount(api.PREFIX, api.create(front))
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
    links, lasts = Links(ring, settings.public_url), timedelta(days=settings.link_days)
    province = province_of(settings, settings.public_url)
    folders = Folders(settings.directives, settings.home)
    app = create_app(
        ledger, links, settings.lang, link_lasts=lasts, province=province, folders=folders,
        control_room=settings.control_room,
    )  # fmt: skip
    app.state.front.pages.read_all()
    # What is there now stays: the collector need not go through it every few seconds, with all requests waiting.
    gc.collect()
    gc.freeze()
    return app
