"""How the simulated units behave: a file of shares, or the shares of an ordinary province."""

import hashlib
from datetime import time
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from hoatoc.format.model import Hour, Model
from hoatoc.format.validate import validate
from hoatoc.format.yamlfile import read_yaml


class Manner(StrEnum):
    """How a unit behaves."""

    PROMPT = "prompt"  #: Does everything well before it is due.
    WRONG_FIRST = "wrong_first"  #: Prompt, but its first figures are refused.
    REMINDED = "reminded"  #: Acts once it has been reminded (or pressed, where nobody reminds).
    SLOW = "slow"  #: Acts once its head has been pressed.
    NEXT_DAY = "next_day"  #: Acts on the morning after the due time.
    SILENT = "silent"  #: Reads nothing.
    DEAD = "dead"  #: Its mailbox does not exist.


class Awake(Model):
    """The local hours in which people do anything; what falls outside waits for the next morning."""

    since: Hour = time(6, 30)
    until: Hour = time(21, 30)


class Behaviour(Model):
    """The shares of each manner (any scale), units whose manner is fixed by their key, and the share of first
    attempts that the mail server puts off (4xx)."""

    shares: dict[Manner, float] = {
        Manner.PROMPT: 58, Manner.WRONG_FIRST: 8, Manner.REMINDED: 14, Manner.SLOW: 9, Manner.NEXT_DAY: 5,
        Manner.SILENT: 5, Manner.DEAD: 1,
    }  # fmt: skip
    units: dict[str, Manner] = {}
    deferred: float = Field(default=0.0, ge=0, le=1)
    awake: Awake = Awake()


def read_behaviour(path: Path) -> Behaviour:
    """The behaviour of a YAML file. Raises FormatError naming line and field."""
    return validate(Behaviour, read_yaml(path))


class Chance:
    """Dice that fall the same way every time: a throw depends on the seed and on what is asked, not on the order."""

    def __init__(self, seed: int) -> None:
        self._seed = str(seed)

    def share(self, *asked: object) -> float:
        """A number from 0 to 1 (exclusive) for what is asked."""
        words = "|".join((self._seed, *map(str, asked)))
        return int.from_bytes(hashlib.sha256(words.encode()).digest()[:6]) / 2**48

    def between(self, low: int, high: int, *asked: object) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.share(*asked) * (high - low + 1))

    def manner(self, behaviour: Behaviour, key: str) -> Manner:
        """The manner of the unit `key`, by the shares unless it is fixed."""
        if key in behaviour.units:
            return behaviour.units[key]
        point = self.share("manner", key) * sum(behaviour.shares.values())
        for manner, share in behaviour.shares.items():
            point -= share
            if point < 0:
                return manner
        return next(iter(behaviour.shares))
