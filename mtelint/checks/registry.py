"""Which rules there are: the ``RULE`` of every module of this package that is named after a rule page."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mtelint import checks
from mtelint.checks.common import Defect, Setting
from mtelint.checks.rule import Lowered, Rule
from mtelint.errors import RulebookError
from mtelint.flow.program.analysis import Analysis
from mtelint.model import Vocabulary
from mtelint.patterns import regex
from mtelint.syntax.unit import Unit

_OF_A_RULE = regex(r"[a-z]+\d+_\w+")


@cache
def all_rules() -> tuple[Rule, ...]:
    """The rules in the order of their ids.

    Raises:
        RulebookError: a module named after a rule defines none, or another one.
    """
    names = sorted(each.name for each in iter_modules(checks.__path__) if _OF_A_RULE.fullmatch(each.name))
    return tuple(_rule(name) for name in names)


def _rule(name: str) -> Rule:
    module = f"{checks.__name__}.{name}"
    rule = getattr(import_module(module), "RULE", None)
    wanted = name.partition("_")[0].upper()
    if not isinstance(rule, Rule):
        raise RulebookError(f'{module}: the module defines no rule: add RULE = Rule("{wanted}", check=...)')
    if rule.id != wanted:
        raise RulebookError(f"{module}: its RULE is {rule.id}: rename the module, or write {wanted}")
    if (rule.check is None) == (rule.check_units is None):
        raise RulebookError(f"{module}: a rule has one check: give its RULE either `check` or `check_units`")
    return rule


def check_function(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """All defects of one function, as found, before one covers another."""
    for rule in all_rules():
        if rule.check is not None:
            yield from rule.check(analysis, setting)


def check_units(units: Sequence[Unit], vocabulary: Vocabulary, lowered: Lowered | None = None) -> Iterator[Defect]:
    """All defects between the declarations of all units; ``lowered`` gives trees that somebody keeps."""
    for rule in all_rules():
        if rule.check_units is not None:
            yield from rule.check_units(units, vocabulary, lowered)
