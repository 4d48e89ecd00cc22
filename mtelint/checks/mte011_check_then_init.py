"""MTE011: the flag is tested clear, the tags are written, the flag is set, and nothing excludes a second CPU."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.page_state import Claim, Flag, Tags
from mtelint.flow.program.analysis import Analysis
from mtelint.model import Confidence


def check_then_init(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """The flag is tested clear, the tags are written, the flag is set, and nothing excludes a second CPU."""
    if common.is_helper(analysis, setting):
        return
    for record in common.records(analysis, "set"):
        page, event = record.before, record.event
        if page.flag is not Flag.CLEAR or page.known_by != "test" or page.claim is not Claim.NONE or page.fresh:
            continue
        if (page.tags is Tags.UNTOUCHED and not page.cover) or page.test_locks or page.test is None:
            continue
        if event.inner is not None and page.test_inner and page.test == event.site:
            continue
        # What the page was handed to may have taken a claim; above a hunk there may be a lock.
        unsure = Confidence.MEDIUM if analysis.open_entry else Confidence.HIGH
        confidence = Confidence.LOW if page.escaped else unsure
        yield Defect(
            "MTE011", page.test,
            f"another CPU may initialise `{event.words}` between this test and the set of its flag",
            event.words, record.trace, confidence, event, symbols=(event.page,),
        )  # fmt: skip


RULE = Rule("MTE011", check=check_then_init)
