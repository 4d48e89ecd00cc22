"""Findings made by hand, so that every corner of a report can be looked at."""

import pytest
from msgspec.structs import replace

from mtelint.model import (
    Answer,
    Confidence,
    Era,
    ExcerptLine,
    Finding,
    MailRef,
    Origin,
    Report,
    RuleInfo,
    Severity,
    Simulation,
    SimulationStep,
    Skipped,
    Stats,
    Step,
)

GUARD = "\tif (page_mte_tagged(page)) {"
WRITE = "\t\tmte_clear_page_tags(page_address(page));"


def step(line: int, text: str, word: str, message: str, **more: object) -> Step:
    """A step on the first occurrence of ``word`` in ``text``."""
    column = text.index(word) + 1
    values = {"side": "+", "cpu": None, "kind": "test", "body_line": line + 100, "page": "page", **more}
    return Step("mm/pool.c", line, column, message=message, text=text, end_line=line,
                end_column=column + len(word), **values)  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def finding() -> Finding:
    """A guard that a patch turned round."""
    return Finding(
        rule="MTE008", name="inverted-guard", severity=Severity.ERROR, confidence=Confidence.HIGH,
        message="the tags of `page` are cleared only if its flag is already set", path="mm/pool.c", function="pool_add",
        line=20, column=6, end_line=20, end_column=27, snippet=GUARD, fingerprint="0123456789abcdef", page="page",
        era=Era.C, origin=Origin.INTRODUCED, fix="if (!page_mte_tagged(page)) {", commits=("34bfeea4a9e9",),
        steps=(step(20, GUARD, "page_mte_tagged(page)", "true only for a page that is tagged already"),
               step(21, WRITE, "mte_clear_page_tags(page_address(page))", "never reached by others", side=" ")),
        mail=MailRef("<1@example.org>", "[PATCH] mm: pool", 0, 1, 7, 120),
        before="\tif (try_page_mte_tagging(page)) {",
        excerpt=(ExcerptLine(19, " ", "{"), ExcerptLine(20, "+", GUARD), ExcerptLine(21, " ", WRITE)),
    )  # fmt: skip


@pytest.fixture
def race(finding: Finding) -> Finding:
    """A flag set before the tags, with the witness of two CPUs."""
    flag, write = "\tset_page_mte_tagged(page);", "\tmte_restore_page_tags(page_address(page), tags);"
    witness = (
        SimulationStep(0, "mm/pool.c", 60, "set_page_mte_tagged()", "flag 0 -> 1"),
        SimulationStep(1, "mm/copy.c", 27, "page_mte_tagged(from) is true"),
        SimulationStep(1, "mm/copy.c", 28, "mte_copy_page_tags()", "reads stale tags"),
        SimulationStep(0, "mm/pool.c", 61, "mte_restore_page_tags()", "too late"),
    )
    return replace(
        finding, rule="MTE002", name="flag-before-tags", line=60, end_line=60, column=2, end_column=27, snippet=flag,
        message="the flag of `page` is set before its tags are restored", excerpt=(), before=None, fix=None,
        fingerprint="fedcba9876543210",
        steps=(step(60, flag, "set_page_mte_tagged(page)", "the flag is set", kind="set", cpu=0),
               step(61, write, "mte_restore_page_tags", "the tags are restored", kind="write", cpu=0)),
        simulation=Simulation(Answer.CONFIRMED, "lkmm", "a reader sees the flag and stale tags",
                              ("pool_refill()", "copy_page_tags()"), witness, states=14),
    )  # fmt: skip


@pytest.fixture
def report(finding: Finding, race: Finding) -> Report:
    """Both findings, one thing skipped, and the rules that they name."""
    rules = (
        RuleInfo("MTE002", "flag-before-tags", Severity.ERROR, Confidence.HIGH, "the flag comes first", "0.1.0"),
        RuleInfo("MTE008", "inverted-guard", Severity.ERROR, Confidence.HIGH, "the guard is wrong", "0.1.0"),
    )
    return Report(
        (finding, race), (Skipped("mm/odd.c", "odd", 3, "missing }"),), Stats(2, 3, 4, 1, 0.25), fixed=5, existing=1,
        command="mtelint patch a.mbox", version="0.1.0", rules_digest="abc123", rules=rules,
    )  # fmt: skip
