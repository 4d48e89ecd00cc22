"""The files to repair: as they lie on disk, or as a mailbox of patches leaves them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from mtelint.engine.check import candidates_of
from mtelint.engine.era import era_of
from mtelint.engine.files import HEADER, find_candidates, read_header
from mtelint.engine.options import Options
from mtelint.engine.sources import Source
from mtelint.errors import InputError
from mtelint.fix.proof import Key, Workspace, key_of
from mtelint.fix.repair import Fix, Repair, propose_in
from mtelint.model import Finding
from mtelint.model.limits import holding
from mtelint.patches import Input, Overlay, Patch, WorkTree, apply_patch, deduplicate, order_series, read_whole_series
from mtelint.records import dataclass
from mtelint.rulebook import Rulebook
from mtelint.syntax.outline import outline_file


@dataclass(slots=True)
class Repaired:
    """What came of it: texts by path before and after; ``root`` is the folder that the paths start from."""

    root: Path | None
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    left: tuple[Finding, ...] = ()
    """What was asked for and is there still."""


def repair_paths(paths: Sequence[str], findings: Iterable[Finding], options: Options) -> list[Repaired]:
    """Repair the given findings of a review of ``paths`` with ``options``, tree by tree; nothing is written."""
    wanted = {key_of(finding) for finding in findings}
    with holding(options.bounds(Path(paths[0]))):
        return _repair_paths(paths, wanted, options)


def _repair_paths(paths: Sequence[str], wanted: set[Key], options: Options) -> list[Repaired]:
    found = _spaces(paths, {path for _, path, _ in wanted}, options)
    return [_repaired(root, space, texts, wanted) for root, space, texts in found]


def with_fixes(paths: Sequence[str], findings: Sequence[Finding], options: Options) -> tuple[Finding, ...]:
    """The findings of a review of ``paths`` with their flagged lines as repaired, where that is one line for one.

    A finding does not tell its tree: where several trees have the same one, the line is given if it is the same in all.
    """
    lines: dict[str, set[str | None]] = defaultdict(set)
    asked = {finding.fingerprint for finding in findings}
    with holding(options.bounds(Path(paths[0]))):
        for _, space, texts in _spaces(paths, {finding.path for finding in findings}, options):
            for mark, line in _lines(space, texts, asked):
                lines[mark].add(line)
    sure = {mark: found.pop() for mark, found in lines.items() if len(found) == 1}
    return tuple(replace(f, fix=sure.get(f.fingerprint) or f.fix) for f in findings)


def _lines(space: Workspace, texts: Mapping[str, bytes], asked: set[str]) -> Iterator[tuple[str, str | None]]:
    """Fingerprint and repaired line of the findings of one tree that are asked for."""
    verdict = space.verdict()
    for finding in verdict.findings:
        if finding.fingerprint in asked:
            fix = propose_in(space, verdict, finding)
            yield finding.fingerprint, fix.line(texts[finding.path]) if fix is not None else None


def _spaces(
    paths: Sequence[str], concerned: set[str], options: Options
) -> Iterator[tuple[Path | None, Workspace, dict[str, bytes]]]:
    """The trees of ``paths`` that hold a concerned file, with their root and texts, by the rulebook of the review."""
    book, found = candidates_of(paths, options.configs())
    for group in found.groups:
        texts = {file.shown: file.text for file in group.files}
        if concerned & set(texts):
            header = read_header(group.root)
            yield group.root, _space(texts, {}, book, [header] if header else []), texts


def repair_patched(tree: Path, streams: Iterable[Input], findings: Iterable[Finding], book: Rulebook) -> Repaired:
    """Repair the given findings in ``tree`` as the patches of the mailboxes leave it; nothing is written.

    Raises:
        InputError: a patch does not apply, so that there is no file to repair.
    """
    wanted = {key_of(finding) for finding in findings}
    overlay = Overlay(WorkTree(tree))
    for patch in _patches(streams):
        overlay = _laid(patch, overlay)
    paths = {path for _, path, _ in wanted}
    texts = {path: text for path in sorted(paths) if (text := overlay.read(path)) is not None}
    if not texts:
        return Repaired(tree)
    around = {file.shown: file.text for group in find_candidates([str(tree)], book.vocabulary.needles, tree).groups
              for file in group.files}  # fmt: skip
    context = {path: text for path in around if path not in texts and (text := overlay.read(path)) is not None}
    header = overlay.read(HEADER)
    return _repaired(tree, _space(texts, context, book, [header] if header else []), texts, wanted)


def _patches(streams: Iterable[Input]) -> Iterator[Patch]:
    for each in streams:
        with each.open() as stream:
            found = read_whole_series(stream, each.name, matters=lambda _: True)
            for item in order_series(deduplicate(found), say_missing=False):
                if isinstance(item, Patch) and not item.duplicate_of:
                    yield item


def _laid(patch: Patch, overlay: Overlay) -> Overlay:
    applied = apply_patch(overlay, patch)
    for path, file in applied.files.items():
        if not file.ok and path.endswith((".c", ".h")):
            raise InputError(f"{patch.subject or patch.source}: {path}: {file.reason}: name a tree that it applies to")
    return applied.over(overlay)


def _space(
    texts: Mapping[str, bytes], context: Mapping[str, bytes], book: Rulebook, evidence: Sequence[bytes]
) -> Workspace:
    sources = [Source(outline_file(path, text), path) for path, text in texts.items()]
    era = era_of(evidence or [source.unit.text for source in sources])
    sources += [Source(outline_file(path, text), path, judged=False) for path, text in context.items()]
    return Workspace(tuple(sources), book, era, tuple(evidence))


def _repaired(root: Path | None, space: Workspace, texts: dict[str, bytes], wanted: set[Key]) -> Repaired:
    repair = Repair(space)
    left = repair.run(lambda finding: key_of(finding) in wanted)
    after = repair.changed
    return Repaired(root, {path: texts[path] for path in after}, after, tuple(repair.fixes), left)
