"""What was done or asked under a rule that an amendment has dropped since."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.schema import Directive, DutyKind, PermissionRequest, PermissionState
from hoatoc.rollout.amend import amend
from tests.portal.binhphuoc import Province
from tests.portal.lists import DISTRICT, csv, hand_in
from tests.portal.test_permissions import ASKED, GRANT
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_360, PERSON, drafted


def drop_all(province: Province) -> None:
    """Amend 360-CV/TU so that it asks for no list, no task and no permission, and has lost their clauses."""
    folder, draft = drafted("binh-phuoc/360-cv-tu")
    regime, text = draft.content.regime, draft.content.text
    gone = {rule.clause for rule in (*regime.rosters, *regime.permissions, *regime.tasks)}
    content = draft.content.model_copy(
        update={
            "regime": regime.model_copy(update={"rosters": (), "permissions": (), "tasks": ()}),
            "text": text.model_copy(
                update={"obligations": tuple(one for one in text.obligations if one.clause not in gone)}
            ),
        }
    )
    with province.ledger.write() as session:
        directive = session.scalars(select(Directive)).one()
        now = ISSUED_360 + timedelta(hours=2)
        amend(session, directive, folder, replace(draft, content=content), reason="sửa", by="desk", now=now)


def test_a_request_that_waits_is_shown_and_answered(
    province: Province, browser_there: TestClient, desk_there: TestClient
) -> None:
    unit = province.page("so-y-te")
    browser_there.post(f"{unit}/xin-phep/3.1", data=ASKED)
    decider = province.page("so-y-te/head")
    drop_all(province)
    for path in ("/ban", "/ban?vb=1", "/ban/vb/1", "/ban/de-nghi"):
        assert desk_there.get(path).status_code == 200, path
    assert browser_there.get(unit).status_code == 200
    assert "Lê Thị Hoa" in words(browser_there.get(decider).text)
    assert browser_there.post(f"{decider}/tra-loi/1", data=GRANT).status_code == 303
    assert [request.state for request in province.all(PermissionRequest)] == [PermissionState.GRANTED]


def test_a_list_that_was_handed_in_stays_on_the_units_page_and_is_not_handed_in_again(
    province: Province, browser_there: TestClient, roster: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    drop_all(province)
    page = browser_there.get(province.page(DISTRICT))
    assert page.status_code == 200
    assert "1 người" in words(page.text)
    assert roster not in page.text, "no way to a form that there is no more"
    for answer in (
        browser_there.get(roster),
        browser_there.get(f"{roster}/mau.xlsx"),
        hand_in(browser_there, roster, csv(PERSON)),
    ):
        assert answer.status_code == 404
        assert "không yêu cầu danh sách này nữa" in words(answer.text)
    duty = province.duty(DISTRICT, DutyKind.ROSTER)
    head = {"Authorization": f"Bearer {province.page(DISTRICT).removeprefix('/v/')}"}
    assert browser_there.get(f"/api/v1/unit/rosters/{duty.id}", headers=head).status_code == 404
