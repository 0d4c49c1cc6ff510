"""The signed-in side of the portal. Everything under `/ban` asks for an account, and every form for its own value.

A page is a module with a `router`, named here, and a template that extends `desk/base.html`."""

from fastapi import APIRouter, Depends

from portal import bulletins
from portal.csrf import own_form
from portal.desk import (
    access,
    accounts,
    actions,
    board,
    directive,
    directory,
    directory_import,
    drafting,
    duty,
    events,
    issuing,
    lineage,
    ownpassword,
    phone,
    rehearsing,
    requests,
    slips,
    unitrecord,
)

router = APIRouter(dependencies=[Depends(own_form)])
for module in (
    access,
    accounts,
    actions,
    board,
    bulletins,
    directive,
    directory,
    directory_import,
    drafting,
    duty,
    events,
    issuing,
    lineage,
    ownpassword,
    phone,
    rehearsing,
    requests,
    slips,
    unitrecord,
):
    router.include_router(module.router, prefix="/ban")
