"""Choose what matters in a long mailbox without losing the rest of a series that does.

With a tree, a patch is judged on the tree as the earlier patches of its series leave it, also where those say nothing
of the vocabulary.  They may come before it or after it in the mailbox, so the mailbox is read twice: first to learn
which series matter and which base commit their cover letters name, then to parse them.  What cannot be rewound goes
through a temporary file on disk, never through memory.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field, replace
from typing import BinaryIO

from mtelint.model import Skipped
from mtelint.patches.reader import read_letters, read_patches
from mtelint.patches.subject import base_commit, series_of
from mtelint.patches.values import Letter, Patch
from mtelint.records import dataclass


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


@dataclass(slots=True)
class Survey:
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
