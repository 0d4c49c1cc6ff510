"""A return address finds its notice, and none can be made without the key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoatoc.errors import SettingsError
from hoatoc.keyring import Keyring
from hoatoc.mail import verp

OLD, NEW = Keyring({"k1": "x" * 48}), Keyring({"k2": "y" * 48, "k1": "x" * 48})
SENDER = "vptu@mau.example"


@given(st.integers(min_value=1, max_value=2**48 - 1))
def test_an_address_gives_its_notice_back_in_any_case_of_letters(notice_id: int) -> None:
    address = verp.ReturnAddresses(NEW, SENDER).address(notice_id)
    assert verp.read(NEW, address) == verp.read(NEW, address.upper()) == notice_id
    assert len(address.partition("@")[0]) <= 64


def test_an_address_signed_by_an_earlier_key_still_finds_its_notice() -> None:
    assert verp.read(NEW, verp.ReturnAddresses(OLD, SENDER).address(7)) == 7
    assert verp.read(OLD, verp.ReturnAddresses(NEW, SENDER).address(7)) is None


@given(st.integers(min_value=0, max_value=23), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_letter_is_a_forgery(at: int, letter: str) -> None:
    token = verp.token(OLD, 7)
    forged = token[:at] + letter + token[at + 1 :]
    assert (verp.read(OLD, f"vptu+{forged}@mau.example") is None) == (forged != token)


@pytest.mark.parametrize(
    "address", ["", "vptu@mau.example", "vptu+@mau.example", "+" + "a" * 24, "x+đ" * 8 + "@a", "\0"]
)
def test_what_is_no_return_address_finds_nothing(address: str) -> None:
    assert verp.read(OLD, address) is None


def test_a_sender_too_long_to_carry_a_token_is_refused() -> None:
    with pytest.raises(SettingsError, match="quá dài"):
        verp.ReturnAddresses(OLD, "a" * 40 + "@mau.example")
    assert verp.read(OLD, verp.ReturnAddresses(OLD, "a" * 39 + "@mau.example").address(7)) == 7
