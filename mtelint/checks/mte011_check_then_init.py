"""MTE011: the flag is tested clear, the tags are written, the flag is set, and nothing excludes a second CPU."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.knowledge import Claim, Cover, Tags
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence


def check_then_init(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """The flag is tested clear, the tags are written, the flag is set, and nothing excludes a second CPU."""
    if common.is_helper(analysis, setting):
        return
    for record in common.records(analysis, "set"):
        page, event = record.before, record.event
        if not page.known.found_clear or page.claim.state is not Claim.NONE or page.origin.fresh:
            continue
        if (
            (page.tags.extent is Tags.UNTOUCHED and page.folio.cover is Cover.NONE)
            or page.known.locks
            or page.known.test is None
        ):
            continue
        if event.inner is not None and page.known.inner and page.known.test == event.site:
            continue
        # What the page was handed to may have taken a claim; above a hunk there may be a lock.
        unsure = Confidence.MEDIUM if analysis.open_entry else Confidence.HIGH
        confidence = Confidence.LOW if page.unseen.escaped else unsure
        yield Defect(
            "MTE011", page.known.test,
            f"another CPU may initialise `{event.words}` between this test and the set of its flag",
            event.words, record.trace, confidence, event, symbols=common.pages(event.page), premises=record.premises,
        )  # fmt: skip


RULE = Rule("MTE011", check=check_then_init)
