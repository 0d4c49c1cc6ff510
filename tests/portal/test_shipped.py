"""The pages of issuing, for every directive that is shipped: what one of them has and no other breaks no page."""

import html
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hoatoc import clock
from hoatoc.format.folder import find_draft, office_paths, read_office
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Role
from hoatoc.rehearsal.job import Job, Played
from hoatoc.rehearsal.rehearse import rehearse
from hoatoc.rollout import pin
from hoatoc.settings import ROOT
from portal.app import create_app
from portal.front import Folders
from tests.portal.officers import TestClient, signed_in
from tests.portal.test_issuing import READ, seen
from tests.portal.test_unit import words
from tests.worlds.rollouts import ISSUED, LINKS

FOLDERS = {path.name: read_office(path) for path in office_paths(ROOT / "directives")}
KEYS = sorted(key for folder in FOLDERS.values() for key in folder.drafts)
HERE = "/ban/phat-hanh"


@pytest.fixture
def desk(request: pytest.FixtureRequest, ledger: Ledger, tmp_path: Path) -> Iterator[TestClient]:
    """The desk over the directives that are shipped; in Vietnamese, if not asked for in English."""
    with ledger.write() as session:
        clock.simulate(session, ISSUED)
    app = create_app(ledger, LINKS, getattr(request, "param", "vi"), folders=Folders(ROOT / "directives", tmp_path))
    with TestClient(app, follow_redirects=False) as client:
        yield signed_in(client, ledger, Role.DESK)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("desk", ["vi", "en"], indirect=True)
def test_the_plan_of_each_is_shown_with_its_lines(desk: TestClient, key: str) -> None:
    page = desk.get(f"{HERE}/{key}")
    assert page.status_code == 200
    shown = html.unescape(words(page.text))
    for rule in FOLDERS[key.partition("/")[0]].drafts[key].content.regime.addressees:
        assert (rule.line or rule.basis or "") in shown


@pytest.mark.parametrize("key", KEYS)
def test_each_is_issued_and_then_shows_where_it_runs(desk: TestClient, key: str) -> None:
    issued = desk.post(f"{HERE}/{key}/ban-hanh", data=seen(desk.get(f"{HERE}/{key}").text) | READ)
    assert issued.headers.get("location") == f"{HERE}/{key}"
    assert 'href="/ban/vb/1"' in desk.get(f"{HERE}/{key}").text
    assert desk.get("/ban/vb/1").status_code == 200


@pytest.mark.parametrize("key", KEYS)
def test_each_is_rehearsed(desk: TestClient, ledger: Ledger, tmp_path: Path, key: str) -> None:
    folder, draft = find_draft(ROOT / "directives", key)
    with ledger.read() as session:
        content = pin.content_hash(folder, draft, clock.read(session))
    Job(tmp_path, ROOT / "directives", key, content, 1).write(Played(1, _account(key)))
    assert desk.get(f"{HERE}/{key}/dien-tap/1").status_code == 200
    assert desk.get(f"{HERE}/{key}/dien-tap/1/tep").status_code == 200


@pytest.mark.parametrize("office", FOLDERS)
def test_the_form_of_each_office_is_shown(desk: TestClient, office: str) -> None:
    assert desk.get(f"{HERE}/{office}/soan").status_code == 200


@cache
def _account(key: str) -> dict[str, Any]:
    folder, draft = find_draft(ROOT / "directives", key)
    return rehearse(folder, draft, at=ISSUED, days=1)
