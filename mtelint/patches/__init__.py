"""From mail and patch to hunks, files and trees: the only room that knows mail and unified diffs.

:func:`read_patches` reads, :func:`deduplicate` and :func:`order_series` arrange, :func:`find_base` and
:func:`apply_patch` lay a patch over a :class:`Tree`, :func:`changes_staged` and :func:`changes_range` do the same for
git's own changes.

The names load with their first use: who reviews a tree needs no mail parser, and who reads mail no git.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mtelint.patches.inputs import Input, inputs  # not lazily: the module has the name of the function

if TYPE_CHECKING:
    from mtelint.patches.apply import Applied, apply_patch
    from mtelint.patches.base import Base, BaseFound, find_base
    from mtelint.patches.changes import Changes, changes_range, changes_staged, range_ends, top_level
    from mtelint.patches.gitio import GitTree
    from mtelint.patches.linemap import (
        AppliedFile,
        Fragment,
        Mark,
        changed_lines,
        nearest_in_hunk,
        post_fragment,
        pre_fragment,
    )
    from mtelint.patches.reader import could_matter, letter_patches, read_letters, read_patches, touched_paths
    from mtelint.patches.select import read_whole_series
    from mtelint.patches.series import Seen, deduplicate, missing_numbers, order_series
    from mtelint.patches.trees import EmptyTree, Overlay, Tree, WorkTree, kernel_root
    from mtelint.patches.undecoded import look_for
    from mtelint.patches.values import FileDiff, Hunk, HunkLine, Letter, Patch, SegmentStatus, SeriesInfo, Side

__all__ = [
    "Applied",
    "AppliedFile",
    "Base",
    "BaseFound",
    "Changes",
    "EmptyTree",
    "FileDiff",
    "Fragment",
    "GitTree",
    "Hunk",
    "HunkLine",
    "Input",
    "Letter",
    "Mark",
    "Overlay",
    "Patch",
    "Seen",
    "SegmentStatus",
    "SeriesInfo",
    "Side",
    "Tree",
    "WorkTree",
    "apply_patch",
    "changed_lines",
    "changes_range",
    "changes_staged",
    "could_matter",
    "deduplicate",
    "find_base",
    "inputs",
    "kernel_root",
    "letter_patches",
    "look_for",
    "missing_numbers",
    "nearest_in_hunk",
    "order_series",
    "post_fragment",
    "pre_fragment",
    "range_ends",
    "read_letters",
    "read_patches",
    "read_whole_series",
    "top_level",
    "touched_paths",
]

_HOMES = {
    "apply": "Applied apply_patch",
    "base": "Base BaseFound find_base",
    "changes": "Changes changes_range changes_staged range_ends top_level",
    "gitio": "GitTree",
    "linemap": "AppliedFile Fragment Mark changed_lines nearest_in_hunk post_fragment pre_fragment",
    "reader": "could_matter letter_patches read_letters read_patches touched_paths",
    "select": "read_whole_series",
    "series": "Seen deduplicate missing_numbers order_series",
    "trees": "EmptyTree Overlay Tree WorkTree kernel_root",
    "undecoded": "look_for",
    "values": "FileDiff Hunk HunkLine Letter Patch SegmentStatus SeriesInfo Side",
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
