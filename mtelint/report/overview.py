"""What several formats ask of a report, and the closing summary that people see beside the text report."""

from collections.abc import Iterable

from mtelint.model import Finding, Origin, Report, Severity, Skipped, Stats
from mtelint.report.style import one_line


def summary(report: Report, stats: bool = False) -> str:
    """One line that counts, and a line for each thing that was not judged.

    Looked and found nothing, and had nothing to look at, are two answers.  Where an input could not be read, that is
    said elsewhere, and nothing is said here but of what was found or skipped.
    """
    if not (report.findings or report.skipped or stats) and report.unreadable:
        return ""
    first = nothing_to_review(report) if was_nothing(report) else _counts(report)
    lines = [first, *map(_skipped, report.skipped)]
    if stats:
        lines.append(_stats(report.stats))
    return "\n".join(lines) + "\n"


def was_nothing(report: Report) -> bool:
    """Whether nothing was there to be judged: no function that touches the flag or the tags, before or after."""
    told = report.findings or report.known or report.skipped or report.unreadable
    return not (told or report.stats.functions or report.fixed or report.existing)


def nothing_to_review(report: Report) -> str:
    """The line that says so, and what was looked through."""
    stats = report.stats
    touches = "touches PG_mte_tagged or its helpers"
    if not stats.files:
        return f"nothing to review: no C file or diff here {touches}"
    where = f"the {plural(stats.hunks, 'hunk')} of " if stats.hunks else ""
    return f"nothing to review: no function in {where}{plural(stats.files, 'file')} {touches}"


def _skipped(skipped: Skipped) -> str:
    place = one_line(skipped.path) + (f":{skipped.line}" if skipped.line is not None else "")
    function = f" {one_line(skipped.function)}():" if skipped.function else ""
    return f"skipped: {place}:{function} {one_line(skipped.reason)}"


def _counts(report: Report) -> str:
    stats = report.stats
    parts = [counted(report.findings)]
    if stats.hunks or stats.mails:
        introduced = f"{parts[0]} introduced" if _all_introduced(report) else parts[0]
        parts = [introduced, f"{report.fixed} fixed by the patch"]
    if report.known:
        parts.append(f"{len(report.known)} in the baseline")
    read = [plural(stats.files, "file")]
    read += [plural(stats.hunks, "hunk")] if stats.hunks else []
    read += [] if report.findings else [f"{plural(stats.functions, 'function')} followed"]
    read += [f"{len(report.skipped)} skipped"]
    return f"{', '.join(parts)}; {', '.join(read)}"


def _all_introduced(report: Report) -> bool:
    return all(finding.origin is Origin.INTRODUCED for finding in report.findings)


def _stats(stats: Stats) -> str:
    counts = (stats.mails, "mail"), (stats.files, "file"), (stats.hunks, "hunk"), (stats.functions, "function")
    return f"{', '.join(plural(count, noun) for count, noun in counts)} in {stats.seconds:.2f} s"


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


def history(finding: Finding) -> str:
    """Upstream commits with the same defect, and those that fixed it; empty where none is known."""
    fixed = f"fixed by {', '.join(finding.fixed_by)}" if finding.fixed_by else ""
    return "; ".join(part for part in (", ".join(finding.commits), fixed) if part)


def assuming(finding: Finding) -> str:
    """What the finding rests on, in words; empty where it rests on nothing."""
    return f"assuming {'; '.join(premise.words for premise in finding.premises)}" if finding.premises else ""
