"""Signed return addresses (VERP): a bounce or a reply finds its notice, and nobody else can write to it."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from hoatoc.errors import SettingsError
from hoatoc.keyring import Keyring
from hoatoc.phrase import Phrase

_PURPOSE = b"hoatoc.return-address"
#: Octets of the notice's number and of its signature: 15 octets are 24 base32 letters, without padding.
_ID, _MAC = 6, 9
_TOKEN = (_ID + _MAC) * 8 // 5
#: RFC 5321, 4.5.3.1.1: a local part has at most 64 octets.
_MAX_LOCAL = 64


@dataclass(frozen=True)
class ReturnAddresses:
    """Makes and reads the return addresses under an office's `sender`, as subaddresses of it (RFC 5233):
    "vptu+TOKEN@tinh.example". The sender's mailbox must take in mail to them."""

    ring: Keyring
    sender: str

    def __post_init__(self) -> None:
        """Raise SettingsError when the sender's local part is too long to carry a token."""
        if len(self.sender.rpartition("@")[0]) + 1 + _TOKEN > _MAX_LOCAL:
            raise SettingsError(
                Phrase("địa chỉ gửi quá dài để mang dấu trả về: %(sender)s", sender=self.sender),
                hint="đổi địa chỉ gửi của văn phòng, hoặc bỏ HOATOC_INBOX_URL",
            )

    def address(self, notice_id: int) -> str:
        """The return address of a notice, signed by the newest key."""
        local, _, domain = self.sender.rpartition("@")
        return f"{local}+{token(self.ring, notice_id)}@{domain}"


def token(ring: Keyring, notice_id: int) -> str:
    """The signed token of a notice: base32 in lower case, since mail servers may change the case of an address."""
    number = notice_id.to_bytes(_ID)
    return base64.b32encode(number + _mac(_key(ring.keys[ring.newest]), number)).decode().lower()


def read(ring: Keyring, address: str) -> int | None:
    """The number of the notice that `address` carries back; None unless one of the ring's keys has signed it."""
    found = address.rpartition("@")[0].rpartition("+")[2].upper()
    if len(found) != _TOKEN or not found.isascii():
        return None
    try:
        octets = base64.b32decode(found)
    except ValueError:
        return None
    number, mac = octets[:_ID], octets[_ID:]
    signed = [hmac.compare_digest(mac, _mac(_key(key), number)) for key in ring.keys.values()]
    return int.from_bytes(number) if any(signed) else None


def _mac(key: bytes, number: bytes) -> bytes:
    return hmac.digest(key, number, "sha256")[:_MAC]


@lru_cache(maxsize=16)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
