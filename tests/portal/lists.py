"""Lists of persons as units hand them in, as CSV and as workbooks."""

import io

from httpx import Response
from openpyxl import Workbook
from sqlalchemy import update

from hoatoc.ledger.schema import Addressee
from tests.portal.binhphuoc import Province
from tests.portal.officers import TestClient
from tests.worlds.duties import PERSON

#: Who owes the list of clause 1.5, and one who may read it.
DISTRICT, READER = "huyen-uy-bu-dang", "so-y-te/head"
SIGNED = {"ho-ten": "Vũ Thị Mai"}


def csv(*persons: dict[str, object], delimiter: str = ";", mark: bytes = b"") -> bytes:
    """A file of these persons, as spreadsheets export them."""
    lines = [list(PERSON), *([str(value) for value in person.values()] for person in persons)]
    return mark + "\r\n".join(delimiter.join(line) for line in lines).encode()


def xlsx(*persons: dict[str, object]) -> bytes:
    """The same as a workbook."""
    book = Workbook()
    book.active.append(list(PERSON))
    for person in persons:
        book.active.append(list(person.values()))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def hand_in(client: TestClient, path: str, content: bytes = b"", **typed: str) -> Response:
    """Send the file `content`, or none, as the form at `path` does."""
    files = {"tep": ("danh-sach", content)} if content else {"tep": ("", b"")}
    answer: Response = client.post(path, data={**SIGNED, **typed}, files=files)
    return answer


def take_back(province: Province) -> None:
    """Let the unit that owes the list get a new link: the old one ends."""
    with province.ledger.write() as session:
        session.execute(update(Addressee).where(Addressee.key == DISTRICT).values(link_generation=1))
