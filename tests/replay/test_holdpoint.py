"""Where a CPU is held follows from the witness alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from mtelint.errors import InputError
from mtelint.replay.holdpoint import hold_of, read_witnesses
from mtelint.rulebook import load

VOCABULARY = load().vocabulary


def step(text: str, line: int | None = 1) -> dict[str, Any]:
    return {"cpu": 0, "path": "a.c", "line": line, "text": text, "note": ""}


def findings(tmp_path: Path, *each: dict[str, Any]) -> str:
    path = tmp_path / "findings.json"
    path.write_text(json.dumps({"schema": "mtelint/1", "findings": list(each)}))
    return str(path)


def finding(**more: Any) -> dict[str, Any]:
    return {"rule": "MTE011", "path": "a.c", "line": 3, "function": "f", "message": "m", "simulation": None, **more}


def test_a_cpu_is_held_before_the_last_write_of_tags() -> None:
    steps = [step("page_mte_tagged()"), step("mte_clear_page_tags()"), step("set_page_mte_tagged()")]
    assert hold_of(steps, VOCABULARY) == "mte_clear_page_tags"


def test_steps_of_the_environment_hold_nobody() -> None:
    steps = [step("mte_restore_page_tags()"), step("mte_copy_page_tags()", line=None)]
    assert hold_of(steps, VOCABULARY) == "mte_restore_page_tags"


def test_a_witness_without_tags_holds_nobody() -> None:
    assert hold_of([step("set_page_mte_tagged()"), step("the task stores its tags")], VOCABULARY) is None


def test_a_witness_of_one_cpu_needs_no_hold(tmp_path: Path) -> None:
    alone = {"verdict": "confirmed", "cpus": ["f()"], "steps": [step("mte_clear_page_tags()")]}
    (witness,) = read_witnesses(findings(tmp_path, finding(simulation=alone)), VOCABULARY)
    assert witness.hold is None
    assert witness.named == {"mte_clear_page_tags"}


def test_a_finding_that_was_not_put_to_the_simulator_has_no_verdict(tmp_path: Path) -> None:
    (witness,) = read_witnesses(findings(tmp_path, finding()), VOCABULARY)
    assert witness.verdict is None


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "other"}', "{"])
def test_what_is_no_report_says_how_to_get_one(text: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text(text)
    with pytest.raises(InputError, match="mtelint check --confirm --format json"):
        read_witnesses(str(tmp_path / "x"), VOCABULARY)
