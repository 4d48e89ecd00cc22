"""The litmus blocks of the rule pages: the simulator gives what each one states."""

import pytest

from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.search.decide import decide
from mtelint.rulebook import load

BLOCKS = [
    pytest.param(example, id=f"{page.info.id}-line-{example.line}")
    for page in load().pages.values()
    for example in page.examples
    if example.language == "litmus"
]


@pytest.mark.parametrize("example", BLOCKS)
def test_the_simulator_gives_the_result_that_the_page_states(example):
    outcome = decide(parse_litmus(example.text))
    assert outcome.reason is None
    assert outcome.verdict.value == example.result
    assert not outcome.data_race


def test_no_two_blocks_have_the_same_name():
    names = [block.values[0].text.splitlines()[0] for block in BLOCKS]
    assert len(names) == len(set(names))
