"""What mtelint writes, read by the validators of those who define the formats."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

pytestmark = pytest.mark.integration

CLEAN = b"From: a@example.org\nSubject: nothing\n\nhello\n"


@pytest.fixture(params=["demo", "confirmed", "files", "clean"])
def written(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> dict[str, Path]:
    """One run's output in each format, by format."""
    files = {name: tmp_path / f"out.{name}" for name in ("sarif", "rdjson", "junit")}
    words = [f"--format={name}={file}" for name, file in files.items()]
    demo = "fixtures/demo/tag-rework.mbox"
    runs = {
        "demo": ["patch", demo, *words],
        "confirmed": ["patch", "--confirm", "--all", demo, *words],
        "files": ["check", "fixtures", *words],
        "clean": ["patch", "-", *words],
    }
    command = [sys.executable, "-m", "mtelint", *runs[request.param]]
    done = subprocess.run(command, cwd=root, input=CLEAN, capture_output=True, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return files


def sarif_schema(counterparts: Path) -> Draft202012Validator:
    """The schema of SARIF 2.1.0, as OASIS has it and the multitool ships it."""
    (file,) = (counterparts / "npm/node_modules/@microsoft").glob("sarif-multitool-*/sarif-2.1.0.json")
    schema = json.loads(file.read_text(encoding="utf-8-sig"))
    assert schema["title"] == "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"
    return Draft202012Validator(schema)


def test_the_sarif_schema_holds(written: dict[str, Path], counterparts: Path) -> None:
    log = json.loads(written["sarif"].read_text())
    assert [error.message for error in sarif_schema(counterparts).iter_errors(log)] == []


def test_the_sarif_schema_does_find_what_is_wrong(written: dict[str, Path], counterparts: Path) -> None:
    log = json.loads(written["sarif"].read_text())
    log["runs"][0]["results"] = [{"level": "loud"}]
    assert not sarif_schema(counterparts).is_valid(log)


def test_the_sarif_multitool_has_nothing_to_say(written: dict[str, Path], counterparts: Path, tmp_path: Path) -> None:
    tool = counterparts / "npm/node_modules/.bin/sarif-multitool"
    log = tmp_path / "log.sarif"
    subprocess.run([tool, "validate", written["sarif"], "--output", log], check=True, capture_output=True, timeout=300)
    (run,) = json.loads(log.read_text(encoding="utf-8-sig"))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True
    assert [(result["ruleId"], result["level"], result["message"]) for result in run["results"]] == []


def test_the_sarif_multitool_does_find_what_is_wrong(counterparts: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.sarif"
    wrong.write_text('{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{}]}]}')
    log = tmp_path / "log.sarif"
    tool = counterparts / "npm/node_modules/.bin/sarif-multitool"
    subprocess.run([tool, "validate", wrong, "--output", log], capture_output=True, timeout=300)
    assert json.loads(log.read_text(encoding="utf-8-sig"))["runs"][0]["results"]


def test_reviewdog_format_is_valid(written: dict[str, Path], counterparts: Path) -> None:
    tool = counterparts / "npm/node_modules/.bin/rdformat-validator"
    command = [str(tool), "--strict", "--no-extra-fields", "--format", "json", str(written["rdjson"])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


JUNIT = """
import json, sys, junitparser
cases = [case for suite in junitparser.JUnitXml.fromfile(sys.argv[1]) for case in suite]
failed = [case for case in cases if any(isinstance(result, junitparser.Failure) for result in case.result)]
print(json.dumps([[case.classname, case.name.split()[0]] for case in failed]))
"""


def test_junit_comes_back_from_junitparser_as_it_went_in(written: dict[str, Path], counterparts: Path) -> None:
    words = [str(counterparts / "junitparser/bin/python"), "-c", JUNIT, str(written["junit"])]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=120)
    sent = json.loads(written["sarif"].read_text())["runs"][0]["results"]
    assert sorted(map(tuple, json.loads(done.stdout))) == sorted(
        (place["physicalLocation"]["artifactLocation"]["uri"], result["ruleId"])
        for result in sent for place in result["locations"]
        if result["level"] != "note" and result.get("baselineState") != "absent"
    )  # fmt: skip
