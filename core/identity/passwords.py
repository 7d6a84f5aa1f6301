"""Passwords: which ones are accepted, how they are kept, how they are compared."""

from __future__ import annotations

import functools
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Invalid
from core.identity.policy import IdentityPolicy

MAXIMUM_PASSWORD = 256

# Guessed first in every list of leaked passwords; compared after digits and signs at both ends are taken off.
_WORDS = """
    abc abcd abcdef abcdefg abcdefgh abcdefghij admin administrator asdf asdfgh asdfghjkl baseball basketball changeme
    charlie dragon football freedom hello helloworld iloveyou letmein liverpool login master michael monkey mustang
    openmill openmilladmin p passw passwd password passwordpassword pokemon princess qazwsx qazwsxedc qwerty qwertyuiop
    qwertyqwerty qwertz qwertzuiop secret secretpassword shadow starwars summer sunshine superman superuser test tester
    testtest trustno welcome welcomewelcome whatever winter zxcvbn zxcvbnm spring autumn user username demo guest root
    """
_COMMON_WORDS = frozenset(_WORDS.split())
_LEET = str.maketrans("@4301$5!7", "aaeolssit")
_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba")
_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"
_EDGES = "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


@functools.lru_cache(maxsize=4)
def _hasher(memory_kib: int, passes: int, lanes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)


@functools.lru_cache(maxsize=4)
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


def _hasher_of(policy: IdentityPolicy) -> PasswordHasher:
    return _hasher(policy.hash_memory_kib, policy.hash_passes, policy.hash_lanes)


def _normalized(password: str) -> str:
    # Outer blanks come from copying and pasting; forms and API take them off at some doors and not at others.
    return unicodedata.normalize("NFKC", password).strip()


def hash_password(policy: IdentityPolicy, password: str) -> str:
    """Return the argon2id hash under which the password is kept."""
    return _hasher_of(policy).hash(_normalized(password))


def one_time_password() -> str:
    """Return a password to be told once and changed soon: groups of letters that nobody mixes up."""
    return "-".join("".join(secrets.choice(_PLAIN) for _ in range(4)) for _ in range(4))


def verify_password(policy: IdentityPolicy, stored_hash: str | None, password: str) -> bool:
    """Compare in the same time whether or not there is such a user; an unreadable password is a wrong one."""
    hasher = _hasher_of(policy)
    try:
        hasher.verify(stored_hash or _nobodys_hash(hasher), _normalized(password[:MAXIMUM_PASSWORD]))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return stored_hash is not None and len(password) <= MAXIMUM_PASSWORD


def warm_up(policy: IdentityPolicy) -> None:
    """Make the hash compared for unknown users now, so that the first of them takes no longer than the rest."""
    _nobodys_hash(_hasher_of(policy))


def needs_rehash(policy: IdentityPolicy, stored_hash: str) -> bool:
    """Tell whether the hash was made with other parameters than today's."""
    return _hasher_of(policy).check_needs_rehash(stored_hash)


def check_password(policy: IdentityPolicy, password: str, *, names: tuple[str, ...], field: str = "password") -> None:
    """Raise Invalid, naming the field and the remedy, unless the password is long and hard to guess."""
    if fault := password_fault(policy, password, names):
        raise Invalid({field: [fault]}, code="WEAK_PASSWORD")


def password_fault(policy: IdentityPolicy, password: str, names: tuple[str, ...]) -> str | None:
    """Return why a password is too short, too long or too easy to guess, with the remedy; None where it will do."""
    if len(password.strip()) < policy.minimum_password:
        return f"Use at least {policy.minimum_password} characters; a few words in a row are easy to remember."
    if len(password) > MAXIMUM_PASSWORD:
        return f"Use at most {MAXIMUM_PASSWORD} characters."
    if not _is_text(password):
        return "Contains characters that cannot be typed; use letters, digits, signs and spaces."
    lowered = _normalized(password).casefold()
    if any(_resembles(lowered, name) for name in names if name):
        return "Must not be the user name or the e-mail address; choose something others cannot look up."
    if _is_common(lowered):
        return "Is one of the first passwords that anyone would try; choose several unrelated words."
    return None


def _is_text(password: str) -> bool:
    # Cc: control characters, among them NUL; Cs: lone surrogates, which no encoder accepts.
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in password)


def _resembles(lowered: str, name: str) -> bool:
    known = name.casefold()
    core = lowered.strip(_EDGES)
    candidates = {known, known.partition("@")[0]}
    return lowered in candidates or bool(core and core in {candidate.strip(_EDGES) for candidate in candidates})


def _is_common(lowered: str) -> bool:
    if len(set(lowered)) < 4 or any(lowered in run for run in _RUNS):
        return True
    cores = {lowered.strip(_EDGES), lowered.translate(_LEET).strip(_EDGES), lowered.rstrip(_EDGES).translate(_LEET)}
    return any(core in _COMMON_WORDS for core in cores)
