"""GitHub, GitLab, reviewdog, JUnit, b4 and patchwork: what each side's documentation asks for."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from mtelint.model import Finding, Origin, Report, Severity
from mtelint.report import FORMATS, PLAIN, renderer
from mtelint.report.formats.ci import ANNOTATIONS, step_summary

EVIL = '50%\r\n::error::a,b:c <x> & "y" \x1b[2J \x00'


def loaded(name: str, report: Report) -> Any:
    return json.loads(renderer(name)(report, PLAIN))


def read_command(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner reads it."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert match is not None
    words = dict(word.split("=", 1) for word in match[2].split(","))
    return match[1], {name: unquote(value) for name, value in words.items()}, unquote(match[3])


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("text", "terse", "github")])
def test_a_clean_run_is_still_a_document(name: str) -> None:
    assert renderer(name)(Report(), PLAIN).strip()


@pytest.mark.parametrize("name", FORMATS)
def test_equal_reports_give_equal_text(name: str, report: Report) -> None:
    assert renderer(name)(report, PLAIN) == renderer(name)(replace(report), PLAIN)


@pytest.mark.parametrize("name", FORMATS)
def test_no_control_character_gets_through(name: str, finding: Finding) -> None:
    bad = replace(finding, message=EVIL, path=EVIL, function=EVIL, snippet=EVIL, fix=EVIL)
    shown = renderer(name)(Report((bad,), unreadable=(EVIL,)), PLAIN)
    assert all(char == "\n" or char.isprintable() for char in shown)


def test_github_gets_a_command_per_finding(report: Report) -> None:
    first = renderer("github")(report, PLAIN).splitlines()[0]
    level, properties, message = read_command(first)
    assert level == "error"
    assert properties == {"file": "mm/pool.c", "line": "20", "endLine": "20", "col": "6", "endColumn": "27",
                          "title": "MTE008 inverted-guard"}  # fmt: skip
    assert message == "the tags of `page` are cleared only if its flag is already set"


def test_github_commands_cannot_be_forged_by_the_input(finding: Finding) -> None:
    shown = renderer("github")(Report((replace(finding, message=EVIL, path="a,b:c%.c"),)), PLAIN)
    assert len(shown.splitlines()) == 1
    assert "file=a%2Cb%3Ac%25.c," in shown
    assert "50%25 ::error::a,b:c" in shown


def test_github_shows_the_worst_ten_of_a_level_and_counts_the_rest(finding: Finding) -> None:
    many = tuple(replace(finding, line=i, end_line=i, severity=Severity.WARNING) for i in range(1, 14))
    lines = renderer("github")(Report((*many, finding)), PLAIN).splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error"] + ["::warning"] * ANNOTATIONS
    assert lines[-1].startswith("mtelint: 3 more findings")
    assert step_summary(Report((*many, finding))).count("\n| `") == 14
    assert step_summary(Report()) == ""


def test_gitlab_hides_no_finding_behind_an_equal_fingerprint(finding: Finding) -> None:
    entries = loaded("gitlab", Report((finding, finding, replace(finding, path="mm/other.c"))))
    assert len({entry["fingerprint"] for entry in entries}) == 3
    assert entries[0]["severity"] == "critical"
    assert entries[0]["location"] == {"path": "mm/pool.c", "lines": {"begin": 20, "end": 20}}
    assert loaded("gitlab", Report()) == []


def test_a_gitlab_fingerprint_survives_other_lines(finding: Finding) -> None:
    moved = replace(finding, line=99, end_line=99)
    one, other = loaded("gitlab", Report((finding,)))[0], loaded("gitlab", Report((moved,)))[0]
    assert one["fingerprint"] == other["fingerprint"]


def test_reviewdog_gets_byte_ranges_and_a_suggestion_for_the_whole_line(finding: Finding) -> None:
    (diagnostic,) = loaded("rdjson", Report((finding,)))["diagnostics"]
    assert diagnostic["location"]["range"] == {"start": {"line": 20, "column": 6}, "end": {"line": 20, "column": 27}}
    (suggestion,) = diagnostic["suggestions"]
    lines = {finding.line: finding.snippet}
    start, end = suggestion["range"]["start"], suggestion["range"]["end"]
    old = lines[start["line"]].encode()
    new = old[: start["column"] - 1] + suggestion["text"].encode() + old[end["column"] - 1 :]
    assert new == b"\tif (!page_mte_tagged(page)) {"


def test_junit_counts_what_it_holds(report: Report, finding: Finding) -> None:
    note = replace(finding, severity=Severity.NOTE)
    root = ET.fromstring(renderer("junit")(replace(report, findings=(*report.findings, note)), PLAIN))
    suite = root.find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert int(suite.get("tests", "")) == len(cases) == 4
    assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure")) == 2
    assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped")) == 1


def test_junit_is_well_formed_whatever_the_input(finding: Finding) -> None:
    bad = replace(finding, message=EVIL, path=EVIL, snippet="]]>" + EVIL)
    root = ET.fromstring(renderer("junit")(Report((bad,), unreadable=(EVIL,)), PLAIN))
    assert [case.get("name") for case in root.iter("testcase")][-1] == "unreadable"


@pytest.mark.parametrize(
    ("severity", "status", "state"),
    [(Severity.ERROR, "fail", "fail"), (Severity.WARNING, "warn", "warning"), (Severity.NOTE, "pass", "success")],
)
def test_b4_and_patchwork_get_the_worst_verdict(finding: Finding, severity: Severity, status: str, state: str) -> None:
    report = Report((replace(finding, severity=severity), replace(finding, severity=Severity.NOTE)))
    (entry,) = loaded("b4-json", report)
    assert entry["status"] == status
    assert {type(value) for value in entry.values()} == {str}
    assert [each["status"] for each in json.loads(entry["details"])] == [status, "pass"]
    (check,) = loaded("patchwork", report)
    assert (check["msgid"], check["state"], check["context"]) == ("<1@example.org>", state, "mtelint")


def test_a_clean_run_passes_at_b4_and_patchwork() -> None:
    assert loaded("b4-json", Report())[0]["status"] == "pass"
    assert loaded("patchwork", Report())[0]["state"] == "success"


@pytest.mark.parametrize("name", ["github", "gitlab", "rdjson", "junit", "b4-json", "patchwork"])
def test_what_a_patch_fixes_is_no_annotation_of_the_new_code(name: str, finding: Finding) -> None:
    fixed = Report((replace(finding, origin=Origin.FIXED),))
    assert renderer(name)(fixed, PLAIN) == renderer(name)(Report(), PLAIN)
