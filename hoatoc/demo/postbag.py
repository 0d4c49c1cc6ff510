"""Reads the mails the sink has kept, and hands each link to the one it was sent to."""

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path

from hoatoc.demo.persona import Persona

_LINK = re.compile(r"https?://\S+/v/\S+")


class Postbag:
    """The sink's folder, read file by file, each once."""

    def __init__(self, folder: Path, people: list[Persona]) -> None:
        self._folder = folder
        self._owner = {address: person for person in people for address in person.mailboxes}
        self._seen: set[str] = set()

    def hand_out(self) -> int:
        """Give out the links of mails that have come since the last time; how many mails that was."""
        fresh = [path for path in sorted(self._folder.glob("*.eml")) if path.name not in self._seen]
        for path in fresh:
            self._seen.add(path.name)
            self._hand_over(path)
        return len(fresh)

    def _hand_over(self, path: Path) -> None:
        with path.open("rb") as file:
            message = email.message_from_binary_file(file, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        text = message.get_body(preferencelist=("plain",))
        address = message["To"].addresses[0].addr_spec.lower()
        link = _LINK.search(text.get_content()) if text else None
        person = self._owner.get(address)
        if link and person and link[0] not in person.links:
            person.links.append(link[0])
