"""What a review is asked for."""

from dataclasses import dataclass

from mtelint.model import Confidence, Finding, Severity
from mtelint.patches import Input

__all__ = ["Input", "Options", "wanted"]


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a review.

    ``select`` and ``ignore`` hold rule ids or names (an empty ``select`` is all); ``show_all`` adds existing and fixed
    findings of a patch; ``command`` is how a reader reproduces the run.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_severity: Severity = Severity.NOTE
    min_confidence: Confidence = Confidence.MEDIUM
    show_all: bool = False
    tree: str | None = None
    rev: str | None = None
    quoted: bool = False
    confirm: bool = False
    jobs: int = 1
    command: str = "mtelint"


def wanted(finding: Finding, options: Options) -> bool:
    """Whether the options let the finding through."""
    names = {finding.rule, finding.name}
    if options.select and not names & set(options.select):
        return False
    if names & set(options.ignore):
        return False
    loud = finding.severity.rank >= options.min_severity.rank
    return loud and finding.confidence.rank >= options.min_confidence.rank
