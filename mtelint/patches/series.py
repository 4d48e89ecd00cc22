"""Duplicates judged once, the patches of a series in their order, and series read whole from a long mailbox.

With a tree, a patch is judged on the tree as the earlier patches of its series leave it, also where those say nothing
of the vocabulary.  They may come before it or after it in the mailbox, so the mailbox is read twice: first to learn
which series matter and which base commit their cover letters name, then to parse them.  What cannot be rewound goes
through a temporary file on disk, never through memory.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.mail.letter import Letter, base_commit, series_of
from mtelint.mail.mailbox import read_letters
from mtelint.model import Skipped
from mtelint.patches.patch import FileDiff, Patch
from mtelint.patches.reader import read_patches

HELD_LINES = 120_000
"""Diff lines that :func:`order_series` holds at most while it waits for the rest of a series."""


class Seen(Struct):
    """What :func:`deduplicate` has let through so far; ask :meth:`also_in` when the stream is at its end.

    A patch is handed on as soon as it is read, so the Message-IDs of *later* copies cannot be in its ``also_in``: a
    stream that is never held back is worth more.  Whoever prints at the end finds them here.
    """

    messages: set[tuple[str, int]] = field(default_factory=set)
    skipped: set[Skipped] = field(default_factory=set)
    first: dict[bytes, str] = field(default_factory=dict)
    copies: dict[str, list[str]] = field(default_factory=dict)

    def also_in(self, message_id: str) -> tuple[str, ...]:
        """Message-IDs of the other mails that carry the diff of this one, in the order in which they came."""
        return tuple(self.copies.get(message_id, ()))


def deduplicate(items: Iterable[Patch | Skipped], seen: Seen | None = None) -> Iterator[Patch | Skipped]:
    """Let each mail and each diff through once.

    The same text part (Message-ID and part) never comes twice.  The same diff under another Message-ID is dropped as
    well, except in a series: there it is still needed for what comes after it, so it comes with ``duplicate_of`` set
    and is to be applied but not judged again.
    """
    seen = Seen() if seen is None else seen
    for item in items:
        if isinstance(item, Skipped):
            if item not in seen.skipped:
                seen.skipped.add(item)
                yield item
            continue
        mail = (item.message_id, item.part)
        if item.message_id and mail in seen.messages:
            continue
        seen.messages.add(mail)
        yield from _once(item, seen)


def _once(patch: Patch, seen: Seen) -> Iterator[Patch]:
    key = diff_digest(patch.files)
    if key not in seen.first:
        seen.first[key] = patch.message_id or patch.source
        yield patch
        return
    first = seen.first[key]
    copies = seen.copies.setdefault(first, [])
    name = patch.message_id or patch.source
    if name != first and name not in copies:
        copies.append(name)
    if patch.series:
        yield replace(patch, duplicate_of=first)


def diff_digest(files: Iterable[FileDiff]) -> bytes:
    """Sixteen bytes that are equal for equal judged diffs, wherever in a mail they stand."""
    digest = hashlib.blake2b(digest_size=16)
    for diff in files:
        if not diff.is_judged:
            continue
        digest.update(f"\0{diff.old_path}\0{diff.new_path}\0{diff.new_mode}\n".encode("utf-8", "replace"))
        for hunk in diff.hunks:
            digest.update(f"@{hunk.old_start},{hunk.new_start}\n".encode())
            digest.update("".join(f"{line.side}{line.text}\n" for line in hunk.lines).encode("utf-8", "replace"))
    return digest.digest()


def order_series(items: Iterable[Patch | Skipped], *, say_missing: bool = True) -> Iterator[Patch | Skipped]:
    """The same items with the patches of each series together and by number; versions and postings stay apart.

    A series is handed on when it is complete, or at the end of the input; what is not in a series passes at once.
    Numbers that never came are said in a :class:`Skipped` before the first patch of the series (unless `say_missing` is
    off, for when mails were passed over on purpose).  At most :data:`HELD_LINES` diff lines are held: past that, the
    series that has waited longest goes out as it is.
    """
    held: dict[str, list[Patch]] = {}
    lines = 0
    for item in items:
        if isinstance(item, Skipped) or item.series is None or item.series.number == 0:
            yield item
            continue
        members = held.setdefault(item.series.key, [])
        members.append(item)
        lines += _size(item)
        if {member.series.number for member in members if member.series} >= set(range(1, item.series.total + 1)):
            lines -= sum(map(_size, members))
            yield from _in_order(held.pop(item.series.key), say_missing)
        while lines > HELD_LINES and held:
            oldest = held.pop(next(iter(held)))
            lines -= sum(map(_size, oldest))
            yield from _in_order(oldest, say_missing)
    for members in held.values():
        yield from _in_order(members, say_missing)


def missing_numbers(members: Iterable[Patch]) -> list[int]:
    """Numbers of a series that none of its `members` has."""
    series = [member.series for member in members if member.series]
    total = max((one.total for one in series), default=0)
    return sorted(set(range(1, total + 1)) - {one.number for one in series})


def _in_order(members: list[Patch], say_missing: bool) -> Iterator[Patch | Skipped]:
    members = sorted(members, key=lambda patch: patch.series.number if patch.series else 0)
    absent = missing_numbers(members)
    if absent and say_missing:
        first = members[0]
        total = first.series.total if first.series else 0
        what = f"patch {_ranges(absent)} of {total} missing in the series of {first.message_id or first.source}"
        yield Skipped(first.source, None, None, what)
    yield from members


def _ranges(numbers: list[int]) -> str:
    """``[2, 3, 4, 7]`` as ``2-4, 7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _size(patch: Patch) -> int:
    return sum(len(hunk.lines) for diff in patch.files for hunk in diff.hunks)


def read_whole_series(
    stream: BinaryIO, name: str, matters: Callable[[Letter], bool], *, quoted: bool = False
) -> Iterator[Patch | Skipped]:
    """Like :func:`read_patches`, and also the patches that do not matter themselves but stand in a series that does."""
    with rewindable(stream) as source:
        start = source.tell()
        survey = survey_series(source, name, matters)
        source.seek(start)
        wanted = survey.wanted
        for item in read_patches(
            source, name, quoted=quoted, matters=lambda letter: matters(letter) or _key(letter) in wanted
        ):
            if isinstance(item, Patch) and item.series and not item.base_commit:
                item = replace(item, base_commit=survey.bases.get(item.series.key))
            yield item


class Survey(Struct):
    """What a first reading learns: keys of the series that matter, and base commits by key of the series."""

    wanted: set[str] = field(default_factory=set)
    bases: dict[str, str] = field(default_factory=dict)


def survey_series(stream: BinaryIO, name: str, matters: Callable[[Letter], bool]) -> Survey:
    """Look at every text part without parsing a diff; cover letters, which have none, often name the base."""
    survey = Survey()
    for letter in read_letters(stream, name):
        if not isinstance(letter, Letter) or not (key := _key(letter)):
            continue
        if key not in survey.wanted and matters(letter):
            survey.wanted.add(key)
        if key not in survey.bases and (base := base_commit(letter.text)):
            survey.bases[key] = base
    return survey


@contextmanager
def rewindable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream itself where it can be rewound, else a copy of it in a temporary file that goes afterwards."""
    try:
        seekable = stream.seekable()
    except (AttributeError, io.UnsupportedOperation):
        seekable = False
    if seekable:
        yield stream
        return
    import shutil
    import tempfile

    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
        copy.seek(0)
        yield copy


def _key(letter: Letter) -> str:
    series = series_of(letter.subject, letter)
    return series.key if series else ""
