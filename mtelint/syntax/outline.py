"""A file as an outline: its functions by their lines, each to be read when somebody asks for it.

What the lines alone do not tell beyond doubt is read at once, so that an outline has the functions that
:func:`~mtelint.syntax.unit.parse_file` finds.  Functions that cannot be read are named when they are asked for.
"""

import re
from collections.abc import Iterable, Sequence

from mtelint.syntax.c_tree import Span
from mtelint.syntax.mask.attributes import attribute_macros
from mtelint.syntax.mask.defines import conditions, macros
from mtelint.syntax.mask.preprocessor_groups import dead_ranges
from mtelint.syntax.parse.blocks import Block, blocks
from mtelint.syntax.scan import SPACES, scan
from mtelint.syntax.unit import FunctionRef, Readings, Unit, Unreliable, sort_out

_MACRO = re.compile(rb"^[ \t]*+#(?:[^\n\\]|\\.|\\\n)*+", re.MULTILINE)


def outline_file(path: str, text: bytes) -> Unit:
    """Outline a whole file; ``path`` is kept as it is given."""
    found = list(blocks(text))
    rest = _blanked(text, ((block.start, block.end - 1) for block in found))
    directives = scan(rest).directives if b"#" in rest else []
    dead = dead_ranges(directives, len(text))
    live = _blanked(text, dead)
    readings = Readings(live=live, attributes=tuple(dict.fromkeys(attribute_macros(directives))))
    refs, skipped = _between(found, live, readings)
    refs += [
        _reference(text, block, readings) for block in found
        if block.name and not any(start <= block.start < end for start, end in dead)
    ]  # fmt: skip
    refs.sort(key=lambda ref: ref.span.start)
    where = conditions(directives, len(text))
    return Unit(path, text, False, tuple(refs), macros(directives, text, where), tuple(skipped), where, readings)


def _blanked(text: bytes, ranges: Iterable[tuple[int, int]]) -> bytes:
    """The text with spaces (and the newlines) in some ranges."""
    result = None
    for start, end in ranges:
        result = bytearray(text) if result is None else result
        result[start:end] = text[start:end].translate(SPACES)
    return text if result is None else bytes(result)


def _reference(text: bytes, block: Block, readings: Readings) -> FunctionRef:
    span = Span(block.head, block.close + 1)
    readings.pending[span] = block
    name = Span(block.name_start, block.name_start + len(block.name))
    return FunctionRef(block.name, span, name, True, True, block.is_static(text))


def _between(found: Sequence[Block], text: bytes, readings: Readings) -> tuple[list[FunctionRef], list[Unreliable]]:
    """What lies between the blocks is read at once where it may hold a function, else kept for its prototypes."""
    refs, skipped = list[FunctionRef](), list[Unreliable]()
    starts, ends = [0, *(block.end for block in found)], [*(block.start for block in found), len(text)]
    for start, end in zip(starts, ends, strict=True):
        between = text[start:end]
        if b"{" in between and b"{" in _MACRO.sub(b"", between):
            part = readings.read(start, end)
            readings.parts.append(part)
            some, doubtful = sort_out(part, readings)
            refs += some
            skipped += doubtful
        elif b"(" in between:
            readings.rest.append((start, end))
    return refs, skipped
