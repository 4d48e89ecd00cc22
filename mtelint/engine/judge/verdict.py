"""What judging gives."""

from mtelint.model import Finding, Skipped
from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What judging gave; ``functions`` counts the functions that were analysed.

    ``hidden`` are the findings that a comment in the source suppresses; ``findings`` are the others.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    functions: int
    hidden: tuple[Finding, ...] = ()
    covered: tuple[Finding, ...] = ()
    """What a graver finding at the same place or in the same function stands for."""
