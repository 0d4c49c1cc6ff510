"""The simulated people: who each is, and at which hours they do something about what they have been sent."""

import hashlib
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.units import Role
from hoatoc.rollout.resolve import Resolved, resolve


class Manner(StrEnum):
    """How a unit behaves."""

    PROMPT = "prompt"  #: Acknowledges at once, reports in the morning.
    REMINDED = "reminded"  #: Does both once the reminder has come.
    SLOW = "slow"  #: Does both after the deadline, when the head has been pressed.
    NEXT_DAY = "next_day"  #: Reports the next morning, after the summary was frozen.
    WRONG_FIRST = "wrong_first"  #: Prompt, but the first figures do not add up.
    SILENT = "silent"  #: Reads nothing.
    DEAD = "dead"  #: Its mailbox does not exist.


#: Local hours at which someone of that manner looks at the mail.
HOURS: dict[Manner, tuple[time, ...]] = {
    Manner.PROMPT: (time(9, 30), time(20, 0)),
    Manner.WRONG_FIRST: (time(9, 30), time(20, 0)),
    Manner.REMINDED: (time(15, 20),),
    Manner.SLOW: (time(16, 20),),
    Manner.NEXT_DAY: (time(7, 45),),
    Manner.SILENT: (),
    Manner.DEAD: (),
}
#: Out of 100 units, how many are of each manner.
_SHARES = (
    (Manner.PROMPT, 58), (Manner.WRONG_FIRST, 8), (Manner.REMINDED, 14), (Manner.SLOW, 9), (Manner.NEXT_DAY, 5),
    (Manner.SILENT, 6),
)  # fmt: skip
#: The one whose mailbox is dead.
_DEAD_UNIT = "so-giao-thong-van-tai"


@dataclass
class Persona:
    """One addressee with its mailboxes, its manner, and the links it has been sent."""

    key: str
    name: str
    manner: Manner
    door: str
    mailboxes: frozenset[str]
    reports: bool
    links: list[str] = field(default_factory=list)


def cast(folder: OfficeFolder, draft: Draft) -> list[Persona]:
    """The people behind every addressee of `draft`; always the same ones."""
    day = draft.content.text.date
    assert day is not None
    resolved = resolve(draft.content, folder.units, day)
    manners = {
        **_manners([item.target.key for item in resolved if item.clauses]),
        **_manners([item.target.key for item in resolved if not item.clauses]),
        _DEAD_UNIT: Manner.DEAD,
    }
    return [_persona(item, manners[item.target.key]) for item in resolved]


def _manners(keys: list[str]) -> dict[str, Manner]:
    """A manner for each key, in the shares above, dealt out in an order that looks like chance."""
    dealt = sorted(keys, key=lambda key: _number(key, "manner"))
    return {key: _manner_at(100 * index // len(dealt)) for index, key in enumerate(dealt)}


def _manner_at(percent: int) -> Manner:
    for manner, share in _SHARES:
        percent -= share
        if percent < 0:
            return manner
    return Manner.PROMPT


def _persona(item: Resolved, manner: Manner) -> Persona:
    unit, post = item.target.unit, item.target.post
    own = [post.mail] if post else [unit.mail, *(other.mail for other in unit.posts if other.role is not Role.MEMBER)]
    mailboxes = [address for address in own if address]
    return Persona(
        key=item.target.key, name=item.target.name, manner=manner, door=mailboxes[0],
        mailboxes=frozenset(address.lower() for address in mailboxes), reports=bool(item.clauses),
    )  # fmt: skip


def figures(key: str, day: int) -> dict[str, str]:
    """The figures a unit would report for the `day`-th day, typed as people type them; the same every time asked."""
    new = [_number(key, f"new{number}") % 4 for number in range(day + 1)]
    before = _number(key, "before") % 40
    tests = (_number(key, f"tests{day}") % 30 + 5) * (day + 1) * 3
    asked = _number(key, f"trips{day}") % 6
    granted = asked * 2 // 3
    return {
        "nhiem_moi": str(new[day]), "nhiem_luy_ke": _typed(before + sum(new)),
        "xet_nghiem_tuan": _typed(tests), "mau_gop": _typed(tests // 4),
        "ra_tinh_xin": str(asked), "ra_tinh_dong_y": str(granted), "ra_tinh_tu_choi": str(asked - granted),
        "vi_pham_5k": str(_number(key, f"5k{day}") % 3), "ghi_chu": "",
    }  # fmt: skip


def wrong_figures(key: str, day: int) -> dict[str, str]:
    """The same with a cumulative total below the day's new cases."""
    right = figures(key, day)
    return {**right, "nhiem_moi": "5", "nhiem_luy_ke": "2"}


def _typed(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _number(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:4])
