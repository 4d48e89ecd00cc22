"""The table of premises: how loud what rests on one can be, and what is wrong in a file is named with its line."""

import pytest

from mtelint.errors import RulebookError
from mtelint.model import Ceiling, Confidence, PremiseKind, Severity
from mtelint.rulebook import load
from mtelint.rulebook.premise_table import parse_premises

RULES = ("MTE003", "MTE014")
WHOLE = """[no-turn]
confidence = "low"

[assertion-fails]
severity = "warning"
rules.MTE014 = { severity = "note" }

[same-page]
severity = "warning"
"""


def test_every_kind_has_a_ceiling_in_the_shipped_table() -> None:
    table = load().loudness
    assert set(table.any_rule) == set(PremiseKind)


def test_a_rule_may_have_a_ceiling_of_its_own() -> None:
    table = parse_premises(WHOLE, "premises.toml", RULES)

    assert table.ceiling(PremiseKind.ASSERTION_FAILS, "MTE014") == Ceiling(severity=Severity.NOTE)
    assert table.ceiling(PremiseKind.ASSERTION_FAILS, "MTE003") == Ceiling(severity=Severity.WARNING)


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("confidence", list(Confidence))
def test_a_ceiling_never_makes_a_finding_louder(severity: Severity, confidence: Confidence) -> None:
    held = Ceiling(Severity.WARNING, Confidence.MEDIUM).hold(severity, confidence)

    assert held[0].rank == min(severity.rank, Severity.WARNING.rank)
    assert held[1].rank == min(confidence.rank, Confidence.MEDIUM.rank)
    assert Ceiling().hold(severity, confidence) == (severity, confidence)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[same-page]", "[same-folio]", r"^p:8: there is no premise `same-folio`; known are assertion-fails, "),
        ('[same-page]\nseverity = "warning"\n', "", "^p:1: the premise `same-page` is missing: add a table "),
        ("rules.MTE014", "rules.MTE099", "^p:6: there is no page of a rule `MTE099`: correct the id"),
        ('confidence = "low"', 'confidence = "tiny"', "^p:1: `no-turn` has confidence = 'tiny': due is one of low, "),
        ('confidence = "low"', "loud = 3", "^p:1: `no-turn` must have `severity`, `confidence` or both"),
        ('confidence = "low"', "confidence = ", "^p: not valid TOML: "),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, complaint: str) -> None:
    with pytest.raises(RulebookError, match=complaint):
        parse_premises(WHOLE.replace(old, new), "p", RULES)
