"""The question put to the simulator, chosen by what describes the path, and its answer as a value of the model."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from mtelint.confirm.helper_names import names_of
from mtelint.confirm.litmus_c import litmus_c
from mtelint.confirm.litmus_program import Setup, build
from mtelint.confirm.path_repairs import REPAIRS, Where
from mtelint.confirm.projection import (
    INITIALISED,
    NO_PAGE,
    SUBJECT,
    Act,
    Do,
    Place,
    acts_of,
    claimed_twice,
    path_events,
    subject_of,
)
from mtelint.confirm.source_witness import story
from mtelint.errors import MtelintError
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Decision, Event
from mtelint.flow.domain.symbols import Symbol, text
from mtelint.memsim.litmus.final_state import Prop, holds
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.outcome import Outcome, Verdict
from mtelint.model import Answer, Finding, Severity, Simulation, Vocabulary, WriteHow
from mtelint.model.environments import Environments, Question
from mtelint.model.rules import Modelling

_OF_NEW_PAGES = (WriteHow.COPY, WriteHow.ZERO_CLEAR)
BOUND = 20_000
"""Candidate executions per question; past it the finding is not modelled."""
SECONDS = 1.0
"""Time per question, for the same."""
MAX_ACTS = 24
"""Acts on a path beyond which nothing is run."""
_NO_PAGE = text("")
"""Stands for the page of a defect that is about none."""


def simulate(
    rule: str,
    page: Symbol,
    trace: Sequence[Event | Decision],
    last: Event | None,
    other_pages: Sequence[Symbol] = (),
    model: str = "lkmm",
    *,
    modelling: Modelling,
    place: Place,
    environments: Environments,
    vocabulary: Vocabulary,
) -> Simulation:
    """Whether the path ``trace`` (up to ``last``) can end as ``rule`` says; ``page`` is the symbol of its page.

    ``modelling`` tells how a path of the rule becomes a program; the questions are those of ``environments``.

    ``confirmed``: the bad state is reachable, with a witness.  ``refuted``: it is not, and a good state is.
    ``not modelled``: anything else, with the reason; no exception escapes but for a bug of ours.
    """
    acts = acts_of(trace, last, page, other_pages, modelling)
    page, _ = subject_of(modelling, path_events(trace, last, modelling), page, other_pages)
    question = _question(rule, acts, page, environments)
    if question is None:
        return _unasked(model, f"no environment is known for {rule} on a path of this kind")
    if question.skip:
        return _unasked(model, question.skip)
    if not any(act.page == SUBJECT and act.do not in NO_PAGE for act in acts):
        return _unasked(model, "the path holds no event on the page")
    if len(acts) > MAX_ACTS:
        return _unasked(model, f"the path has more than {MAX_ACTS} events")
    name = next((item.site.function for item in trace if item.site.function), "") or _function(last) or "path"
    called = {act.event.callee for act in acts if act.event is not None}
    where = Where(names_of(vocabulary, called), place)
    return _asked(_Case(acts, question, environments, model, where, name))


def _function(event: Event | None) -> str:
    return event.site.function if event is not None else ""


def _question(rule: str, acts: Sequence[Act], page: Symbol, environments: Environments) -> Question | None:
    words = shape(acts, page)
    return next((each for each in environments.of(rule) if words.issuperset(each.when)), None)


def _unasked(model: str, reason: str) -> Simulation:
    return Simulation(Answer.NOT_MODELLED, model, reason)


class _Case(Struct, frozen=True):
    """A path, the question put to it, and what is needed to tell the answer."""

    acts: Sequence[Act]
    question: Question
    environments: Environments
    model: str
    where: Where
    name: str

    def run(self, acts: Sequence[Act]) -> tuple[Setup, Outcome]:
        """The program of the path, or of a changed one, and its outcome."""
        setup = build(acts, self.question, self.environments, self.name)
        outcome = decide(setup.program, self.model, bound=BOUND, timeout=SECONDS)
        if outcome.verdict is Verdict.UNKNOWN and outcome.candidates:  # too many states to list: one may be enough
            outcome = decide(setup.program, self.model, verdict_only=True, bound=BOUND, timeout=SECONDS)
        return setup, outcome


def _asked(case: _Case) -> Simulation:
    try:
        setup, outcome = case.run(case.acts)
    except MtelintError as error:
        return _unasked(case.model, f"the environment cannot be read: {error}")
    if outcome.verdict is Verdict.UNKNOWN:
        return _unasked(case.model, outcome.reason or "the simulator gives no verdict")
    question = case.question
    known = Simulation(
        Answer.NOT_MODELLED, case.model, question.unreachable, setup.titles, litmus=litmus_c(setup.program),
        states=len(outcome.states) if outcome.complete else None,
    )  # fmt: skip
    if outcome.witness is not None:
        steps = story(outcome.witness, setup, case.acts, case.where.place, case.where.names)
        return replace(
            known, verdict=Answer.CONFIRMED, reason=question.says, steps=steps, forbidden_by=_forbidden_by(case)
        )
    if question.unreachable:
        return known
    if not _reached(outcome, setup.good):
        return replace(known, reason="neither the bad state nor the good one is reached: the test would be vacuous")
    kept = _held_back_by(case)
    reason = f"out of reach on this path: {question.says}" + (f"; {kept} forbids it" if kept else "")
    return replace(known, verdict=Answer.REFUTED, reason=reason, forbidden_by=kept)


def _reached(outcome: Outcome, prop: Prop) -> bool:
    """Whether some final state satisfies ``prop``."""
    names = {str(what): what for what in outcome.program.observed}
    return any(holds(prop, {names[k]: v for k, v in state.items() if k in names}) for state in outcome.states)


def _forbidden_by(case: _Case) -> str | None:
    """The first repair under which the simulator finds the bad state out of reach and the good one within."""
    for each in case.question.repairs:
        changed = REPAIRS[each](case.acts, case.where)
        if changed is None:
            continue
        setup, outcome = case.run(changed[0])
        if outcome.verdict is Verdict.NEVER and _reached(outcome, setup.good):
            return changed[1]
    return None


_ORDERING = (Do.BARRIER, Do.LOCK, Do.CLAIM, Do.TEST_AND_SET, Do.TEST, Do.WAIT)
"""Acts that can hold a bad state back, in the order in which they are left out."""


def _held_back_by(case: _Case) -> str | None:
    """The act of a refuted path without which the bad state is reachable, where one alone makes the difference."""
    for act in sorted((act for act in case.acts if act.do in _ORDERING), key=lambda act: _ORDERING.index(act.do)):
        rest = [each for each in case.acts if each is not act and not (act.lock and each.lock == act.lock)]
        if case.run(rest)[1].witness is not None:
            return case.where(act)
    return None


def confirm_defect(
    defect: Defect,
    modelling: Modelling,
    place: Place,
    environments: Environments,
    vocabulary: Vocabulary,
    model: str = "lkmm",
) -> Simulation:
    """The answer for a defect of a rule whose paths are put to the simulator as ``modelling`` says.

    A second opinion must not cost the first: where it fails, the finding stays, and the answer says what failed.
    """
    items = defect.trace.forwards() if defect.trace is not None else ()
    page, *others = defect.symbols or (_NO_PAGE,)
    try:
        return simulate(
            defect.rule, page, items, defect.last, tuple(others), model,
            modelling=modelling, place=place, environments=environments, vocabulary=vocabulary,
        )  # fmt: skip
    except Exception as bug:
        return _unasked(model, f"the simulator failed, which is a bug of mtelint: {type(bug).__name__}: {bug}")


def weighed(finding: Finding, simulation: Simulation) -> Finding:
    """The finding with its answer: refuted, it is a note; no answer makes it graver."""
    refuted = simulation.verdict is Answer.REFUTED
    return replace(finding, simulation=simulation, severity=Severity.NOTE if refuted else finding.severity)


def shape(acts: Sequence[Act], page: Symbol) -> frozenset[str]:
    """The words for a path; ``page`` is the symbol of the page in question."""
    mine = [act for act in acts if act.page == SUBJECT and act.do not in NO_PAGE]
    words = {f"ends-in-{act.do.value}" for act in mine[-1:]}
    tests = {
        "mask": any(act.mask for act in mine[-1:]),
        "cleared": any(act.value == INITIALISED for act in [a for a in mine if a.do is Do.WRITE][-1:]),
        "claimed-twice": claimed_twice(acts),
        "claimed": _claim_kept(mine),
        "unflagged": not any(act.do in (Do.SET, Do.TEST_AND_SET) for act in mine),
        "test-and-set": any(act.do is Do.TEST_AND_SET for act in mine),
        "misread": any(act.aside and act.do is Do.READ for act in acts[-1:]),
        "misused": any(act.aside for act in acts),
        "tested-clear": _tested_clear(mine),
        "fault": any(act.do is Do.SELF_WAIT for act in mine),
        "unpublished": _unpublished(mine, page),
    }
    return frozenset(words | _given_away(acts) | {word for word, holds in tests.items() if holds})


def _given_away(acts: Sequence[Act]) -> set[str]:
    """How the page is given away: between tags and flag, or, where nothing stands there, anywhere."""
    ways = {Do.PUT: "put", Do.PUBLISH: "publish", Do.UNLOCK: "unlock"}
    between = {word for do, word in ways.items() if _between(acts, do)}
    return between or {ways[act.do] for act in acts if act.do in ways}


def _between(acts: Sequence[Act], do: Do) -> bool:
    """Whether such an act stands between the last write of the tags and the set of the flag."""
    after = False
    for act in acts:
        if act.do is Do.WRITE and act.page == SUBJECT:
            after = False
        elif act.do is do and (act.page == SUBJECT or do is Do.UNLOCK):
            after = True
        elif act.do is Do.SET and act.page == SUBJECT and after:
            return True
    return False


def _claim_kept(mine: Sequence[Act]) -> bool:
    claims = [i for i, act in enumerate(mine) if act.do is Do.CLAIM and act.outcome is not False]
    return bool(claims) and not any(act.do is Do.SET for act in mine[claims[-1] :])


def _tested_clear(mine: Sequence[Act]) -> bool:
    """The flag was found clear before the claim was asked for."""
    claim = next((i for i, act in enumerate(mine) if act.do is Do.CLAIM), len(mine))
    return any(act.do is Do.TEST and act.outcome is False for act in mine[:claim])


def _unpublished(mine: Sequence[Act], page: Symbol) -> bool:
    """Nobody else can have the page: it is new, or the target of a copy that nothing on the path maps."""
    if any(act.do is Do.PUBLISH for act in mine):
        return False
    if page.is_allocated:
        return True
    if any(act.do in (Do.TEST, Do.WAIT) or (act.do is Do.TEST_AND_SET) for act in mine):
        return False
    return any(act.event is not None and act.event.how in _OF_NEW_PAGES for act in mine if act.do is Do.WRITE)
