"""The signed original behind a unit's link."""

from pathlib import Path
from urllib.parse import quote

from starlette.testclient import TestClient

from hoatoc.format.folder import find_draft
from hoatoc.mail.relay import Relay
from portal.app import create_app
from tests.worlds.ledgers import Ledgers
from tests.worlds.offices import KEY, small_office
from tests.worlds.rollouts import LINKS, World, issued

PDF = b"%PDF-1.7 signed\n%%EOF"
NAME = "Công điện 1.pdf"


def issued_with(ledgers: Ledgers, root: Path, original: str | None) -> World:
    files = small_office()
    files.directive["text"]["original"] = original
    (files.write(root) / NAME).write_bytes(PDF)
    return issued(ledgers.open(), Relay("127.0.0.1", 1), find_draft(root, KEY))


def link(world: World) -> str:
    return LINKS.unit(world.addressee("so-0").id, 0).removeprefix(LINKS.public_url)


def test_a_unit_opens_the_original_from_its_page(sqlite_ledgers: Ledgers, tmp_path: Path) -> None:
    world = issued_with(sqlite_ledgers, tmp_path, NAME)
    with TestClient(create_app(world.ledger, LINKS, "vi")) as client:
        assert f'href="{link(world)}/ban-ky">Tải bản ký: {NAME}<' in client.get(link(world)).text
        answer = client.get(f"{link(world)}/ban-ky")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f"attachment; filename*=utf-8''{quote(NAME)}"


def test_a_directive_without_an_original_links_none(sqlite_ledgers: Ledgers, tmp_path: Path) -> None:
    world = issued_with(sqlite_ledgers, tmp_path, None)
    with TestClient(create_app(world.ledger, LINKS, "vi")) as client:
        assert "ban-ky" not in client.get(link(world)).text
        assert client.get(f"{link(world)}/ban-ky").status_code == 404


def test_a_link_that_does_not_open_gives_no_original(sqlite_ledgers: Ledgers, tmp_path: Path) -> None:
    world = issued_with(sqlite_ledgers, tmp_path, NAME)
    with TestClient(create_app(world.ledger, LINKS, "vi")) as client:
        assert client.get(f"{link(world)[:-2]}xx/ban-ky").status_code == 404
