"""The signed links that units, the desk and the readers of lists follow."""

from dataclasses import dataclass

from hoatoc.errors import TokenError
from hoatoc.keyring import Keyring

_UNIT, _DESK, _ROSTER = "unit-link", "desk-link", "roster-reader-link"


@dataclass(frozen=True)
class Links:
    """Makes and reads links under the portal's public URL."""

    ring: Keyring
    public_url: str

    def unit(self, addressee_id: int, generation: int, kid: str | None = None) -> str:
        """The page of one addressee; `generation` goes up when a link is revoked, `kid` repeats an earlier key."""
        token = self.ring.sign(_UNIT, f"{addressee_id}.{generation}", kid)
        return f"{self.public_url.rstrip('/')}/v/{token}"

    def read_unit(self, token: str) -> tuple[int, int]:
        """Addressee id and generation of a unit's token. Raises TokenError."""
        addressee_id, _, generation = self.ring.read(_UNIT, token).partition(".")
        if not (addressee_id.isdigit() and generation.isdigit()):
            raise TokenError("liên kết không dùng được")
        return int(addressee_id), int(generation)

    def desk(self) -> str:
        """The board of the office desk."""
        return f"{self.public_url.rstrip('/')}/bang/{self.ring.sign(_DESK, 'desk')}"

    def read_desk(self, token: str) -> None:
        """Raise TokenError unless `token` opens the desk."""
        self.ring.read(_DESK, token)

    def roster_reader(self, duty_id: int, reader: str) -> str:
        """The list of one duty, for the post `reader` ("unit/post"), who may open it."""
        token = self.ring.sign(_ROSTER, f"{duty_id}.{reader.replace('/', ':')}")  # the token is one part of a path
        return f"{self.public_url.rstrip('/')}/ds/{token}"

    def read_roster_reader(self, token: str) -> tuple[int, str]:
        """Duty id and post of a reader's token. Raises TokenError."""
        duty_id, _, reader = self.ring.read(_ROSTER, token).partition(".")
        if not (duty_id.isdigit() and reader):
            raise TokenError("liên kết không dùng được")
        return int(duty_id), reader.replace(":", "/")
