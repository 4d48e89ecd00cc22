"""The commit that a defect older than the patch comes from, for a ``Fixes:`` line."""

from pathlib import Path

from mtelint.model import Finding, Origin
from mtelint.patches import FileDiff, Patch
from mtelint.patches.blame import Blamed, blame
from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class History:
    """A repository and the commit of it that is asked."""

    repo: Path
    rev: str = "HEAD"


def blamed(finding: Finding, patch: Patch, history: History | None) -> Blamed | None:
    """The commit by ``git blame`` of the pre-image; None for what the patch introduces, and where it is not known."""
    if history is None or finding.origin is not Origin.EXISTING:
        return None
    diff = next((each for each in patch.files if finding.path in (each.new_path, each.path)), None)
    path = diff.old_path if diff is not None else finding.path
    line = old_line(diff, finding.line) if diff is not None else finding.line
    if path is None or line is None:
        return None
    return blame(history.repo, history.rev, path, line, finding.snippet)


def old_line(diff: FileDiff, new_line: int) -> int | None:
    """The pre-image line of a post-image line, by the hunks alone; None for one that the patch adds."""
    shift = 0
    for hunk in diff.hunks:
        if new_line < hunk.new_start:
            break
        for line in hunk.lines:
            if line.new_line == new_line:
                return line.old_line
        shift = (hunk.new_start + hunk.new_count) - (hunk.old_start + hunk.old_count)
    return new_line - shift
