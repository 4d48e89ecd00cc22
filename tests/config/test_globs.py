"""Path patterns of the configuration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtelint.config.settings import matches


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("mm/a.c", "mm/a.c"),
        ("mm/*.c", "mm/a.c"),
        ("mm", "mm/deep/a.c"),
        ("mm/", "mm/deep/a.c"),
        ("deep", "mm/deep/a.c"),
        ("*.h", "include/linux/mm.h"),
        ("drivers/*/tags.c", "drivers/acme/tags.c"),
        ("drivers/**/tags.c", "drivers/tags.c"),
        ("drivers/**/tags.c", "drivers/acme/old/tags.c"),
        ("drivers/**", "drivers/acme/old/tags.c"),
        ("drivers/acme", "drivers/acme/old/tags.c"),
        ("./mm/a.c", "mm/a.c"),
        ("mm/?.c", "mm/a.c"),
        ("mm/[ab].c", "mm/a.c"),
        ("mm/[!x-z].c", "mm/a.c"),
    ],
)
def test_matches(pattern: str, path: str) -> None:
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("mm/*.c", "mm/deep/a.c"),
        ("mm/*.c", "arch/mm/a.c"),
        ("mm", "mmap/a.c"),
        ("a.c", "mm/aa.c"),
        ("*.c", "mm/a.cc"),
        ("mm/[!a].c", "mm/a.c"),
        ("mm/a?c", "mm/a/c"),
        ("mm/[!x]c", "mm//c"),
        ("mm/a.c", "mm/a-c"),
        ("mm/[", "mm/a"),
        ("mm/[z-a]", "mm/m"),
        ("mm[.-0]c", "mm/c"),
    ],
)
def test_does_not_match(pattern: str, path: str) -> None:
    assert not matches(pattern, path)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0*?[", exclude_categories=["Cs"]), min_size=1)
PATHS = st.lists(NAMES.filter(lambda name: name not in (".", "..")), min_size=1, max_size=4).map("/".join)


@given(PATHS)
def test_a_path_without_special_characters_matches_itself_and_what_is_below(path: str) -> None:
    assert matches(path, path)
    assert matches(path, f"{path}/below.c")
    assert matches("**", path)


@given(st.text(st.sampled_from("[]!^-az~&|\\*?/.") | st.characters(), max_size=12), PATHS)
def test_no_pattern_is_an_error(pattern: str, path: str) -> None:
    assert matches(pattern, path) in (True, False)
