"""The bulletin of Bạc Liêu, morning of 12 November 2021: what seven districts report adds up to it, to the digit."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from pypdf import PdfReader

from hoatoc import clock
from hoatoc.papers import official, pdf
from hoatoc.rollout import bulletin, submission
from hoatoc.rollout.bulletin import Bulletin
from hoatoc.settings import ROOT
from tests.conftest import Issue
from tests.worlds.offices import Files, small_office
from tests.worlds.rollouts import DUE, FREEZE, NEXT_SLOT, SLOT, World

DISTRICTS = 7
#: The bulletin's figures, and those of the day before as far as it tells (39 cases more); 671.080 gives both shares.
BEFORE = {
    "ca_moi": 291, "ca_cong_dong": 92, "ca_phong_toa": 97, "ca_cach_ly": 102, "khoi_benh": 250, "tu_vong": 3,
    "dang_dieu_tri": 3907, "mui1": 524000, "mui2": 300089, "nguoi_tu_18_tuoi": 671080,
}  # fmt: skip
PRINTED = {
    "ca_moi": 252, "ca_cong_dong": 79, "ca_phong_toa": 80, "ca_cach_ly": 93, "khoi_benh": 273, "tu_vong": 2,
    "dang_dieu_tri": 3884, "mui1": 549032, "mui2": 321089, "nguoi_tu_18_tuoi": 671080, "ty_le_mui1": "81.81",
    "ty_le_mui2": "47.85",
}  # fmt: skip


def office() -> Files:
    files = small_office(DISTRICTS, 0, 0)
    path = ROOT / "directives" / "bac-lieu" / "forms" / "ban-tin-dich-bac-lieu.yaml"
    files.form = {**yaml.safe_load(path.read_text(encoding="utf-8")), "key": "bao-cao"}
    files.directive["regime"]["reports"][0]["who"] = {"groups": ["huyen"]}
    files.directive["regime"]["addressees"].pop()
    files.directive["text"]["addressees"].pop()
    return files


def share(total: int, district: int) -> int:
    """A district's part of a total: none like another, all together the whole."""
    weights = list(range(1, DISTRICTS + 1))
    parts = [total * weight // sum(weights) for weight in weights]
    parts[0] += total - sum(parts)
    return parts[district]


def send(world: World, slot: str, totals: dict[str, int]) -> None:
    for district in range(DISTRICTS):
        figures = {key: share(total, district) for key, total in totals.items()}
        figures["ca_moi"] = sum(figures[key] for key in ("ca_cong_dong", "ca_phong_toa", "ca_cach_ly"))
        with world.ledger.write() as session:
            addressee = session.merge(world.addressee(f"huyen-{district}"))
            duty, period = submission.lock(session, addressee, slot)
            submission.submit(
                session, addressee, duty, period, {key: str(value) for key, value in figures.items()},
                now=clock.read(session), by_name="An", channel="portal", explanation="chuyển tuyến",
            )  # fmt: skip


@pytest.fixture
def printed(issue_in: Issue) -> Bulletin:
    """The summary of the second of two days."""
    world = issue_in(office().read())
    world.run()
    send(world, SLOT, BEFORE)
    world.follow(DUE + timedelta(hours=20))
    send(world, NEXT_SLOT, {key: total for key, total in PRINTED.items() if isinstance(total, int)})
    world.follow(FREEZE + timedelta(days=1))
    with world.ledger.read() as session:
        found = bulletin.find(session, world.directive_id, date(2021, 11, 25))
        return bulletin.read(session, *found, clock.read(session))


def told(read: Bulletin) -> dict[str, dict[str, Any]]:
    assert read.content is not None
    return {item["key"]: item for item in read.content["figures"]}


def test_the_summary_has_the_bulletins_figures_to_the_digit(printed: Bulletin) -> None:
    assert {key: item["total"] for key, item in told(printed).items()} == PRINTED
    assert told(printed)["ca_moi"]["change"] == -39
    assert {item["reported"] for item in told(printed).values()} == {DISTRICTS}


def test_sums_at_every_level_are_the_sums_of_the_units(printed: Bulletin) -> None:
    sums = {
        key: sum(unit.figures[key] for unit in printed.units if unit.figures)
        for key, total in PRINTED.items()
        if isinstance(total, int)
    }
    for node in printed.nodes:
        assert {key: node.figures[key].value for key in sums} == sums, node.name
        assert {node.figures[key].units for key in sums} == {DISTRICTS}


def test_the_paper_prints_them_as_the_bulletin_did(printed: Bulletin) -> None:
    pages = PdfReader(io.BytesIO(pdf.write(official.paper(printed)))).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    for figure in ("252 291 −39", "79", "80", "93", "273", "3.884 3.907", "549.032", "81,81", "321.089", "47,85"):
        assert figure in text, figure
