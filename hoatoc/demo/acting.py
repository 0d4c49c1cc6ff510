"""What the simulated people do: they follow the link they were sent, and use the real portal over HTTP."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import httpx

from hoatoc.demo.persona import Manner, Persona, figures, wrong_figures
from hoatoc.errors import HoatocError
from hoatoc.phrase import Phrase

_REPORT_LINK = re.compile(r'href="(?:https?://[^"/]+)?(/v/[^"]+/bao-cao/(\d{4}-\d{2}-\d{2}))"')
_ACT = "/nhan"


class Actors:
    """Plays people against a running portal."""

    def __init__(self, client: httpx.Client, first_day: date) -> None:
        self._client, self._first_day = client, first_day
        self.refused = 0  # reports the portal sent back because the figures did not add up
        self._reported: set[tuple[str, str]] = set()

    def act(self, people: Sequence[Persona], today: date) -> None:
        """Let everyone of `people` who has a link acknowledge, and report what is due up to `today`."""
        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(lambda person: self._visit(person, today), [person for person in people if person.links]))

    def _visit(self, person: Persona, today: date) -> None:
        page = self._get(person.links[0])
        if f'{_ACT}"' in page:
            path = httpx.URL(person.links[0]).path
            self._post(f"{path}{_ACT}", {"ho-ten": f"Văn thư {person.name}"[:80], "chuc-vu": "Văn thư"}, 303)
            page = self._get(person.links[0])
        for path, day in sorted(set(_REPORT_LINK.findall(page))):
            # Who has reported remembers it; after a restart the same figures go in again, which changes nothing.
            if (person.key, day) not in self._reported and self._wants(person, date.fromisoformat(day), today):
                self._reported.add((person.key, day))
                self._report(person, path, date.fromisoformat(day))

    def _wants(self, person: Persona, day: date, today: date) -> bool:
        # Whoever is a day behind leaves today's report for tomorrow.
        return day < today if person.manner is Manner.NEXT_DAY else day <= today

    def _report(self, person: Persona, path: str, day: date) -> None:
        nth = (day - self._first_day).days
        by = {"ho-ten": f"Đầu mối {person.name}"[:80]}
        if person.manner is Manner.WRONG_FIRST and nth % 2 == 0:
            self._post(path, {**by, **wrong_figures(person.key, nth)}, 422)
            self.refused += 1
        self._post(path, {**by, **figures(person.key, nth)}, 303)

    def _get(self, url: str) -> str:
        answer = self._client.get(url)
        if answer.status_code != httpx.codes.OK:
            raise HoatocError(Phrase("cổng thông tin trả lời %(status)s khi mở trang", status=answer.status_code))
        return answer.text

    def _post(self, path: str, form: dict[str, str], expected: int) -> None:
        answer = self._client.post(path, data=form)
        if answer.status_code != expected:
            raise HoatocError(
                Phrase(
                    "cổng thông tin trả lời %(status)s, chờ %(expected)s: %(text)s",
                    status=answer.status_code,
                    expected=expected,
                    text=answer.text[:600],
                )
            )
