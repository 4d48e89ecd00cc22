"""A parsed file or hunk: what there is, cheaply; functions are lowered on demand."""

from dataclasses import field, replace

import tree_sitter

from mtelint.records import dataclass
from mtelint.syntax.fragment import Repaired, repair
from mtelint.syntax.lexical import bodies
from mtelint.syntax.lines import LineIndex
from mtelint.syntax.lower import lower_function
from mtelint.syntax.macros import Conditions, Macro, conditions, macros
from mtelint.syntax.masking import mask
from mtelint.syntax.nodes import Block, Function, Span
from mtelint.syntax.notes import Masked, NoteKind
from mtelint.syntax.parse import Reading, read_alone, read_functions
from mtelint.syntax.prototypes import Prototype, prototypes
from mtelint.syntax.scan import scan
from mtelint.syntax.shift import shift

__all__ = ["FunctionRef", "LineIndex", "Macro", "Prototype", "Unit", "Unreliable", "parse_file", "parse_fragment"]

_MAX_VARIANTS = 4


@dataclass(frozen=True, slots=True)
class FunctionRef:
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


@dataclass(frozen=True, slots=True)
class Unreliable:
    """A place whose tree is wrong: ``function`` is None where not even its name is known."""

    function: str | None
    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A parsed file, or a parsed hunk; all offsets are those of ``text``."""

    path: str
    text: bytes
    fragment: bool
    functions: tuple[FunctionRef, ...]
    prototypes: tuple[Prototype, ...]
    macros: dict[str, Macro]
    skipped: tuple[Unreliable, ...]
    lines: LineIndex
    _conditions: Conditions = field(repr=False, compare=False)
    _masked: Masked = field(repr=False, compare=False)
    _nodes: dict[Span, Reading] = field(repr=False, compare=False)
    _repaired: Repaired | None = field(default=None, repr=False, compare=False)
    _variants: dict[int, Masked] = field(default_factory=dict, repr=False, compare=False)

    def lower(self, ref: FunctionRef) -> Function:
        """Lower one of ``functions``; raises KeyError for a reference of another unit."""
        reading = self._nodes[ref.span]
        if reading.node is None:
            raise KeyError(ref)
        lowered = lower_function(
            self._masked, reading.node, name=ref.name, head=ref.head or self._headed(reading), tail=ref.tail,
            macros=self.macros,
        )  # fmt: skip
        if any(self._masked.within(reading.body.start, reading.body.open, NoteKind.NO_TYPE)):
            words = self._masked.original[reading.body.start : reading.name_start].decode("utf-8", "replace").split()
            lowered = replace(lowered, return_type="", storage=tuple(words))
        if self._repaired and not ref.head and not self._repaired.typed:
            lowered = replace(lowered, return_type="")
        lowered = replace(lowered, head=ref.head, alternatives=tuple(self._alternatives(ref, reading, lowered.body)))
        return replace(shift(lowered, self._prefix), name_span=ref.name_span)

    @property
    def _prefix(self) -> int:
        """Length of what a repair wrote before the text."""
        return self._repaired.prefix if self._repaired else 0

    def _variant(self, branch: int) -> Masked:
        return self._repaired.masked(branch) if self._repaired else mask(self.text, branch)

    def condition_at(self, offset: int) -> tuple[str, ...]:
        """The ``#if`` conditions that enclose an offset, the innermost last (``CONFIG_X``, ``!CONFIG_X``)."""
        return self._conditions.at(offset + self._prefix)

    def _headed(self, reading: Reading) -> bool:
        """Whether a synthetic head spells what the hunk's heading tells."""
        return bool(self._prefix) and reading.body.open < self._prefix and bool(reading.name)

    def _alternatives(self, ref: FunctionRef, reading: Reading, first: Block) -> list[Block]:
        """Other readings of a function in which an ``#if`` group splits a statement."""
        body = reading.body
        end = len(self._masked.text) if body.close < 0 else body.close + 1
        if self._masked.variants < 2 or not any(self._masked.within(body.start, end, NoteKind.PREPROC_ARM)):
            return []
        found = [first]
        for branch in range(1, min(self._masked.variants, _MAX_VARIANTS)):
            if branch not in self._variants:
                self._variants[branch] = self._variant(branch)
            other = self._variants[branch]
            if other.text[body.start : end] == self._masked.text[body.start : end]:
                continue
            again = _same_function(other, reading)
            if again is None or again.node is None or again.trouble:
                continue
            block = lower_function(other, again.node, name=ref.name, tail=ref.tail, macros=self.macros).body
            if block not in found:
                found.append(block)
        return found[1:]


def _same_function(masked: Masked, reading: Reading) -> Reading | None:
    """The function of a reading in another variant: its braces may match differently there."""
    for body in bodies(masked.code):
        if body.open == reading.body.open and body.close >= 0:
            return read_alone(masked, body)
    return None


def parse_file(path: str, text: bytes) -> Unit:
    """Parse a whole file; ``path`` is kept as it is given."""
    masked = mask(text)
    tree, readings = read_functions(masked)
    return _unit(path, text, masked, tree, readings, None)


def parse_fragment(path: str, text: bytes, heading: str = "") -> Unit:
    """Parse one side of a hunk; ``heading`` is what follows the second ``@@``.

    What the hunk leaves open at its ends is repaired; nothing that was written for the repair has an offset of its own.
    """
    repaired = repair(text, heading)
    masked = repaired.masked()
    tree, readings = read_functions(masked)
    return _unit(path, text, masked, tree, readings, repaired)


def _unit(
    path: str, text: bytes, masked: Masked, tree: tree_sitter.Tree, readings: list[Reading], repaired: Repaired | None
) -> Unit:
    prefix = repaired.prefix if repaired else 0
    directives = scan(masked.original).directives if b"#" in masked.original else []
    where = conditions(directives, len(masked.original))
    refs, nodes, skipped = [], {}, []
    for reading in readings:
        ref = _reference(reading, masked, repaired)
        if reading.trouble:
            place = _moved(reading.place, reading.place + 1, prefix)
            skipped.append(Unreliable(ref.name or None, place, reading.trouble))
        else:
            refs.append(ref)
            nodes[ref.span] = reading
    found = tuple(shift(item, prefix) for item in prototypes(masked, tree.root_node))
    defined = {name: shift(macro, prefix) for name, macro in macros(directives, masked.original, where).items()}
    return Unit(
        path, text, repaired is not None, tuple(refs), found, defined, tuple(skipped), LineIndex(text), where, masked,
        nodes, repaired,
    )  # fmt: skip


def _reference(reading: Reading, masked: Masked, repaired: Repaired | None) -> FunctionRef:
    prefix = repaired.prefix if repaired else 0
    body, size = reading.body, len(masked.text)
    end = size if body.close < 0 else body.close + 1
    head = body.open >= prefix
    tail = repaired is None or body.close < repaired.end
    name = reading.name if head or repaired is None else repaired.name
    note = masked.at(_first_word(masked, body.start), NoteKind.SYSCALL)
    if note is not None:
        name = system_call_name(note.extra, name)
    words = masked.text[body.start : reading.name_start].split()
    name_span = _moved(reading.name_start, reading.name_start + len(reading.name), prefix) if head else Span(0, 0)
    stop = min(end, repaired.end) if repaired else end
    return FunctionRef(name, _moved(body.start, stop, prefix), name_span, head, tail, b"static" in words)


def _first_word(masked: Masked, start: int) -> int:
    note = next(masked.within(start, start + 200, NoteKind.SYSCALL), None)
    return note.start if note else start


def system_call_name(macro: str, name: str) -> str:
    """The function that a system call head defines (``__do_sys_x``)."""
    if macro.startswith("COMPAT_SYSCALL"):
        return f"__do_compat_sys_{name}"
    return f"__do_sys_{name}" if "SYSCALL" in macro else name


def _moved(start: int, end: int, prefix: int) -> Span:
    return Span(max(0, start - prefix), max(0, end - prefix))
