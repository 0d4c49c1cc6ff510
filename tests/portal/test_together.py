"""Many who acknowledge at the same moment: one transaction for several, and each gets their own answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event, select

from hoatoc.ledger.schema import Addressee, Receipt
from hoatoc.rollout.receipts import Acknowledgement
from tests.portal.officers import TestClient
from tests.portal.place import ISSUED, SIGNED, Place, issue_at
from tests.portal.screens import serving


def by_page(client: httpx.Client, link: str) -> int:
    """What a page answers to who acknowledges behind `link`."""
    return client.post(f"{link}/nhan", data=SIGNED).status_code


def over_api(client: httpx.Client, link: str) -> int:
    """What the API does."""
    token = {"Authorization": f"Bearer {link.removeprefix('/v/')}"}
    return client.post("/api/v1/unit/receipt", json={"by": "Nguyễn Văn An"}, headers=token).status_code


@pytest.mark.parametrize(
    ("way", "channel", "taken", "no_link"), [(by_page, "portal", 303, 404), (over_api, "api", 200, 401)]
)
def test_everyone_gets_their_own_answer_and_it_is_in_the_ledger(
    tmp_path: Path, way: Callable[[httpx.Client, str], int], channel: str, taken: int, no_link: int
) -> None:
    place = issue_at(tmp_path / "ledger.db", ISSUED)
    with place.ledger.read() as session:
        everyone = list(session.scalars(select(Addressee).order_by(Addressee.id)))
    links = {each.id: place.links.unit(each.id, 0).removeprefix(place.links.public_url) for each in everyone}
    commits: list[object] = []

    def committed(connection: object) -> None:
        commits.append(connection)

    event.listen(place.ledger.engine, "commit", committed)
    asked = [*links.values(), "/v/forged", *list(links.values())[:5]]
    with (
        serving(place.ledger, place.links) as url, httpx.Client(base_url=url) as client,
        ThreadPoolExecutor(max_workers=20) as people,
    ):  # fmt: skip
        answers = list(people.map(lambda link: way(client, link), asked))
    assert answers == [taken] * len(links) + [no_link] + [taken] * 5
    with place.ledger.read() as session:
        assert sorted(session.scalars(select(Receipt.addressee_id))) == sorted(links)
        assert set(session.scalars(select(Receipt.channel))) == {channel}
    place.ledger.close()
    assert 0 < len(commits) < len(links), "several shared a transaction"


def test_nobody_waits_for_ever_where_something_breaks(
    place: Place, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> set[Acknowledgement]:
        raise TimeoutError("no connection was free")

    monkeypatch.setattr("portal.receipts.acknowledge_all", broken)
    assert client.post(f"{place.link('Sở Y tế')}/nhan", data=SIGNED).status_code == 303
    with place.ledger.read() as session:
        assert [receipt.by_name for receipt in session.scalars(select(Receipt))] == ["Nguyễn Văn An"]
