"""The question put to the simulator, and its answer as a value of the model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mtelint.confirm.acts import NO_PAGE, SUBJECT, Act, Do, Place
from mtelint.confirm.litmus_c import litmus_c
from mtelint.confirm.paths import acts_of, path_events, subject_of
from mtelint.confirm.program import Setup, build
from mtelint.confirm.repairs import REPAIRS
from mtelint.confirm.shape import shape
from mtelint.confirm.story import story
from mtelint.confirm.words import act_text
from mtelint.errors import MtelintError
from mtelint.flow.events import Decision, Event
from mtelint.memsim.litmus.final_state import Prop, holds
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.outcome import Outcome, Verdict
from mtelint.model import Finding, Severity, Simulation
from mtelint.model.environments import Environments, Question

BOUND = 20_000
"""Candidate executions per question; past it the finding is not modelled."""
SECONDS = 1.0
"""Time per question, for the same."""
MAX_ACTS = 24
"""Acts on a path beyond which nothing is run."""

CONFIRMED, REFUTED, NOT_MODELLED = "confirmed", "refuted", "not modelled"


def simulate(
    rule: str,
    page: str,
    trace: Sequence[Event | Decision],
    last: Event | None,
    other_pages: Sequence[str] = (),
    model: str = "lkmm",
    *,
    place: Place,
    environments: Environments,
) -> Simulation:
    """Whether the path ``trace`` (up to ``last``) can end as ``rule`` says; ``page`` is the symbol of its page.

    ``confirmed``: the bad state is reachable, with a witness.  ``refuted``: it is not, and a good state is.
    ``not modelled``: anything else, with the reason; no exception escapes but for a bug of ours.
    """
    acts = acts_of(trace, last, page, other_pages, rule)
    page, _ = subject_of(rule, path_events(trace, last, rule), page, other_pages)
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
    return _asked(_Case(acts, question, environments, model, place, name))


def _function(event: Event | None) -> str:
    return event.site.function if event is not None else ""


def _question(rule: str, acts: Sequence[Act], page: str, environments: Environments) -> Question | None:
    words = shape(acts, page)
    return next((each for each in environments.of(rule) if words.issuperset(each.when)), None)


def _unasked(model: str, reason: str) -> Simulation:
    return Simulation(NOT_MODELLED, model, reason)


@dataclass(frozen=True, slots=True)
class _Case:
    """A path, the question put to it, and what is needed to tell the answer."""

    acts: Sequence[Act]
    question: Question
    environments: Environments
    model: str
    place: Place
    name: str

    def run(self, acts: Sequence[Act]) -> tuple[Setup, Outcome]:
        """The program of the path, or of a changed one, and its outcome."""
        setup = build(acts, self.question, self.environments, self.name)
        outcome = decide(setup.program, self.model, bound=BOUND, timeout=SECONDS)
        if outcome.verdict is Verdict.UNKNOWN and outcome.candidates:  # too many states to list: one may be enough
            outcome = decide(setup.program, self.model, verdict_only=True, bound=BOUND, timeout=SECONDS)
        return setup, outcome

    def where(self, act: Act) -> str:
        """An act with its line."""
        return f"{act_text(act)} in line {self.place(act.event.place)[1]}" if act.event else act_text(act)


def _asked(case: _Case) -> Simulation:
    try:
        setup, outcome = case.run(case.acts)
    except MtelintError as error:
        return _unasked(case.model, f"the environment cannot be read: {error}")
    if outcome.verdict is Verdict.UNKNOWN:
        return _unasked(case.model, outcome.reason or "the simulator gives no verdict")
    question = case.question
    known = Simulation(
        NOT_MODELLED, case.model, question.unreachable, setup.titles, litmus=litmus_c(setup.program),
        states=len(outcome.states) if outcome.complete else None,
    )  # fmt: skip
    if outcome.witness is not None:
        steps = story(outcome.witness, setup, case.acts, case.place)
        return replace(known, verdict=CONFIRMED, reason=question.says, steps=steps, forbidden_by=_forbidden_by(case))
    if question.unreachable:
        return known
    if not _reached(outcome, setup.good):
        return replace(known, reason="neither the bad state nor the good one is reached: the test would be vacuous")
    kept = _held_back_by(case)
    reason = f"out of reach on this path: {question.says}" + (f"; {kept} forbids it" if kept else "")
    return replace(known, verdict=REFUTED, reason=reason, forbidden_by=kept)


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


def confirm_defect(defect: Any, place: Place, environments: Environments, model: str = "lkmm") -> Simulation:
    """The answer for a defect of a check (``mtelint.checks.common.Defect``, which this room does not know by type).

    A second opinion must not cost the first: where it fails, the finding stays, and the answer says what failed.
    """
    items = defect.trace.forwards() if defect.trace is not None else ()
    page, *others = defect.symbols or ("",)
    try:
        return simulate(
            defect.rule, page, items, defect.last, tuple(others), model, place=place, environments=environments
        )
    except Exception as bug:
        return _unasked(model, f"the simulator failed, which is a bug of mtelint: {type(bug).__name__}: {bug}")


def weighed(finding: Finding, simulation: Simulation) -> Finding:
    """The finding with its answer: refuted, it is a note; no answer makes it graver."""
    refuted = simulation.verdict == REFUTED
    return replace(finding, simulation=simulation, severity=Severity.NOTE if refuted else finding.severity)
