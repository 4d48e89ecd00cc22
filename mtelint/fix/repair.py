"""From findings to the changes that repair them, each proved before it is offered."""

from collections.abc import Callable
from dataclasses import field

from mtelint.confirm.confirm import CONFIRMED
from mtelint.engine.judge.rules import repairs_of
from mtelint.engine.judge.verdict import Verdict
from mtelint.fix.code import code_of
from mtelint.fix.edits import Edit, apply_edits
from mtelint.fix.proof import Workspace, repaired, simulated
from mtelint.fix.proposals import proposals
from mtelint.model import Finding, Simulation
from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class Fix:
    """A proved change of one file: ``text`` is the whole file after it, ``edits`` are against the file before it.

    ``simulation`` is what the simulator says of the repaired path; None where no path of it touches a page.
    """

    finding: Finding
    title: str
    edits: tuple[Edit, ...]
    text: bytes
    simulation: Simulation | None

    def line(self, before: bytes) -> str | None:
        """The flagged line as repaired, where the fix changes that one line of ``before`` and no other."""
        old, new = before.split(b"\n"), self.text.split(b"\n")
        at = self.finding.line - 1
        if len(old) != len(new) or old[:at] + old[at + 1 :] != new[:at] + new[at + 1 :]:
            return None
        return new[at].decode("utf-8", "replace").strip()


@dataclass(slots=True)
class Repair:
    """Repairs a workspace finding by finding; ``space`` is as the fixes so far leave it."""

    space: Workspace
    verdict: Verdict | None = None
    fixes: list[Fix] = field(default_factory=list)

    def run(self, wanted: Callable[[Finding], bool]) -> tuple[Finding, ...]:
        """Repair what is wanted and can be repaired, each on top of those before it; what is left."""
        refused: set[str] = set()
        verdict = self.verdict = self.verdict or self.space.verdict()
        while True:
            asked = tuple(f for f in verdict.findings if wanted(f))
            todo = [f for f in asked if f.fingerprint not in refused]
            if not todo:
                return asked
            fix = propose_in(self.space, verdict, todo[0])
            if fix is None:
                refused.add(todo[0].fingerprint)
                continue
            self.fixes.append(fix)
            self.space = self.space.with_text(fix.finding.path, fix.text)
            verdict = self.verdict = self.space.verdict()

    @property
    def changed(self) -> dict[str, bytes]:
        """The texts of the repaired files by path."""
        return {fix.finding.path: fix.text for fix in self.fixes}


def propose_in(space: Workspace, verdict: Verdict, finding: Finding) -> Fix | None:
    """The first proposal for a finding of ``verdict`` that is proved, or None."""
    unit = space.unit(finding.path)
    code = code_of(finding, unit.text, unit, space.book.vocabulary) if unit is not None else None
    if unit is None or code is None:
        return None
    for proposal in proposals(code, repairs_of(finding.rule, space.book)):
        text = apply_edits(unit.text, proposal.edits)
        after = space.with_text(finding.path, text)
        if not repaired(verdict, after.verdict(), finding):
            continue
        answer = simulated(after, finding)
        if answer is None or answer.verdict != CONFIRMED:
            return Fix(finding, proposal.title, proposal.edits, text, answer)
    return None
