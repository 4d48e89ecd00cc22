"""A hunk says nothing for sure that the whole file denies, and a patch laid on its tree says what the file says."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec.structs import replace
from planted import Planted, era, files_judged, judged, keys, plant, planted
from sampling import some_at_once

from mtelint.engine import Options, review_changes
from mtelint.model import Confidence, Finding, Origin

CONTEXTS = (1, 3)
SAMPLE = planted()[::3]


def agrees(sure: Finding, whole: list[Finding]) -> bool:
    """The whole has the same defect at that place, or shows it where a caller gets to it."""
    return any(
        other.rule == sure.rule
        and (other.line == sure.line or other.function == sure.function or f"{sure.function}(" in other.snippet)
        for other in whole
    )


def present(findings: tuple[Finding, ...]) -> list[Finding]:
    return [f for f in findings if f.origin is not Origin.FIXED]


def plain(finding: Finding) -> Finding:
    """The finding without what only a patch has to say about it: its mail, the sides of lines, what the patch did.

    The excerpt goes too: that of a patch shows the lines of the diff, that of a file those around the place.
    """
    steps = tuple(replace(step, side=" ", body_line=None) for step in finding.steps)
    return replace(
        finding, steps=steps, origin=None, base=None, cause=None, mail=None, before=None, excerpt=(),
    )  # fmt: skip


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(map(plain, findings), key=lambda f: f.sort_key)


@pytest.mark.parametrize("each", some_at_once(SAMPLE, 5), ids=lambda each: each.name)
def test_hunk_tree_and_file_do_not_contradict_each_other(each: Planted, tmp_path: Path) -> None:
    file = plant(tmp_path, each.path, each.before, era(each.before))
    whole = judged(each.diff(), tmp_path, min_confidence=Confidence.LOW, show_all=True)
    for context in CONTEXTS:
        alone = judged(each.diff(context), min_confidence=Confidence.HIGH)
        denied = [f for f in alone.findings if not agrees(f, present(whole.findings))]
        assert not keys(denied), f"with {context} lines of context"
    file.write_text(each.after)
    assert in_order(files_judged(tmp_path, each.path).findings) == in_order(present(whole.findings))


def git(tree: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    return subprocess.run(["git", *who, *words], cwd=tree, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("each", some_at_once(SAMPLE[::15], 3), ids=lambda each: each.name)
def test_a_patch_on_a_folder_on_a_commit_staged_and_committed_says_the_same(each: Planted, tmp_path: Path) -> None:
    plant(tmp_path / "plain", each.path, each.before, era(each.before))
    repository = tmp_path / "repository"
    file = plant(repository, each.path, each.before, era(each.before))
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "before"]):
        git(repository, *words)
    file.write_text(each.after)
    git(repository, "add", "-A")
    options = Options(min_confidence=Confidence.LOW)
    told = [review_changes(repository, None, options)]
    git(repository, "commit", "-qm", "after")
    told.append(review_changes(repository, "HEAD~1..HEAD", options))
    mail = git(repository, "format-patch", "-1", "--stdout")
    told.append(judged(mail, tmp_path / "plain", min_confidence=Confidence.LOW))
    told.append(judged(mail, repository, rev="HEAD~1", min_confidence=Confidence.LOW))
    said = [[(f.origin, f.before, f.excerpt, plain(f)) for f in report.findings] for report in told]
    assert said[1:] == [said[0]] * 3
