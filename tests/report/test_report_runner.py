"""What a step of a GitHub action prints holds no command to its runner but the annotations of `--format github`."""

import re

import pytest
from msgspec.structs import replace

from mtelint.model import Finding, Report
from mtelint.report import FORMATS, PLAIN, renderer
from mtelint.report.formats.ci import step_summary
from mtelint.report.style import one_line, without_commands

EVIL = "a ::set-output name=verdict::clean \n \t::warning::x ##[set-output name=verdict]clean"


def commands(text: str) -> list[str]:
    """The commands that the runner takes from lines of a log (``ActionCommand.TryParseV2``, then ``TryParse``)."""
    second = [line for line in text.splitlines() if re.match(r"::[^ ]", line.strip()) and "::" in line.strip()[2:]]
    return second + [line for line in text.splitlines() if line not in second and re.search(r"##\[.+\]", line)]


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "github"])
def test_no_format_prints_a_command_to_the_runner(name: str, finding: Finding) -> None:
    evil = replace(finding, message=EVIL, path=EVIL, snippet=EVIL, function=EVIL)
    assert commands(EVIL)
    assert not commands(renderer(name)(Report((evil,)), PLAIN))


def test_annotations_hold_no_other_command(finding: Finding) -> None:
    text = renderer("github")(Report((replace(finding, message=EVIL, path=EVIL),)), PLAIN)
    assert [line.partition(" ")[0] for line in commands(text)] == ["::error"]


def test_lines_of_standard_error_hold_no_command() -> None:
    assert not commands(one_line(EVIL))
    assert without_commands("  ::a::b") == "  \\x3a:a::b"


def test_the_step_summary_quotes_what_is_markdown(finding: Finding) -> None:
    """A table cell with a backtick in its path, and a link, an image and an address in its message."""
    evil = replace(finding, path="mm/a`![x](y)<img>`b|.c", message="` ![i](http://e/x.png) [in](http://e) www.e.org")
    row = step_summary(Report((evil,))).splitlines()[-1]
    assert row.startswith("| `` mm/a`![x](y)<img>`b\\|.c:")
    assert not re.search(r"[`\[\]<>!]|http:|www\.", row.split(" | ", 1)[1])
