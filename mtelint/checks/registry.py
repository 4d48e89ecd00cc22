"""The rules behind the pages: the ``RULE`` of the module that is named after a page."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module

from mtelint.checks.common import Setting
from mtelint.checks.rule import Lowered, Rule
from mtelint.errors import RulebookError
from mtelint.flow.domain.defects import Defect
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import RuleInfo, Vocabulary
from mtelint.syntax.unit import Unit


@cache
def rule_of(info: RuleInfo) -> Rule:
    """The rule of a page.

    Raises:
        RulebookError: the module of the page is missing, defines no rule, or one that does not fit.
    """
    module = f"mtelint.checks.{info.module}"
    try:
        rule = getattr(import_module(module), "RULE", None)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise RulebookError(f"rules/{info.page}:1: the page has no check: add {module} with its RULE") from None
    if not isinstance(rule, Rule):
        raise RulebookError(f'{module}: the module defines no rule: add RULE = Rule("{info.id}", check=...)')
    if rule.id != info.id:
        raise RulebookError(f"{module}: its RULE is {rule.id}, and its page rules/{info.page} {info.id}: make them one")
    if (rule.check is None) == (rule.check_units is None):
        raise RulebookError(f"{module}: a rule has one check: give its RULE either `check` or `check_units`")
    return rule


def check_function(rules: Sequence[Rule], analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """All defects of one function, as found, before one covers another."""
    for rule in rules:
        if rule.check is not None:
            yield from rule.check(analysis, setting)


def check_units(
    rules: Sequence[Rule], units: Sequence[Unit], vocabulary: Vocabulary, lowered: Lowered | None = None
) -> Iterator[Defect]:
    """All defects between the declarations of all units; ``lowered`` gives trees that somebody keeps."""
    for rule in rules:
        if rule.check_units is not None:
            yield from rule.check_units(units, vocabulary, lowered)
