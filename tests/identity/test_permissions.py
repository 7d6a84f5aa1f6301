"""Patterns of permissions: what they match, what they narrow, what may be handed on."""

import pytest

from core.identity.permissions import Grant, PermissionSet, is_pattern

RULES = {"inventory.own": ("inventory.location", "inventory.lot")}


def _of(*grants):
    return PermissionSet(grants, RULES)


@pytest.mark.parametrize(
    ("pattern", "permission", "matches"),
    [
        ("inventory.item.read", "inventory.item.read", True),
        ("inventory.item.read", "inventory.item.reader", False),
        ("inventory.*.read", "inventory.lot.read", True),
        ("inventory.*.read", "inventory.lot.update", False),
        ("inventory.*.read", "recipes.lot.read", False),
        ("inventory.item.*", "inventory.item.release", True),
        ("inventory.*", "inventory.item.release", True),
        ("inventory.*", "inventory", False),
        ("*", "recipes.batch.start", True),
        ("*.*.read", "recipes.batch.read", True),
        ("*.*.read", "recipes.batch.start", False),
    ],
)
def test_a_star_stands_for_one_segment_and_at_the_end_for_all_that_follow(pattern, permission, matches):
    assert _of(Grant((pattern,))).allows(permission) is matches


def test_nobody_without_a_grant_may_do_anything():
    assert not PermissionSet().allows("inventory.item.read")
    assert not PermissionSet().covers([Grant(("inventory.item.read",))])
    assert PermissionSet.everything().allows("anything.at.all")


WRONG = ["", "Inventory.item.read", "inventory..read", "inventory.it*m.read", "a.b;drop", "*" * 200]


@pytest.mark.parametrize("text", WRONG)
def test_only_whole_words_and_stars_make_a_pattern(text):
    assert not is_pattern(text)


def test_rules_narrow_only_the_resources_they_are_declared_for():
    clerk = _of(Grant(("inventory.*.read",), frozenset({"inventory.own"})))
    assert clerk.restrictions("inventory.location.read") == (frozenset({"inventory.own"}),)
    assert clerk.restrictions("inventory.item.read") == ()


def test_a_role_without_the_rule_lifts_it():
    both = _of(Grant(("inventory.*.read",), frozenset({"inventory.own"})), Grant(("inventory.location.read",)))
    assert both.restrictions("inventory.location.read") == ()
    assert both.restrictions("inventory.lot.read") == (frozenset({"inventory.own"}),)


def test_what_no_role_lets_one_read_is_narrowed_by_the_rules_there_are():
    """A card may tell of lots to somebody who may not read them: no more than of the lots of their own places."""
    clerk = _of(Grant(("inventory.location.read",), frozenset({"inventory.own"})), Grant(("kernel.member.read",)))
    assert not clerk.allows("inventory.lot.read")
    assert clerk.restrictions("inventory.lot.read") == (frozenset({"inventory.own"}),)
    assert _of(Grant(("kernel.member.read",))).restrictions("inventory.lot.read") == ()


def test_records_of_a_rule_that_nobody_declares_any_more_stay_shut():
    orphan = _of(Grant(("inventory.*.read", "recipes.*"), frozenset({"inventory.gone"})))
    assert not orphan.allows("inventory.item.read")
    assert orphan.allows("recipes.batch.read")


@pytest.mark.parametrize(
    ("own", "wanted", "covered"),
    [
        ("inventory.*", "inventory.item.*", True),
        ("inventory.*.*", "inventory.*.read", True),
        ("inventory.*.read", "inventory.item.read", True),
        ("inventory.*.read", "inventory.*.*", False),
        ("inventory.item.*", "inventory.*", False),
        ("inventory.*.read", "*", False),
        ("*", "*", True),
    ],
)
def test_a_wide_pattern_covers_the_narrow_one_only(own, wanted, covered):
    assert _of(Grant((own,))).covers([Grant((wanted,))]) is covered


def test_whoever_is_held_to_a_rule_cannot_hand_out_the_same_right_without_it():
    held = _of(Grant(("inventory.*.read",), frozenset({"inventory.own"})))
    assert held.covers([Grant(("inventory.lot.read",), frozenset({"inventory.own"}))])
    assert not held.covers([Grant(("inventory.lot.read",))])
