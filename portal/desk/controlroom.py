"""Where the control room shows a directive's runs."""

import json

from sqlalchemy.orm import Session

from hoatoc.installation import running_file
from hoatoc.ledger.schema import Directive, WakeUp
from portal.front import Front


def address_of(front: Front, session: Session, directive: Directive) -> str:
    """The page of the directive's deployment in the Prefect UI; '' before its first run there, or while no `serve`
    that could say where it is runs on this home."""
    known = session.get(WakeUp, directive.id)
    path = running_file(front.folders.home)
    if known is None or not known.deployment_id or not path.exists():
        return ""
    api = str(json.loads(path.read_text(encoding="utf-8")).get("prefect_api", ""))
    return f"{api.removesuffix('/api')}/deployments/deployment/{known.deployment_id}" if api else ""
