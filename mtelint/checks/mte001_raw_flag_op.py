"""MTE001: a raw bit operation on the flag or the lock bit outside the helpers' own definitions."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Gravity, Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence
from mtelint.model.rules import RepairKind


def raw_flag_op(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """A raw bit operation on the flag or the lock bit outside the helpers' own definitions."""
    if common.is_helper(analysis, setting) or analysis.path.endswith(setting.vocabulary.raw_is_right):
        return
    sure = Confidence.MEDIUM if analysis.open_entry else Confidence.HIGH  # the whole function may have a graver name
    for record in common.records(analysis, "test", "set", "clear", "claim"):
        event = record.event
        if event.raw and event.inner is None:
            yield Defect(
                "MTE001", event.site, f"a raw bit operation on the flags of `{event.words}` bypasses the helpers",
                event.words, record.trace, sure, event, common.raw_severity(setting), common.pages(event.page),
                premises=record.premises,
            )  # fmt: skip


RULE = Rule(
    "MTE001",
    check=raw_flag_op,
    gravity=Gravity.SLIGHT,
    repairs=(RepairKind.CALL_HELPER,),
)
