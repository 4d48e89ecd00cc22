"""A parsed file or hunk: what there is, cheaply; functions are lowered on demand."""

import re
from collections.abc import Callable

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.errors import InputError
from mtelint.syntax.c_tree import Block as Body
from mtelint.syntax.c_tree import Function, Span
from mtelint.syntax.lower.functions import lower_function, shift
from mtelint.syntax.mask.defines import Conditions, Macro, conditions, macros
from mtelint.syntax.mask.masking import mask
from mtelint.syntax.mask.notes import Masked, Note, NoteKind
from mtelint.syntax.parse.blocks import Block
from mtelint.syntax.parse.fragment import Repaired, repair
from mtelint.syntax.parse.lexical import bodies
from mtelint.syntax.parse.parser import Part, Reading, read_alone, read_part, read_whole
from mtelint.syntax.parse.prototypes import Prototype, prototypes
from mtelint.syntax.scan import LineIndex, scan

__all__ = [
    "FunctionRef", "LineIndex", "Macro", "Prototype", "Readings", "Unit", "Unreliable", "parse_file",
    "parse_fragment", "sort_out",
]  # fmt: skip

_MAX_VARIANTS = 4
_CALLED = re.compile(rb"([A-Za-z_]\w*)[ \t\n]*\(")


class FunctionRef(Struct, frozen=True):
    """A function that is in the text, not lowered yet.

    ``head`` and ``tail`` tell whether its opening and closing brace are in sight; without the head the name is that of
    the hunk's heading, or empty.
    """

    name: str
    span: Span
    name_span: Span
    head: bool
    tail: bool
    static: bool


class Unreliable(Struct, frozen=True):
    """A place whose tree is wrong: ``function`` is None where not even its name is known."""

    function: str | None
    span: Span
    reason: str


class Readings(Struct):
    """How the functions of a text were read; those of an outline are read when they are asked for."""

    known: dict[Span, tuple[Part, Reading]] = field(default_factory=dict)
    pending: dict[Span, Block] = field(default_factory=dict)
    failed: dict[Span, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    """What was read between the blocks, for its prototypes."""
    rest: list[tuple[int, int]] = field(default_factory=list)
    """What lies between the blocks and was not read."""
    live: bytes = b""
    """The text of an outline without what is never compiled."""
    attributes: tuple[bytes, ...] = ()
    """Macros of an outline that stand for an attribute or for nothing."""

    def read(self, start: int, end: int) -> Part:
        """Read a range of an outline."""
        return read_part(self.live, start, end, self.attributes)


class Unit(Struct, frozen=True, eq=False):
    """A parsed file, or a parsed hunk; all offsets are those of ``text``."""

    path: str
    text: bytes
    fragment: bool
    functions: tuple[FunctionRef, ...]
    macros: dict[str, Macro]
    skipped: tuple[Unreliable, ...]
    _conditions: Conditions
    _readings: Readings
    _repaired: Repaired | None = None
    _variants: dict[tuple[int, int], Masked] = field(default_factory=dict)

    @property
    def lines(self) -> LineIndex:
        """Offsets and lines of the text."""
        return LineIndex(self.text)

    @property
    def prototypes(self) -> tuple[Prototype, ...]:
        """All declarations of functions at file level, in order."""
        return self.prototypes_of(lambda name: True)

    def prototypes_of(self, concerns: Callable[[str], bool]) -> tuple[Prototype, ...]:
        """The declarations at file level of functions whose names fit, in order."""
        self._read_rest(concerns)
        found = (p for part in self._readings.parts for p in prototypes(part.masked, part.tree.root_node))
        return tuple(sorted((shift(p, self._prefix) for p in found if concerns(p.name)), key=lambda p: p.span.start))

    def _read_rest(self, concerns: Callable[[str], bool]) -> None:
        """Read what lies between the blocks and holds a name that fits."""
        for start, end in list(self._readings.rest):
            if any(concerns(name.decode()) for name in set(_CALLED.findall(self.text, start, end))):
                self._readings.parts.append(self._readings.read(start, end))
                self._readings.rest.remove((start, end))

    def lower(self, ref: FunctionRef) -> Function:
        """Lower one of ``functions``.

        Raises KeyError for a reference of another unit, InputError for a function that cannot be read.
        """
        part, reading = self._reading(ref)
        if reading.node is None:
            raise KeyError(ref)
        masked = part.masked
        lowered = lower_function(
            masked, reading.node, name=ref.name, head=ref.head or self._headed(reading), tail=ref.tail,
            macros=self.macros,
        )  # fmt: skip
        if any(masked.within(reading.body.start, reading.body.open, NoteKind.NO_TYPE)):
            words = masked.original[reading.body.start : reading.name_start].decode("utf-8", "replace").split()
            lowered = replace(lowered, return_type="", storage=tuple(words))
        if self._repaired and not ref.head and not self._repaired.typed:
            lowered = replace(lowered, return_type="")
        lowered = replace(lowered, head=ref.head, alternatives=tuple(self._alternatives(ref, part, reading, lowered)))
        return replace(shift(lowered, self._prefix), name_span=ref.name_span)

    def notes(self, ref: FunctionRef) -> tuple[Note, ...]:
        """What masking noted within one of ``functions``, in order, with offsets of ``text``.

        Raises InputError for a function that cannot be read.
        """
        masked, prefix = self._reading(ref)[0].masked, self._prefix
        found = masked.within(ref.span.start + prefix, ref.span.end + prefix)
        return tuple(replace(note, start=note.start - prefix, end=note.end - prefix) for note in found)

    def _reading(self, ref: FunctionRef) -> tuple[Part, Reading]:
        span, readings = ref.span, self._readings
        if span in readings.pending:
            self._read(ref, readings.pending.pop(span))
        if span in readings.failed:
            raise InputError(readings.failed[span])
        return readings.known[span]

    def _read(self, ref: FunctionRef, block: Block) -> None:
        """Read a function of the outline: it must turn out to be what its lines showed."""
        part = self._readings.read(block.start, block.end)
        braces = (block.opened, block.close)
        reading = next((r for r in part.readings if (r.body.open, r.body.close) == braces and r.name == ref.name), None)
        if reading is not None and not reading.trouble:
            self._readings.known[ref.span] = part, reading
            return
        place = self.text.count(b"\n", 0, reading.place if reading else block.opened) + 1
        trouble = reading.trouble if reading else "the parser finds no function with these braces"
        self._readings.failed[ref.span] = f"{trouble} (line {place})"

    @property
    def _prefix(self) -> int:
        """Length of what a repair wrote before the text."""
        return self._repaired.prefix if self._repaired else 0

    def condition_at(self, offset: int) -> tuple[str, ...]:
        """The ``#if`` conditions that enclose an offset, the innermost last (``CONFIG_X``, ``!CONFIG_X``)."""
        return self._conditions.at(offset + self._prefix)

    def _headed(self, reading: Reading) -> bool:
        """Whether a synthetic head spells what the hunk's heading tells."""
        return bool(self._prefix) and reading.body.open < self._prefix and bool(reading.name)

    def _alternatives(self, ref: FunctionRef, part: Part, reading: Reading, lowered: Function) -> list[Body]:
        """Other readings of a function in which an ``#if`` group splits a statement."""
        body, masked = reading.body, part.masked
        end = len(masked.text) if body.close < 0 else body.close + 1
        if masked.variants < 2 or not any(masked.within(body.start, end, NoteKind.PREPROC_ARM)):
            return []
        found = [lowered.body]
        for branch in range(1, min(masked.variants, _MAX_VARIANTS)):
            other = self._variant(part, branch)
            if other.text[body.start : end] == masked.text[body.start : end]:
                continue
            again = _same_function(other, reading)
            if again is None or again.node is None or again.trouble:
                continue
            block = lower_function(other, again.node, name=ref.name, tail=ref.tail, macros=self.macros).body
            if block not in found:
                found.append(block)
        return found[1:]

    def _variant(self, part: Part, branch: int) -> Masked:
        key = id(part), branch
        if key not in self._variants:
            self._variants[key] = part.variant(branch)
        return self._variants[key]


def _same_function(masked: Masked, reading: Reading) -> Reading | None:
    """The function of a reading in another variant: its braces may match differently there."""
    for body in bodies(masked.code):
        if body.open == reading.body.open and body.close >= 0:
            return read_alone(masked, body)
    return None


def parse_file(path: str, text: bytes) -> Unit:
    """Parse a whole file; ``path`` is kept as it is given."""
    return _unit(path, text, read_whole(lambda branch: mask(text, branch)), None)


def parse_fragment(path: str, text: bytes, heading: str = "") -> Unit:
    """Parse one side of a hunk; ``heading`` is what follows the second ``@@``.

    What the hunk leaves open at its ends is repaired; nothing that was written for the repair has an offset of its own.
    """
    repaired = repair(text, heading)
    return _unit(path, text, read_whole(repaired.masked), repaired)


def _unit(path: str, text: bytes, part: Part, repaired: Repaired | None) -> Unit:
    prefix = repaired.prefix if repaired else 0
    original = part.masked.original
    directives = scan(original).directives if b"#" in original else []
    where = conditions(directives, len(original))
    defined = macros(directives, original, where)
    readings = Readings(parts=[part])
    refs, skipped = sort_out(part, readings, repaired)
    return Unit(
        path, text, repaired is not None, tuple(refs), {name: shift(macro, prefix) for name, macro in defined.items()},
        tuple(skipped), where, readings, repaired,
    )  # fmt: skip


def sort_out(
    part: Part, readings: Readings, repaired: Repaired | None = None
) -> tuple[list[FunctionRef], list[Unreliable]]:
    """The functions of a part, noted in ``readings``, and the places where it could not be read."""
    refs, skipped, prefix = [], [], repaired.prefix if repaired else 0
    for reading in part.readings:
        ref = _reference(reading, part.masked, repaired)
        if reading.trouble:
            place = _moved(reading.place, reading.place + 1, prefix)
            skipped.append(Unreliable(ref.name or None, place, reading.trouble))
        else:
            refs.append(ref)
            readings.known[ref.span] = part, reading
    return refs, skipped


def _reference(reading: Reading, masked: Masked, repaired: Repaired | None) -> FunctionRef:
    prefix = repaired.prefix if repaired else 0
    body, size = reading.body, len(masked.text)
    end = size if body.close < 0 else body.close + 1
    head = body.open >= prefix
    tail = repaired is None or body.close < repaired.end
    name = reading.name if head or repaired is None else repaired.name
    note = next(masked.within(body.start, body.open, NoteKind.SYSCALL), None)
    if note is not None:
        name = system_call_name(note.extra, name)
    words = masked.text[body.start : reading.name_start].split()
    name_span = _moved(reading.name_start, reading.name_start + len(reading.name), prefix) if head else Span(0, 0)
    stop = min(end, repaired.end) if repaired else end
    return FunctionRef(name, _moved(body.start, stop, prefix), name_span, head, tail, b"static" in words)


def system_call_name(macro: str, name: str) -> str:
    """The function that a system call head defines (``__do_sys_x``)."""
    if macro.startswith("COMPAT_SYSCALL"):
        return f"__do_compat_sys_{name}"
    return f"__do_sys_{name}" if "SYSCALL" in macro else name


def _moved(start: int, end: int, prefix: int) -> Span:
    return Span(max(0, start - prefix), max(0, end - prefix))
