"""``mtelint litmus``: what it prints and how it exits."""

import json
import re
from inspect import signature
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from mtelint.cli.commands.litmus import litmus

OWN = Path(__file__).resolve().parent.parent.parent / "fixtures" / "litmus"

SCHEMA = {
    "type": "object",
    "required": ["schema", "results"],
    "properties": {
        "schema": {"const": "mtelint-litmus/1"},
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["file", "name", "model", "verdict", "data_race", "result_line", "states", "reason",
                             "seconds", "notes"],
                "properties": {
                    "verdict": {"enum": ["Never", "Sometimes", "Always", "unknown"]},
                    "data_race": {"type": "boolean"},
                    "states": {"type": "array", "items": {"type": "object"}},
                    "reason": {"type": ["string", "null"]},
                    "seconds": {"type": "number"},
                    "notes": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}  # fmt: skip


def run(*words: str) -> Result:
    click_before_82 = "mix_stderr" in signature(CliRunner).parameters
    parted: dict[str, Any] = {"mix_stderr": False} if click_before_82 else {}
    return CliRunner(**parted).invoke(litmus, list(words), catch_exceptions=False)


def own(name: str) -> str:
    return str(OWN / f"{name}.litmus")


def test_listing_is_that_of_herd7() -> None:
    result = run(own("MP+plain+wmb"))
    assert result.exit_code == 0
    assert re.sub(r"Time .*", "Time", result.output) == (
        "Test MP+plain+wmb Allowed\n"
        "States 3\n"
        "1:r0=0; 1:r1=0;\n"
        "1:r0=1; 1:r1=0;\n"
        "1:r0=1; 1:r1=1;\n"
        "Ok\n"
        "Witnesses\n"
        "Positive: 1 Negative: 2\n"
        "Flag data-race\n"
        "Condition exists (1:r0=1 /\\ 1:r1=0)\n"
        "Observation MP+plain+wmb Sometimes 1 2\n"
        "Time\n\n"
    )


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("MP+wmb+rmb", ["No", "Positive: 0 Negative: 3", "Observation MP+wmb+rmb Never 0 3"]),
        ("forall", ["Test forall Required", "Ok", "Positive: 2 Negative: 0", "Observation forall Always 2 0"]),
        ("not-exists", ["Test not-exists Forbidden", "Ok", "Positive: 1 Negative: 0",
                        "Observation not-exists Never 0 1"]),
        ("lock-deadlock", ["States 0", "No", "Observation lock-deadlock Never 0 0"]),
        ("MP+wmb+addr", ["1:r0=x; 1:r1=1;", "1:r0=z; 1:r1=5;"]),
    ],
)  # fmt: skip
def test_listing_of_other_kinds(name: str, lines: list[str]) -> None:
    output = run(own(name)).output.splitlines()
    assert [line for line in lines if line not in output] == []


def test_an_unknown_answer_cannot_be_taken_for_a_verdict() -> None:
    result = run(own("unknown-loop"))
    assert result.exit_code == 4
    assert "Observation" not in result.output
    assert re.search(r"Unknown .*unknown-loop\.litmus:15: Never within 3 turns", result.output)


def test_models() -> None:
    assert "Never 0 2" in run(own("RMW-sequence-plain")).output
    older = run("--model", "lkmm-6.1", own("RMW-sequence-plain"))
    assert "Sometimes 1 2" in older.output
    assert "Flag data-race" in older.output
    assert older.exit_code == 1  # the Result line speaks of the newer model


def test_json() -> None:
    result = run("--format", "json", own("MP"), own("unknown-loop"))
    document = json.loads(result.output)
    jsonschema.validate(document, SCHEMA)
    first, second = document["results"]
    assert (first["verdict"], first["result_line"], first["reason"]) == ("Sometimes", "Sometimes", None)
    assert {"1:r0": 1, "1:r1": 0} in first["states"]
    assert len(first["states"]) == 4
    assert second["verdict"] == "unknown"
    assert second["reason"].startswith("line ")


def test_exit_status_by_precedence(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.litmus"
    wrong.write_text(Path(own("MP")).read_text().replace("Result: Sometimes", "Result: Never"))
    broken = tmp_path / "broken.litmus"
    broken.write_text("C broken\n{ x = ; }\nP0(int *x) { smp_mb(); }\nexists (x=1)\n")
    missing = str(tmp_path / "missing.litmus")
    good, unknown = own("MP"), own("unknown-loop")
    assert run(good).exit_code == 0
    assert run(good, unknown).exit_code == 4
    assert run(good, unknown, str(wrong)).exit_code == 1
    assert run(str(broken), good, unknown, str(wrong)).exit_code == 2
    assert run(missing, good).exit_code == 2


def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    result = run(str(tmp_path / "missing.litmus"), own("MP"))
    assert "Observation MP Sometimes" in result.output
    assert "missing.litmus: No such file" in result.stderr
    document = json.loads(run("--format", "json", str(tmp_path / "no.litmus"), own("MP")).stdout)
    jsonschema.validate(document, SCHEMA)
    assert [entry["verdict"] for entry in document["results"]] == ["unknown", "Sometimes"]


def test_a_test_without_a_result_line_is_decided(tmp_path: Path) -> None:
    path = tmp_path / "plain.litmus"
    path.write_text("C plain\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=1)\n")
    assert run(str(path)).exit_code == 0


def test_deadlock_is_a_result(tmp_path: Path) -> None:
    path = tmp_path / "deadlock.litmus"
    path.write_text(Path(own("lock-deadlock")).read_text().replace("Result: Never", "Result: DEADLOCK"))
    assert run(str(path)).exit_code == 0
    path.write_text(Path(own("MP")).read_text().replace("Result: Sometimes", "Result: DEADLOCK"))
    assert run(str(path)).exit_code == 1


def test_verdict_only_may_list_fewer_states() -> None:
    quick = json.loads(run("--verdict-only", "--format", "json", own("IRIW+acquire")).output)["results"][0]
    assert quick["verdict"] == "Sometimes"
    assert len(quick["states"]) < 16


def test_bound_and_timeout() -> None:
    result = run("--bound", "3", own("IRIW+acquire"))
    assert (result.exit_code, "bound exceeded" in result.output) == (4, True)
    assert run("--timeout", "60", own("MP")).exit_code == 0
    assert run("--timeout", "0", own("MP")).exit_code == 2


def test_processes_give_the_same_answers_in_the_same_order() -> None:
    files = sorted(str(path) for path in OWN.glob("lock-*.litmus"))
    alone, shared = (json.loads(run("--format", "json", *extra, *files).output) for extra in ((), ("--jobs", "2")))
    strip = [[{**entry, "seconds": 0} for entry in document["results"]] for document in (alone, shared)]
    assert strip[0] == strip[1]
    assert [entry["file"] for entry in strip[1]] == files


@pytest.mark.parametrize(("name", "meets"), [("MP", "satisfies"), ("MP+wmb+rmb", "does not satisfy")])
def test_dot(name: str, meets: str) -> None:
    text = run("--dot", own(name)).output
    assert text.startswith(f'digraph "{name}"')
    assert f"this execution {meets} the condition" in text
    assert text.count("{") == text.count("}")
    for cpu in ("P0", "P1"):
        assert f'label="{cpu}"' in text
    assert "[label=rf, color=red" in text
    assert "[label=po" in text


def test_dot_of_an_unknown_answer_is_still_a_graph() -> None:
    text = run("--dot", own("unknown-loop")).output
    assert text.startswith("digraph")
    assert "Never within 3 turns" in text


def test_loops_are_followed_as_far_as_asked() -> None:
    assert run("--unroll", "5", own("unknown-loop")).exit_code == 4
    assert "within 5 turns" in run("--unroll", "5", own("unknown-loop")).output
    assert "Observation C-for Always" in run("--unroll", "0", own("C-for")).output


def test_the_translation_for_herd7_is_a_litmus_test_again(tmp_path: Path) -> None:
    text = run("--format", "litmus7c", own("bit-MP+wmb+set_bit+test_bit+rmb")).output
    again = tmp_path / "again.litmus"
    again.write_text(text, encoding="utf-8")

    assert "\tatomic_or(8, w);\n" in text
    assert "Observation bit-MP+wmb+set_bit+test_bit+rmb Never" in run(str(again)).output


def test_what_has_no_translation_is_told_and_not_hidden() -> None:
    result = run("--format", "litmus7c", own("unknown-function"))

    assert result.exit_code == 4
    assert "what is not modelled has no translation: call_rcu() is not modelled" in result.stderr


def test_one_way_to_print_an_answer_at_a_time() -> None:
    for words in (("--dot", "--explain"), ("--fix", "--format", "json"), ("--explain", "--fix")):
        result = run(*words, own("SB"))
        assert result.exit_code == 2
        assert "give one of them" in result.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [(("--explain",), "It can happen like this:"), (("--fix",), "This forbids it: P0: smp_mb() between"),
     (("--format", "html"), "<!DOCTYPE html>")],
)  # fmt: skip
def test_explanation_fixes_and_page_are_printed(words: tuple[str, ...], expected: str) -> None:
    assert expected in run(*words, own("SB")).output


def test_notes_are_part_of_the_json_document(tmp_path: Path) -> None:
    test = tmp_path / "t.litmus"
    test.write_text("C t\n{}\nP0(int *x) { *x = 1; }\nexists (0:r0=0)\n", encoding="utf-8")

    assert json.loads(run("--format", "json", str(test)).output)["results"][0]["notes"] == [
        "P0 never sets r0: it is always 0"
    ]
