"""What masking replaced, and the text as the parser sees it.

Masking replaces kernel macro shapes by text of the *same length* that tree-sitter-c reads rightly.  Newlines never
move, so an offset means the same place in both texts.  Each replacement leaves a :class:`Note`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import force_setattr


class NoteKind(StrEnum):
    """What was replaced.  "Node at ``start``" is the tree-sitter node whose ``start_byte`` is the note's ``start``."""

    LOOP = "loop"
    """``for_each_x(a, b) S`` became ``while (a, b) S`` (``if`` for a name shorter than five letters).

    ``start`` is the offset of the ``while``/``if`` and ``extra`` the macro's name.  The condition is the argument list
    as a comma expression; with no arguments it is the literal ``1``.
    """
    BLOCK = "block"
    """``IF_FEATURE(a) S``: as LOOP, but S runs zero times or once."""
    SCOPED_GUARD = "scoped_guard"
    """``scoped_guard(mutex, &x) S``: as LOOP, but S runs exactly once."""
    COND_GUARD = "cond_guard"
    """``scoped_cond_guard(c, return -E, &x) S``: as SCOPED_GUARD; the second argument holds a JUMP_ARG note."""
    JUMP_ARG = "jump_arg"
    """A jump keyword inside an argument list; ``extra`` is the keyword.

    ``return E`` and ``goto L`` lose the keyword (the argument is E or L, which follows the note's ``end``); a lone
    ``return``, ``break`` or ``continue`` is in capitals (an identifier from ``start`` to ``end``).
    """
    DO_LOOP = "do_loop"
    """``do_each_x(a, b) S`` became ``do S``; ``start`` is the offset of the ``do``, ``extra`` the name.

    The arguments are blanked here and stand in the ``while`` at the end (see WHILE_EACH).
    """
    WHILE_EACH = "while_each"
    """``while_each_x(a, b);`` became ``while (a, b);``; ``start`` is that of the ``while``, ``extra`` the name."""
    STATEMENT_ARG = "statement_arg"
    """``M(x, stmt;)`` became ``{ x; stmt; }``: the compound statement at ``start`` runs zero times or once."""
    FREE = "free"
    """``__free(x)`` in a declarator was blanked; ``extra`` is x.  It stands between the name and the ``=``."""
    ADDRESS_SPACE = "address_space"
    """``__user`` and the like were blanked."""
    SYSCALL = "syscall"
    """``SYSCALL_DEFINE2(n, T, a, U, b)`` became ``long n(T a, U b)``; ``extra`` is the macro's name."""
    TYPE_ARG = "type_arg"
    """A type as a macro's argument (``struct foo *``, ``unsigned long``) became one identifier from ``start``.

    ``original`` is the type as spelled; the identifier names nothing and is not evaluated.
    """
    ATTRIBUTE = "attribute"
    """An attribute word, with its arguments, was blanked (``__init``, ``__printf(1, 2)``)."""
    ASM = "asm"
    """The template of an ``asm`` (up to the first colon) became ``""``; the operands still stand in the tree."""
    ASM_GOTO = "asm_goto"
    """``asm_volatile_goto(`` became ``asm volatile goto(``; ``start`` is the start of the expression."""
    CASE_RANGE = "case_range"
    """``case A ... B:`` became ``case A || B:``: ``start`` is the offset of the ``||`` operator."""
    TYPEOF = "typeof"
    """``typeof(e)`` as a type became one type name from ``start`` to ``end``."""
    OFFSETOF = "offsetof"
    """``offsetof`` or ``__alignof__`` became an ordinary name in call position; nothing is evaluated."""
    OPERATOR_ARG = "operator_arg"
    """An operator as an argument (``cmp(a, ==, b)``) became an identifier from ``start``."""
    PREPROC_ARM = "preproc_arm"
    """Arms of an ``#if`` group that splits a statement: ``start``/``end`` span a blanked directive or arm.

    ``extra`` is the condition of a dropped arm, or empty for a directive line.
    """
    SEMICOLON = "semicolon"
    """A ``;`` was written at ``start``, behind a macro that is a statement without one."""
    FILE_MACRO = "file_macro"
    """A macro line at file level (or ``static``/``extern`` before one) was blanked."""
    NO_TYPE = "no_type"
    """A function's head has no return type: a storage word became ``int`` (the lowered return type is empty)."""
    BRACE = "brace"
    """A repair of a fragment: text that is not in the source was written here."""
    OTHER = "other"
    """Anything else; ``original`` tells."""


class Note(Struct, frozen=True, order=True):
    """One replacement: ``original`` stood at ``[start, end)``; see :class:`NoteKind` for ``extra``."""

    start: int
    end: int
    kind: NoteKind
    original: bytes
    extra: str = ""


class Masked(Struct, frozen=True):
    """A text as the parser sees it, the original, and the notes sorted by ``start``.

    The two texts have the same length and the same newlines.  In ``text`` comments and all directives but conditionals
    are blank, too; literals are as in the original.
    """

    text: bytes
    original: bytes
    notes: tuple[Note, ...] = ()
    code: bytes = b""
    """As ``text``, but with directives as spaces and literals as runs of quotes: for matching brackets."""
    variants: int = 1
    """How many readings the ``#if`` groups that split a statement leave (see :func:`.masking.mask`)."""
    starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Index the notes by their start."""
        force_setattr(self, "starts", tuple(note.start for note in self.notes))

    def at(self, start: int, kind: NoteKind | None = None) -> Note | None:
        """The first note that starts at an offset (of that kind, if given), or None."""
        for index in range(bisect_left(self.starts, start), bisect_right(self.starts, start)):
            if kind is None or self.notes[index].kind is kind:
                return self.notes[index]
        return None

    def within(self, start: int, end: int, kind: NoteKind | None = None) -> Iterator[Note]:
        """The notes that start in ``[start, end)``, in order (of that kind, if given)."""
        for index in range(bisect_left(self.starts, start), bisect_left(self.starts, end)):
            if kind is None or self.notes[index].kind is kind:
                yield self.notes[index]

    def source(self, start: int, end: int) -> bytes:
        """The original text of a range."""
        return self.original[start:end]
