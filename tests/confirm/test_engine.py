"""With the engine: real mails and a kernel that people run."""

import json
from functools import cache
from pathlib import Path

import pytest

from mtelint.engine import Input, Options, review_patches, review_paths
from mtelint.model import Finding, Severity

NAMES = ("flag-before-tags", "tags-without-flag", "missing-barrier", "check-then-init", "claim-not-released")


@cache
def confirmed(path: Path) -> tuple[Finding, ...]:
    return review_patches([Input(path.name, lambda: path.open("rb"))], Options(confirm=True)).findings


@cache
def unconfirmed(path: Path) -> tuple[Finding, ...]:
    return review_patches([Input(path.name, lambda: path.open("rb"))], Options()).findings


def answer(finding: Finding) -> str:
    assert finding.simulation is not None
    return finding.simulation.verdict


def test_the_seed_mail_has_a_flag_that_is_never_set_and_tags_that_are_lost(corpus: Path) -> None:
    (mail,) = (corpus / "seed").iterdir()
    by_rule = {finding.rule: finding for finding in confirmed(mail)}

    guard = by_rule["MTE008"].simulation
    assert guard is not None
    assert guard.verdict == "confirmed"
    assert "flag clear and its tags stale" in guard.reason
    race = by_rule["MTE011"].simulation
    assert race is not None
    assert race.verdict == "confirmed"
    assert any(step.note == "wipes the tags that the user stored" for step in race.steps)
    assert answer(by_rule["MTE018"]) == "not modelled"


@pytest.mark.kernel
def test_the_restore_of_linux_6_1_shows_a_reader_the_flag_and_stale_tags(kernel_61: Path) -> None:
    report = review_paths([str(kernel_61 / "arch/arm64/mm")], Options(confirm=True))

    (finding,) = [each for each in report.findings if each.function == "mte_restore_tags" and each.rule == "MTE002"]
    assert finding.simulation is not None
    assert finding.simulation.verdict == "confirmed"
    assert [(s.cpu, s.text) for s in finding.simulation.steps] == [
        (0, "test_and_set_bit()"), (1, "page_mte_tagged()"), (1, "mte_copy_page_tags()"),
        (0, "mte_restore_page_tags()"),
    ]  # fmt: skip
    assert finding.simulation.steps[2].note == "reads STALE tags"


def _true(finding: Finding, mail: dict[str, list[dict[str, object]]]) -> bool:
    line = finding.mail.body_line if finding.mail else None
    return any(
        finding.name in (item["category"], *item.get("also_accept", ())) and line in item.get("body_lines", ())  # type: ignore[misc,operator]
        for item in mail["expected"] if item["grade"] != "may"
    )  # fmt: skip


def test_no_true_finding_of_the_known_mails_is_refuted(corpus: Path) -> None:
    known = json.loads((corpus / "mails/known/expected.json").read_text())["mails"]
    asked = refuted = 0
    for mail in known:
        for finding in confirmed(corpus / "mails/known" / mail["mail"]):
            if finding.name in NAMES and _true(finding, mail):
                asked += 1
                refuted += answer(finding) == "refuted"
                assert answer(finding) == "confirmed" or (finding.simulation and finding.simulation.reason)
    assert asked >= 10
    assert refuted == 0


def test_confirming_raises_no_severity_and_finds_nothing_new(corpus: Path) -> None:
    for path in sorted((corpus / "mails/known").glob("*.eml")):
        before = {each.fingerprint: each for each in unconfirmed(path)}
        for finding in confirmed(path):
            original = before.pop(finding.fingerprint)
            lowered = answer(finding) == "refuted"
            assert finding.severity is (Severity.NOTE if lowered else original.severity)
        assert not before
