"""Recipes are tested with what they require and nothing else, whatever is installed beside them."""

from __future__ import annotations

from typing import Any

import pytest

from core.testing.house import make_tenant


@pytest.fixture
def tenant(kernel: Any) -> Any:
    """A tenant with recipes and what they require."""
    return make_tenant(kernel, ["recipes"])


@pytest.fixture
def other_tenant(kernel: Any) -> Any:
    """A second tenant, for whatever must stay apart."""
    return make_tenant(kernel, ["recipes"])
