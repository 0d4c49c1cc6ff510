"""What a directive is called in Prefect. Names there refuse `/ % & < >`, which document numbers carry."""

import re

from hoatoc.format.text import Text
from hoatoc.ledger.schema import Directive
from hoatoc.rollout import snapshot
from hoatoc.rollout.reference import draft_key

#: U+2215, which looks like the slash of "13-CV/BCĐ".
_SLASH = "∕"
DEPLOYMENT = "triển khai"


def flow_name(text: Text, key: str) -> str:
    """The name of a directive's own flow: "13-CV∕BCĐ · kien-giang"."""
    office, _, file = key.partition("/")
    return re.sub(r"[%&<>]", " ", (text.code or file).replace("/", _SLASH)) + f" · {office}"


def deployment_name(directive: Directive) -> str:
    """The full name of a directive's deployment, as `run_deployment` wants it; a trial runs on that of its draft."""
    return f"{flow_name(snapshot.of(directive).content.text, draft_key(directive.key))}/{DEPLOYMENT}"


def artifact_key(directive: str, what: str) -> str:
    """An artifact's key: lower-case letters, digits and hyphens only."""
    return re.sub(r"[^a-z0-9]+", "-", f"{directive}-{what}".lower()).strip("-")
