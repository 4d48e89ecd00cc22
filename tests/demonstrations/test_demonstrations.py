"""The data of the demonstrations, without a machine to run them."""

import io
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from mtelint.cli.guard import main
from mtelint.cli.world import World
from mtelint.errors import RulebookError
from mtelint.replay.scenarios import Expectation, load_scenarios, unmet
from mtelint.rulebook import load

FOLDER = Path(__file__).parents[2] / "demonstrations"
SCENARIOS = load_scenarios(FOLDER)
REPORTS = sorted(FOLDER.glob("*/report.txt"))


def test_every_folder_with_a_program_is_a_scenario() -> None:
    programs = {path.parent.name for path in FOLDER.glob("*/*.c")} - {"include"}
    assert programs == set(SCENARIOS.by_name)


@pytest.mark.parametrize("name", sorted(SCENARIOS.by_name))
def test_a_scenario_has_its_program_and_no_kernel_source(name: str) -> None:
    text = SCENARIOS.by_name[name].source.read_text()
    assert text.startswith("// SPDX-License-Identifier: MIT\n")
    assert "GPL" not in text


@pytest.mark.parametrize("name", sorted(n for n, s in SCENARIOS.by_name.items() if s.expectations))
def test_a_demonstration_says_what_it_shows_and_runs_by_make(name: str) -> None:
    assert (FOLDER / name / "README.md").is_file()
    assert (FOLDER / name / "Makefile").read_text() == "include ../demonstration.mk\n"


def test_functions_at_which_a_cpu_is_held_are_those_of_the_vocabulary() -> None:
    functions = load().vocabulary.functions
    assert {hold for each in SCENARIOS.by_name.values() for hold in each.holds} <= set(functions)


def test_no_scenario_reaches_what_is_withheld() -> None:
    withheld = {function for refusal in SCENARIOS.refusals for function in refusal.functions}
    assert withheld
    assert not [each.name for each in SCENARIOS.by_name.values() if withheld & set(each.reached)]


def test_two_demonstrations_are_open_upstream_and_have_a_report() -> None:
    assert [path.parent.name for path in REPORTS] == ["hugetlb-core", "hugetlb-hibernate"]


@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.parent.name)
def test_a_report_has_a_subject_a_fixes_line_and_a_whole_patch(report: Path) -> None:
    text = report.read_text()
    assert re.search(r"^Subject: \[PATCH\] arm64: ", text, re.MULTILINE)
    assert re.search(r"^Fixes: [0-9a-f]{12} \(\".*\"\)$", text, re.MULTILINE)
    done = subprocess.run(["git", "apply", "--stat"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 file changed" in done.stdout


@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.parent.name)
def test_mtelint_is_silent_on_the_patch_of_a_report(report: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    code = main(["patch", str(report)], World(io.BytesIO(), out, err, {}))
    assert (code, out.getvalue()) == (0, "")


@pytest.mark.parametrize("name", [path.parent.name for path in REPORTS])
def test_a_report_prints_what_the_demonstration_claims(name: str) -> None:
    report = (FOLDER / name / "report.txt").read_text()
    claims = [line for each in SCENARIOS.by_name[name].expectations if each.kernel != "6.1" for line in each.lines]
    assert [line for line in claims if line.startswith(("ok", "not ok")) and line not in report] == []


def test_each_planted_defect_is_of_a_rule() -> None:
    planted = tomllib.loads((FOLDER / "planted.toml").read_text())["planted"]
    assert {each["rule"] for each in planted} <= {rule.id for rule in load().rules}
    assert {"MTE001", "MTE002", "MTE004", "MTE005", "MTE008", "MTE011", "MTE013"} <= {each["rule"] for each in planted}


EXPECTED = Expectation("7.2", "", ("# kernel", "ok 1", "ok 2"), False, "")


def test_lines_are_expected_in_their_order_with_others_between() -> None:
    assert unmet(EXPECTED, ["# kernel 7.2", "x", "ok 1 a", "ok 2 b", "y"]) is None
    assert unmet(EXPECTED, ["# kernel 7.2", "ok 2 b", "ok 1 a"]) == "ok 2"


def test_a_scenario_with_a_key_too_many_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "scenario.toml").write_text('title = "t"\nentry = "e"\nprogram = "p.c"\nholdz = []\n')
    with pytest.raises(RulebookError, match="holdz"):
        load_scenarios(tmp_path)


def test_a_finding_gets_the_scenario_that_asks_most_of_its_witness() -> None:
    def of(hold: str | None, *named: str) -> str:
        scenario = SCENARIOS.reaching("mte_sync_tags", hold, named)
        return scenario.name if scenario else "none"

    assert of("mte_clear_page_tags") == "lost-update"
    assert of("mte_clear_page_tags", "folio_set_hugetlb_mte_tagged") == "hugetlb-fault"
    assert of("mte_copy_page_tags") == "none"
