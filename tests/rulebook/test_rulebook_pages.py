"""How a rule page is read, and what a malformed one is told."""

import pytest

from mtelint.errors import RulebookError
from mtelint.model import Confidence, Severity
from mtelint.rulebook import Expectation, Page, parse_page

SOURCE = "rules/MTE099-bad-thing.md"

HEAD = """\
+++
id = "MTE099"
name = "bad-thing"
severity = "warning"
confidence = "medium"
since = "0.1.0"
summary = "a bad thing"
introduced_by = ["0123456789ab"]
fixed_by = []
+++
"""

BODY = """
# MTE099: bad-thing

## What it flags

```c era=B path=fs/example.c
void first(void);
bad(page);	// expect: MTE099 MTE001 note
```

## Why it matters on arm64

```litmus
C test

(*
 * Result: Sometimes
 *)
```

## How to fix

## Limits
"""


def page(head: str = HEAD, body: str = BODY) -> Page:
    return parse_page(head + body, SOURCE)


def test_the_head_becomes_the_rule() -> None:
    info = page().info
    assert (info.id, info.name, info.summary, info.since) == ("MTE099", "bad-thing", "a bad thing", "0.1.0")
    assert (info.severity, info.confidence) == (Severity.WARNING, Confidence.MEDIUM)
    assert (info.introduced_by, info.fixed_by) == (("0123456789ab",), ())


def test_the_markdown_has_no_head() -> None:
    assert page().markdown == BODY


def test_an_example_has_its_language_attributes_and_place() -> None:
    example, litmus = page().examples
    assert example.language == "c"
    assert example.attributes == {"era": "B", "path": "fs/example.c"}
    assert (HEAD + BODY).splitlines()[example.line - 1] == "void first(void);"
    assert example.text == "void first(void);\nbad(page);\t// expect: MTE099 MTE001 note\n"
    assert litmus.language == "litmus"


def test_one_line_may_expect_several_findings_each_with_or_without_a_severity() -> None:
    assert page().examples[0].expectations == (
        Expectation(2, "MTE099", None),
        Expectation(2, "MTE001", Severity.NOTE),
    )


def test_a_litmus_block_states_its_result() -> None:
    example, litmus = page().examples
    assert litmus.result == "Sometimes"
    assert example.result is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r":1: the page does not begin with its head"),
        ("# Title\n", r":1: the page does not begin with its head"),
        ("+++\nid = 1\n", r":1: the head is not closed"),
        (HEAD.replace('"bad-thing"', "bad"), r"the head is not valid TOML.*line 3"),
        (HEAD.replace("since", "sinse"), r":1: the head has the unknown key `sinse`: known are id, name"),
        (HEAD.replace('summary = "a bad thing"\n', ""), r":1: the head lacks `summary`"),
        (HEAD.replace("fixed_by = []\n", ""), r":1: the head lacks `fixed_by`"),
        (HEAD.replace('"warning"', '"awful"'), r":1: `awful` is no severity: write note, warning, error"),
        (HEAD.replace('"medium"', '"sure"'), r":1: `sure` is no confidence: write low, medium, high"),
        (HEAD.replace("bad-thing", "worse-thing"), r":1: id and name ask for the file name MTE099-worse-thing.md"),
    ],
)
def test_a_malformed_head_is_refused_with_place_and_remedy(text: str, message: str) -> None:
    with pytest.raises(RulebookError, match=f"^{SOURCE}.*?{message}"):
        _ = parse_page(text, SOURCE).examples


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("## Limits", "## Limitations", r"the headings of level two are not What it flags"),
        ("```c era", "```clang era", r":16: a block in `clang`: use c, diff, litmus"),
        ("era=B", "era=E", r":16: `era=E` is unknown here: write era=A to era=D, or path=FILE"),
        ("era=B", "kernel=6.1", r":16: `kernel=6.1` is unknown here"),
        ("MTE099 MTE001 note", "", r":18: nothing is expected here"),
        ("MTE001 note", "MTE001 loud", r":18: `loud` is no severity"),
    ],
)
def test_a_malformed_body_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    with pytest.raises(RulebookError, match=f"^{SOURCE}.*?{message}"):
        _ = page(body=BODY.replace(old, new)).examples


def test_a_block_that_is_not_closed_is_refused() -> None:
    with pytest.raises(RulebookError, match=r":23: the block is not closed"):
        _ = page(body=BODY.replace(" *)\n```\n", " *)\n")).examples


def test_a_block_that_runs_into_the_next_one_is_refused() -> None:
    with pytest.raises(RulebookError, match=r":16: the block is not closed"):
        _ = page(body=BODY.replace("MTE001 note\n```\n", "MTE001 note\n")).examples
