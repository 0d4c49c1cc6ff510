"""What went wrong in the world around the program, as an error with a way out."""

from hoatoc.errors import HoatocError


def mishap(error: Exception) -> HoatocError | None:
    """`error` as one that the user can mend; None for what only the program's authors can."""
    if isinstance(error, OSError):
        from hoatoc.refusals import of_system

        return of_system(error) if error.filename is not None or error.strerror else None
    from sqlalchemy.exc import DBAPIError

    from hoatoc.ledger.engine import file_of
    from hoatoc.ledger.refusals import is_from_outside, of_database
    from hoatoc.settings import read_settings

    if not isinstance(error, DBAPIError) or not is_from_outside(error):
        return None
    file = file_of(read_settings().ledger_url)
    return of_database(error, str(file) if file else None)
