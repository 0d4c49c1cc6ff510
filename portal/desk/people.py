"""Who did it, as a page says it: events know accounts by their login, people know each other by name."""

from collections.abc import Iterable

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Account
from portal.desk import phrases
from portal.language import Language


class People:
    """The office's people; called with the actor of an event ("account:lan"), it gives the name, the login as its
    title, and for the system or a unit what they are called."""

    def __init__(self, session: Session, language: Language) -> None:
        self._language = language
        accounts = session.execute(select(Account.login, Account.name)).tuples()
        self._names = {f"account:{login}": name for login, name in accounts}

    def __call__(self, actor: str) -> Markup:
        if actor in self._names:
            login = actor.removeprefix("account:")
            return Markup('<span title="{}">{}</span>').format(login, self._names[actor])
        return escape(self._shown(actor))

    def shown(self, actors: Iterable[str]) -> list[str]:
        """What `actors` are called, in order, each name once."""
        return sorted({self._shown(actor) for actor in actors})

    def called(self, words: str) -> list[str]:
        """The accounts, and the system, whose name has `words` in it, in capitals or not: as actors of events."""
        wanted = words.casefold()
        return [actor for actor in (*self._names, *phrases.SYSTEM) if wanted in self._shown(actor).casefold()]

    def _shown(self, actor: str) -> str:
        return self._names.get(actor) or phrases.who(actor, self._language)
