"""The key ring: the newest key signs, all verify, the key's id is in the token, one derived key a purpose."""

import base64
import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from itsdangerous import BadSignature, Signer
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import LedgerError, NotFound, SettingsError, TokenError
from hoatoc.ledger.schema import Meta
from hoatoc.phrase import Phrase
from hoatoc.refusals import of_system
from hoatoc.unfinished import unfinished

_MIN_LENGTH = 32


@dataclass(frozen=True)
class Keyring:
    """Secret keys by their id, newest first."""

    keys: dict[str, str]

    @property
    def newest(self) -> str:
        """The id of the key that signs."""
        return next(iter(self.keys))

    def sign(self, purpose: str, payload: str, kid: str | None = None) -> str:
        """A token for `payload` under the newest key, or under `kid` to make the same token again."""
        kid = kid if kid in self.keys else self.newest
        assert kid is not None
        return self._signer(kid, purpose).sign(f"{kid}.{payload}").decode()

    def read(self, purpose: str, token: str) -> str:
        """The payload of `token`. Raises TokenError when it is forged or of another purpose or ring."""
        kid, _, _ = token.partition(".")
        if kid not in self.keys:
            raise TokenError("liên kết không dùng được")
        try:
            signed = self._signer(kid, purpose).unsign(token).decode()
        except BadSignature as error:
            raise TokenError("liên kết không dùng được") from error
        return signed.partition(".")[2]

    def mark(self, purpose: str, payload: str, kid: str) -> str:
        """A short mark of `payload` under the key `kid`, to be printed and typed: 50 bits, ten capitals and digits. Who
        tries marks does so signed in, so that guessing shows."""
        signature = self._signer(kid, purpose).get_signature(payload)
        return base64.b32encode(hashlib.sha256(signature).digest()).decode()[:10]

    def _signer(self, kid: str, purpose: str) -> Signer:
        return _signer(self.keys[kid], purpose)


@lru_cache(maxsize=64)
def _signer(secret: str, purpose: str) -> Signer:
    """The signer of one purpose. Its key is derived once: that costs more than to sign."""
    derived = Signer(secret, salt=f"hoatoc.{purpose}", key_derivation="hmac", digest_method=hashlib.sha256).derive_key()
    return Signer(derived, sep="~", key_derivation="none", digest_method=hashlib.sha256)


def open_keyring(home: Path, configured: str) -> Keyring:
    """The ring of HOATOC_SECRET_KEY (keys by commas, newest first), or of `home`/keys. Raises SettingsError when a key
    is too short, HoatocError when the file is missing or cannot be read."""
    keys = [key.strip() for key in configured.split(",") if key.strip()] if configured else _kept(file_in(home))
    short = [key for key in keys if len(key) < _MIN_LENGTH]
    if short or not keys:
        hint = "tạo khóa: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        raise SettingsError(Phrase("khóa bí mật phải có ít nhất %(least)s ký tự", least=_MIN_LENGTH), hint=hint)
    return Keyring({_kid(key): key for key in keys})


def file_in(home: Path) -> Path:
    """Where the ring of a home is kept."""
    return home / "keys"


def _kept(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except FileNotFoundError as error:
        hint = "chép lại tệp keys từ bản sao lưu; sổ cái mới thì chạy `hoatoc init`"
        raise SettingsError(Phrase("chưa có tệp khóa %(path)s", path=path), hint=hint) from error
    except UnicodeDecodeError as error:
        hint = "chép lại tệp keys từ bản sao lưu; mỗi dòng là một khóa"
        raise SettingsError(Phrase("%(path)s không phải là tệp khóa", path=path), hint=hint) from error
    except OSError as error:
        raise of_system(error) from error


def make_ring(home: Path) -> None:
    """Make the ring of `home` if there is none. Of several processes that start at once one makes it, whole before
    anyone can see it."""
    path = file_in(home)
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with unfinished(path) as half, suppress(FileExistsError):
        half.write_text(secrets.token_urlsafe(48) + "\n", encoding="ascii")
        os.link(half, path)


def remember(session: Session, ring: Keyring) -> None:
    """Note the ring's newest key in the ledger, so that a later start with another ring is refused."""
    if session.get(Meta, f"key:{ring.newest}") is None:
        session.add(Meta(name=f"key:{ring.newest}", value="signs links"))


def require(session: Session, ring: Keyring) -> None:
    """Raise LedgerError when the ledger's links were signed by a key that this ring lacks."""
    missing = [kid for kid in known(session) if kid not in ring.keys]
    if missing:
        raise LedgerError(
            Phrase("chùm khóa thiếu khóa %(missing)s mà sổ cái này đã dùng để ký liên kết", missing=", ".join(missing)),
            hint="đặt lại HOATOC_SECRET_KEY hoặc tệp keys cũ; khóa bị lộ thì bỏ hẳn: `hoatoc keys retire`",
        )


def known(session: Session) -> list[str]:
    """The ids of the keys that the ledger's links were signed by."""
    found = session.scalars(select(Meta.name).where(Meta.name.startswith("key:")).order_by(Meta.name))
    return [name.removeprefix("key:") for name in found]


def retire(session: Session, kid: str) -> None:
    """Let the ledger be opened without the key `kid`, which somebody else may have: what it has signed opens nothing
    any more once it is out of the ring. Raises NotFound."""
    row = session.get(Meta, f"key:{kid}")
    if row is None:
        raise NotFound(Phrase("sổ cái này không dùng khóa %(kid)s", kid=kid), hint="xem `hoatoc keys list`")
    session.delete(row)


def _kid(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:6]
