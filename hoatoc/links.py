"""The signed links that units, their specialists, the desk and the readers of lists follow, and the codes of slips."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hoatoc.errors import TokenError
from hoatoc.keyring import Keyring

_UNIT, _ROSTER = "unit-link", "roster-reader-link"
_SPECIALIST, _SLIP = "specialist-link", "receipt-slip"


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

    def specialist(self, specialist_id: int, generation: int, kid: str | None = None) -> str:
        """The page of one specialist of a unit; `generation` is that of the unit's own link, so that revoking it
        revokes this one too."""
        token = self.ring.sign(_SPECIALIST, f"{specialist_id}.{generation}", kid)
        return f"{self.public_url.rstrip('/')}/v/{token}"

    def read_specialist(self, token: str) -> tuple[int, int]:
        """Specialist id and generation of a specialist's token. Raises TokenError."""
        specialist_id, _, generation = self.ring.read(_SPECIALIST, token).partition(".")
        if not (specialist_id.isdigit() and generation.isdigit()):
            raise TokenError("liên kết không dùng được")
        return int(specialist_id), int(generation)

    def slip(self, addressee_id: int, at: datetime) -> str:
        """The code of a receipt slip that shows how an addressee stood at `at` (aware; whole seconds count)."""
        stamp = int(at.timestamp())
        return f"{addressee_id}-{stamp}-{self.ring.mark(_SLIP, f'{addressee_id}-{stamp}', self.ring.newest)}"

    def read_slip(self, code: str) -> tuple[int, datetime]:
        """Addressee id and instant (UTC) of a slip's code, typed in capitals or not. Raises TokenError when no key of
        the ring has made it."""
        payload, _, mark = code.strip().upper().rpartition("-")
        addressee_id, _, stamp = payload.partition("-")
        made = {self.ring.mark(_SLIP, payload, kid) for kid in self.ring.keys}
        if mark not in made or not (addressee_id.isdigit() and stamp.isdigit()):
            raise TokenError("mã không đúng")
        return int(addressee_id), datetime.fromtimestamp(int(stamp), UTC)

    @property
    def board(self) -> str:
        """The board of the office desk, for whoever is signed in."""
        return f"{self.public_url.rstrip('/')}/ban"

    def sign_in(self, secret: str) -> str:
        """Where the one who holds `secret` (hoatoc.accounts.signin.make_link) is signed in."""
        return f"{self.public_url.rstrip('/')}/vao/{secret}"

    def roster_reader(self, duty_id: int, generation: int, reader: str) -> str:
        """The list of one duty, for the post `reader` ("unit/post"), who may open it; `generation` is that of the link
        of the unit that owes the list, so that revoking it revokes this one too."""
        post = reader.replace("/", ":")  # the token is one part of a path
        token = self.ring.sign(_ROSTER, f"{duty_id}.{generation}.{post}")
        return f"{self.public_url.rstrip('/')}/ds/{token}"

    def read_roster_reader(self, token: str) -> tuple[int, int, str]:
        """Duty id, generation and post of a reader's token. Raises TokenError."""
        duty_id, _, rest = self.ring.read(_ROSTER, token).partition(".")
        generation, _, reader = rest.partition(".")
        if not (duty_id.isdigit() and generation.isdigit() and reader):
            raise TokenError("liên kết không dùng được")
        return int(duty_id), int(generation), reader.replace(":", "/")
