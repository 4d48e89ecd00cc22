"""Whether a change repairs its finding and breaks nothing: it is judged, and put to the simulator, in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mtelint.confirm.confirm import CONFIRMED, REFUTED, simulate
from mtelint.engine.judge.judge import judge
from mtelint.engine.judge.rules import modelling_of
from mtelint.engine.judge.sources import Source
from mtelint.engine.judge.verdict import Verdict
from mtelint.flow.domain.events import Event, Site, Trace
from mtelint.flow.program.analysis import Analysis
from mtelint.flow.program.program import Program
from mtelint.model import EffectKind, Era, Finding, Simulation
from mtelint.records import dataclass
from mtelint.rulebook import Rulebook
from mtelint.rulebook.environments import load_environments
from mtelint.syntax.outline import outline_file
from mtelint.syntax.unit import Unit

_TOUCHES = (EffectKind.WRITE, EffectKind.READ, EffectKind.SET)
MAX_PATHS = 8
"""Paths of a repaired function that are put to the simulator."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Workspace:
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
        )
        for page, trace in _paths(space, finding)
    ]  # fmt: skip
    order = (CONFIRMED, "", REFUTED)
    return min(answers, key=lambda a: order.index(a.verdict if a.verdict in order else ""), default=None)


def _place(space: Workspace) -> "_Place":
    return _Place(space.sources)


@dataclass(frozen=True, slots=True)
class _Place:
    sources: tuple[Source, ...]

    def __call__(self, site: Site) -> tuple[str, int]:
        found = self.sources[site.unit].place(site)
        return found.path, found.line


def _paths(space: Workspace, finding: Finding) -> Iterator[tuple[str, Trace]]:
    """The ends of paths that touch the finding's page, in its function; all pages where its name is gone."""
    analysis = _analysis(space, finding)
    if analysis is None:
        return
    ends = [(end.page, end.trace) for end in analysis.exits if end.trace is not None and _touched(end.trace, end.page)]
    named = {r.event.page for r in analysis.records if r.event.words == finding.page}
    chosen = [each for each in ends if each[0] in named] or ends
    seen: set[tuple[str, tuple[object, ...]]] = set()
    for page, trace in chosen:
        what = (page, trace.forwards())
        if what not in seen and len(seen) < MAX_PATHS:
            seen.add(what)
            yield page, trace


def _touched(trace: Trace, page: str) -> bool:
    items = (item for item in trace.forwards() if isinstance(item, Event))
    return any(item.kind in _TOUCHES and item.page == page for item in items)


def _analysis(space: Workspace, finding: Finding) -> Analysis | None:
    program = Program([s.unit for s in space.sources], space.book.vocabulary)
    found = (a for a in program.analyses() if a.path == finding.path and a.name == finding.function)
    return next(found, None)
