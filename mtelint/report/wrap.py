"""Prose in lines of a given width."""

import textwrap

from mtelint.report.style import NARROWEST


def wrapped(text: str, columns: int, hang: str = "") -> list[str]:
    """``text`` in lines of at most ``columns`` where its words allow, all but the first behind ``hang``."""
    columns = max(columns, NARROWEST // 2)
    return textwrap.wrap(text, columns, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)


def labelled(label: str, text: str, columns: int) -> list[str]:
    """``text`` beside ``label`` as the foot of a finding has it; further lines stand under the first word."""
    front = f"  {label:<4} "
    lines = wrapped(text, columns - len(front))
    return [f"{front if not i else ' ' * len(front)}{line}" for i, line in enumerate(lines)]
