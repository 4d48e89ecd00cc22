"""A hunk says nothing for sure that the whole file denies, and a patch laid on its tree says what the file says."""

from pathlib import Path

import pytest
from planted import Planted, era, files_judged, judged, keys, plant, planted

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


@pytest.mark.parametrize("each", SAMPLE, ids=lambda each: each.name)
def test_hunk_tree_and_file_do_not_contradict_each_other(each: Planted, tmp_path: Path) -> None:
    file = plant(tmp_path, each.path, each.before, era(each.before))
    whole = judged(each.diff(), tmp_path, min_confidence=Confidence.LOW, show_all=True)
    for context in CONTEXTS:
        alone = judged(each.diff(context), min_confidence=Confidence.HIGH)
        denied = [f for f in alone.findings if not agrees(f, present(whole.findings))]
        assert not keys(denied), f"with {context} lines of context"
    file.write_text(each.after)
    assert keys(files_judged(tmp_path, each.path).findings) == keys(present(whole.findings))
