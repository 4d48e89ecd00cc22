"""What lowering one function needs at hand: the two texts, the notes by place, the names declared so far."""

import re
from collections.abc import Callable, Mapping

from msgspec import Struct, field
from tree_sitter import Node

from mtelint.syntax.c_tree import Block, Expr, Opaque, Span
from mtelint.syntax.lower.macro_bodies import Jump
from mtelint.syntax.mask.notes import Masked, Note, NoteKind

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_SPACE = re.compile(r"\s+")
_BLANKED_IN_TYPES = (NoteKind.ATTRIBUTE, NoteKind.FREE, NoteKind.PREPROC_ARM, NoteKind.FILE_MACRO)


class Lowering(Struct):
    """State of lowering one function; ``locals`` grows with each declaration met.

    ``block`` lowers a compound statement (statements know expressions, expressions only this door back).
    """

    masked: Masked
    jumps: Mapping[str, tuple[Jump, ...]]
    block: Callable[["Lowering", Node], Block]
    locals: set[str] = field(default_factory=set)
    notes: dict[tuple[int, NoteKind], Note] = field(default_factory=dict)
    noted: frozenset[int] = frozenset()
    synthetic: tuple[tuple[int, int], ...] = ()

    @classmethod
    def over(
        cls,
        masked: Masked,
        node: Node,
        jumps: Mapping[str, tuple[Jump, ...]],
        block: Callable[["Lowering", Node], Block],
    ) -> "Lowering":
        """A fresh state for the function at ``node``."""
        notes = tuple(masked.within(node.start_byte, node.end_byte))
        return cls(
            masked=masked,
            jumps=jumps,
            block=block,
            notes={(note.start, note.kind): note for note in reversed(notes)},
            noted=frozenset(note.start for note in notes),
            synthetic=tuple((note.start, note.end) for note in notes if note.kind is NoteKind.BRACE),
        )

    def note(self, node: Node, *kinds: NoteKind) -> Note | None:
        """The note of one of the kinds that starts where the node starts, or None."""
        start = node.start_byte
        if start not in self.noted:
            return None
        return next((found for kind in kinds if (found := self.notes.get((start, kind)))), None)

    def is_synthetic(self, offset: int) -> bool:
        """Whether a repair wrote this byte: it is not in the source."""
        return any(start <= offset < end for start, end in self.synthetic)

    def text(self, node: Node) -> str:
        """The original text of a node."""
        return self.masked.original[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def spelled(self, start: int, end: int) -> str:
        """The original text of a range in one line: no comments, no attributes."""
        raw = bytearray(self.masked.original[start:end])
        for note in self.masked.within(start, end):
            if note.kind in _BLANKED_IN_TYPES:
                raw[note.start - start : note.end - start] = b" " * (min(note.end, end) - note.start)
        text = raw.decode("utf-8", "replace")
        if "/*" in text or "//" in text:
            text = _COMMENT.sub(" ", text)
        return _SPACE.sub(" ", text).strip()

    def opaque(self, node: Node, parts: tuple[Expr, ...] = ()) -> Opaque:
        """A node that is not evaluated or not understood."""
        return Opaque(span(node), self.text(node), parts)


def span(node: Node) -> Span:
    """The byte range of a node."""
    return Span(node.start_byte, node.end_byte)


def words(text: str) -> frozenset[str]:
    """A set of words from a line of them."""
    return frozenset(text.split())


def named(node: Node) -> list[Node]:
    """The named children that are not comments."""
    return [child for child in node.named_children if child.type != "comment"]
