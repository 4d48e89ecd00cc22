"""Sources and rules in, findings out: prints nothing, reads no argv and no environment.

The names load with their first use: a mail that cannot matter needs no parser, and a tree no mail.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mtelint.engine.check import review_changes, review_paths, review_text
    from mtelint.engine.hunks import review_patch_text
    from mtelint.engine.options import Input, Options
    from mtelint.engine.review import review_patches

__all__ = ["Input", "Options", "review_changes", "review_patch_text", "review_patches", "review_paths", "review_text"]

_HOMES = {
    "options": "Input Options",
    "review": "review_patches",
    "hunks": "review_patch_text",
    "check": "review_changes review_paths review_text",
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
