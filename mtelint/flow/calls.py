"""What a call does: vocabulary effects, conversions, raw bit operations, callees whose body is in sight."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import field

from mtelint.flow import convert, counts
from mtelint.flow.evaluate import Evaluator, Result
from mtelint.flow.events import Event, Site
from mtelint.flow.liveness import names_of
from mtelint.flow.name_patterns import matches
from mtelint.flow.pages import PageState, Zero
from mtelint.flow.state import Work, boolean
from mtelint.flow.summary import Summary, replay
from mtelint.flow.values import UNKNOWN, Value, ValueKind, const, term
from mtelint.model import BarrierKind, Effect, EffectKind, Extent, FunctionEntry, Vocabulary
from mtelint.records import dataclass, replace
from mtelint.syntax import nodes

_TRANSPARENT = {
    "READ_ONCE": 0, "ACCESS_ONCE": 0, "data_race": 0, "likely": 0, "unlikely": 0, "smp_load_acquire": 0,
    "__builtin_expect": 0, "WARN_ON": 0, "WARN_ON_ONCE": 0, "READ_ONCE_NOCHECK": 0, "PTR_ERR_OR_ZERO": 0,
}  # fmt: skip
_ESCAPING = (ValueKind.PAGE, ValueKind.FOLIO, ValueKind.ADDRESS, ValueKind.WORD, ValueKind.PFN)
_TAG_WORKERS = ("*mte*", "*tags*")
"""Names of unknown functions that may write the tags of an address whose page is out of sight."""
_LONGEST_CALL = 120
"""Characters of a call up to which equal texts make equal conditions."""
_MASKS = {"BIT", "BIT_ULL", "BIT_MASK", "_BITUL", "_BITULL"}


@dataclass(frozen=True, slots=True)
class CallHandler:
    """Evaluates calls; ``summaries`` gives the summary of a function whose body is in sight, else None."""

    vocabulary: Vocabulary
    summaries: Callable[[str], Summary | None]
    other_names: Mapping[str, str] = field(default_factory=dict)
    """Macros that are another name of a function."""

    def wanted(self, name: str) -> Collection[int] | None:
        """The arguments that decide what a call does to which page, from 0; None means all."""
        name = self.other_names.get(name, name)
        if name in self.vocabulary.bit_operations or name in self.vocabulary.conversions or name in _TRANSPARENT:
            return None
        entry = self.vocabulary.functions.get(name)
        if entry is None or entry.derived or entry.callers_duty:
            summary = self.summaries(name)
            if summary is not None:
                return summary.roots
        if entry is None:
            return ()
        return None if any(e.when == "full" for e in entry.effects) else [e.arg - 1 for e in entry.effects if e.arg]

    def escapes(self, name: str) -> bool:
        """Whether the function may do anything to a page that it gets."""
        name = self.other_names.get(name, name)
        vocabulary = self.vocabulary
        known = name in vocabulary.functions or name in vocabulary.conversions or name in vocabulary.bit_operations
        return not (known or name in _TRANSPARENT or name in _MASKS or matches(name, vocabulary.harmless))

    def __call__(self, ev: Evaluator, call: nodes.Call, work: Work, used: bool) -> list[Result]:
        """All ways in which the call can come out."""
        results: list[Result] = []
        for w, values in ev.sequence(call.args, work):
            results.extend(self._call(ev, call, w, values, used))
        return results

    def _call(self, ev: Evaluator, call: nodes.Call, work: Work, values: tuple[Value, ...], used: bool) -> list[Result]:
        name = call.name
        if name is None:
            return [(work, term(f"call@{ev.node}"))]
        if name in self.other_names:
            name = self.other_names[name]
            call = replace(call, function=nodes.Name(call.function.span, name))
        plain = self._plain(ev, name, values, work)
        if plain is not None:
            return [(work, plain)]
        if name in self.vocabulary.bit_operations:
            return self._bit_operation(ev, call, work, values, used)
        entry = self.vocabulary.functions.get(name)
        if entry is None or entry.derived or entry.callers_duty:
            summary = self.summaries(name)
            if summary is not None:
                return replay(ev, call, work, values, summary, used)
        if entry is not None:
            return self._vocabulary_call(ev, call, work, values, entry, used)
        return self._unknown(ev, call, work, values)

    # --- values without effect ----------------------------------------------------------------------------------------

    def _plain(self, ev: Evaluator, name: str, values: tuple[Value, ...], work: Work) -> Value | None:
        if name == "ZERO_PAGE":
            return convert.zero_page()
        if name in _TRANSPARENT and values:
            return values[0]
        if name in _MASKS and values and values[0].bits.startswith("bit:"):
            return Value(ValueKind.TERM, f"{name}({values[0].ref})", bits="mask:" + values[0].bits[4:])
        conversion = self.vocabulary.conversions.get(name)
        if conversion is not None and len(values) >= conversion.arg:
            return self._convert(ev, name, values, work)
        if name in self.vocabulary.page_counts:
            return Value(ValueKind.PAGES, values[0].ref if values else "")
        return None

    def _convert(self, ev: Evaluator, name: str, values: tuple[Value, ...], work: Work) -> Value:
        conversion = self.vocabulary.conversions[name]
        source = values[conversion.arg - 1]
        index = values[conversion.index - 1] if conversion.index and len(values) >= conversion.index else None
        result = convert.apply(conversion, source, index)
        parent = convert.parent_of(conversion, source)
        if parent and result.kind in (ValueKind.PAGE, ValueKind.ADDRESS) and result.ref not in work.pages:
            work.pages[result.ref] = PageState(words=ev.context.words(result.ref), parent=parent)
        if result.kind is ValueKind.FOLIO and source.kind is ValueKind.PAGE:
            page = work.page(source.ref, ev.context.words(source.ref))
            work.pages[source.ref] = replace(page, parent=page.parent or result.ref)
        if conversion.source == "pfn" and result.kind is ValueKind.PAGE:
            self._guest_fault(ev, result.ref, work)
        return result

    def _guest_fault(self, ev: Evaluator, page: str, work: Work) -> None:
        """A page frame that is a parameter of a fault type may be the zero page."""
        inner = page.removeprefix("pfn_to_page(").removesuffix(")")
        spelled = ev.context.types.get(inner, "").strip()
        if spelled in self.vocabulary.fault_pfn_types and ev.context.is_parameter(inner):
            state = work.page(page, ev.context.words(page))
            if state.zero is Zero.NO and not state.seen_test:
                work.pages[page] = replace(state, zero=Zero.MAYBE)

    # --- raw bit operations -------------------------------------------------------------------------------------------

    def _bit_operation(
        self, ev: Evaluator, call: nodes.Call, work: Work, values: tuple[Value, ...], used: bool
    ) -> list[Result]:
        role = values[0].bits.removeprefix("bit:") if len(values) > 1 else ""
        if role not in ("tagged", "lock"):
            return [(work, term(f"{call.name}@{ev.node}"))]
        effect = self.vocabulary.bit_operations[call.name or ""]
        page = convert.as_kind(values[1], ValueKind.PAGE).ref
        site, words = ev.site(call.span), ev.context.words(page)
        name = call.name or ""
        base = Event(effect.do, site, page, words, barrier=effect.barrier, raw=True, warned=ev.warned, callee=name)
        if effect.do is EffectKind.TEST and role == "tagged":
            return list(ev.test(work, page, site, raw=True, barrier=effect.barrier, callee=name))
        if effect.do is EffectKind.CLAIM:
            return self._raw_claim(ev, work, base, role, used)
        if role == "tagged":
            _order(ev, work, base)
            ev.emit(work, base)
        return [(work, UNKNOWN)]

    def _raw_claim(self, ev: Evaluator, work: Work, base: Event, role: str, used: bool) -> list[Result]:
        """``test_and_set_bit``: on the flag a test and set in one, on the lock bit a claim; true means not ours."""
        results: list[Result] = []
        if role == "tagged":
            _order(ev, work, base)
        outcomes: tuple[bool | None, ...] = (True, False) if used or role == "tagged" else (None,)
        for won in outcomes:
            w = work.fork()
            if ev.emit(w, replace(base, outcome=won, atomic=role == "tagged")):
                results.append((w, UNKNOWN if won is None else boolean(not won)))
        return results

    # --- vocabulary ---------------------------------------------------------------------------------------------------

    def _vocabulary_call(
        self, ev: Evaluator, call: nodes.Call, work: Work, values: tuple[Value, ...], entry: FunctionEntry, used: bool
    ) -> list[Result]:
        if entry.derived and not used and any(e.when == "true" for e in entry.effects):
            # the form that returns nothing does the whole protocol
            return [(self._escape(ev, call, work, values), UNKNOWN)]
        if entry.derived and not entry.effects:
            return [(self._escape(ev, call, work, values), term(f"{entry.name}@{ev.node}"))]
        results: list[Result] = [(work, UNKNOWN)]
        for effect in entry.effects:
            results = [r for w, v in results for r in self._effect(ev, call, w, values, effect, v, used)]
        if all(v == UNKNOWN for _, v in results):
            results = [(w, self._result(ev, call, values)) for w, _ in results]
        return results

    def _result(self, ev: Evaluator, call: nodes.Call, values: tuple[Value, ...]) -> Value:
        name = call.name or ""
        text = f"{name}({', '.join(v.ref for v in values)})"
        unlike = not ev.deciding or len(text) > _LONGEST_CALL or matches(name, self.vocabulary.impure)
        return term(f"{name}@{ev.node}" if unlike else text)

    def _effect(
        self,
        ev: Evaluator,
        call: nodes.Call,
        work: Work,
        values: tuple[Value, ...],
        effect: Effect,
        value: Value,
        used: bool,
    ) -> list[Result]:
        site = ev.site(call.span)
        argument = values[effect.arg - 1] if effect.arg and len(values) >= effect.arg else None
        match effect.do:
            case EffectKind.BARRIER:
                ev.emit(work, Event(effect.do, site, barrier=effect.barrier))
                return [(work, value)]
            case EffectKind.FAULT:
                ev.emit(work, Event(effect.do, site))
                return [(work, value)]
            case EffectKind.ACQUIRE | EffectKind.RELEASE:
                return self._lock(ev, work, effect, argument, site, value, used)
            case EffectKind.WAIT:
                return self._wait(ev, call, work, values, effect)
        if argument is None:
            return [(work, value)]
        if effect.do in (EffectKind.ZERO_TEST, EffectKind.HUGETLB_TEST):
            return [(work, _question(effect, argument))]
        return self._page_effect(ev, call, work, argument, effect, site, value, used)

    def _page_effect(
        self,
        ev: Evaluator,
        call: nodes.Call,
        work: Work,
        argument: Value,
        effect: Effect,
        site: Site,
        value: Value,
        used: bool,
    ) -> list[Result]:
        event = self._event(ev, work, argument, effect, site, call.name or "")
        match effect.do:
            case EffectKind.TEST:
                return list(
                    ev.test(
                        work,
                        event.page,
                        site,
                        raw=False,
                        barrier=effect.barrier,
                        domain=effect.domain,
                        callee=call.name or "",
                    )
                )
            case EffectKind.CLAIM:
                return _fork(ev, work, event, (True, False) if used else (None,))
            case EffectKind.PUBLISH if argument.kind is not ValueKind.PTE:
                return [(work, value)]
        if effect.when == "true":
            w = work.fork()
            ev.emit(w, event)
            return [(w, boolean(True)), (work, boolean(False))]
        if effect.do is EffectKind.WRITE and argument.is_term:
            work.wild = event
        if effect.when == "full" and not argument.offset:
            return _copied(ev, call, work, event)
        ev.emit(work, event)
        return [(work, term(f"{call.name}@{ev.node}") if effect.when == "full" else value)]

    def _event(self, ev: Evaluator, work: Work, argument: Value, effect: Effect, site: Site, callee: str) -> Event:
        misused = effect.address and argument.kind in (ValueKind.PAGE, ValueKind.FOLIO)
        kind = ValueKind.ADDRESS if effect.address and not misused else ValueKind.PAGE
        if effect.domain == "hugetlb":
            kind = ValueKind.FOLIO
        if argument.kind is ValueKind.PFN or effect.pfn:
            kind = ValueKind.PFN
        target = convert.as_kind(argument, kind)
        extent = effect.extent
        if effect.do is EffectKind.WRITE and target.offset:
            extent = Extent.PART
        return Event(
            effect.do, site, target.ref, ev.context.words(target.ref), extent=extent, how=effect.how,
            barrier=effect.barrier, domain=effect.domain, misused=misused, callee=callee, warned=ev.warned,
            guessed=effect.address and argument.is_term,
        )  # fmt: skip

    def _lock(
        self,
        ev: Evaluator,
        work: Work,
        effect: Effect,
        argument: Value | None,
        site: Site,
        value: Value,
        used: bool,
    ) -> list[Result]:
        name = effect.lock or (argument.ref if argument is not None else "")
        event = Event(effect.do, site, lock=name, exclusive=effect.exclusive and is_global(name))
        if effect.when and used:
            taken = work.fork()
            ev.emit(taken, event)
            won = effect.when == "true"
            return [(taken, boolean(won)), (work, const("-EINTR") if not won else boolean(False))]
        ev.emit(work, event)
        return [(work, value)]

    def _wait(
        self, ev: Evaluator, call: nodes.Call, work: Work, values: tuple[Value, ...], effect: Effect
    ) -> list[Result]:
        """``smp_cond_load_*(&page->flags, VAL & mask)``: afterwards the flag is set."""
        word = next((v for v in values if v.kind is ValueKind.WORD), None)
        if word is None or not any(ev.context.flag_role(n) == "tagged" for n in names_of(call.args)):
            return [(work, UNKNOWN)]
        event = Event(
            EffectKind.WAIT, ev.site(call.span), word.ref, ev.context.words(word.ref), True,
            barrier=effect.barrier, raw=True, callee=call.name or "",
        )  # fmt: skip
        ev.emit(work, event)
        return [(work, UNKNOWN)]

    # --- the unknown --------------------------------------------------------------------------------------------------

    def _unknown(self, ev: Evaluator, call: nodes.Call, work: Work, values: tuple[Value, ...]) -> list[Result]:
        name = call.name or ""
        if name in self.vocabulary.allocators:
            return [(work, self._fresh(ev, work, name))]
        word = next((v for v in values if v.kind is ValueKind.WORD), None)
        if word is not None and any(v.bits in ("mask:tagged", "set:tagged") for v in values):
            return self._word_operation(ev, call, work, word)
        if not matches(name, self.vocabulary.harmless):
            self._escape(ev, call, work, values)
        result = self._result(ev, call, values)
        self._out_parameters(ev, call, work)
        return [(work, result)]

    def _out_parameters(self, ev: Evaluator, call: nodes.Call, work: Work) -> None:
        """A local whose address is passed may come back changed."""
        for arg in call.args:
            if isinstance(arg, nodes.Unary) and arg.op == "&" and isinstance(arg.operand, nodes.Name):
                name = arg.operand.id
                spelled = ev.context.types.get(name)
                if spelled is not None and ("struct" not in spelled or spelled.rstrip().endswith("*")):
                    ev.bind(work, name, UNKNOWN)

    def _word_operation(self, ev: Evaluator, call: nodes.Call, work: Work, word: Value) -> list[Result]:
        name = call.name or ""
        kind = EffectKind.CLEAR if "andnot" in name or "clear" in name else EffectKind.SET
        full = None if name.endswith("_relaxed") else BarrierKind.FULL
        event = Event(
            kind, ev.site(call.span), word.ref, ev.context.words(word.ref), barrier=full, raw=True, callee=name
        )
        _order(ev, work, event)
        ev.emit(work, event)
        return [(work, term(f"{name}@{ev.node}"))]

    def _fresh(self, ev: Evaluator, work: Work, name: str) -> Value:
        symbol = f"{name}@{ev.node}"
        kind = ValueKind.FOLIO if "folio" in name else ValueKind.PAGE
        work.pages[symbol] = PageState(words=name, fresh=True)
        return Value(kind, symbol)

    def _escape(self, ev: Evaluator, call: nodes.Call, work: Work, values: tuple[Value, ...]) -> Work:
        """An unknown function gets the page: what it does is out of sight."""
        for value in values:
            if value.kind in _ESCAPING:
                whole = value.kind is not ValueKind.ADDRESS
                words = ev.context.words(value.ref)
                ev.emit(work, Event(EffectKind.CALL, ev.site(call.span), value.ref, words, misused=whole,
                                    callee=call.name or ""))  # fmt: skip
            elif value.is_term and call.name and matches(call.name, _TAG_WORKERS):
                work.wild = Event(EffectKind.CALL, ev.site(call.span), callee=call.name)
        return work


def _fork(ev: Evaluator, work: Work, event: Event, outcomes: tuple[bool | None, ...]) -> list[Result]:
    results: list[Result] = []
    for outcome in outcomes:
        w = work.fork()
        if ev.emit(w, replace(event, outcome=outcome)):
            results.append((w, UNKNOWN if outcome is None else boolean(outcome)))
    return results


def _order(ev: Evaluator, work: Work, event: Event) -> None:
    """An operation that is a barrier itself orders what stands before it."""
    if event.barrier in (BarrierKind.FULL, BarrierKind.RELEASE):
        page = work.page(event.page, event.words)
        work.pages[event.page] = replace(page, write_ordered=True)


def _copied(ev: Evaluator, call: nodes.Call, work: Work, event: Event) -> list[Result]:
    """A copy from the user to the start of a page: it writes the whole page, or it falls short."""
    asked = ev.evaluate(call.args[-1], work.fork())[0][1].ref
    results: list[Result] = []
    for full in (True, False):
        w = work.fork()
        ev.emit(w, replace(event, extent=Extent.WHOLE) if full else event)
        results.append((w, counts.count(f"{call.name}@{ev.node}", asked, full=full)))
    return results


def _question(effect: Effect, argument: Value) -> Value:
    if effect.do is EffectKind.ZERO_TEST:
        return Value(ValueKind.ZERO, convert.as_kind(argument, ValueKind.PFN if effect.pfn else ValueKind.PAGE).ref)
    return Value(ValueKind.HUGE, convert.as_kind(argument, ValueKind.FOLIO).ref)


def is_global(lock: str) -> bool:
    """Whether the lock is one for all pages: ``&name`` without a member, so not one per mm or per VM."""
    return lock.removeprefix("&").isidentifier()
