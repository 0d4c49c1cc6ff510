"""Support is told who leads, the lead who supports; only the lead owes."""

import pytest

from hoatoc.format.folder import find_draft
from hoatoc.ledger.schema import Directive, DutyKind
from hoatoc.rollout import snapshot, support
from hoatoc.rollout.plan import plan
from hoatoc.settings import ROOT
from tests.conftest import Issue
from tests.worlds.duties import ISSUED_1722, drafted, duties_of
from tests.worlds.mailserver import MailServer
from tests.worlds.rollouts import World

SUPPORTS = ("Sở Giao thông vận tải", "Sở Y tế", "Bộ Chỉ huy Quân sự tỉnh Bình Phước")
LEAD = "Công an tỉnh Bình Phước"


@pytest.fixture
def letter(issue_in: Issue) -> World:
    """1722/UBND-KGVX: the police lead clause 3.3, three others support it."""
    world = issue_in(drafted("binh-phuoc/1722-ubnd-kgvx"), at=ISSUED_1722)
    world.run()
    return world


def parts(world: World, key: str) -> list[support.Part]:
    with world.ledger.read() as session:
        directive = session.get_one(Directive, world.directive_id)
        tasks = support.shared(session, directive, snapshot.of(directive))
        return list(support.parts(tasks, world.addressee(key).id))


def test_each_knows_its_part_and_the_others(letter: World) -> None:
    (lead,) = parts(letter, "cong-an-tinh")
    assert (lead.clause, lead.leading, sorted(lead.supports)) == ("3.3", True, sorted(SUPPORTS))
    (helper,) = parts(letter, "so-y-te")
    assert (helper.leading, helper.leads) == (False, (LEAD,))
    assert "Sở Y tế" not in helper.supports
    assert parts(letter, "so-tai-chinh") == []


def test_the_mail_names_lead_and_support_and_only_the_lead_owes(letter: World, mail: MailServer) -> None:
    told = {item.recipient: " ".join(item.text.split()) for item in mail.kept}
    assert f"Khoản 3.3: phối hợp thực hiện, chủ trì: {LEAD}: “" in told["so-y-te@binhphuoc.example"]
    assert (
        "Khoản 3.3: chủ trì, phối hợp với Sở Giao thông vận tải; Sở Y tế; Bộ" in told["cong-an-tinh@binhphuoc.example"]
    )
    assert "hủ trì" not in told["so-tai-chinh@binhphuoc.example"]
    assert duties_of(letter, "so-y-te", DutyKind.TASK) == []
    assert [duty.subject for duty in duties_of(letter, "cong-an-tinh", DutyKind.TASK)] == ["3.3"]


def test_the_plan_names_them_and_what_an_added_addressee_rests_on() -> None:
    folder, draft = find_draft(ROOT / "directives", "binh-phuoc/1722-ubnd-kgvx")
    laid = plan(folder, draft, ISSUED_1722)
    (task,) = laid["shared"]
    assert (task["clause"], task["leads"], sorted(task["supports"])) == ("3.3", [LEAD], sorted(SUPPORTS))
    by_key = {item["key"]: item for item in laid["addressees"]}
    assert by_key["so-y-te"]["supports"] == ["3.3"]
    added = [item for item in laid["addressees"] if item["line"] is None]
    assert added
    assert all(item["basis"].startswith("Khoản 2 giao Đài") for item in added)
    assert all(item["basis"] is None for item in laid["addressees"] if item["line"])
