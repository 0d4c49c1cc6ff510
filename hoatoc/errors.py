"""Every error the core raises, under one base; the message is written for the person at the desk."""

from hoatoc.phrase import Joined, Phrase


class HoatocError(Exception):
    """Something the user can mend. `str(error)` says what; `hint` says the way out."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class FormatError(HoatocError):
    """One or more files of an office's folder are wrong; `problems` lists each with file, line and field."""

    def __init__(self, problems: "list[object]") -> None:
        super().__init__(Joined([str(problem) for problem in problems], "\n"))
        self.problems = problems


class SettingsError(HoatocError):
    """A setting of the environment or `.env` cannot be used."""


class LedgerError(HoatocError):
    """The ledger cannot be opened: missing, older than the program, or of another key ring."""


class NotFound(HoatocError):
    """What was asked for by its key is not there."""


class InvalidTransition(HoatocError):
    """A row was asked to move to a state that its lifecycle does not allow from where it stands."""

    def __init__(self, what: str, current: str, target: str) -> None:
        move = {"what": Phrase(what), "current": Phrase(current), "target": Phrase(target)}
        super().__init__(Phrase("%(what)s: %(current)s → %(target)s không được phép", **move))


class ChangedMeanwhile(HoatocError):
    """Somebody else has changed it since it was looked at: nothing was done."""

    def __init__(self, what: str) -> None:
        super().__init__(
            Phrase("%(what)s: người khác vừa thay đổi", what=Phrase(what)), hint="xem lại tình hình mới rồi làm lại"
        )


class TokenError(HoatocError):
    """A signed link is forged, of another purpose, expired or revoked; one message for all of them."""


class SubmissionRefused(HoatocError):
    """A report cannot be taken in; `problems` maps a field's key to what is wrong with it ('' for the whole).

    `warnings` maps the fields of figures that are only unusual: with a word of explanation they are taken in."""

    def __init__(
        self, message: str, problems: "dict[str, str] | None" = None, warnings: "dict[str, str] | None" = None
    ) -> None:
        super().__init__(message)
        self.problems = problems or {}
        self.warnings = warnings or {}
