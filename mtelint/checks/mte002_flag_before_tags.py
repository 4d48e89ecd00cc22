"""MTE002: the flag becomes set, and the tags are written after."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Evidence, Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence
from mtelint.model.rules import RepairKind


def flag_before_tags(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """The flag becomes set, and the tags are written after."""
    del setting
    for record in common.records(analysis, "write"):
        pending = record.before.set.pending
        if pending is None or common.same_call(pending, record.event):
            continue
        yield Defect(
            "MTE002", pending.site, f"the flag of `{pending.words}` is set before its tags are written",
            pending.words, record.trace, Confidence.LOW if record.before.set.doubtful else Confidence.HIGH,
            record.event, symbols=common.pages(pending.page), root=pending.place, premises=record.premises,
        )  # fmt: skip


RULE = Rule(
    "MTE002",
    check=flag_before_tags,
    evidence=Evidence.EVENTS,
    repairs=(RepairKind.SET_AFTER_TAGS, RepairKind.CLAIM_FOR_TEST_AND_SET),
)
