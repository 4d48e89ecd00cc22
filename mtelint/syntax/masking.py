"""Masking: kernel macro shapes become text of the same length that tree-sitter-c reads rightly."""

from mtelint.syntax.arguments import mask_arguments
from mtelint.syntax.groups import resolve
from mtelint.syntax.heads import mask_heads
from mtelint.syntax.notes import Masked
from mtelint.syntax.scan import restore, scan
from mtelint.syntax.sheet import Sheet
from mtelint.syntax.statements import mask_statements
from mtelint.syntax.words import mask_words


def mask(text: bytes, branch: int = 0) -> Masked:
    """The text as the parser shall see it.

    ``branch`` chooses the arm of every ``#if`` group that splits a statement: 0 the first, 1 the second (or none), and
    so on; ``Masked.variants`` says how many choices differ.
    """
    sheet = Sheet(text, scan(text))
    variants = resolve(sheet, branch)
    mask_words(sheet)
    mask_heads(sheet)
    mask_arguments(sheet)
    mask_statements(sheet)
    code = bytes(sheet.code)
    restore(sheet.code, sheet.scanned, text, sheet.dropped)
    return Masked(bytes(sheet.code), text, tuple(sorted(sheet.notes)), code, variants)
