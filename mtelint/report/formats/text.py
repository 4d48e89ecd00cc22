"""For people: each finding with its reason, its source, the steps of its path, and how to go on; or a line for each."""

from collections.abc import Iterator

from mtelint.model import Finding, Origin, Report, Run, Severity, Step
from mtelint.report.excerpt import excerpt
from mtelint.report.overview import assuming, history
from mtelint.report.simulation import verdict, witness
from mtelint.report.style import Ink, Style, labelled, one_line, wrapped

_INKS = {Severity.ERROR: Ink.ERROR, Severity.WARNING: Ink.WARNING, Severity.NOTE: Ink.NOTE}


def render_text(report: Report, style: Style) -> str:
    """Every finding, then base, era and the command that shows them again; empty where there is none."""
    if not report.findings:
        return ""
    blocks = ["\n".join(_finding(finding, style)) for finding in report.findings]
    blocks.append("\n".join(_foot(report, style)))
    return "\n\n".join(blocks) + "\n"


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    yield from _headline(finding, style)
    yield from (f"  {line}" for line in wrapped(_sentence(one_line(finding.message)), style.width - 2))
    yield ""
    yield from excerpt(finding, style)
    if finding.before and not _shows(finding, finding.before):
        yield f"  before the patch: {one_line(finding.before)}"
    yield ""
    yield from _labels(finding, style)


def _headline(finding: Finding, style: Style) -> Iterator[str]:
    place = style.paint(f"{one_line(finding.path)}:{finding.line}:{finding.column}:", Ink.PLACE)
    age = "" if finding.origin in (None, Origin.INTRODUCED) else f", {finding.origin}"
    kind = style.paint(f"{finding.severity}{age}:", _INKS[finding.severity])
    where = f" in {one_line(finding.function)}()" if finding.function else ""
    yield f"{place} {kind} {finding.rule} {finding.name}{where}"


def _sentence(text: str) -> str:
    """``text`` with a capital where it begins with a plain word, not a quoted name, and with a full stop."""
    capital = text[:1].upper() + text[1:] if text.partition(" ")[0].isalpha() else text
    return capital if capital.endswith((".", "!", "?")) else f"{capital}."


def _shows(finding: Finding, before: str) -> bool:
    return any(line.side == "-" and line.text.split() == before.split() for line in finding.excerpt)


def _labels(finding: Finding, style: Style) -> Iterator[str]:
    if finding.mail:
        yield from _mail(finding, style)
    if finding.cause:
        yield from labelled("from", _cause(finding.cause), style.width)
    if finding.premises:
        yield from (f"  {line}" for line in wrapped(assuming(finding), style.width - 2))
    if finding.simulation:
        yield from verdict(finding.simulation, style.width)
        steps = witness(finding.simulation, style)
        yield from ["", *steps, ""] if steps else []
    for run in finding.runs:
        yield from labelled("seen" if run.seen else "run", _run(run), style.width)
    if finding.fix:
        yield f"  fix  {one_line(finding.fix)}"
    if finding.commits or finding.fixed_by:
        yield from labelled("like", one_line(history(finding)), style.width)
    yield f"  why  mtelint explain {finding.rule}"


def _mail(finding: Finding, style: Style) -> Iterator[str]:
    mail = finding.mail
    if mail is None:
        return
    parts = [one_line(mail.subject)] if mail.subject else []
    if mail.body_line is not None:
        parts.append(f"{'mail' if mail.message_id else 'diff'} line {mail.body_line}")
    yield from labelled("in", ", ".join(parts), style.width)
    places = [one_line(mail.message_id)] if mail.message_id else []
    if mail.hunk is not None and mail.diff_line is not None:
        places.append(f"hunk {mail.hunk}, diff line {mail.diff_line}")
    if mail.also_in:
        places.append(f"also in {', '.join(map(one_line, mail.also_in))}")
    yield from labelled("", ", ".join(places), style.width)


def _run(run: Run) -> str:
    why = f", {one_line(run.why)}" if run.why else ""
    return f"{'' if run.seen else 'not seen '}on {one_line(run.kernel)}{why}: {one_line(run.command)}"


def _cause(step: Step) -> str:
    return f"{one_line(step.path)}:{step.line}: {one_line(step.message)}"


def _foot(report: Report, style: Style) -> Iterator[str]:
    bases = sorted({finding.base for finding in report.findings if finding.base})
    eras = sorted({finding.era.value for finding in report.findings})
    unnamed = "no tree, the hunks alone" if _from_mail(report) else "the files as they are"
    yield f"base: {', '.join(map(one_line, bases)) or unnamed}; era: {', '.join(eras)}"
    yield f"again: {one_line(report.command)}"


def _from_mail(report: Report) -> bool:
    return any(finding.mail for finding in report.findings)


def render_terse(report: Report, style: Style) -> str:
    """A line for each finding; empty where there is none."""
    del style  # nothing to choose: other programs read this
    return "".join(f"{terse_line(finding)}\n" for finding in report.findings)


def terse_line(finding: Finding) -> str:
    """One finding, without the end of the line."""
    place = f"{one_line(finding.path)}:{finding.line}"
    return f"{place}: {finding.severity.upper()}: {finding.rule}: {one_line(finding.message)}"


def render_compiler(report: Report, style: Style) -> str:
    """A line for each finding and one for each other step of its path; empty where there is no finding."""
    del style  # nothing to choose: other programs read this
    return "".join(f"{line}\n" for finding in report.findings for line in _lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    # Never "error": a build that goes on has none, and those who watch it take the word for its end.
    kind = "note" if finding.severity is Severity.NOTE else "warning"
    yield f"{_place(finding.path, finding)}: {kind}: {one_line(finding.message)} [{finding.rule} {finding.name}]"
    judged = {step.path for step in finding.steps if step.line == finding.line}
    for step in finding.steps:
        if step.line != finding.line:
            path = finding.path if step.path in judged else step.path
            yield f"{_place(path, step)}: note: {one_line(step.message)}"


def _place(path: str, at: Finding | Step) -> str:
    return f"{one_line(path)}:{at.line}:{at.column}"
