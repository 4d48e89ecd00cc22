"""Sources and rules in, findings out: prints nothing, reads no argv and no environment.

The names load with their first use: a mail that cannot matter loads neither the search of trees nor a parser, and a
tree no mail (``tests/engine/test_speed_imports.py``).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mtelint.engine.judge.images import review_patch_text
    from mtelint.engine.review.code import review_changes, review_paths, review_text
    from mtelint.engine.review.mails import review_patches
    from mtelint.engine.review.options import Input, Options

__all__ = ["Input", "Options", "review_changes", "review_patch_text", "review_patches", "review_paths", "review_text"]

_HOMES = {
    "review.options": "Input Options",
    "review.mails": "review_patches",
    "judge.images": "review_patch_text",
    "review.code": "review_changes review_paths review_text",
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
