"""Which checks there are: every public function of the check modules whose docstring names its rule first."""

from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType

from mtelint.checks import barriers, claims, guards, order
from mtelint.checks.common import Defect, Setting
from mtelint.flow.program.analysis import Analysis

Check = Callable[[Analysis, Setting], Iterator[Defect]]


@cache
def all_checks() -> tuple[Check, ...]:
    """The checks of one function, in the order of their modules."""
    modules: tuple[ModuleType, ...] = (order, guards, barriers, claims)
    return tuple(
        value for module in modules for value in vars(module).values()
        if callable(value) and (getattr(value, "__doc__", None) or "").startswith("MTE")
    )  # fmt: skip


def check_function(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """All defects of one function, as found, before one covers another."""
    for check in all_checks():
        yield from check(analysis, setting)
