"""MTE019: a user access that may fault while the claim is held."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence
from mtelint.model.rules import Completion, Modelling


def fault_under_claim(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """A user access that may fault while the claim is held."""
    del setting
    for record in common.records(analysis, "fault"):
        site = record.before.claim.site
        if site is not None and not record.before.claim.inner:
            yield Defect(
                "MTE019", site, f"a user access may fault while the claim on `{record.event.words}` is held",
                record.event.words, record.trace, Confidence.MEDIUM, record.event,
                symbols=common.pages(record.event.page), premises=record.premises,
            )  # fmt: skip


RULE = Rule(
    "MTE019",
    check=fault_under_claim,
    modelling=Modelling(completion=Completion.FAULT),
)
