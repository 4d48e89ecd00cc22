"""The closing summary that people see beside the text report."""

from mtelint.model import Origin, Report, Skipped, Stats
from mtelint.report.select import counted, plural
from mtelint.report.visible import one_line


def summary(report: Report, stats: bool = False) -> str:
    """One line that counts, and a line for each thing that was not judged; empty where there is nothing to say."""
    if not (report.findings or report.skipped or stats):
        return ""
    lines = [_counts(report), *map(_skipped, report.skipped)]
    if stats:
        lines.append(_stats(report.stats))
    return "\n".join(lines) + "\n"


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
    read += [f"{len(report.skipped)} skipped"]
    return f"{', '.join(parts)}; {', '.join(read)}"


def _all_introduced(report: Report) -> bool:
    return all(finding.origin is Origin.INTRODUCED for finding in report.findings)


def _stats(stats: Stats) -> str:
    counts = (stats.mails, "mail"), (stats.files, "file"), (stats.hunks, "hunk"), (stats.functions, "function")
    return f"{', '.join(plural(count, noun) for count, noun in counts)} in {stats.seconds:.2f} s"
