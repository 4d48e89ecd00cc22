"""From findings to the changes that repair them, the best first, each proved before it is offered."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.confirm.confirm import simulate
from mtelint.engine.judge.judge import judge, modelling_of, repairs_of
from mtelint.engine.judge.sources import Source
from mtelint.fix import moves, operations
from mtelint.fix.edits import Edit, Proposal, apply_edits
from mtelint.fix.surroundings import Code, code_of
from mtelint.flow.domain.events import Event, Site, Trace
from mtelint.flow.domain.symbols import Symbol
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.program.program import Program
from mtelint.model import Answer, EffectKind, Era, Finding, Simulation, Verdict
from mtelint.model.rules import RepairKind
from mtelint.rulebook import Rulebook
from mtelint.rulebook.environments import load_environments
from mtelint.syntax.outline import outline_file
from mtelint.syntax.unit import Unit

_TOUCHES = (EffectKind.WRITE, EffectKind.READ, EffectKind.SET)
MAX_PATHS = 8
"""Paths of a repaired function that are put to the simulator."""
Key = tuple[str, str, str]


class Workspace(Struct, frozen=True):
    """Files that are judged together; ``evidence`` are further texts that tell the era."""

    sources: tuple[Source, ...]
    book: Rulebook
    era: Era
    evidence: tuple[bytes, ...] = ()

    def unit(self, path: str) -> Unit | None:
        """The reading of a judged file."""
        return next((s.unit for s in self.sources if s.path == path and s.judged), None)

    def with_text(self, path: str, text: bytes) -> "Workspace":
        """The same with another text of one file."""
        fresh = Source(outline_file(path, text), path)
        return replace(self, sources=tuple(fresh if s.path == path and s.judged else s for s in self.sources))

    def verdict(self) -> Verdict:
        """All findings, whatever their severity and confidence."""
        return judge(self.sources, self.book, self.era, self.evidence)


Proposer = Callable[[Code], Iterator[Proposal]]
PROPOSERS: dict[RepairKind, Proposer] = {
    RepairKind.CALL_HELPER: operations.to_helper,
    RepairKind.ADD_BARRIER: operations.order_set,
    RepairKind.MOVE_BARRIER: operations.barrier_to_set,
    RepairKind.SET_AFTER_TAGS: moves.set_after_tags,
    RepairKind.CLAIM_FOR_TEST_AND_SET: moves.claim_for_test_and_set,
    RepairKind.ADD_SET: moves.missing_set,
    RepairKind.SET_BEFORE_RELEASE: moves.set_before_release,
    RepairKind.FINISH_CLAIM: moves.finish_claim,
    RepairKind.INVERT_GUARD: operations.other_way_round,
    RepairKind.ADDRESS_OF_PAGE: operations.address_of_page,
}


class Fix(Struct, frozen=True):
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


class Repair(Struct):
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
        if answer is None or answer.verdict is not Answer.CONFIRMED:
            return Fix(finding, proposal.title, proposal.edits, text, answer)
    return None


def proposals(code: Code, kinds: Iterable[RepairKind]) -> Iterator[Proposal]:
    """All proposals of the kinds that the rule of a finding names, which may be none."""
    for kind in kinds:
        yield from PROPOSERS[kind](code)


def workspace_of(texts: Mapping[str, bytes], book: Rulebook, era: Era, evidence: Sequence[bytes] = ()) -> Workspace:
    """The workspace of files given as text."""
    return Workspace(tuple(Source(outline_file(p, t), p) for p, t in texts.items()), book, era, tuple(evidence))


def key_of(finding: Finding) -> Key:
    """What tells findings apart across a change that moves lines."""
    return (finding.rule, finding.path, finding.function or "")


def repaired(before: Verdict, after: Verdict, finding: Finding) -> bool:
    """Whether the finding is gone and nothing has come for it: no finding, and no function that is not judged."""
    old, new = (Counter(key_of(f) for f in (*v.findings, *v.hidden)) for v in (before, after))
    gone = old[key_of(finding)] > new[key_of(finding)]
    return gone and not new - old and len(after.skipped) <= len(before.skipped) and after.functions >= before.functions


def simulated(space: Workspace, finding: Finding) -> Simulation | None:
    """The worst answer of the simulator for the paths of the finding's function; None where no path touches the page.

    A confirmed answer, if there is one, else one that is not modelled, else a refuted one.
    """
    modelling = modelling_of(finding.rule, space.book)
    answers = [
        simulate(
            finding.rule, page, trace.forwards(), None, (),
            modelling=modelling, place=_place(space), environments=load_environments(),
            vocabulary=space.book.vocabulary,
        )
        for page, trace in _paths(space, finding)
    ]  # fmt: skip
    order = (Answer.CONFIRMED, Answer.NOT_MODELLED, Answer.REFUTED)
    return min(answers, key=lambda answer: order.index(answer.verdict), default=None)


def _place(space: Workspace) -> "_Place":
    return _Place(space.sources)


class _Place(Struct, frozen=True):
    sources: tuple[Source, ...]

    def __call__(self, site: Site) -> tuple[str, int]:
        found = self.sources[site.unit].place(site)
        return found.path, found.line


def _paths(space: Workspace, finding: Finding) -> Iterator[tuple[Symbol, Trace]]:
    """The ends of paths that touch the finding's page, in its function; all pages where its name is gone."""
    analysis = _analysis(space, finding)
    if analysis is None:
        return
    ends = [(end.page, end.trace) for end in analysis.exits if end.trace is not None and _touched(end.trace, end.page)]
    named = {r.event.page for r in analysis.records if r.event.words == finding.page}
    chosen = [each for each in ends if each[0] in named] or ends
    seen: set[tuple[Symbol, tuple[object, ...]]] = set()
    for page, trace in chosen:
        what = (page, trace.forwards())
        if what not in seen and len(seen) < MAX_PATHS:
            seen.add(what)
            yield page, trace


def _touched(trace: Trace, page: Symbol) -> bool:
    items = (item for item in trace.forwards() if isinstance(item, Event))
    return any(item.kind in _TOUCHES and item.page == page for item in items)


def _analysis(space: Workspace, finding: Finding) -> FunctionResults | None:
    program = Program([s.unit for s in space.sources], space.book.vocabulary)
    found = (a for a in program.analyses() if a.path == finding.path and a.name == finding.function)
    return next(found, None)
