"""The installation of this process, opened once."""

from functools import lru_cache

from hoatoc.installation import Installation, open_installation


@lru_cache(maxsize=1)
def installation() -> Installation:
    """The installation behind this process's environment. Raises SettingsError and LedgerError."""
    return open_installation()
