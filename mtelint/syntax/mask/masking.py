"""Masking: kernel macro shapes become text of the same length that tree-sitter-c reads rightly."""

from collections.abc import Collection

from mtelint.syntax.mask.attributes import mask_words
from mtelint.syntax.mask.file_level import mask_heads
from mtelint.syntax.mask.masked_text import Sheet
from mtelint.syntax.mask.notes import Masked, Note
from mtelint.syntax.mask.preprocessor_groups import resolve
from mtelint.syntax.mask.statement_macros import mask_statements
from mtelint.syntax.mask.type_arguments import mask_arguments
from mtelint.syntax.scan import restore, scan


def mask(text: bytes, branch: int = 0, attributes: Collection[bytes] = ()) -> Masked:
    """The text as the parser shall see it.

    ``branch`` chooses the arm of every ``#if`` group that splits a statement: 0 the first, 1 the second (or none), and
    so on; ``Masked.variants`` says how many choices differ.  ``attributes`` are macros of the text around this one that
    stand for an attribute or for nothing.
    """
    # A newline before the text lets every rule for the start of a line begin with one: a literal is searched fast.
    text = b"\n" + text
    sheet = Sheet(text, scan(text), attributes=attributes)
    variants = resolve(sheet, branch)
    mask_words(sheet)
    mask_heads(sheet)
    mask_arguments(sheet)
    mask_statements(sheet)
    code = bytes(sheet.code)
    restore(sheet.code, sheet.scanned, text, sheet.dropped)
    notes = (Note(n.start - 1, n.end - 1, n.kind, n.original, n.extra) for n in sheet.notes)
    return Masked(bytes(sheet.code[1:]), text[1:], tuple(sorted(notes)), code[1:], variants)
