"""From mail and patch to hunks, files and trees: the only room that knows mail and unified diffs."""

from mtelint.patches.reader import could_matter, letter_patches, read_letters, read_patches, touched_paths
from mtelint.patches.values import (
    FileDiff,
    Hunk,
    HunkLine,
    Letter,
    Patch,
    SegmentStatus,
    SeriesInfo,
    Side,
)

__all__ = [
    "FileDiff",
    "Hunk",
    "HunkLine",
    "Letter",
    "Patch",
    "SegmentStatus",
    "SeriesInfo",
    "Side",
    "could_matter",
    "letter_patches",
    "read_letters",
    "read_patches",
    "touched_paths",
]
