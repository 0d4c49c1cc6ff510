"""Many who acknowledge at the same moment: one transaction for several, and each gets their own answer."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from sqlalchemy import event, select

from hoatoc.ledger.schema import Addressee, Receipt
from tests.portal.place import ISSUED, SIGNED, issue_at
from tests.portal.screens import serving


def test_everyone_gets_their_own_answer_and_it_is_in_the_ledger(tmp_path: Path) -> None:
    place = issue_at(tmp_path / "ledger.db", ISSUED)
    with place.ledger.read() as session:
        everyone = list(session.scalars(select(Addressee).order_by(Addressee.id)))
    links = {each.id: place.links.unit(each.id, 0).removeprefix(place.links.public_url) for each in everyone}
    commits: list[object] = []

    def committed(connection: object) -> None:
        commits.append(connection)

    event.listen(place.ledger.engine, "commit", committed)
    with serving(place.ledger, place.links) as url, httpx.Client(base_url=url) as client:

        def acknowledge(path: str) -> int:
            return client.post(f"{path}/nhan", data=SIGNED).status_code

        with ThreadPoolExecutor(max_workers=20) as people:
            asked = [*links.values(), "/v/forged", *list(links.values())[:5]]
            answers = list(people.map(acknowledge, asked))
    assert answers == [303] * len(links) + [404] + [303] * 5
    with place.ledger.read() as session:
        assert sorted(session.scalars(select(Receipt.addressee_id))) == sorted(links)
    place.ledger.close()
    assert 0 < len(commits) < len(links), "several shared a transaction"
