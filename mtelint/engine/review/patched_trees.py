"""Review a patch with its tree at hand: whole functions, callees and callers, the era as the patch leaves it."""

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.engine.find.candidates import find_candidates
from mtelint.engine.find.era import era_of
from mtelint.engine.judge.images import compare
from mtelint.engine.judge.judge import judge
from mtelint.engine.judge.sources import Source, fragment_sources
from mtelint.git.history import find_base
from mtelint.git.repository import GitTree, try_git
from mtelint.model import Finding, Skipped, Verdict, Vocabulary
from mtelint.patches.apply import Applied, apply_patch
from mtelint.patches.line_maps import AppliedFile
from mtelint.patches.patch import Patch
from mtelint.patches.reader import touched_paths
from mtelint.patches.trees import Overlay, Tree, WorkTree
from mtelint.rulebook import Rulebook
from mtelint.syntax.outline import outline_file
from mtelint.syntax.unit import Unit

_SUFFIXES = (".c", ".h")


class TreeReview(Struct):
    """Reviews patches against one base; later patches of a series see the tree as the earlier ones leave it."""

    base: Path
    rev: str | None
    book: Rulebook
    confirm: bool = False
    _overlays: dict[str, Tree] = field(default_factory=dict)
    _candidates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _units: dict[tuple[str, bytes], Unit] = field(default_factory=dict)

    def review(self, patch: Patch) -> Verdict:
        """Findings of both images of the touched files, compared."""
        tree, name = self._tree(patch)
        applied = apply_patch(tree, patch)
        if patch.series is not None:
            self._overlays[patch.series.key] = applied.over(tree)
        if patch.duplicate_of:
            return Verdict((), (), 0)
        return self.review_applied(patch, applied, tree, name)

    def review_applied(self, patch: Patch, applied: Applied, tree: Tree, name: str) -> Verdict:
        """The same for a patch that is laid over ``tree`` already."""
        after = applied.over(tree)
        new = self._judged(patch, applied, after, post=True)
        old = self._judged(patch, applied, tree, post=False)
        skipped = (*new.skipped, *_refused(applied))
        findings = compare(old, new, self.book)
        return Verdict(tuple(_based(findings, name, applied)), skipped, new.functions)

    def concerns(self, text: str) -> bool:
        """Whether a patch text touches a file of the base that holds a word of the vocabulary."""
        base: Tree = WorkTree(self.base) if self.rev is None else GitTree(self.base, self.rev)
        known = frozenset(self._listed(base))
        return any(path in known for path in touched_paths(text))

    def apply_only(self, patch: Patch) -> None:
        """Lay a patch that cannot matter by itself, for the later ones of its series."""
        if patch.series is not None:
            tree, _ = self._tree(patch)
            self._overlays[patch.series.key] = apply_patch(tree, patch).over(tree)

    def _tree(self, patch: Patch) -> tuple[Tree, str]:
        if patch.series is not None and patch.series.key in self._overlays:
            tree = self._overlays[patch.series.key]
            return tree, tree.name
        if self.rev is None:
            tree = WorkTree(self.base)
            return tree, str(self.base)
        found = find_base(self.base, patch, self.rev)
        return found.tree, f"{found.tree.name} ({found.found.value})"

    # --- sources ------------------------------------------------------------------------------------------------------

    def _judged(self, patch: Patch, applied: Applied, tree: Tree, post: bool) -> Verdict:
        sources = list(self._touched(patch, applied, post))
        failed = {path for path, file in applied.files.items() if not file.ok}
        sources += [s for s in fragment_sources(patch, post, self.book.vocabulary) if s.path in failed]
        if not sources:
            return Verdict((), (), 0)
        paths = {source.path for source in sources}
        sources += [s for s in self._context(tree) if s.path not in paths]
        vocabulary = self.book.vocabulary
        headers = [text for name in vocabulary.headers if (text := tree.read(name))]
        era = era_of(headers or [s.unit.text for s in sources], vocabulary)
        return judge(sources, self.book, era, headers, confirm=self.confirm and post)

    def _touched(self, patch: Patch, applied: Applied, post: bool) -> Iterable[Source]:
        for path, file in applied.files.items():
            text = file.post if post else file.pre
            if text is None or not file.ok or not path.endswith(_SUFFIXES) or not self._may_matter(file):
                continue
            yield Source(self._unit(path, text), path, patch, applied=file, post=post)

    def _may_matter(self, file: AppliedFile) -> bool:
        words = [word.encode() for word in self.book.vocabulary.needles]
        return any(word in text for text in (file.pre, file.post) if text for word in words)

    def _context(self, tree: Tree) -> Iterable[Source]:
        """Files with a word of the vocabulary, for their bodies only."""
        for path in self._listed(tree):
            text = tree.read(path)
            if text is not None:
                yield Source(self._unit(path, text), path, judged=False)

    def _unit(self, path: str, text: bytes) -> Unit:
        key = (path, text)
        if key not in self._units:
            self._units[key] = outline_file(path, text)
        return self._units[key]

    def _listed(self, tree: Tree) -> tuple[str, ...]:
        under = tree.base if isinstance(tree, Overlay) else tree
        known = self._candidates.get(under.name)
        if known is None:
            known = self._candidates[under.name] = tuple(_list(under, self.book.vocabulary))
        changed = tuple(tree.changes) if isinstance(tree, Overlay) else ()
        return tuple(dict.fromkeys((*known, *(path for path in changed if path.endswith(_SUFFIXES)))))


def _list(tree: Tree, vocabulary: Vocabulary) -> Iterable[str]:
    if isinstance(tree, WorkTree):
        folders = [str(tree.root / f) for f in vocabulary.folders if (tree.root / f).is_dir()] or [str(tree.root)]
        for group in find_candidates(folders, vocabulary, root=tree.root).groups:
            yield from (file.shown for file in group.files)
    elif isinstance(tree, GitTree):
        words = [part for needle in vocabulary.needles for part in ("-e", needle)]
        found = try_git(tree.repo, "grep", "-lzF", *words, tree.commit, "--", "*.c", "*.h") or b""
        for name in found.split(b"\0"):
            yield from [name.decode("utf-8", "surrogateescape").partition(":")[2]] if name else []


def _refused(applied: Applied) -> Iterable[Skipped]:
    for path, file in applied.files.items():
        if not file.ok:
            yield Skipped(path, None, None, f"{file.reason}; judged by its hunks alone")


def _based(findings: Iterable[Finding], base: str, applied: Applied) -> Iterable[Finding]:
    """The base is named where it was seen: not for a file whose hunks do not apply, which are judged alone."""
    alone = {path for path, file in applied.files.items() if not file.ok}
    return (replace(finding, base=None if finding.path in alone else base) for finding in findings)
