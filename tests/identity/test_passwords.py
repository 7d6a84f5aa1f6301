"""Which passwords are taken, and how they are kept."""

import pytest
from argon2 import PasswordHasher

from core.errors import Invalid
from core.identity.passwords import check_password, hash_password, needs_rehash, verify_password, warm_up
from core.identity.policy import IdentityPolicy

CHEAP = IdentityPolicy(secret_key="k" * 40, hash_memory_kib=8, hash_passes=1)
NAMES = ("anna.miller", "anna@soap.example")


@pytest.mark.parametrize("password", ["correct horse", "ünïcödé wörds", "x" * 20 + "yz1 a", "tr0ub4dor&3x"])
def test_long_and_unusual_passwords_are_taken(password):
    check_password(CHEAP, password, names=NAMES)
    assert verify_password(CHEAP, hash_password(CHEAP, password), password)


@pytest.mark.parametrize(
    "password",
    ["short", "  eight   ", "123456789", "1234567890", "password123", "P@ssw0rd!2024", "qwertyuiop",
     "aaaaaaaaaaaa", "abcdefghijk",
     "anna.miller", "Anna.Miller99", "anna@soap.example", "x\x00" * 8, "tab\tseparated", "bad \ud800 surrogate",
     "y" * 257],
)  # fmt: skip
def test_weak_or_unreadable_passwords_are_refused_with_the_field(password):
    with pytest.raises(Invalid) as refused:
        check_password(CHEAP, password, names=NAMES, field="new_password")
    assert refused.value.code == "WEAK_PASSWORD"
    assert list(refused.value.errors) == ["new_password"]


def test_a_hash_says_nothing_of_its_password_and_is_never_the_same_twice():
    first, second = (hash_password(CHEAP, "correct horse") for _ in range(2))
    assert first != second
    assert first.startswith("$argon2id$")
    assert "horse" not in first


def test_production_hashes_cost_what_owasp_asks():
    assert "m=19456,t=2,p=1" in hash_password(IdentityPolicy(secret_key="k" * 40), "correct horse")


@pytest.mark.parametrize("given", ["", "wrong", "correct hors", "correct  horse", "\x00", "\ud800"])
def test_every_other_password_is_wrong(given):
    assert not verify_password(CHEAP, hash_password(CHEAP, "x" * 256), "x" * 256 + given + "y")
    assert not verify_password(CHEAP, hash_password(CHEAP, "correct horse"), given)


def test_nobody_and_an_unreadable_hash_never_match():
    assert not verify_password(CHEAP, None, "nobody has this password")
    assert not verify_password(CHEAP, "no hash at all", "correct horse")


def test_an_unicode_password_is_the_same_however_it_was_typed():
    assert verify_password(CHEAP, hash_password(CHEAP, "cafe\u0301 au lait"), " caf\u00e9 au lait ")


def test_an_old_hash_is_known_as_such():
    stored = hash_password(CHEAP, "correct horse")
    assert not needs_rehash(CHEAP, stored)
    assert needs_rehash(IdentityPolicy(secret_key="k" * 40, hash_memory_kib=16, hash_passes=1), stored)


def test_a_server_has_at_hand_what_a_stranger_is_compared_with(monkeypatch):
    policy = IdentityPolicy(secret_key="k" * 40, hash_memory_kib=16, hash_passes=1)
    warm_up(policy)
    monkeypatch.delattr(PasswordHasher, "hash")
    assert not verify_password(policy, None, "horse battery staple")
