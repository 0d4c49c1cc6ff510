"""What a directive is called in Prefect. Names there refuse `/ % & < >`, which document numbers carry."""

import re
from datetime import datetime

from hoatoc.format.directive import title
from hoatoc.format.text import Text
from hoatoc.ledger.schema import Directive
from hoatoc.localtime import local
from hoatoc.rollout import snapshot
from hoatoc.rollout.reference import draft_key

#: U+2215, which looks like the slash of "13-CV/BCĐ".
_SLASH = "∕"


def flow_name(text: Text, key: str) -> str:
    """The name of a directive's own flow: "13-CV∕BCĐ · kien-giang"."""
    office, _, file = key.partition("/")
    return f"{_plain(text.code or file)} · {office}"


def deployment_label(text: Text, key: str) -> str:
    """The name of a directive's deployment: "Công điện 13-CV∕BCĐ ngày 23∕11∕2021". Numbers begin anew each year, so
    without a date its file tells it from others."""
    label = _plain(title(text))
    return label if text.date is not None and text.code else f"{label} · {key.partition('/')[2]}"


def deployment_name(directive: Directive) -> str:
    """The full name of a directive's deployment, as `run_deployment` wants it; a trial runs on that of its draft."""
    return full_name(snapshot.of(directive).content.text, draft_key(directive.key))


def full_name(text: Text, key: str) -> str:
    """The same, of a draft."""
    return f"{flow_name(text, key)}/{deployment_label(text, key)}"


def run_label(at: datetime, zone: str, cause: str) -> str:
    """What a run at `at` (aware) is called on `zone`'s wall clock: "16:00 · 24/11 · đôn đốc"."""
    return f"{local(at, zone):%H:%M · %d/%m} · {cause}"


def _plain(name: str) -> str:
    return re.sub(r"[%&<>]", " ", name.replace("/", _SLASH))


def artifact_key(directive: str, what: str) -> str:
    """An artifact's key: lower-case letters, digits and hyphens only."""
    return re.sub(r"[^a-z0-9]+", "-", f"{directive}-{what}".lower()).strip("-")
