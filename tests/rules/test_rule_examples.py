"""The examples of the rule pages are their tests: exactly the marked lines are flagged, and nothing else."""

import pytest

from mtelint import engine
from mtelint.model import Era, Origin
from mtelint.rulebook import Example, load

BOOK = load()
PATH = "arch/arm64/mm/example.c"
NEWEST = "D"


def examples(language: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "example",
        [
            pytest.param(example, id=f"{page.info.id}-line-{example.line}")
            for page in BOOK.pages.values()
            for example in page.examples
            if example.language == language
        ],
    )


def era_of(example: Example) -> Era:
    return Era(example.attributes.get("era", NEWEST))


def expected(example: Example) -> list[tuple[int, str, str]]:
    """Line in the example, rule, and severity: that of the rule's head where the page names none."""
    return sorted(
        (each.line, each.rule, str(each.severity or BOOK.rule(each.rule).severity)) for each in example.expectations
    )


@examples("c")
def test_source_is_flagged_exactly_where_the_page_says(example: Example) -> None:
    findings = engine.review_text(example.attributes.get("path", PATH), example.text, era_of(example))
    assert sorted((each.line, each.rule, str(each.severity)) for each in findings) == expected(example)


@examples("diff")
def test_a_patch_is_flagged_exactly_where_the_page_says(example: Example) -> None:
    findings = engine.review_patch_text(example.text, era_of(example))
    shown = [each for each in findings if each.origin is Origin.INTRODUCED]
    assert all(each.mail is not None for each in shown)
    found = sorted((each.mail.body_line, each.rule, str(each.severity)) for each in shown if each.mail)
    assert found == expected(example)
