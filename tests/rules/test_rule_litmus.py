"""The litmus blocks of the rule pages: the simulator gives what each one states."""

import pytest

from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.search.decide import decide
from mtelint.rulebook import Example, load

BLOCKS = {
    f"{page.info.id}-line-{example.line}": example
    for page in load().pages.values()
    for example in page.examples
    if example.language == "litmus"
}


@pytest.mark.parametrize("example", BLOCKS.values(), ids=BLOCKS)
def test_the_simulator_gives_the_result_that_the_page_states(example: Example) -> None:
    outcome = decide(parse_litmus(example.text))
    assert outcome.reason is None
    assert outcome.verdict.value == example.result
    assert not outcome.data_race


def test_no_two_blocks_have_the_same_name() -> None:
    names = [block.text.splitlines()[0] for block in BLOCKS.values()]
    assert len(names) == len(set(names))
