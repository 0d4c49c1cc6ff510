"""Passwords: Argon2id, and what a password must be."""

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hoatoc.errors import HoatocError

#: NIST SP 800-63B asks for length and nothing else; the upper bound keeps hashing from being a way to wear us down.
SHORTEST, LONGEST = 12, 200
# Parameters of RFC 9106 for little memory: 64 MiB a hash, so only a few are made at a time.
_hasher = PasswordHasher()
_few = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """`password` as an Argon2id hash in PHC form."""
    with _few:
        return _hasher.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Whether `password` is the one behind `password_hash`; with '' (nobody's) it takes as long, and is wrong."""
    with _few:
        try:
            _hasher.verify(password_hash or _nobodys(), password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return bool(password_hash)


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def require_good(password: str, login: str) -> None:
    """Raise HoatocError unless `password` may be that of `login`."""
    if len(password) < SHORTEST:
        raise HoatocError("mật khẩu quá ngắn", hint="dùng ít nhất 12 ký tự, ví dụ vài từ không liên quan với nhau")
    if len(password) > LONGEST:
        raise HoatocError("mật khẩu quá dài", hint="rút còn dưới 200 ký tự")
    if login.casefold() in password.casefold() or len(set(password)) < 5:
        raise HoatocError("mật khẩu dễ đoán", hint="không dùng tên đăng nhập, không lặp một vài ký tự")


def make_password() -> str:
    """A password nobody guesses: 20 letters and digits, about 115 bits."""
    return secrets.token_urlsafe(15)
