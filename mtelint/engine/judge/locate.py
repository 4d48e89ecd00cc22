"""From a defect at a site to a finding at a line, with the steps of the path that shows it, and its cause."""

import hashlib
import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from mtelint.engine.judge.sources import Place, Source
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Decision, Event
from mtelint.flow.domain.premises import LINE
from mtelint.model import Assumption, EffectKind, Era, ExcerptLine, Finding, MailRef, RuleInfo, Step, WriteHow
from mtelint.patches.patch import HunkLine

MAX_STEPS = 12
"""Steps shown per finding; the ones nearest to the defect are kept."""
_HOW = {
    WriteHow.CLEAR: "cleared",
    WriteHow.ZERO_CLEAR: "cleared with the data",
    WriteHow.COPY: "copied from another page",
    WriteHow.RESTORE: "restored",
    WriteHow.USER: "copied from the user",
}


def finding_of(defect: Defect, rule: RuleInfo, sources: Sequence[Source], era: Era) -> Finding:
    """The finding for ``defect``; the fingerprint's ordinal is set by :func:`number`."""
    source = sources[defect.site.unit]
    place = source.place(defect.site)
    steps = _steps(defect, sources, place)
    return Finding(
        rule.id, rule.name, defect.severity or rule.severity, defect.confidence, defect.message, place.path,
        defect.site.function or None, place.line, place.column, place.end_line, place.end_column, place.text,
        _fingerprint(defect, place), defect.page, era, steps,
        commits=rule.introduced_by, fixed_by=rule.fixed_by,
        mail=_mail(source, place), before=_before(place),
        cause=cause_of(source, place, defect.page), excerpt=_excerpt(defect, source, place, sources),
        premises=_premises(defect, sources),
    )  # fmt: skip


def _fingerprint(defect: Defect, place: Place) -> str:
    """Rule, path, function and the kinds of the events on the path: nothing that a renamed or moved line changes.

    Locks are left out, as one that is taken around unrelated code is on the path too.
    """
    events = [item for item in _path(defect) if isinstance(item, Event) and _concerns(item, defect)]
    locks = (EffectKind.ACQUIRE, EffectKind.RELEASE)
    kinds = ",".join(_kind(event) for event in events if event.kind not in locks)
    return "|".join((defect.rule, place.path, defect.site.function, kinds))


def number(findings: Sequence[Finding]) -> list[Finding]:
    """Turn the fingerprints' parts into digests, with an ordinal among equal ones, in source order."""
    seen: dict[str, int] = {}
    result = []
    for finding in findings:
        parts = finding.fingerprint
        ordinal = seen[parts] = seen.get(parts, 0) + 1
        digest = hashlib.sha256(f"{parts}|{ordinal}".encode("utf-8", "surrogateescape")).hexdigest()[:20]
        result.append(replace(finding, fingerprint=digest))
    return result


def _premises(defect: Defect, sources: Sequence[Source]) -> tuple[Assumption, ...]:
    """What the defect rests on, in the order of the source."""
    taken = []
    for premise in defect.premises:
        place = sources[premise.site.unit].place(premise.site)
        words = premise.words.replace(LINE, str(place.line))
        taken.append(Assumption(premise.kind.value, words, place.path, place.line))
    return tuple(sorted(set(taken), key=lambda each: (each.path, each.line, each.kind, each.words)))


# --- steps ------------------------------------------------------------------------------------------------------------


def _path(defect: Defect) -> list[Event | Decision]:
    """The trace of a defect from the entry of the function on, and the event that made it certain."""
    items = list(defect.trace.forwards()) if defect.trace is not None else []
    if defect.last is not None and defect.last not in items:
        items.append(defect.last)
    return items


def _steps(defect: Defect, sources: Sequence[Source], flagged: Place) -> tuple[Step, ...]:
    steps: list[Step] = []
    for item in _path(defect):
        if isinstance(item, Event) and not _concerns(item, defect):
            continue
        step = _step(item, sources)
        if not steps or (steps[-1].line, steps[-1].message) != (step.line, step.message):
            steps.append(step)
    if not any(step.line == flagged.line and step.path == flagged.path for step in steps):
        steps.append(_plain_step(flagged, defect))
    return tuple(_trimmed(steps))


def _trimmed(steps: list[Step]) -> list[Step]:
    """Drop the branches farthest from the defect first."""
    surplus = len(steps) - MAX_STEPS
    kept = []
    for step in steps:
        if surplus > 0 and step.kind == "branch":
            surplus -= 1
            continue
        kept.append(step)
    return kept[-MAX_STEPS:]


def _concerns(event: Event, defect: Defect) -> bool:
    if event.kind is EffectKind.STORE:
        return False
    if event.page:
        return event.page in defect.symbols or event.words == defect.page
    return event.kind in (EffectKind.BARRIER, EffectKind.ACQUIRE, EffectKind.RELEASE) or event == defect.last


def _plain_step(place: Place, defect: Defect) -> Step:
    return Step(
        place.path, place.line, place.column, place.side, None, "here",
        place.mark.body_line if place.mark else None, defect.message, defect.page,
        place.end_line, place.end_column, place.text,
    )  # fmt: skip


def _step(item: Event | Decision, sources: Sequence[Source]) -> Step:
    place = sources[item.site.unit].place(item.site)
    kind = "branch" if isinstance(item, Decision) else _kind(item)
    page = None if isinstance(item, Decision) else item.words or None
    message = _decided(item) if isinstance(item, Decision) else _happened(item, sources)
    return Step(
        place.path, place.line, place.column, place.side, None, kind,
        place.mark.body_line if place.mark else None, message, page, place.end_line, place.end_column, place.text,
    )  # fmt: skip


def _kind(event: Event) -> str:
    return "test-and-set" if event.atomic else event.kind.value


def _decided(decision: Decision) -> str:
    text = re.sub(r"\s+", " ", decision.text)
    short = text if len(text) <= 60 else text[:57] + "..."
    return f"`{short}` is {'true' if decision.outcome else 'false'}"


def _happened(event: Event, sources: Sequence[Source]) -> str:
    text = _sentence(event)
    if event.inner is not None and event.inner.unit < len(sources):
        place = sources[event.inner.unit].place(event.inner)
        text += f" in {event.callee}() ({place.path.rsplit('/', 1)[-1]}:{place.line})"
    return text


def _sentence(event: Event) -> str:
    page = f"`{event.words}`"
    match event.kind:
        case EffectKind.TEST | EffectKind.WAIT:
            return f"the flag of {page} is found {'set' if event.outcome else 'clear'}"
        case EffectKind.CLAIM if event.atomic:
            return f"the flag of {page} {'was clear and is set here' if event.outcome else 'is found set'}"
        case EffectKind.CLAIM:
            won = {True: "is taken", False: "is not taken: its flag is set", None: "is asked for, unlooked at"}
            return f"the claim on {page} {won[event.outcome]}"
        case EffectKind.SET:
            return f"the flag of {page} is set"
        case EffectKind.CLEAR:
            return f"the flag of {page} is cleared"
        case EffectKind.WRITE:
            part = "" if event.extent.value == "whole" else "a part of "
            return f"{part}the tags of {page} are {_HOW.get(event.how or WriteHow.CLEAR, 'written')}"
        case EffectKind.READ:
            return f"the tags of {page} are read"
        case EffectKind.CALL if not event.callee:
            return f"what was asked of {page} is stored where it is not followed"
        case EffectKind.CALL:
            return f"{event.callee}(), whose body is out of sight, gets {page}"
        case EffectKind.PUT:
            return f"the reference to {page} is dropped"
        case EffectKind.PUBLISH:
            return f"the PTE of {page} is installed"
        case EffectKind.BARRIER:
            return {"wmb": "write barrier", "rmb": "read barrier", "mb": "full barrier"}.get(
                event.barrier.value if event.barrier else "", "barrier"
            )
        case EffectKind.ACQUIRE | EffectKind.RELEASE:
            return f"`{event.lock}` is {'taken' if event.kind is EffectKind.ACQUIRE else 'released'}"
        case EffectKind.FAULT:
            return "user memory is accessed and may fault"
        case _:
            return event.kind.value


# --- mail and excerpt -------------------------------------------------------------------------------------------------


def _mail(source: Source, place: Place) -> MailRef | None:
    patch = source.patch
    if patch is None:
        return None
    mark, hunk = place.mark, place.hunk
    return MailRef(
        patch.message_id, patch.subject, patch.part, hunk.index if hunk else None,
        mark.diff_line if mark else None, mark.body_line if mark else None, patch.also_in,
    )  # fmt: skip


def _before(place: Place) -> str | None:
    """The removed line that the flagged added line replaces, where that is one for one."""
    if place.hunk is None or place.mark is None or place.mark.side != "+":
        return None
    lines = place.hunk.lines
    at = lines.index(place.mark)
    start = at
    while start > 0 and lines[start - 1].side == "+":
        start -= 1
    removed: list[HunkLine] = []
    while start - len(removed) > 0 and lines[start - len(removed) - 1].side == "-":
        removed.append(lines[start - len(removed) - 1])
    offset = at - start
    removed.reverse()
    return removed[offset].text.strip() if offset < len(removed) else None


def _excerpt(defect: Defect, source: Source, place: Place, sources: Sequence[Source]) -> tuple[ExcerptLine, ...]:
    del defect, sources
    if place.hunk is not None and place.mark is not None:
        lines = place.hunk.lines
        at = lines.index(place.mark)
        near = lines[max(0, at - 3) : at + 4]
        return tuple(ExcerptLine(li.new_line or li.old_line or 0, li.side, li.text) for li in near)
    total = source.unit.text.count(b"\n")
    first, last = max(1, place.line - 2), min(total, place.line + 3)
    if source.fragment is not None:
        return ()
    return tuple(ExcerptLine(n, " ", source.line_text(n)) for n in range(first, last + 1))


def cause_of(source: Source, place: Place, words: str) -> Step | None:
    """The changed line nearest to ``place``; one that names the page of the finding before one that does not."""
    if source.patch is None or place.side != " ":
        return None
    changed = [(line, near) for line, near in _changed(source, place) if line.text.strip()]
    if not changed:
        return None
    name = re.compile(rf"\b{re.escape(words)}\b") if words.isidentifier() else None
    best = min(changed, key=lambda each: (_is_beside(each[0], name), each[1], each[0].diff_line))[0]
    what = "adds" if best.side == "+" else "removes"
    return Step(
        place.path, best.new_line or best.old_line or 0, 1, best.side, None, "cause", best.body_line,
        f"the patch {what} this line", words or None, text=best.text,
    )  # fmt: skip


def _is_beside(line: HunkLine, name: "re.Pattern[str] | None") -> bool:
    return name is not None and not name.search(line.text)


def _changed(source: Source, place: Place) -> Iterable[tuple[HunkLine, int]]:
    """The changed lines in question, each with its distance."""
    if source.fragment is not None and place.hunk is not None and place.mark is not None:
        at = place.mark.diff_line
        return [(line, abs(line.diff_line - at)) for line in place.hunk.lines if line.side != " "]
    if source.applied is None or not source.post:
        return []
    file = source.applied
    added = [(line, abs(new - place.line)) for new, (_, line) in file.marks.items() if line.side == "+"]
    gone = [(line, abs(file.new_near(old) - place.line)) for old, (_, line) in file.gone.items()]
    return added + gone
