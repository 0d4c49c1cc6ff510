"""Publishes the state of a rollout in the Prefect UI: as a table, and as one paragraph."""

from datetime import datetime

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from hoatoc.rollout import account
from hoatoc.rollout.reference import directive_of
from tasks.here import installation
from tasks.naming import artifact_key


def publish(directive: str, now: datetime) -> None:
    """Make a new version of both artifacts of a directive, as the ledger stands at `now`."""
    with installation().ledger.read() as session:
        found = directive_of(session, directive)
        rows, words, title = account.table(session, found, now), account.paragraph(session, found, now), found.title
    create_table_artifact(key=artifact_key(directive, "so-lieu"), table=rows, description=f"Số liệu: {title}")
    create_markdown_artifact(
        key=artifact_key(directive, "tinh-hinh"), markdown=words, description=f"Tình hình: {title}"
    )
