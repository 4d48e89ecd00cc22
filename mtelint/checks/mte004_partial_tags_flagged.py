"""MTE004: the flag is set where only a part of the page or of the folio was written."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.knowledge import Cover, Tags
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import Record
from mtelint.model import Confidence, Domain
from mtelint.model.rules import Modelling, Parts


def partial_tags_flagged(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """The flag is set where only a part of the page or of the folio was written."""
    del setting
    for record in common.records(analysis, "set"):
        page, event = record.before, record.event
        if common.known_set(page) or page.folio.cover is Cover.ALL:
            continue
        if event.domain is Domain.HUGETLB and page.folio.is_touched:
            yield _partial(record, "only some pages of the folio")
        elif page.tags.extent is Tags.PART and event.domain is Domain.PAGE:
            yield _partial(record, "only a part of the page")


def _partial(record: Record, part: str) -> Defect:
    event = record.event
    message = f"the flag of `{event.words}` is set where the tags of {part} may have been written"
    confidence = Confidence.LOW if record.before.unseen.tags else Confidence.HIGH
    defect = Defect(
        "MTE004",
        event.site,
        message,
        event.words,
        record.trace,
        confidence,
        event,
        symbols=common.pages(event.page),
        premises=record.premises,
    )
    return common.told_of(defect, event)


RULE = Rule(
    "MTE004",
    check=partial_tags_flagged,
    modelling=Modelling(parts=Parts.PART),
)
