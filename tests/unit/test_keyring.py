"""Signed links: rotation, purposes, and what is not ours."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoatoc.errors import SettingsError, TokenError
from hoatoc.keyring import Keyring, make_ring, open_keyring
from hoatoc.links import Links

OLD, NEW = "a" * 40, "b" * 40


@pytest.fixture
def old(tmp_path: Path) -> Keyring:
    return open_keyring(tmp_path, OLD)


def test_what_is_signed_reads_back(old: Keyring) -> None:
    assert old.read("p", old.sign("p", "12.0")) == "12.0"


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=40))
def test_any_payload_reads_back(payload: str) -> None:
    ring = Keyring({"k": OLD})
    assert ring.read("p", ring.sign("p", payload)) == payload


def test_the_newest_key_signs_and_all_verify(old: Keyring, tmp_path: Path) -> None:
    token = old.sign("p", "x")
    rotated = open_keyring(tmp_path, f"{NEW},{OLD}")
    assert rotated.read("p", token) == "x"
    assert rotated.sign("p", "x") != token
    assert rotated.sign("p", "x").startswith(f"{rotated.newest}.")


def test_an_older_key_makes_the_same_token_again(old: Keyring, tmp_path: Path) -> None:
    rotated = open_keyring(tmp_path, f"{NEW},{OLD}")
    assert rotated.sign("p", "x", old.newest) == old.sign("p", "x")


def test_a_key_that_is_gone_leaves_signing_to_the_newest(old: Keyring) -> None:
    assert old.sign("p", "x", "zzzzzz") == old.sign("p", "x")


def test_a_token_of_another_purpose_is_refused(old: Keyring) -> None:
    with pytest.raises(TokenError):
        old.read("q", old.sign("p", "x"))


def test_a_token_of_another_ring_is_refused(old: Keyring, tmp_path: Path) -> None:
    with pytest.raises(TokenError):
        open_keyring(tmp_path, NEW).read("p", old.sign("p", "x"))


def test_another_ring_cannot_pass_under_the_same_key_id(old: Keyring) -> None:
    with pytest.raises(TokenError):
        Keyring({old.newest: NEW}).read("p", old.sign("p", "x"))


def test_every_cut_or_changed_token_is_refused(old: Keyring) -> None:
    token = old.sign("p", "12.0")
    for end in range(len(token)):
        with pytest.raises(TokenError):
            old.read("p", token[:end])
    for place in range(len(token) - 1):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(TokenError):
            old.read("p", changed)


@given(st.text(max_size=60))
def test_what_nobody_signed_is_refused(token: str) -> None:
    with pytest.raises(TokenError):
        Keyring({"k": OLD}).read("p", token)


@given(st.text(max_size=60))
def test_a_known_key_id_alone_opens_nothing(rest: str) -> None:
    with pytest.raises(TokenError):
        Keyring({"k": OLD}).read("p", f"k.{rest}")


@pytest.mark.parametrize("configured", ["short", f"{OLD},short", ",", " , "])
def test_a_short_or_empty_key_is_refused_with_a_way_out(tmp_path: Path, configured: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_keyring(tmp_path, configured)
    assert "token_urlsafe" in caught.value.hint


def test_a_ring_that_is_missing_or_none_at_all_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="chưa có tệp khóa"):
        open_keyring(tmp_path, "")
    assert not list(tmp_path.iterdir())
    (tmp_path / "keys").write_text("khóa bí mật của tỉnh, không phải ASCII\n")
    with pytest.raises(SettingsError, match="không phải là tệp khóa"):
        open_keyring(tmp_path, "")


def test_a_ring_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_ring(home)
    first = open_keyring(home, "")
    make_ring(home)
    assert open_keyring(home, "") == first
    assert (home / "keys").stat().st_mode & 0o777 == 0o600
    assert len(next(iter(first.keys.values()))) >= 32


def test_starts_at_once_agree_on_one_ring(tmp_path: Path) -> None:
    for attempt in range(25):
        home, barrier = tmp_path / str(attempt), threading.Barrier(4)

        def start(home: Path = home, barrier: threading.Barrier = barrier) -> Keyring:
            barrier.wait()
            make_ring(home)
            return open_keyring(home, "")

        with ThreadPoolExecutor(4) as pool:
            rings = [started.result() for started in [pool.submit(start) for _ in range(4)]]
        assert all(ring == rings[0] for ring in rings)


@pytest.fixture
def links(old: Keyring) -> Links:
    return Links(old, "http://portal.example/")


def test_a_units_link_names_addressee_and_generation(links: Links) -> None:
    url = links.unit(12, 3)
    assert url.startswith("http://portal.example/v/")
    assert links.read_unit(url.rpartition("/")[2]) == (12, 3)


def test_a_readers_link_names_duty_generation_and_post(links: Links) -> None:
    url = links.roster_reader(12, 3, "so-y-te/head")
    assert url.startswith("http://portal.example/ds/")
    assert links.read_roster_reader(url.rpartition("/")[2]) == (12, 3, "so-y-te/head")
    for payload in ("", "12", "12.3", "12.3.", "12.so-y-te:head", "x.3.so-y-te:head"):
        with pytest.raises(TokenError):
            links.read_roster_reader(links.ring.sign("roster-reader-link", payload))


def test_a_readers_token_opens_no_unit_and_a_units_token_no_list(links: Links) -> None:
    with pytest.raises(TokenError):
        links.read_unit(links.roster_reader(1, 0, "so-y-te/head").rpartition("/")[2])
    with pytest.raises(TokenError):
        links.read_roster_reader(links.unit(1, 0).rpartition("/")[2])


def test_a_signed_payload_that_names_no_addressee_is_refused(links: Links) -> None:
    for payload in ("", "x.1", "1", "1.x", "-1.0"):
        with pytest.raises(TokenError):
            links.read_unit(links.ring.sign("unit-link", payload))


def test_a_link_holds_only_what_survives_a_mail_reader(links: Links) -> None:
    assert set(links.unit(10**9, 7)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/.-_~")
