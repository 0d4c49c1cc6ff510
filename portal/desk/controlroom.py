"""Where the control room shows a directive's runs."""

from sqlalchemy.orm import Session

from hoatoc.installation import running_on
from hoatoc.ledger.schema import Directive, WakeUp
from portal.front import Front


def address_of(front: Front, session: Session, directive: Directive) -> str:
    """The page of the directive's deployment in the Prefect UI; '' before its first run there, or while nothing says
    where the UI is: no setting, and no `serve` that runs on this home."""
    known = session.get(WakeUp, directive.id)
    if known is None or not known.deployment_id:
        return ""
    at = front.control_room or _served(front)
    return f"{at}/deployments/deployment/{known.deployment_id}" if at else ""


def _served(front: Front) -> str:
    return str(running_on(front.folders.home).get("prefect_api", "")).removesuffix("/api")
