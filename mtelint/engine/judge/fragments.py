"""The hunks of a patch as sources of their own, where no tree is at hand."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from mtelint.engine.judge.sources import Source
from mtelint.patches.line_maps import Fragment, post_fragment, pre_fragment
from mtelint.patches.values import FileDiff, Patch
from mtelint.patterns import regex
from mtelint.syntax.unit import parse_fragment

_MANY = 64
"""Hunks from which on it pays to ask which ones can matter."""
_SIGNS = (b"mte", b"MTE", b"PG_arch")
"""What a text that tells the era, or a comment for this program, holds."""
_WORD = regex(rb"[A-Za-z_]\w*")
_DEFINED = regex(rb"(?m)^[ \t]*#[ \t]*define[ \t]+(\w+)|^\w[^\n]*")
_CALLED = regex(rb"(\w+)[ \t]*\(")


def fragment_sources(patch: Patch, post: bool, needles: Sequence[str]) -> list[Source]:
    """One source per hunk of every C file that can matter, pre-image or post-image; ``needles`` is the vocabulary."""
    found = list(_fragments(patch, post))
    texts = [fragment.text.encode() for _, fragment in found]
    kept: Sequence[int] = range(len(found))
    if len(found) >= _MANY:
        headings = [fragment.hunk.heading.encode() for _, fragment in found]
        kept = sorted(_that_matter(texts, headings, [*_SIGNS, *(needle.encode() for needle in needles)]))
    return [_source(patch, *found[number], texts[number], post) for number in kept]


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
