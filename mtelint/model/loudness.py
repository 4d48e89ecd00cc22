"""What a finding takes for granted, and how loud it can be that rests on it.

Apart from :mod:`mtelint.model.findings`, because the rulebook and the analysis speak of kinds of premises without
knowing a finding.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from mtelint.model.findings import Confidence, Severity


class PremiseKind(StrEnum):
    """What was taken for granted instead of seen; ``rules/premises.toml`` says how loud each lets a finding be."""

    NO_TURN = "no-turn"
    """A loop makes no turn, and the code nowhere treats that case."""
    ASSERTION_FAILS = "assertion-fails"
    """The path goes on behind an assertion that failed."""
    SAME_PAGE = "same-page"
    """A user address is taken to map the page in hand."""


class Ceiling(Struct, frozen=True):
    """How loud a finding can be at most; None where nothing is said."""

    severity: Severity | None = None
    confidence: Confidence | None = None

    def hold(self, severity: Severity, confidence: Confidence) -> tuple[Severity, Confidence]:
        """Both, but no more than this lets them be."""
        lower = self.severity is not None and self.severity.rank < severity.rank
        doubted = self.confidence is not None and self.confidence.rank < confidence.rank
        return (
            self.severity if lower and self.severity is not None else severity,
            self.confidence if doubted and self.confidence is not None else confidence,
        )


class Loudness(Struct, frozen=True):
    """Per kind of premise the ceiling of any rule, and those of rules, by their ids, that have one of their own."""

    any_rule: Mapping[PremiseKind, Ceiling] = MappingProxyType({})
    of_rule: Mapping[tuple[PremiseKind, str], Ceiling] = MappingProxyType({})

    def ceiling(self, kind: PremiseKind, rule: str) -> Ceiling:
        """What a finding of a rule can be that rests on a premise of that kind."""
        return self.of_rule.get((kind, rule)) or self.any_rule.get(kind) or Ceiling()
