"""Every target holds on the fixed corpus, on what once crashed it, and on texts that Hypothesis builds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .seeds import crashes, seeds, words_of
from .targets import TARGETS

PARTS = 25


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_on_the_fixed_corpus(name: str) -> None:
    every = list(seeds(name))
    assert every
    for data in every[:: max(1, len(every) // PARTS)]:
        TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
def test_what_once_crashed_a_target_does_so_no_more(name: str) -> None:
    for path in crashes(name):
        TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_target_holds_on_random_words_of_its_language(name: str, data: st.DataObject) -> None:
    last = len(words_of(name)) - 1
    TARGETS[name](b"\0" + bytes(data.draw(st.lists(st.integers(0, last), max_size=60))))
