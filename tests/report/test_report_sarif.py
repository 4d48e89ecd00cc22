"""SARIF: rules with help, stable fingerprints, paths as flows, columns in the unit that is announced."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mtelint.model import Finding, Origin, Report
from mtelint.report import PLAIN, Style, renderer
from mtelint.report.excerpt import char_column, utf16_column


def run_of(report: Report, style: Style = PLAIN) -> dict[str, Any]:
    log = json.loads(renderer("sarif")(report, style))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_every_result_points_at_its_rule(report: Report) -> None:
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        assert result["level"] == "error"
        assert result["partialFingerprints"] == {"mtelint/v1": finding.fingerprint}


def test_a_rule_outside_the_rulebook_is_described_all_the_same(report: Report) -> None:
    run = run_of(replace(report, rules=()))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["MTE002", "MTE008"]


def test_rules_carry_their_pages_as_help(report: Report) -> None:
    run = run_of(report, Style(pages={"MTE002": "# the page"}))
    first, second = run["tool"]["driver"]["rules"]
    assert first["help"]["markdown"] == "# the page"
    assert "mtelint explain MTE008" in second["help"]["text"]


def test_the_path_is_a_code_flow_in_order(report: Report) -> None:
    (flow,) = run_of(report)["results"][0]["codeFlows"]
    (thread,) = flow["threadFlows"]
    assert [place["executionOrder"] for place in thread["locations"]] == [1, 2]
    region = thread["locations"][0]["location"]["physicalLocation"]["region"]
    assert region == {"startLine": 20, "startColumn": 6, "endColumn": 27}


def test_a_race_has_a_thread_flow_per_cpu_with_one_order_in_time(report: Report) -> None:
    witness = run_of(report)["results"][1]["codeFlows"][1]
    assert [thread["id"] for thread in witness["threadFlows"]] == ["CPU 0", "CPU 1"]
    orders = [[place["executionOrder"] for place in thread["locations"]] for thread in witness["threadFlows"]]
    assert orders == [[1, 4], [2, 3]]


def test_a_removed_line_has_no_region_in_the_new_file(finding: Finding) -> None:
    removed = replace(finding.steps[0], side="-")
    result = run_of(Report((replace(finding, steps=(removed,)),)))["results"][0]
    place = result["codeFlows"][0]["threadFlows"][0]["locations"][0]["location"]
    assert "region" not in place["physicalLocation"]
    assert "line 20, which the patch removes" in place["message"]["text"]


def test_what_was_skipped_is_a_notification(report: Report) -> None:
    (invocation,) = run_of(report)["invocations"]
    (note,) = invocation["toolExecutionNotifications"]
    assert note["message"]["text"] == "Not judged: odd(): missing }}."
    assert invocation["executionSuccessful"] is True
    failed = run_of(replace(report, unreadable=("x: gone",)))["invocations"][0]
    assert failed["executionSuccessful"] is False


def test_columns_count_utf16_units(finding: Finding) -> None:
    line = '\tf("ü𝄞"); g(x);'
    start = line.encode().index(b"g(") + 1
    result = run_of(Report((replace(finding, snippet=line, column=start, end_column=start + 4),)))["results"][0]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (12, 16)


def test_paths_are_relative_to_the_tree_and_encoded(finding: Finding) -> None:
    relative = run_of(Report((replace(finding, path="mm/a b%.c"),)))["results"][0]["locations"][0]
    assert relative["physicalLocation"]["artifactLocation"] == {"uri": "mm/a%20b%25.c", "uriBaseId": "%SRCROOT%"}
    absolute = run_of(Report((replace(finding, path="/src/a.c"),)))["results"][0]["locations"][0]
    assert absolute["physicalLocation"]["artifactLocation"] == {"uri": "file:///src/a.c"}


def test_a_fixed_finding_raises_no_alert(finding: Finding) -> None:
    result = run_of(Report((replace(finding, origin=Origin.FIXED),)))["results"][0]
    assert (result["kind"], result["level"]) == ("informational", "none")


def test_a_clean_run_is_a_log_without_results(report: Report) -> None:
    assert run_of(replace(report, findings=()))["results"] == []


@given(st.text(), st.text())
def test_a_column_is_the_length_of_what_is_in_front(front: str, rest: str) -> None:
    byte_column = len(front.encode()) + 1
    assert char_column(front + rest, byte_column) == len(front) + 1
    assert utf16_column(front + rest, byte_column) == len(front.encode("utf-16-le")) // 2 + 1


@given(st.text(), st.integers(1, 50))
def test_columns_past_a_line_that_is_not_known_stay_in_order(text: str, beyond: int) -> None:
    end = len(text.encode()) + 1
    assert utf16_column(text, end + beyond) == utf16_column(text, end) + beyond
