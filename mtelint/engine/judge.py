"""Judge sources together: analyse, check, resolve, locate."""

from collections.abc import Sequence

from mtelint.checks.common import Setting, finished_by_callers
from mtelint.checks.contract import helper_contract
from mtelint.checks.registry import check_function
from mtelint.checks.resolve import resolve
from mtelint.engine import suppress
from mtelint.engine.era import has_claims, has_huge
from mtelint.engine.locate import finding_of, number
from mtelint.engine.sources import Source
from mtelint.flow.events import Site
from mtelint.flow.program import Analysis, Program
from mtelint.flow.solver import STEP_LIMIT
from mtelint.model import Era, Finding, Skipped
from mtelint.records import dataclass
from mtelint.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Verdict:
    """What judging gave; ``functions`` counts the functions that were analysed.

    ``hidden`` are the findings that a comment in the source suppresses; ``findings`` are the others.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    functions: int
    hidden: tuple[Finding, ...] = ()
    covered: tuple[Finding, ...] = ()
    """What a graver finding at the same place or in the same function stands for."""


def judge(
    sources: Sequence[Source], book: Rulebook, era: Era, evidence: Sequence[bytes] = (), *, confirm: bool = False
) -> Verdict:
    """All findings in ``sources``, sorted by place; ``evidence`` are further texts of the code under review.

    ``confirm`` puts each finding's path to the simulator.
    """
    units = [source.unit for source in sources]
    texts = [unit.text for unit in units] + list(evidence)
    analyses = list(Program(units, book.vocabulary).analyses())
    setting = Setting(
        era, book.vocabulary, has_claims(texts) or (not evidence and era in (Era.C, Era.D)),
        has_huge(texts) or era is Era.D, fragments=any(u.fragment for u in units),
        finished_by_callers=finished_by_callers(analyses),
    )  # fmt: skip
    defects = list(helper_contract(units, book.vocabulary))
    skipped = [s for source in sources if source.judged for s in _unreliable(source)]
    for analysis in analyses:
        if analysis.limit_hit:
            line = sources[analysis.unit].place(_head(analysis)).line
            skipped.append(Skipped(analysis.path, analysis.name, line, f"step limit of {STEP_LIMIT} reached"))
        defects.extend(check_function(analysis, setting))
    kept, beneath = resolve(defects)
    judged = [d for d in kept if sources[d.site.unit].judged]
    findings = [finding_of(d, book.rule(d.rule), sources, era) for d in judged]
    if confirm:
        from mtelint.engine.confirming import confirmed  # the simulator takes time to load, and most runs need none

        findings = [confirmed(f, d, sources) for f, d in zip(findings, judged, strict=True)]
    # Numbered before any is suppressed: a comment must not change the fingerprints of the others.
    heard = suppress.apply(number(sorted(findings, key=lambda f: f.sort_key)), sources, book)
    covered = number([finding_of(d, book.rule(d.rule), sources, era) for d in beneath if sources[d.site.unit].judged])
    return Verdict(heard.kept, (*skipped, *heard.complaints), len(analyses), heard.hidden, tuple(covered))


def _head(analysis: Analysis) -> Site:
    span = analysis.ref.name_span
    return Site(analysis.path, analysis.unit, span.start, span.end, analysis.name)


def _unreliable(source: Source) -> list[Skipped]:
    result = []
    for each in source.unit.skipped:
        place = source.place(Site(source.path, 0, each.span.start, each.span.end, each.function or ""))
        result.append(Skipped(source.path, each.function, place.line, each.reason))
    return result
