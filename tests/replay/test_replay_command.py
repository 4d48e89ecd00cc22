"""The command, as far as it goes without a machine to run."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from mtelint.cli.guard import main
from mtelint.cli.world import World

IMAGE = b"MZ" + bytes(54) + b"ARM\x64\0Linux version 6.1.0-57-arm64 (a) #1 SMP Debian 6.1.192-3\0"


def called(tmp_path: Path, rule: str, function: str, *words: str, verdict: str | None = "confirmed") -> Any:
    (tmp_path / "Image").write_bytes(IMAGE)
    simulation = verdict and {"verdict": verdict, "cpus": [], "steps": []}
    finding = {"rule": rule, "path": "a.c", "line": 3, "function": function, "message": "m", "simulation": simulation}
    (tmp_path / "f.json").write_text(json.dumps({"schema": "mtelint/1", "findings": [finding]}))
    out, err = io.StringIO(), io.StringIO()
    world = World(io.BytesIO(), out, err, {"PATH": "", "HOME": str(tmp_path)})
    command = ["replay", str(tmp_path / "f.json"), "--kernel", str(tmp_path / "Image"), *words]
    return main(command, world), out.getvalue(), err.getvalue()


def test_a_missing_barrier_has_no_scenario_and_the_answer_says_why(tmp_path: Path) -> None:
    code, out, _ = called(tmp_path, "MTE009", "f")
    assert code == 0
    assert out.startswith("a.c:3 f(): MTE009: no scenario\n  a missing barrier shows only on a CPU that reorders")


def test_a_place_that_no_program_reaches_has_no_scenario(tmp_path: Path) -> None:
    assert (
        called(tmp_path, "MTE002", "other")[1] == "a.c:3 other(): MTE002: no scenario\n  no program reaches other()\n"
    )


@pytest.mark.parametrize("function", ["__access_remote_tags", "kvm_vm_ioctl_mte_copy_tags", "sanitise_mte_tags"])
def test_what_is_withheld_is_not_run_even_if_all_tools_are_there(function: str, tmp_path: Path) -> None:
    _, out, _ = called(tmp_path, "MTE007", function)
    assert "no scenario\n  withheld: " in out
    assert "SECURITY.md" in out


def test_a_finding_without_the_simulators_word_is_sent_back_for_it(tmp_path: Path) -> None:
    assert "the finding has no witness" in called(tmp_path, "MTE011", "mte_sync_tags", verdict=None)[1]


def test_a_missing_tool_is_one_line_with_its_package(tmp_path: Path) -> None:
    code, out, err = called(tmp_path, "MTE011", "mte_sync_tags")
    assert (code, out) == (2, "")
    assert err == "mtelint: aarch64-linux-gnu-gcc is not there: install gcc-aarch64-linux-gnu\n"


def test_json_has_the_same_answers_by_name(tmp_path: Path) -> None:
    document = json.loads(called(tmp_path, "MTE009", "f", "--format", "json")[1])
    assert document["schema"] == "mtelint-replay/1"
    assert document["kernel"] == "6.1.192"
    assert [(each["rule"], each["verdict"]) for each in document["answers"]] == [("MTE009", "no scenario")]


def test_rules_that_are_not_asked_for_are_left_out(tmp_path: Path) -> None:
    assert called(tmp_path, "MTE009", "f", "--rule", "MTE011")[1] == ""
