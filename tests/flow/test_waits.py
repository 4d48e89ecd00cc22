"""Waits that may be given up: the solver goes round them as it goes round a loop."""

import pytest

from mtelint.engine.review import code
from mtelint.model import Era

FUNCTION = """\
void f(struct page *page)
{
	%s(queue, done, 5);
	set_page_mte_tagged(page);
	mte_clear_page_tags(page_address(page));
}
"""


@pytest.mark.parametrize("wait", ["wait_event", "wait_event_timeout", "wait_event_interruptible"])
def test_what_stands_behind_a_wait_is_judged(wait: str) -> None:
    assert [f.rule for f in code.review_text("f.c", FUNCTION % wait, Era.B)] == ["MTE002"]
