"""What several formats ask of a report."""

from collections.abc import Iterable

from mtelint.model import Finding, Origin, Report, Severity


def present(report: Report) -> list[Finding]:
    """The findings of the code as it is now; what a patch fixes has lines of the code before."""
    return [finding for finding in report.findings if finding.origin is not Origin.FIXED]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The most severe and most sure first, then in the order of the report."""
    return sorted(findings, key=lambda f: (-f.severity.rank, -f.confidence.rank, f.sort_key))


def counted(findings: Iterable[Finding]) -> str:
    """``3 findings (1 error, 2 warnings)``, or ``no finding``."""
    found = list(findings)
    if not found:
        return "no finding"
    kinds = [(s.value, sum(f.severity is s for f in found)) for s in sorted(Severity, key=lambda s: -s.rank)]
    return f"{plural(len(found), 'finding')} ({', '.join(plural(count, kind) for kind, count in kinds if count)})"


def plural(count: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def verdict(findings: Iterable[Finding]) -> Severity | None:
    """The severity of the worst finding, or None without findings."""
    return max((finding.severity for finding in findings), key=lambda severity: severity.rank, default=None)
