"""MTE017: a page helper on a hugetlb folio, or the reverse, where the path has established which it is."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Event
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence, Domain, Vocabulary
from mtelint.model.rules import Completion, Modelling


def _right_helper(event: Event, domain: Domain, vocabulary: Vocabulary) -> str:
    """What to call instead: a vendor's helper by its name, the kernel's as the vocabulary calls all of a domain."""
    entry = vocabulary.functions.get(event.callee)
    right = vocabulary.helper(entry.role, domain, (entry.name,)) if entry is not None and entry.role else None
    return f"{right.name}()" if right is not None and right.vendor else vocabulary.helpers_in_words.get(domain, "")


def helper_domain(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """A page helper on a hugetlb folio, or the reverse, where the path has established which it is."""
    if not setting.huge or common.is_helper(analysis, setting):
        return
    for record in common.records(analysis, "test", "claim", "set"):
        event, huge = record.event, record.before.folio.huge
        if event.raw or event.inner is not None or huge is None or huge == (event.domain is Domain.HUGETLB):
            continue
        right = _right_helper(event, Domain.HUGETLB if huge else Domain.PAGE, setting.vocabulary)
        what = "is hugetlb" if huge else "is not hugetlb"
        yield Defect(
            "MTE017", event.site, f"the folio of `{event.words}` {what} on this path: use {right}",
            event.words, record.trace, Confidence.HIGH, event, symbols=common.pages(event.page),
            premises=record.premises,
        )  # fmt: skip


RULE = Rule(
    "MTE017",
    check=helper_domain,
    modelling=Modelling(completion=Completion.QUESTION),
)
