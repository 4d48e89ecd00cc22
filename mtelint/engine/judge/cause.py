"""The changed line that causes a finding which points at a line that the patch leaves as it was."""

import re
from collections.abc import Iterable

from mtelint.engine.judge.sources import Place, Source
from mtelint.model import Step
from mtelint.patches.values import HunkLine


def cause_of(source: Source, place: Place, words: str) -> Step | None:
    """The changed line nearest to ``place``; one that names the page of the finding before one that does not."""
    if source.patch is None or place.side != " ":
        return None
    changed = [(line, near) for line, near in _changed(source, place) if line.text.strip()]
    if not changed:
        return None
    name = re.compile(rf"\b{re.escape(words)}\b") if words.isidentifier() else None
    best = min(changed, key=lambda each: (_is_beside(each[0], name), each[1], each[0].diff_line))[0]
    what = "adds" if best.side == "+" else "removes"
    return Step(
        place.path, best.new_line or best.old_line or 0, 1, best.side, None, "cause", best.body_line,
        f"the patch {what} this line", words or None, text=best.text,
    )  # fmt: skip


def _is_beside(line: HunkLine, name: "re.Pattern[str] | None") -> bool:
    return name is not None and not name.search(line.text)


def _changed(source: Source, place: Place) -> Iterable[tuple[HunkLine, int]]:
    """The changed lines in question, each with its distance."""
    if source.fragment is not None and place.hunk is not None and place.mark is not None:
        at = place.mark.diff_line
        return [(line, abs(line.diff_line - at)) for line in place.hunk.lines if line.side != " "]
    if source.applied is None or not source.post:
        return []
    file = source.applied
    added = [(line, abs(new - place.line)) for new, (_, line) in file.marks.items() if line.side == "+"]
    gone = [(line, abs(file.new_near(old) - place.line)) for old, (_, line) in file.gone.items()]
    return added + gone
