"""From letters to patches: look, and only then parse."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from msgspec.structs import replace

from mtelint.mail.letter import (
    Letter,
    Lines,
    base_commit,
    has_diff_sign,
    has_quoted_hunk,
    logical_lines,
    patch_subject,
    series_of,
    unquoted_layers,
)
from mtelint.mail.mailbox import read_letters
from mtelint.model import Skipped
from mtelint.patches.patch import FileDiff, Patch, SegmentStatus

_MANGLED = re.compile(r"^[ +\-]?[ \t]*\u00a0", re.MULTILINE)
_NBSP_NOTE = "no-break spaces in the diff were read as blanks"


def read_patches(
    stream: BinaryIO, name: str, *, quoted: bool = False, matters: Callable[[Letter], bool] | None = None,
    undecoded: Callable[[bytes], bool] | None = None,
) -> Iterator[Patch | Skipped]:  # fmt: skip
    """Patches of a mailbox, mail, saved page or plain diff, and what in them is not judged.

    `name` is how the input is called in messages.  `undecoded` is asked for the bytes of each mail, and `matters` for
    each decoded text part before any diff is parsed; where one says no, nothing is yielded.  Every file diff that is
    not judged is in its patch with its status and is also yielded as a :class:`Skipped` before it.

    Raises :class:`InputError` where the stream itself cannot be read (a broken ``.gz``), after what could be read.
    """
    for letter in read_letters(stream, name, undecoded):
        if isinstance(letter, Skipped):
            yield letter
        elif matters is None or matters(letter):
            yield from letter_patches(letter, quoted=quoted)


def could_matter(text: str, needles: Iterable[str]) -> bool:
    """Whether a decoded text can hold a patch that matters: a sign of a diff, and a word of the vocabulary.

    `needles` are plain words (``PG_mte_tagged``), looked for as they stand.
    """
    return any(needle in text for needle in needles) and has_diff_sign(text)


def touched_paths(text: str) -> Iterator[str]:
    """Names on the ``+++`` and ``diff --git`` lines of a text, unparsed: cheap, for asking a tree before parsing."""
    for found in re.finditer(r"^(?:\+\+\+ |diff --git \S+ )[^/\n]+/(\S+)", text, re.MULTILINE):
        yield found.group(1)


def letter_patches(letter: Letter, *, quoted: bool = False) -> Iterator[Patch | Skipped]:
    """The patch that one text part holds, after a :class:`Skipped` for each file diff in it that is not judged."""
    text, notes = letter.text, list(letter.notes)
    if not has_diff_sign(text):
        return
    from mtelint.patches.diffs import file_diffs  # most mails end before this line, and unidiff takes time to load

    if "\u00a0" in text and _MANGLED.search(text):
        text = text.replace("\u00a0", " ")
        notes.append(_NBSP_NOTE)
    lines = logical_lines(text, letter.flowed, letter.delsp)
    files = list(file_diffs(lines))
    yield from (_skipped(letter, diff) for diff in files if not diff.is_judged)
    if has_quoted_hunk(text):
        layers = [diff for layer in unquoted_layers(lines) for diff in file_diffs(layer)]
        yield from _quoted(letter, layers, quoted)
        files += [_as_quoted(diff) for diff in layers] if quoted else []
    if any(diff.is_judged for diff in files):
        yield _patch(letter, lines, tuple(files), tuple(notes))


def _quoted(letter: Letter, layers: list[FileDiff], wanted: bool) -> Iterator[Skipped]:
    """What to say about quoted diffs: once for the mail where they are not wanted, else about the damaged ones."""
    if wanted:
        yield from (_skipped(letter, diff) for diff in layers if not diff.is_judged)
    elif layers:
        first = layers[0]
        yield Skipped(first.path or letter.source, None, None, _located(letter, first, "a quoted diff is not judged"))


def _as_quoted(diff: FileDiff) -> FileDiff:
    return replace(diff, status=SegmentStatus.QUOTED) if diff.status is SegmentStatus.OK else diff


def _skipped(letter: Letter, diff: FileDiff) -> Skipped:
    return Skipped(diff.path or letter.source, None, None, _located(letter, diff, f"{diff.status}: {diff.reason}"))


def _located(letter: Letter, diff: FileDiff, reason: str) -> str:
    where = letter.message_id or letter.source
    return f"{reason} (diff at body line {diff.body_line} of {where})"


def _patch(letter: Letter, lines: Lines, files: tuple[FileDiff, ...], notes: tuple[str, ...]) -> Patch:
    from mtelint.mail.mime import iso_date

    start = min(diff.body_line for diff in files)
    first = next((at for at, number in enumerate(lines.numbers) if number >= start), len(lines.texts))
    subject = patch_subject(letter, lines.texts, first) if letter.kind != "diff" else ""
    return Patch(
        message_id=letter.message_id,
        subject=subject,
        part=letter.part,
        files=files,
        series=series_of(subject, letter),
        base_commit=base_commit(letter.text),
        notes=notes,
        source=letter.source,
        date=iso_date(letter.raw_date) if letter.raw_date else "",
    )
