"""The signed-in side of the portal. Everything under `/ban` asks for an account, and every form for its own value.

A page is a module here with a `router`, and a template that extends `desk/base.html`."""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter, Depends

from portal import bulletins
from portal.csrf import own_form

router = APIRouter(dependencies=[Depends(own_form)])
for module in (bulletins, *(import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))):
    if hasattr(module, "router"):
        router.include_router(module.router, prefix="/ban")
