"""Patterns of names mean what the shell's do, whichever way they are looked up."""

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from mtelint.flow.transfer.name_patterns import matches

NAMES = st.text("ab_", max_size=4)
PATTERNS = st.lists(st.text("ab_*?[]!", max_size=5), max_size=4).map(tuple)


@given(NAMES, PATTERNS)
def test_a_name_matches_where_the_shell_says_so(name: str, patterns: tuple[str, ...]) -> None:
    assert matches(name, patterns) == any(fnmatchcase(name, pattern) for pattern in patterns)


def test_the_usual_shapes() -> None:
    patterns = ("put_page", "lock_page*", "*alloc*", "*_return")
    fitting = ("put_page", "lock_page_killable", "kmalloc_array", "inc_return")
    assert all(matches(name, patterns) for name in fitting)
    assert not any(matches(name, patterns) for name in ("put_page2", "unlock_page", "x"))
