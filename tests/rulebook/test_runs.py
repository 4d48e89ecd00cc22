"""What runs on kernels said is told beside the finding whose place it was about, and beside no other."""

import tomllib
from pathlib import Path

import pytest
from msgspec.structs import replace

from mtelint.errors import RulebookError
from mtelint.model import Confidence, Era, Finding, Report, Run, Severity
from mtelint.report import renderer
from mtelint.report.style import Style
from mtelint.rulebook.runs import parse_runs, runs_of, with_runs

ROOT = Path(__file__).parents[2]
FINDING = Finding(
    "MTE011", "check-then-init", Severity.WARNING, Confidence.HIGH, "another CPU may initialise `page`",
    "linux-6.1/arch/arm64/kernel/mte.c", "mte_sync_page_tags", 57, 7, 57, 28, "\tif (!page_mte_tagged(page)) {", "f",
    "page", Era.B,
)  # fmt: skip


def shown(finding: Finding) -> str:
    report = Report(findings=with_runs([finding]), command="mtelint check .")
    return renderer("text")(report, Style())


def test_the_finding_says_on_which_kernel_it_was_seen_and_how_to_see_it() -> None:
    assert "  seen on 6.1.192: make -C demonstrations/lost-update\n" in shown(FINDING)


def test_what_was_not_seen_says_what_stood_in_the_way() -> None:
    run = Run(False, "6.1.192", "make x", "the page lock")
    assert "  run  not seen on 6.1.192, the page lock: make x\n" in renderer("text")(
        Report(findings=(replace(FINDING, runs=(run,)),), command="c"), Style()
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, rule="MTE002"),
        replace(FINDING, function="sanitise_mte_tags"),
        replace(FINDING, path="arch/arm64/kernel/other_mte.c"),
        replace(FINDING, path="mte.c"),
        replace(FINDING, snippet="\tif (!page_mte_tagged(other)) {"),
    ],
)
def test_another_rule_function_file_or_line_was_never_seen(other: Finding) -> None:
    assert runs_of(other) == ()
    assert "seen" not in shown(other)


def test_each_run_names_a_demonstration_that_is_there_and_claims_the_same() -> None:
    for run in tomllib.loads((ROOT / "rules" / "runs.toml").read_text())["run"]:
        folder = ROOT / run["command"].removeprefix("make -C ")
        expected = tomllib.loads((folder / "scenario.toml").read_text())["expect"]
        defect = {each["defect"] for each in expected if run["kernel"].startswith(each["kernel"])}
        assert defect == {run["seen"]}, run


def test_an_entry_that_lacks_a_key_is_named() -> None:
    with pytest.raises(RulebookError, match=r"runs.toml: \[\[run\]\] 1 has no seen"):
        parse_runs('[[run]]\nrule = "MTE002"\n')
