"""A long list of names is told by area: of communes by their districts."""

import re

import pytest

from hoatoc.papers import official
from hoatoc.rollout import bulletin
from hoatoc.rollout.areas import areas
from hoatoc.templating import LONG, by_area
from tests.conftest import Issue
from tests.worlds.mailserver import Kept, MailServer
from tests.worlds.offices import office_of_communes
from tests.worlds.rollouts import DUE, FREEZE, World

DISTRICT = ["Huyện ủy 0", *(f"Đảng ủy xã 0.{n}" for n in range(8))]


def of_the_leadership(mail: MailServer, words: str) -> Kept:
    """The last letter to the leadership with these words."""
    return [kept for kept in mail.to("head.tinh-uy@mau.example") if words in kept.text][-1]


def plain(kept: Kept) -> str:
    """The text of a letter, its lines as anywhere else."""
    return kept.text.replace("\r\n", "\n")


def rich(kept: Kept) -> str:
    """The HTML of a letter."""
    body = kept.message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def frozen(issue_in: Issue) -> World:
    """The morning after a report that nobody has sent: two departments, two districts, sixteen communes."""
    world = issue_in(office_of_communes(8).read())
    world.run()
    world.follow(FREEZE)
    return world


def test_a_commune_stands_in_its_district_and_so_does_the_district_itself(frozen: World) -> None:
    with frozen.ledger.read() as session:
        found = areas(session)
    assert found[frozen.addressee("xa-1-0").unit_id] == "Huyện ủy 1"
    assert found[frozen.addressee("huyen-0").unit_id] == "Huyện ủy 0"
    assert frozen.addressee("so-0").unit_id not in found
    assert len(found) == 18  # neither departments nor the tops of the trees


def test_the_summary_names_who_is_missing_by_district(frozen: World, mail: MailServer) -> None:
    missing = frozen.summary().content["missing"]
    assert {unit.get("area", "") for unit in missing} == {"Huyện ủy 0", "Huyện ủy 1", ""}
    letter = of_the_leadership(mail, "TỔNG HỢP BÁO CÁO NGÀY 24/11/2021")
    said = plain(letter).split("CHƯA BÁO CÁO (20)")[1]
    assert re.findall(r"^(.*): (\d+) đơn vị$", said, re.MULTILINE) == [
        ("Huyện ủy 0", "9"), ("Huyện ủy 1", "9"), ("Nơi khác", "2"),
    ]  # fmt: skip
    assert re.findall(r"^ +\d+\. (.*)$", said, re.MULTILINE)[:9] == DISTRICT
    assert "<strong>Huyện ủy 0: 9 đơn vị.</strong>" in rich(letter)


def test_the_list_of_the_late_is_told_by_district_to_the_leadership(frozen: World, mail: MailServer) -> None:
    digest = of_the_leadership(mail, "20 đơn vị chậm")
    assert re.findall(r"^(Huyện ủy .|Nơi khác): (\d+) đơn vị$", plain(digest), re.MULTILINE) == [
        ("Huyện ủy 0", "9"), ("Huyện ủy 1", "9"), ("Nơi khác", "2"),
    ]  # fmt: skip
    assert "<strong>Nơi khác: 2 đơn vị</strong>" in rich(digest)


def test_a_superior_has_one_area_and_a_list_as_ever(issue_in: Issue, mail: MailServer) -> None:
    world = issue_in(office_of_communes(LONG + 1).read())
    world.run()
    world.follow(FREEZE)
    digest = mail.to("head.huyen-0@mau.example")[-1]
    assert f"Đảng ủy xã 0.{LONG}" in digest.text
    assert not re.search("^(Huyện ủy .|Nơi khác): ", plain(digest), re.MULTILINE)


def test_the_paper_counts_by_district_and_names_while_there_is_room(frozen: World) -> None:
    assert f"Huyện ủy 0 9 đơn vị ({', '.join(DISTRICT)}); Huyện ủy 1 9 đơn vị" in told(frozen)
    assert "nơi khác 2 đơn vị (Sở 0, Sở 1)." in told(frozen)


def test_a_paper_of_many_counts_alone(issue_in: Issue) -> None:
    world = issue_in(office_of_communes(20).read())
    world.run()
    world.follow(FREEZE)
    assert "Chưa báo cáo: Huyện ủy 0 21 đơn vị; Huyện ủy 1 21 đơn vị; nơi khác 2 đơn vị." in told(world)


def told(world: World) -> str:
    """The items of the paper of the first day."""
    with world.ledger.read() as session:
        found = bulletin.find(session, world.directive_id, DUE.date())
        paper = official.paper(bulletin.read(session, *found, FREEZE))
    return "\n".join(item for block in paper.blocks for item in block.items)


def test_a_district_that_is_late_by_itself_is_no_area() -> None:
    alone = [{"name": f"Huyện {n}", "area": f"Huyện {n}"} for n in range(LONG + 1)]
    assert by_area(alone) == [("", alone)]
    units = [*alone, {"name": "Xã 1", "area": "Huyện 1"}, {"name": "Xã Lẻ", "area": "Huyện Khác"}]
    assert [(area, [unit["name"] for unit in found]) for area, found in by_area(units)] == [
        ("Huyện 1", ["Huyện 1", "Xã 1"]), ("Huyện Khác", ["Xã Lẻ"]),
        ("", [f"Huyện {n}" for n in range(LONG + 1) if n != 1]),
    ]  # fmt: skip


def test_a_short_list_and_one_of_a_single_area_stay_as_they_are() -> None:
    units = [{"name": str(n), "area": "A" if n % 2 else "B"} for n in range(LONG)]
    assert by_area(units) == [("", units)]
    more = [*units, {"name": "x"}]
    assert [(area, len(found)) for area, found in by_area(more)] == [("B", 8), ("A", 7), ("", 1)]
    assert by_area([{**unit, "area": "A"} for unit in more]) == [("", [{**unit, "area": "A"} for unit in more])]
