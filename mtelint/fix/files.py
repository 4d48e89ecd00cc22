"""The files to repair: as they lie on disk, or as a mailbox of patches leaves them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.engine.find.candidates import Group, find_candidates, read_headers
from mtelint.engine.find.era import era_of
from mtelint.engine.find.tree_prefixes import prefixed_finding, prefixed_path
from mtelint.engine.judge.sources import Source
from mtelint.engine.review.code import candidates_of
from mtelint.engine.review.options import Options
from mtelint.engine.review.report_builder import ReportBuilder
from mtelint.errors import InputError
from mtelint.fix.repair import Fix, Key, Repair, Workspace, key_of, propose_in
from mtelint.mail.inputs import Input
from mtelint.model import Finding, Verdict
from mtelint.model.limits import holding
from mtelint.patches.apply import apply_patch
from mtelint.patches.patch import Patch
from mtelint.patches.series import deduplicate, order_series, read_whole_series
from mtelint.patches.trees import Overlay, WorkTree
from mtelint.rulebook import Rulebook
from mtelint.syntax.outline import outline_file


class Repaired(Struct):
    """What came of it: texts by path before and after; ``root`` is the folder that the paths start from.

    ``below`` is what they begin with in a report on several trees.
    """

    root: Path | None
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    gone: int = 0
    """How many of the findings that were asked for are no more; one repair may do for several."""
    below: str = ""

    def reported(self, path: str) -> str:
        """What a report calls the file of that path."""
        return prefixed_path(self.below, path)


class _Tree(Struct, frozen=True):
    """Files that are judged together, as the review judges them; ``builder`` knows its configuration."""

    group: Group
    space: Workspace
    builder: ReportBuilder

    @property
    def texts(self) -> dict[str, bytes]:
        """The files by path."""
        return {file.shown: file.text for file in self.group.files}

    def reported(self, finding: Finding) -> Finding:
        """The finding as a report on all trees has it."""
        return prefixed_finding(self.group.below, finding)

    def shows(self, finding: Finding) -> bool:
        """Whether the configuration lets a finding of this tree through."""
        alone = ReportBuilder(self.builder.configs)
        alone.add(Verdict((finding,), (), 0), self.group.root or Path())
        return bool(alone.findings)


def repair_paths(paths: Sequence[str], findings: Iterable[Finding], options: Options) -> list[Repaired]:
    """Repair the given findings of a review of ``paths`` with ``options``, tree by tree; nothing is written."""
    wanted = {key_of(finding) for finding in findings}
    with holding(options.bounds(Path(paths[0]))):
        return [_repaired_tree(tree, wanted) for tree in _trees(paths, {path for _, path, _ in wanted}, options)]


def _repaired_tree(tree: _Tree, wanted: set[Key]) -> Repaired:
    done = _repaired(
        tree.group.root, tree.space, tree.texts, lambda f: key_of(tree.reported(f)) in wanted and tree.shows(f)
    )
    return replace(done, below=tree.group.below)


def with_fixes(paths: Sequence[str], findings: Sequence[Finding], options: Options) -> tuple[Finding, ...]:
    """The findings of a review of ``paths`` with their flagged lines as repaired, where that is one line for one."""
    asked = {_mark(finding) for finding in findings}
    with holding(options.bounds(Path(paths[0]))):
        trees = _trees(paths, {finding.path for finding in findings}, options)
        lines = {mark: line for tree in trees for mark, line in _lines(tree, asked)}
    return tuple(replace(f, fix=lines.get(_mark(f)) or f.fix) for f in findings)


_Mark = tuple[str, str]


def _mark(finding: Finding) -> _Mark:
    """What tells findings of a report apart: equal ones of two trees have equal fingerprints."""
    return finding.path, finding.fingerprint


def _lines(tree: _Tree, asked: set[_Mark]) -> Iterator[tuple[_Mark, str | None]]:
    """The repaired lines of the findings of one tree that are asked for."""
    verdict, texts = tree.space.verdict(), tree.texts
    for finding in verdict.findings:
        mark = _mark(tree.reported(finding))
        if mark in asked and tree.shows(finding):
            fix = propose_in(tree.space, verdict, finding)
            yield mark, fix.line(texts[finding.path]) if fix is not None else None


def _trees(paths: Sequence[str], concerned: set[str], options: Options) -> Iterator[_Tree]:
    """The trees of ``paths`` that hold a concerned file, by the rulebook of the review."""
    builder = ReportBuilder(options.configs())
    book, found = candidates_of(paths, builder.configs)
    for group in found.groups:
        if concerned & {prefixed_path(group.below, file.shown) for file in group.files}:
            yield _Tree(group, _space_of(group, book, builder), builder)


def _space_of(group: Group, book: Rulebook, builder: ReportBuilder) -> Workspace:
    base, headers = group.root or Path(), read_headers(group.root, book.vocabulary)
    sources = tuple(
        Source(outline_file(file.shown, file.text), file.shown, judged=not builder.excluded(base, file.shown))
        for file in group.files
    )
    era = era_of(headers or [source.unit.text for source in sources], book.vocabulary)
    return Workspace(sources, book, era, headers)


def repair_patched(streams: Iterable[Input], findings: Iterable[Finding], options: Options) -> Repaired:
    """Repair the given findings in ``options.tree`` as the patches of the mailboxes leave it; nothing is written.

    Raises:
        InputError: a patch does not apply, so that there is no file to repair.
    """
    wanted = {key_of(finding) for finding in findings}
    with holding(options.bounds(options.place)):
        return _repair_patched(options.place, streams, wanted, options.configs().book([options.place]))


def _repair_patched(tree: Path, streams: Iterable[Input], wanted: set[Key], book: Rulebook) -> Repaired:
    overlay = Overlay(WorkTree(tree))
    for patch in _patches(streams):
        overlay = _laid(patch, overlay)
    paths = {path for _, path, _ in wanted}
    texts = {path: text for path in sorted(paths) if (text := overlay.read(path)) is not None}
    if not texts:
        return Repaired(tree)
    around = {file.shown: file.text for group in find_candidates([str(tree)], book.vocabulary, tree).groups
              for file in group.files}  # fmt: skip
    context = {path: text for path in around if path not in texts and (text := overlay.read(path)) is not None}
    headers = [text for name in book.vocabulary.headers if (text := overlay.read(name))]
    space = _space(texts, context, book, headers)
    return _repaired(tree, space, texts, lambda finding: key_of(finding) in wanted)


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
    era = era_of(evidence or [source.unit.text for source in sources], book.vocabulary)
    sources += [Source(outline_file(path, text), path, judged=False) for path, text in context.items()]
    return Workspace(tuple(sources), book, era, tuple(evidence))


def _repaired(
    root: Path | None, space: Workspace, texts: Mapping[str, bytes], wanted: Callable[[Finding], bool]
) -> Repaired:
    verdict = space.verdict()
    repair = Repair(space, verdict)
    gone = sum(map(wanted, verdict.findings)) - len(repair.run(wanted))
    after = repair.changed
    return Repaired(root, {path: texts[path] for path in after}, after, tuple(repair.fixes), gone)
