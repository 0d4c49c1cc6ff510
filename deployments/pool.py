"""The work pool all deployments share; apart from the registry, so that naming it does not import Prefect."""

WORK_POOL = "hoatoc"
