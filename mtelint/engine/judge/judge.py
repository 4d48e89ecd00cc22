"""Judge sources together: analyse, check, resolve, locate, and ask the simulator."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec.structs import replace

from mtelint.checks.common import Setting, finished_by_callers, handed_on
from mtelint.checks.registry import check_function, check_units, rule_of
from mtelint.checks.resolve import resolve, told_once
from mtelint.checks.rule import Evidence, Rule
from mtelint.engine.find.era import has_claims, has_huge
from mtelint.engine.judge import suppressions
from mtelint.engine.judge.locate import finding_of, number
from mtelint.engine.judge.sources import Source
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Site
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.program.program import Program
from mtelint.model import Confidence, Era, Finding, Skipped, Verdict
from mtelint.model.limits import limits
from mtelint.model.rules import Modelling, RepairKind
from mtelint.rulebook import Rulebook
from mtelint.syntax.unit import Unit


def judge(
    sources: Sequence[Source], book: Rulebook, era: Era, evidence: Sequence[bytes] = (), *, confirm: bool = False
) -> Verdict:
    """All findings in ``sources``, sorted by place; ``evidence`` are further texts of the code under review.

    ``confirm`` puts each finding's path to the simulator.
    """
    units = [source.unit for source in sources]
    texts = [unit.text for unit in units] + list(evidence)
    patched = any(source.patch is not None for source in sources)
    program = Program(units, book.vocabulary, files=1 if patched else max(1, len(units)))
    analyses = list(program.analyses())
    judged = frozenset(index for index, source in enumerate(sources) if source.judged)
    setting = Setting(
        era, book.vocabulary, has_claims(texts, book.vocabulary) or (not evidence and era in (Era.C, Era.D)),
        has_huge(texts, book.vocabulary) or era is Era.D, fragments=any(u.fragment for u in units),
        finished_by_callers=finished_by_callers(analyses), handed_on=handed_on(analyses), judged=judged,
    )  # fmt: skip
    rules = [rule_of(info) for info in book.rules]
    between = check_units(rules, units, book.vocabulary, program.try_lowered)
    defects = [list(check_function(rules, analysis, setting)) for analysis in analyses]
    weighed = [weighed_by_premises(each, book) for each in chain.from_iterable(defects)]
    found = [*between, *weighed]
    kept, beneath = resolve(found, rules, book.covers)
    kept = told_once(kept, found, judged)
    kept = _as_sure_as_seen(kept, rules, units, analyses)
    shown = sorted(_findings(kept, sources, book, era, confirm), key=lambda f: f.sort_key)
    covered = _findings(beneath, sources, book, era, False)
    # Numbered before any is suppressed: a comment must not change the fingerprints of the others.
    numbered = number([*shown, *covered])
    heard = suppressions.apply(numbered[: len(shown)], sources, book)
    below = suppressions.apply(numbered[len(shown) :], sources, book)
    asked = tuple(sorted(set(_left_to_callers(rules, zip(analyses, defects, strict=True), setting))))
    skipped = (*_unjudged(sources, analyses), *_refused(sources, program), *heard.complaints)
    return Verdict(heard.kept, skipped, len(analyses), heard.hidden, below.kept, asked)


def _left_to_callers(
    rules: Sequence[Rule], judged: Iterable[tuple[FunctionResults, Sequence[Defect]]], setting: Setting
) -> Iterator[str]:
    """The functions of external linkage that would be at fault, beyond their defects, if their callers were not."""
    alone = replace(setting, handed_on=frozenset())
    named = {callee for callee, _ in setting.handed_on}
    for analysis, defects in judged:
        external = analysis.name in named and analysis.callers and not analysis.static
        if external and len(list(check_function(rules, analysis, alone))) > len(defects):
            yield analysis.name


def weighed_by_premises(defect: Defect, book: Rulebook) -> Defect:
    """The defect, no louder than what it rests on lets it be."""
    severity, confidence = defect.severity or book.rule(defect.rule).severity, defect.confidence
    told = severity
    for premise in defect.premises:
        told, confidence = book.loudness.ceiling(premise.kind, defect.rule).hold(told, confidence)
    return replace(defect, severity=defect.severity if told is severity else told, confidence=confidence)


def _as_sure_as_seen(
    defects: Iterable[Defect], rules: Iterable[Rule], units: Sequence[Unit], analyses: Iterable[FunctionResults]
) -> list[Defect]:
    """What a hunk does not show whole is a little less sure; weighed last, so that it chooses no other path."""
    evident = {rule.id for rule in rules if rule.evidence is Evidence.EVENTS}
    whole = {(a.unit, a.name) for a in analyses if a.function.head and a.function.tail and not a.static}
    result = []
    for defect in defects:
        place = (defect.site.unit, defect.site.function)
        seen = not units[defect.site.unit].fragment or _is_in_sight(defect, place in whole or defect.rule in evident)
        result.append(defect if seen else _doubted(defect))
    return result


def _is_in_sight(defect: Defect, shown: bool) -> bool:
    """The hunk itself shows all that the defect is made of, none of it inside a callee."""
    return shown and (defect.last is None or defect.last.inner is None)


def _doubted(defect: Defect) -> Defect:
    """A hunk is fully sure of nothing that lines or callers out of sight may give another name."""
    sure = defect.confidence is Confidence.HIGH
    return replace(defect, confidence=Confidence.MEDIUM) if sure else defect


def _findings(
    defects: Iterable[Defect], sources: Sequence[Source], book: Rulebook, era: Era, confirm: bool
) -> list[Finding]:
    judged = [d for d in defects if sources[d.site.unit].judged]
    findings = [finding_of(d, book.rule(d.rule), sources, era) for d in judged]
    if not confirm:
        return findings
    return [_confirmed(f, d, book, sources) for f, d in zip(findings, judged, strict=True)]


def _unjudged(sources: Sequence[Source], analyses: Iterable[FunctionResults]) -> Iterator[Skipped]:
    """What the parser could not read for sure, and where the solver's limit struck."""
    for source in sources:
        if source.judged:
            yield from _unreliable(source)
    for analysis in analyses:
        if analysis.limit_hit:
            line = sources[analysis.unit].place(_head(analysis)).line
            yield Skipped(analysis.path, analysis.name, line, f"step limit of steps = {limits().steps} reached")


def _refused(sources: Sequence[Source], program: Program) -> Iterator[Skipped]:
    """The functions that are too deep to be judged, and those that their callers are judged without."""
    left_out = {**program.untold, **program.refused}
    for (unit, start), (ref, reason) in sorted(left_out.items(), key=lambda item: item[0]):
        if unit < len(sources) and sources[unit].judged:
            place = sources[unit].place(Site(sources[unit].path, unit, start, start, ref.name))
            yield Skipped(sources[unit].path, ref.name or None, place.line, reason)


def _head(analysis: FunctionResults) -> Site:
    span = analysis.ref.name_span
    return Site(analysis.path, analysis.unit, span.start, span.end, analysis.name)


def _unreliable(source: Source) -> list[Skipped]:
    result = []
    for each in source.unit.skipped:
        place = source.place(Site(source.path, 0, each.span.start, each.span.end, each.function or ""))
        result.append(Skipped(source.path, each.function, place.line, each.reason))
    return result


def _confirmed(finding: Finding, defect: Defect, book: Rulebook, sources: Sequence[Source]) -> Finding:
    """The finding with what the simulator says of its path; refuted, it is a note."""
    # The simulator takes time to load, and most runs need none.
    from mtelint.confirm import confirm_defect, weighed
    from mtelint.rulebook.environments import load_environments

    def place(site: Site) -> tuple[str, int]:
        found = sources[site.unit].place(site)
        return found.path, found.line

    modelling = modelling_of(defect.rule, book)
    return weighed(finding, confirm_defect(defect, modelling, place, load_environments(), book.vocabulary))


def modelling_of(rule: str, book: Rulebook) -> Modelling:
    """How the path of a finding is put to the simulator."""
    return rule_of(book.rule(rule)).modelling


def repairs_of(rule: str, book: Rulebook) -> tuple[RepairKind, ...]:
    """What may repair a finding, the best first."""
    return rule_of(book.rule(rule)).repairs
