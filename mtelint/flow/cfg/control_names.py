"""Families of macros that steer control: what only looks at a condition, waits for one, or jumps.

Functions that do not come back are names of the vocabulary.
"""

import re
from fnmatch import fnmatchcase

from msgspec import Struct


class Assertions(Struct, frozen=True):
    """Transparent wrappers behind which nothing follows where their condition holds, or where it does not.

    A ``*`` in a name stands for any rest.
    """

    stop_where_true: tuple[str, ...] = ("BUG_ON",)
    stop_where_false: tuple[str, ...] = ()

    def stops(self, name: str, holds: bool) -> bool:
        """Whether nothing follows where the condition of ``name`` came out as ``holds``."""
        patterns = self.stop_where_true if holds else self.stop_where_false
        return any(fnmatchcase(name, pattern) for pattern in patterns)


_FIRST_ARGUMENT = re.compile(
    r"(?:un)?likely(?:_notrace)?|__builtin_expect(?:_with_probability)?|BUG_ON|"
    r"(?:[A-Z]+_)*WARN_ON(?:_[A-Z_]+)?|(?:[A-Z]+_)*WARN(?:_ONCE|_TAINT|_TAINT_ONCE|_RATELIMIT)?|"
    r"(?!BUILD_|MAYBE_BUILD_)(?:[A-Z]+_)+BUG_ON(?:_[A-Z_]+)?"
)
_SECOND_ARGUMENT = re.compile(
    r"(?:drm|dev|i915|gt|tb|xe_gt|pci)_WARN(?:_ON)?(?:_ONCE)?|KUNIT_(?:ASSERT|EXPECT)_(?:TRUE|FALSE)"
)
_NO_CONDITION = frozenset({"VM_WARN_ON_IRQS_ENABLED"})

_WAIT = re.compile(r"_*(?:io_|s|rcuwait_)?wait_(?:var_)?event\w*")
_MAY_GIVE_UP = re.compile(r"interruptible|killable|timeout|freezable|_state|rcuwait|____wait_event")

_TAKES_LABEL = re.compile(r"(?:__)?unsafe_\w+|\w*_nofault\w*|\w*(?:get|put)_user\w*|\w*user_access\w*|\w*goto\w*")

RELEASED_BY_HAND = frozenset({"no_free_ptr", "return_ptr", "take_fd", "retain_and_null_ptr"})
"""Macros that take a variable out of the care of its ``__free()``."""


PLAIN = Assertions()
"""The assertions of any kernel, where no vocabulary tells of others."""


def condition_index(name: str) -> int | None:
    """Which argument is the condition of a transparent wrapper, or None for another function.

    The value of a wrapper is its condition: ``likely(x)``, ``WARN_ON(x)``, ``WARN(x, "...")``, ``BUG_ON(x)``.
    """
    if name in _NO_CONDITION:
        return None
    if _FIRST_ARGUMENT.fullmatch(name):
        return 0
    return 1 if _SECOND_ARGUMENT.fullmatch(name) else None


def waited_condition(name: str) -> int | None:
    """Which argument a macro of the ``wait_event`` family evaluates again and again, or None."""
    return 1 if _WAIT.fullmatch(name) else None


def may_give_up(name: str) -> bool:
    """Whether a wait may end although its condition does not hold."""
    return _MAY_GIVE_UP.search(name) is not None


def takes_label(name: str) -> bool:
    """Whether a macro is of a family that jumps to a label among its arguments."""
    return _TAKES_LABEL.fullmatch(name) is not None


def conditional_guard(name: str) -> bool:
    """Whether a guard's class may fail to acquire (``mutex_try``): the body of ``scoped_guard`` may be passed over."""
    return name.endswith(("_try", "_intr", "_kill", "_interruptible", "_killable", "_init"))
