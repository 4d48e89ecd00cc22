"""What other rooms are to know of the rule of a finding, by its id."""

from mtelint.checks.registry import rule_of
from mtelint.model.modelling import Modelling
from mtelint.model.repairs import RepairKind
from mtelint.rulebook import Rulebook


def modelling_of(rule: str, book: Rulebook) -> Modelling:
    """How the path of a finding is put to the simulator."""
    return rule_of(book.rule(rule)).modelling


def repairs_of(rule: str, book: Rulebook) -> tuple[RepairKind, ...]:
    """What may repair a finding, the best first."""
    return rule_of(book.rule(rule)).repairs
