"""Parts of a text, masked and parsed by themselves, at the offsets of the whole text."""

from collections.abc import Callable, Collection

import tree_sitter

from mtelint.records import dataclass
from mtelint.syntax.mask.masking import mask
from mtelint.syntax.mask.notes import Masked, Note
from mtelint.syntax.parse.parser import Reading, read_functions


@dataclass(frozen=True, slots=True)
class Part:
    """A masked text or a part of one, and its functions; ``variant`` masks it for another branch of its ``#if``."""

    masked: Masked
    tree: tree_sitter.Tree
    readings: tuple[Reading, ...]
    variant: Callable[[int], Masked]


def read_part(text: bytes, start: int, end: int, attributes: Collection[bytes] = ()) -> Part:
    """Read ``[start, end)``, which begins and ends at file level and at a line; ``attributes`` as for :func:`mask`."""
    masked = _masked(text, start, end, 0, attributes)
    tree, readings = read_functions(masked, start)
    return Part(masked, tree, tuple(readings), lambda branch: _masked(text, start, end, branch, attributes))


def read_whole(variant: Callable[[int], Masked]) -> Part:
    """Read all of a text, as ``variant`` masks it."""
    masked = variant(0)
    tree, readings = read_functions(masked)
    return Part(masked, tree, tuple(readings), variant)


def _masked(text: bytes, start: int, end: int, branch: int, attributes: Collection[bytes]) -> Masked:
    """The part alone, behind as many blanks as there are bytes before it."""
    part = mask(text[start:end], branch, attributes)
    notes = (Note(n.start + start, n.end + start, n.kind, n.original, n.extra) for n in part.notes)
    blank = b" " * start
    return Masked(blank + part.text, text, tuple(notes), blank + part.code, part.variants)
