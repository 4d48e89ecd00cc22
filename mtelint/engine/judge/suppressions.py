"""Suppressions in the source: ``/* mtelint: ignore[MTE0xx] reason */``.

On the flagged line, alone on a line above it, or above the function; rules go by id or name, with commas between them.
The reason is required, and a suppression that matches nothing is reported, so that none outlives its defect.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from mtelint.engine.judge.sources import Source
from mtelint.flow.domain.events import Site
from mtelint.model import Finding, Skipped
from mtelint.rulebook import Rulebook
from mtelint.syntax.unit import FunctionRef

_WORD = b"mtelint:"
_TOKEN = re.compile(
    rb"/\*(?:.*?\*/|.*)|//(?:\\\n|[^\n])*|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'",
    re.DOTALL,
)
_MARK = re.compile(rb"mtelint:\s*ignore\b[ \t]*(?:\[([^\]\n]*)\])?")
_BLANK = re.compile(rb"[\s\\]*")
_ENDS_HEAD = re.compile(rb"[;{}#]")


class Suppression(Struct, frozen=True):
    """One comment of a source: the words between its brackets, the lines of the file it covers, and its reason.

    ``complain`` tells whether to say that it matches nothing: not where the patch under review leaves it as it was,
    and not where the function is only partly in sight.
    """

    path: str
    line: int
    words: tuple[str, ...]
    covers: range
    reason: str
    added: bool
    complain: bool
    by_patch: bool = False
    """The change under review brings it along."""


class Heard(Struct, frozen=True):
    """The findings that stay, those that a comment hides, and what is wrong with comments."""

    kept: tuple[Finding, ...]
    hidden: tuple[Finding, ...]
    complaints: tuple[Skipped, ...]


def apply(findings: Sequence[Finding], sources: Iterable[Source], book: Rulebook) -> Heard:
    """Part the findings by the suppressions in the judged ``sources``; a source without one costs one search."""
    comments = [s for source in sources if source.judged for s in suppressions(source)]
    if not comments:
        return Heard(tuple(findings), (), ())
    used: set[tuple[Suppression, str]] = set()
    kept: list[Finding] = []
    hidden: list[Finding] = []
    told: list[Skipped] = []
    for finding in findings:
        hits = [(s, word) for s in comments if s.reason for word in s.words if _matches(s, word, finding, book)]
        used.update(hits)
        (hidden if hits else kept).append(finding)
        told += [_told(s, finding) for s, _ in hits[:1] if s.by_patch]
    complaints = [c for s in comments for c in _complaints(s, used, book)]
    return Heard(tuple(kept), tuple(hidden), (*complaints, *told))


def _told(suppression: Suppression, finding: Finding) -> Skipped:
    """What a change says of itself is for its reader to weigh: the one that is reviewed must not switch that off."""
    why = (
        f"{finding.rule} ({finding.severity}) is suppressed by the change itself, with the reason: {suppression.reason}"
    )
    return Skipped(finding.path, finding.function, finding.line, why)


def _matches(suppression: Suppression, word: str, finding: Finding, book: Rulebook) -> bool:
    if suppression.path != finding.path or _rule_id(word, book) != finding.rule:
        return False
    covers = suppression.covers
    return finding.line < covers.stop and finding.end_line >= covers.start


def _rule_id(word: str, book: Rulebook) -> str | None:
    try:
        return book.rule(word).id
    except KeyError:
        return None


def _complaints(suppression: Suppression, used: set[tuple[Suppression, str]], book: Rulebook) -> Iterator[Skipped]:
    if not suppression.added:
        return
    for word in suppression.words:
        if _rule_id(word, book) is None:
            yield _complaint(suppression, f"suppression of `{word}`: there is no such rule, `mtelint rules` lists them")
    if not suppression.words:
        yield _complaint(suppression, "suppression names no rule: write ignore[RULE] and a reason behind it")
    elif not suppression.reason:
        named = ", ".join(suppression.words)
        yield _complaint(suppression, f"suppression of {named} hides nothing: write the reason behind the ]")
    elif suppression.complain:
        idle = [w for w in suppression.words if _rule_id(w, book) and (suppression, w) not in used]
        if idle:
            yield _complaint(suppression, f"suppression of {', '.join(idle)} matches no finding: remove it")


def _complaint(suppression: Suppression, why: str) -> Skipped:
    return Skipped(suppression.path, None, suppression.line, why)


# --- reading the comments ---------------------------------------------------------------------------------------------


def suppressions(source: Source) -> list[Suppression]:
    """The suppressions in one source, in order."""
    text = source.unit.text
    if _WORD not in text:
        return []
    tokens = (match for match in _TOKEN.finditer(text) if match[0][:1] == b"/")
    return [s for match in tokens if _WORD in match[0] for s in _in_comment(source, *match.span())]


def _in_comment(source: Source, start: int, end: int) -> Iterator[Suppression]:
    text = source.unit.text
    marks = list(_MARK.finditer(text, start, end))
    if not marks:
        return
    function, covers = _scope(source, start, end)
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        words = tuple(w.strip() for w in (mark[1] or b"").decode("utf-8", "replace").split(",") if w.strip())
        reason = _reason(text[mark.end() : following.start() if following else end])
        place = source.place(Site(source.path, 0, mark.start(), mark.end(), ""))
        added = source.patch is None or place.side == "+"
        whole = source.fragment is None or (function is not None and function.head and function.tail)
        by_patch = source.patch is not None and source.post and added
        yield Suppression(source.path, place.line, words, covers, reason, added, whole, by_patch)


def _reason(rest: bytes) -> str:
    """The text behind the brackets, to the end of the comment; without a letter or digit it is none."""
    lines = rest.decode("utf-8", "replace").removesuffix("*/").splitlines()
    words = " ".join(line.strip(" \t*-:/") for line in lines).strip()
    return words if any(each.isalnum() for each in words) else ""


def _scope(source: Source, start: int, end: int) -> tuple[FunctionRef | None, range]:
    """The function that a comment stands in or above, and the lines it covers.

    Behind code a comment covers its own lines; alone, also the next line of code, or the function that begins there.
    """
    text = source.unit.text
    inside = next((f for f in source.unit.functions if f.span.start <= start < f.span.end), None)
    if text[text.rfind(b"\n", 0, start) + 1 : start].strip():
        return inside, _lines(source, start, end)
    code = _next_code(text, end)
    below = None if inside is not None else _function_at(source, code)
    if below is not None:
        return below, _lines(source, start, below.span.end)
    return inside, _lines(source, start, min(code + 1, len(text)))


def _next_code(text: bytes, offset: int) -> int:
    """Offset of what follows, past white space and comments."""
    while True:
        blank = _BLANK.match(text, offset)
        offset = blank.end() if blank else offset
        comment = _TOKEN.match(text, offset)
        if comment is None or comment[0][:1] != b"/":
            return offset
        offset = comment.end()


def _function_at(source: Source, offset: int) -> FunctionRef | None:
    """The function whose head begins at ``offset``, attributes before it included."""
    for function in source.unit.functions:
        if function.head and function.span.end > offset:
            between = source.unit.text[offset : function.span.start]
            return None if _ENDS_HEAD.search(between) else function
    return None


def _lines(source: Source, start: int, end: int) -> range:
    place = source.place(Site(source.path, 0, start, max(start, end - 1), ""))
    return range(place.line, place.end_line + 1)
