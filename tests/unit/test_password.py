"""What a password costs whoever guesses it."""

from argon2 import Type, extract_parameters

from hoatoc.accounts.password import hash_password, is_outdated, is_right


def test_a_hash_costs_what_rfc_9106_asks_of_a_machine_with_little_memory() -> None:
    kept = hash_password("trâu vàng uống nước ao")
    cost = extract_parameters(kept)
    assert (cost.type, cost.memory_cost, cost.time_cost, cost.parallelism) == (Type.ID, 64 * 1024, 3, 4)
    assert is_right(kept, "trâu vàng uống nước ao")
    assert not is_right(kept, "trâu vàng uống nước mưa")
    assert not is_outdated(kept)


def test_a_hash_that_cost_less_is_outdated() -> None:
    assert is_outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43)


def test_nobodys_password_is_never_right() -> None:
    assert not is_right("", "")
