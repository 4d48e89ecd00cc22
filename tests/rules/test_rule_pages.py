"""Every rule page is complete: what it says, and what its examples are made of."""

import re
from pathlib import Path

import pytest

from mtelint.rulebook import Page, load

PAGES = tuple(load().pages.values())
NOT_DYNAMIC = ("MTE016", "MTE018")
HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.info.id)


def sections(page: Page) -> dict[str, str]:
    parts = re.split(r"^## (.*)$", page.markdown, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@each_page
def test_the_title_and_the_file_name_are_those_of_the_head(page: Page, root: Path) -> None:
    assert page.markdown.lstrip().startswith(f"# {page.info.id}: {page.info.name}\n")
    assert (root / "rules" / page.info.page).is_file()


@each_page
def test_every_section_says_something(page: Page) -> None:
    for heading, text in sections(page).items():
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        assert len(prose.split()) >= 4, heading


@each_page
def test_commits_are_twelve_hexadecimal_digits(page: Page) -> None:
    assert all(re.fullmatch(r"[0-9a-f]{12}", commit) for commit in page.info.introduced_by + page.info.fixed_by)


@each_page
def test_there_are_two_flagged_and_two_accepted_examples_at_least(page: Page) -> None:
    code = [example for example in page.examples if example.language != "litmus"]
    flagged = [e for e in code if any(expected.rule == page.info.id for expected in e.expectations)]
    accepted = [e for e in code if not e.expectations]
    assert len(flagged) >= 2
    assert len(accepted) >= 2


@each_page
def test_expected_rules_exist(page: Page) -> None:
    ids = {info.id for info in load().rules}
    assert {expected.rule for example in page.examples for expected in example.expectations} <= ids


@each_page
def test_the_page_shows_the_defect_and_its_repair_to_the_simulator_or_says_why_not(page: Page) -> None:
    results = {example.result for example in page.examples if example.language == "litmus"}
    if page.info.id in NOT_DYNAMIC:
        assert not results
        assert '"not modelled"' in sections(page)["Limits"]
    else:
        assert "Never" in results
        assert results & {"Sometimes", "Always"}
        assert "simulator" in sections(page)["Limits"]


@each_page
def test_every_diff_counts_its_lines_right(page: Page) -> None:
    for example in page.examples:
        if example.language == "diff":
            assert example.text.startswith("diff --git a/")
            assert_hunks_count(example.text.splitlines())


def assert_hunks_count(lines: list[str]) -> None:
    starts = [index for index, line in enumerate(lines) if line.startswith("@@")]
    assert starts
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        head, body = HUNK.match(lines[start]), lines[start + 1 : end]
        assert head is not None
        assert all(line[:1] in (" ", "+", "-") for line in body)
        old = sum(line[0] != "+" for line in body)
        new = sum(line[0] != "-" for line in body)
        assert (int(head[2] or 1), int(head[4] or 1)) == (old, new), lines[start]
