"""What is judged: whole files, patched files, lone hunks, each with the way from its offsets to lines and mails."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from mtelint.flow.domain.events import Site
from mtelint.model import Vocabulary
from mtelint.patches.line_maps import AppliedFile, Fragment, post_fragment, pre_fragment
from mtelint.patches.patch import FileDiff, Hunk, HunkLine, Patch
from mtelint.syntax.unit import LineIndex, Unit, parse_fragment

_MANY = 64
"""Hunks from which on it pays to ask which ones can matter."""
_OWN_COMMENT = b"mtelint"
"""What a comment for this program holds."""
_WORD = re.compile(rb"[A-Za-z_]\w*")
_DEFINED = re.compile(rb"(?m)^[ \t]*#[ \t]*define[ \t]+(\w+)|^\w[^\n]*")
_CALLED = re.compile(rb"(\w+)[ \t]*\(")


class Place(Struct, frozen=True):
    """A place in a source: lines and byte columns from 1, the text of its first line, and the hunk line there."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    hunk: Hunk | None
    mark: HunkLine | None

    @property
    def side(self) -> str:
        """``+``, ``-`` or a blank."""
        return self.mark.side if self.mark is not None else " "


class Source(Struct):
    """One unit under review.  A lone hunk has ``fragment``, a patched file ``applied``; ``post`` tells which image."""

    unit: Unit
    path: str
    patch: Patch | None = None
    diff: FileDiff | None = None
    fragment: Fragment | None = None
    applied: AppliedFile | None = None
    post: bool = True
    judged: bool = True
    """False for a file that is there for its callees only."""
    _lines: list[LineIndex] = field(default_factory=list)

    def place(self, site: Site) -> Place:
        """Where a site of this unit is."""
        line, column = self._position(site.start)
        end_line, end_column = self._position(site.end)
        hunk, mark = self._mark(line)
        return Place(
            self.path, self._file_line(line), column, self._file_line(end_line), end_column,
            self.line_text(line), hunk, mark,
        )  # fmt: skip

    def line_text(self, line: int) -> str:
        """Text of a line of the unit, without its end."""
        return self._index().line(line)

    def _index(self) -> LineIndex:
        if not self._lines:
            self._lines.append(self.unit.lines)
        return self._lines[0]

    def _position(self, offset: int) -> tuple[int, int]:
        return self._index().place(offset)

    def _file_line(self, line: int) -> int:
        return self.fragment.file_line(line) if self.fragment is not None else line

    def _mark(self, line: int) -> tuple[Hunk | None, HunkLine | None]:
        if self.fragment is not None:
            return self.fragment.hunk, self.fragment.at(line)
        if self.applied is not None:
            found = self.applied.at_new(line) if self.post else self.applied.at_old(line)
            return found if found is not None else (None, None)
        return None, None


def fragment_sources(patch: Patch, post: bool, vocabulary: Vocabulary) -> list[Source]:
    """One source per hunk of every C file that can matter, pre-image or post-image."""
    found = list(_fragments(patch, post))
    texts = [fragment.text.encode() for _, fragment in found]
    kept: Sequence[int] = range(len(found))
    if len(found) >= _MANY:
        headings = [fragment.hunk.heading.encode() for _, fragment in found]
        kept = sorted(_that_matter(texts, headings, [_OWN_COMMENT, *_signs(vocabulary)]))
    return [_source(patch, *found[number], texts[number], post) for number in kept]


def _signs(vocabulary: Vocabulary) -> Iterator[bytes]:
    """What a hunk that can matter holds, or one that tells the era."""
    named = (pattern.strip("*") for pattern in vocabulary.stubbed)
    for word in (*vocabulary.needles, *vocabulary.flags, *vocabulary.configs, *named):
        yield word.encode()


def _fragments(patch: Patch, post: bool) -> Iterator[tuple[FileDiff, Fragment]]:
    for diff in patch.files:
        if not diff.is_judged or not diff.path.endswith((".c", ".h")):
            continue
        for hunk in diff.hunks:
            fragment = post_fragment(hunk) if post else pre_fragment(hunk)
            if fragment.lines:
                yield diff, fragment


def _source(patch: Patch, diff: FileDiff, fragment: Fragment, text: bytes, post: bool) -> Source:
    unit = parse_fragment(diff.path, text, fragment.hunk.heading)
    return Source(unit, diff.path, patch, diff, fragment, post=post)


def _that_matter(texts: Sequence[bytes], headings: Sequence[bytes], words: Sequence[bytes]) -> set[int]:
    """The numbers of the hunks that hold a word, of those that call what they define, and the other way round."""
    mentioned, defined = defaultdict[bytes, list[int]](list), defaultdict[bytes, list[int]](list)
    mentions = [set(_WORD.findall(text)) for text in texts]
    defines = [set(_defined(text, heading)) for text, heading in zip(texts, headings, strict=True)]
    for index, names in ((mentioned, mentions), (defined, defines)):
        for number, each in enumerate(names):
            for name in each:
                index[name].append(number)
    both = zip(texts, headings, strict=True)
    left = [number for number, pair in enumerate(both) if any(word in part for part in pair for word in words)]
    found = set(left)
    while left:
        number = left.pop()
        near = [n for name in mentions[number] for n in defined.pop(name, ())]
        near += [n for name in defines[number] for n in mentioned.pop(name, ())]
        left.extend(set(near) - found)
        found.update(near)
    return found


def _defined(text: bytes, heading: bytes) -> Iterator[bytes]:
    """The functions whose head or body a hunk shows, and the macros."""
    yield from _CALLED.findall(heading)
    for match in _DEFINED.finditer(text):
        yield from [match[1]] if match[1] else _CALLED.findall(match[0])
