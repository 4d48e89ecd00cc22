"""Many cases of one law: a sample at once, and all of them as slow tests."""

from collections.abc import Iterable

import pytest


def some_at_once(cases: Iterable[object], one_in: int) -> list[object]:
    """Parameters of a test: one in so many is enough while one works, and the others are slow tests."""
    return [pytest.param(each, marks=[pytest.mark.slow] if at % one_in else []) for at, each in enumerate(cases)]
