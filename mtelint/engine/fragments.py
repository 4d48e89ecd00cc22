"""The hunks of a patch as sources of their own, where no tree is at hand."""

from mtelint.engine.sources import Source
from mtelint.patches import FileDiff, Fragment, Patch, post_fragment, pre_fragment
from mtelint.syntax.unit import parse_fragment


def fragment_sources(patch: Patch, post: bool) -> list[Source]:
    """One source per hunk of every C file, pre-image or post-image."""
    sources = []
    for diff in patch.files:
        if not diff.is_judged or not diff.path.endswith((".c", ".h")):
            continue
        for hunk in diff.hunks:
            fragment = post_fragment(hunk) if post else pre_fragment(hunk)
            if fragment.lines:
                sources.append(_source(patch, diff, fragment, post))
    return sources


def _source(patch: Patch, diff: FileDiff, fragment: Fragment, post: bool) -> Source:
    unit = parse_fragment(diff.path, fragment.text.encode(), fragment.hunk.heading)
    return Source(unit, diff.path, patch, diff, fragment, post=post)
