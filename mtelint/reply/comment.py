"""What a reviewer says about one finding: the reason, the path in steps, the witness, and where it happened before."""

from collections.abc import Iterator

from msgspec.structs import replace

from mtelint.git.history import Blamed
from mtelint.model import Answer, Finding, Origin, RuleInfo, Step
from mtelint.report.simulation import said, witness
from mtelint.report.style import PLAIN, expand, one_line, wrapped

COLUMNS = 72
"""Width of prose in a mail, which leaves room for quoting."""
NAMED = 3
"""Commits of the past that are named."""


def comment(finding: Finding, rule: RuleInfo | None, blamed: Blamed | None = None) -> list[str]:
    """The lines of the comment on ``finding``; ``blamed`` is the commit that an existing defect comes from."""
    return list(_paragraphs([_claim(finding), _steps(finding), _cause(finding), _simulation(finding), _fix(finding),
                             _past(finding, rule), _origin(finding, blamed)]))  # fmt: skip


def excerpt(finding: Finding) -> list[str]:
    """The source around a finding that stands outside of all quoted hunks, under its place."""
    if not finding.excerpt:
        return [f"{one_line(finding.path)}:{finding.line}"]
    lines = [f"{line.line:>6} {line.side} {expand(line.text)}".rstrip() for line in finding.excerpt]
    return [f"{one_line(finding.path)}:{finding.line}", *lines]


def _paragraphs(blocks: list[list[str]]) -> Iterator[str]:
    first = True
    for block in blocks:
        if block:
            yield from block if first else ["", *block]
            first = False


def _claim(finding: Finding) -> list[str]:
    where = f"{one_line(finding.function)}(): " if finding.function else ""
    return wrapped(f"{where}{one_line(finding.message)} ({finding.rule} {finding.name}, {finding.severity}).", COLUMNS)


def _steps(finding: Finding) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(finding.steps, 1):
        front = f"  {number}. "
        said_at = f"{_at(step, finding)}{one_line(step.message)}"
        lines += [(front if not i else " " * len(front)) + line
                  for i, line in enumerate(wrapped(said_at, COLUMNS - len(front)))]  # fmt: skip
    return lines


def _at(step: Step, finding: Finding) -> str:
    place = f"line {step.line}" if step.path == finding.path else f"{one_line(step.path)}:{step.line}"
    code = one_line(_code(step))
    return f"{place}, {code}: " if code else f"{place}: "


def _code(step: Step) -> str:
    """The source that the step stands for, where it is on one line."""
    if step.end_line != step.line or not step.text:
        return ""
    line = step.text.encode("utf-8", "surrogatepass")
    return line[step.column - 1 : step.end_column - 1].decode("utf-8", "replace")


def _cause(finding: Finding) -> list[str]:
    """The changed line that brings about a finding on a line that is not changed."""
    cause = finding.cause
    if cause is None or finding.origin is Origin.EXISTING:
        return []
    does = "adds" if cause.side == "+" else "removes"
    code = f", `{one_line(cause.text)}`" if cause.text.strip() else ""
    return wrapped(f"The nearest line that the patch {does} is {cause.line}{code}.", COLUMNS)


def _simulation(finding: Finding) -> list[str]:
    simulation = finding.simulation
    if simulation is None or simulation.verdict is not Answer.CONFIRMED:
        return []
    verdict = said(simulation)
    lines = wrapped(f"{verdict[:1].upper()}{verdict[1:]}.", COLUMNS)
    steps = [line.removeprefix("    ") for line in witness(simulation, replace(PLAIN, width=COLUMNS + 4))]
    return [*lines, "", *steps] if steps else lines


def _fix(finding: Finding) -> list[str]:
    return [f"Instead: {one_line(finding.fix)}"] if finding.fix else []


def _past(finding: Finding, rule: RuleInfo | None) -> list[str]:
    """Commits that made, and that ended, the same mistake elsewhere."""
    made = rule.introduced_by if rule else finding.commits
    ended = rule.fixed_by if rule else ()
    if not made:
        return []
    text = f"Like {_listed(made)}" + (f", mended by {_listed(ended)}" if ended else "")
    return wrapped(f"{text}; `mtelint explain {finding.rule}` says more.", COLUMNS)


def _listed(commits: tuple[str, ...]) -> str:
    return ", ".join(map(one_line, commits[:NAMED]))


def _origin(finding: Finding, blamed: Blamed | None) -> list[str]:
    if finding.origin is not Origin.EXISTING:
        return []
    lines = wrapped("This is older than the patch, which leaves it as it was.", COLUMNS)
    return [*lines, "", f'Fixes: {blamed.commit} ("{one_line(blamed.subject)}")'] if blamed else lines
