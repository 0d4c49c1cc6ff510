"""The work pool all deployments share; apart from the registry, so that naming it does not import Prefect."""

WORK_POOL = "hoatoc"
#: How a worker starts a run. Said outright, it is one process; left out, Prefect first starts another to prepare a
#: workspace, which a module entrypoint has no need of and which doubles the time until a run begins.
RUN_COMMAND = "python -m prefect.engine"
