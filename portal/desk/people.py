"""Who did it, as a page says it: events know accounts by their login, people know each other by name."""

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
        self._names = dict(session.execute(select(Account.login, Account.name)).tuples().all())

    def __call__(self, actor: str) -> Markup:
        what, _, login = actor.partition(":")
        if what == "account" and login in self._names:
            return Markup('<span title="{}">{}</span>').format(login, self._names[login])
        return escape(phrases.who(actor, self._language))
