"""What a run has found so far, under the configuration of each file and the baseline."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint import __version__
from mtelint.config import Configs
from mtelint.config.baseline import complaint
from mtelint.engine.find.tree_prefixes import prefixed_finding, prefixed_skipped
from mtelint.engine.review.options import Options
from mtelint.model import Finding, Origin, Report, Skipped, Stats, Verdict
from mtelint.rulebook import Rulebook


class PartialReport(Struct, frozen=True):
    """What one process found, for the one that asked it: findings that the configuration let through, and counts."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    unreadable: tuple[str, ...]
    counts: tuple[int, int, int, int]
    seen: frozenset[str]


class ReportBuilder(Struct):
    """Collects verdicts; ``scopes`` are the files and folders that were judged whole, as reported.

    ``foreign`` tells that the paths are a patch's: one that leads out of its tree reads no configuration there.
    """

    configs: Configs
    foreign: bool = False
    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    files: int = 0
    hunks: int = 0
    functions: int = 0
    mails: int = 0
    started: float = field(default_factory=time.monotonic)
    _seen: set[str] = field(default_factory=set)

    def add(self, verdict: Verdict, base: Path, below: str = "") -> None:
        """Take in a verdict whose paths are relative to ``base``, as far as the configuration lets it through.

        In the report they begin with ``below``.
        """
        self._seen.update(finding.fingerprint for finding in verdict.findings)
        self.findings.extend(prefixed_finding(below, f) for f in self._let_through(verdict.findings, base))
        self.skipped.extend(prefixed_skipped(below, s) for s in verdict.skipped if not self.excluded(base, s.path))
        self.functions += verdict.functions

    def found(self) -> PartialReport:
        """All that is in here, as a value that another process can be sent."""
        counts = (self.files, self.hunks, self.functions, self.mails)
        seen = frozenset(self._seen)
        return PartialReport(tuple(self.findings), tuple(self.skipped), tuple(self.unreadable), counts, seen)

    def take(self, found: PartialReport) -> None:
        """Add what another process found behind what is in here."""
        self.findings.extend(found.findings)
        self.skipped.extend(found.skipped)
        self.unreadable.extend(found.unreadable)
        self.files, self.hunks, self.functions, self.mails = (
            mine + theirs
            for mine, theirs in zip((self.files, self.hunks, self.functions, self.mails), found.counts, strict=True)
        )
        self._seen |= found.seen

    def _let_through(self, findings: Iterable[Finding], base: Path) -> Iterable[Finding]:
        for finding in findings:
            file = self._file(base, finding.path)
            settings = self.configs.settings(file)
            severity = settings.rated(finding, file)
            if severity is None or settings.excludes(file, finding.path):
                continue
            rated = finding if severity is finding.severity else replace(finding, severity=severity)
            if settings.wants(rated):
                yield rated

    def excluded(self, base: Path, shown: str) -> bool:
        """Whether the file reported as ``shown`` is not to be judged."""
        file = self._file(base, shown)
        return self.configs.settings(file).excludes(file, shown)

    def _file(self, base: Path, shown: str) -> Path:
        outward = os.path.isabs(shown) or os.pardir in shown.split("/")
        return base if self.foreign and outward else base / shown

    def report(self, options: Options, book: Rulebook) -> Report:
        """Sort, and part what the baseline knows from the rest."""
        wanted = [f for f in self.findings if options.show_all or f.origin in (None, Origin.INTRODUCED)]
        known = options.baseline.fingerprints if options.baseline else frozenset()
        ordered = sorted(wanted, key=lambda f: f.sort_key)
        seconds = time.monotonic() - self.started
        return Report(
            tuple(f for f in ordered if f.fingerprint not in known), (*self.skipped, *self._stale(options)),
            Stats(self.files, self.hunks, self.functions, self.mails, seconds),
            sum(f.origin is Origin.FIXED for f in self.findings),
            sum(f.origin is Origin.EXISTING for f in self.findings),
            options.command, __version__, book.digest, book.rules, tuple(self.unreadable),
            tuple(f for f in ordered if f.fingerprint in known),
        )  # fmt: skip

    def _stale(self, options: Options) -> Iterable[Skipped]:
        """One line for all entries of the baseline that match nothing in what was judged."""
        if options.baseline is not None:
            stale = options.baseline.stale(self._seen, self.scopes)
            if stale:
                yield Skipped(options.baseline.name, None, None, complaint(stale))
