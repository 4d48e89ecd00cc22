"""The solver steps over what changes nothing anybody asks about, and finds what it finds without."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mtelint.engine.review import code
from mtelint.flow.cfg.graph import Edge, Node
from mtelint.flow.domain.path_state import PathState
from mtelint.flow.paths import relevance
from mtelint.flow.paths.node_transfer import NodeTransfer
from mtelint.model import Era, Finding
from mtelint.rulebook import Page, load

SUBJECTS = sorted((Path(__file__).parents[1] / "mutations" / "subjects").glob("*.c"))


def findings(text: str, era: Era, *, whole: bool = False) -> tuple[Finding, ...]:
    """What is found, with every node visited where ``whole``."""
    with pytest.MonkeyPatch.context() as patch:
        if whole:
            patch.setattr(relevance, "steps_over", lambda cfg, known: tuple(range(len(cfg.nodes))))
        return code.review_text("f.c", text, era)


def visited(text: str) -> set[str]:
    """The text of the nodes of a function that the solver visits."""
    seen: set[str] = set()
    through = NodeTransfer.__call__

    def watching(transfer: NodeTransfer, node: Node, work: PathState) -> Iterator[tuple[Edge, PathState]]:
        seen.add(transfer.context.text(node.span))
        return through(transfer, node, work)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NodeTransfer, "__call__", watching)
        code.review_text("f.c", text, Era.B)
    return seen


FUNCTION = """\
static int f(struct page *page, void *to, int a, int b)
{
	int plain = a + b;
	int told = 0;

	if (b > 3)
		plain = 2;
	if (a)
		told = plain ? 1 : 2;
	if (a > b)
		return told;
	mte_clear_page_tags(to);
	set_page_mte_tagged(page);
	return 0;
}
"""


def test_choices_without_an_event_and_variables_nobody_asks_for_are_stepped_over() -> None:
    quiet = FUNCTION.replace("return told;", "return 0;")
    assert {"a > b", "set_page_mte_tagged(page)", "mte_clear_page_tags(to)"} <= visited(quiet)
    assert not visited(quiet) & {"b > 3", "plain = 2", "a", "told = plain ? 1 : 2", "int told = 0;"}


def test_what_is_returned_is_not() -> None:
    assert {"a > b", "a", "plain", "int told = 0;"} <= visited(FUNCTION)


def test_variables_that_name_pages_are_followed_wherever_they_go() -> None:
    text = "void f(struct page **all, int i)\n{\n\tstruct page *p = all[i];\n\n\ti = 2;\n\tset_page_mte_tagged(p);\n}\n"
    assert {"i = 2", "struct page *p = all[i];"} <= visited(text)


@pytest.mark.parametrize("page", load().pages.values(), ids=lambda page: page.info.id)
def test_the_examples_of_the_rules_come_out_the_same(page: Page) -> None:
    for example in page.examples:
        if example.language == "c":
            era = Era(example.attributes.get("era", "D"))
            assert findings(example.text, era) == findings(example.text, era, whole=True)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda path: path.stem)
def test_whatever_statement_is_lost_the_findings_are_the_same(subject: Path) -> None:
    era = Era(subject.stem[-1].upper())
    lines = subject.read_text().splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.startswith("\t") and line.rstrip().endswith(";"):
            text = "".join([*lines[:number], *lines[number + 1 :]])
            assert told(findings(text, era)) == told(findings(text, era, whole=True)), line


def told(found: tuple[Finding, ...]) -> list[tuple[object, ...]]:
    """The findings without the decisions on the way, of which those that bear on nothing are left out."""
    return [(f.rule, f.line, f.column, f.message, f.confidence, f.severity, f.fingerprint) for f in found]
