"""What a call is: a conversion, a bit operation, a callee whose body is in sight, a word of the vocabulary, or unknown.

What the last two do to pages that they get: an entry has its effects (:mod:`mtelint.flow.transfer.effects`), and what
is out of sight may do anything.
"""

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event
from mtelint.flow.domain.knowledge import Zero
from mtelint.flow.domain.page_state import fresh_page, page_of
from mtelint.flow.domain.path_state import PathState, parameter_of
from mtelint.flow.domain.symbols import How, Symbol, allocated, derived, result
from mtelint.flow.domain.values import UNKNOWN, BitForm, Value, ValueKind, term
from mtelint.flow.transfer.bit_operations import bit_operation, word_operation
from mtelint.flow.transfer.effects import perform
from mtelint.flow.transfer.evaluate import Evaluator, Result
from mtelint.flow.transfer.name_patterns import matches
from mtelint.flow.transfer.summary import Summary, replay
from mtelint.model import EffectKind, FlagRole, Form, FunctionEntry, Vocabulary, When
from mtelint.syntax import c_tree

_ESCAPING = (ValueKind.PAGE, ValueKind.FOLIO, ValueKind.ADDRESS, ValueKind.WORD, ValueKind.PFN)
_LONGEST_CALL = 120
"""Characters of a call up to which equal texts make equal conditions."""


class CallHandler(Struct, frozen=True):
    """Evaluates calls; ``summaries`` gives the summary of a function whose body is in sight, else None."""

    vocabulary: Vocabulary
    summaries: Callable[[str], Summary | None]
    other_names: Mapping[str, str] = field(default_factory=dict)
    """Macros that are another name of a function."""

    def wanted(self, name: str) -> Collection[int] | None:
        """The arguments that decide what a call does to which page, from 0; None means all."""
        name = self.other_names.get(name, name)
        words = self.vocabulary
        if name in words.bit_operations or name in words.conversions or name in words.transparent:
            return None
        entry = words.functions.get(name)
        if entry is None or entry.derived or entry.callers_duty:
            summary = self.summaries(name)
            if summary is not None:
                return summary.roots
        if entry is None:
            return ()
        return None if any(e.when is When.FULL for e in entry.effects) else [e.arg - 1 for e in entry.effects if e.arg]

    def escapes(self, name: str) -> bool:
        """Whether the function may do anything to a page that it gets."""
        name = self.other_names.get(name, name)
        vocabulary = self.vocabulary
        known = name in vocabulary.functions or name in vocabulary.conversions or name in vocabulary.bit_operations
        plain = name in vocabulary.transparent or name in vocabulary.masks
        return not (known or plain or matches(name, vocabulary.harmless))

    def __call__(self, ev: Evaluator, call: c_tree.Call, work: PathState, used: bool) -> list[Result]:
        """All ways in which the call can come out."""
        results: list[Result] = []
        for w, values in ev.sequence(call.args, work):
            results.extend(self._call(ev, call, w, values, used))
        return results

    def _call(
        self, ev: Evaluator, call: c_tree.Call, work: PathState, values: tuple[Value, ...], used: bool
    ) -> list[Result]:
        name = call.name
        if name is None:
            return [(work, term(result("call", ev.node)))]
        if name in self.other_names:
            name = self.other_names[name]
            call = replace(call, function=c_tree.Name(call.function.span, name))
        plain = self._plain(ev, name, values, work)
        if plain is not None:
            return [(work, plain)]
        if name in self.vocabulary.bit_operations:
            return bit_operation(ev, call, work, values, used)
        entry = self.vocabulary.functions.get(name)
        if entry is None or entry.derived or entry.callers_duty:
            summary = self.summaries(name)
            if summary is not None:
                return replay(ev, call, work, values, summary, used)
        if entry is not None:
            return self._vocabulary_call(ev, call, work, values, entry, used)
        return self._unknown(ev, call, work, values)

    # --- values without effect ----------------------------------------------------------------------------------------

    def _plain(self, ev: Evaluator, name: str, values: tuple[Value, ...], work: PathState) -> Value | None:
        if name in self.vocabulary.zero_pages:
            return conversions.zero_page()
        if name in self.vocabulary.transparent and values:
            return values[0]
        bit = values[0].bits if values else None
        if name in self.vocabulary.masks and bit is not None and bit.form is BitForm.BIT:
            ref = derived(How.CALL, name, values[0].ref)
            return Value(ValueKind.TERM, ref, bits=bit.as_form(BitForm.MASK))
        conversion = self.vocabulary.conversions.get(name)
        if conversion is not None and len(values) >= conversion.arg:
            return self._convert(ev, name, values, work)
        if name in self.vocabulary.page_counts:
            return Value(ValueKind.PAGES, values[0].ref if values else UNKNOWN.ref)
        return None

    def _convert(self, ev: Evaluator, name: str, values: tuple[Value, ...], work: PathState) -> Value:
        conversion = self.vocabulary.conversions[name]
        source = values[conversion.arg - 1]
        index = values[conversion.index - 1] if conversion.index and len(values) >= conversion.index else None
        made = conversions.apply(conversion, source, index)
        parent = conversions.parent_of(conversion, source)
        if parent is not None and made.kind in (ValueKind.PAGE, ValueKind.ADDRESS) and made.ref not in work.pages:
            work.pages[made.ref] = page_of(parent, ev.context.words(made.ref))
        if made.kind is ValueKind.FOLIO and source.kind is ValueKind.PAGE:
            page = work.page(source.ref, ev.context.words(source.ref))
            work.pages[source.ref] = replace(page, folio=replace(page.folio, parent=page.folio.parent or made.ref))
        if conversion.source is Form.PFN and made.kind is ValueKind.PAGE:
            self._guest_fault(ev, made.ref, work)
        return made

    def _guest_fault(self, ev: Evaluator, page: Symbol, work: PathState) -> None:
        """A page frame that is a parameter of a fault type may be the zero page."""
        frame = page.of[0] if page.how is How.OF_PFN else page
        name = parameter_of(frame) if frame.leaf is not None else ""
        spelled = ev.context.types.get(name, "").strip()
        if spelled in self.vocabulary.fault_pfn_types and ev.context.is_parameter(name):
            state = work.page(page, ev.context.words(page))
            if state.origin.zero is Zero.NO and not state.known.asked:
                work.pages[page] = replace(state, origin=replace(state.origin, zero=Zero.MAYBE))

    # --- vocabulary ---------------------------------------------------------------------------------------------------

    def _vocabulary_call(
        self,
        ev: Evaluator,
        call: c_tree.Call,
        work: PathState,
        values: tuple[Value, ...],
        entry: FunctionEntry,
        used: bool,
    ) -> list[Result]:
        if entry.derived and not used and any(e.when is When.TRUE for e in entry.effects):
            # the form that returns nothing does the whole protocol
            return [(self._escape(ev, call, work, values), UNKNOWN)]
        if entry.derived and not entry.effects:
            return [(self._escape(ev, call, work, values), term(result(entry.name, ev.node)))]
        results = perform(ev, call, work, values, entry.effects, used)
        if all(v == UNKNOWN for _, v in results):
            results = [(w, self._result(ev, call, values)) for w, _ in results]
        return results

    def _result(self, ev: Evaluator, call: c_tree.Call, values: tuple[Value, ...]) -> Value:
        name = call.name or ""
        if not ev.deciding or matches(name, self.vocabulary.impure):
            return term(result(name, ev.node))
        equal = derived(How.CALL, name, *(v.ref for v in values))
        return term(equal if len(equal.text) <= _LONGEST_CALL else result(name, ev.node))

    # --- the unknown --------------------------------------------------------------------------------------------------

    def _unknown(self, ev: Evaluator, call: c_tree.Call, work: PathState, values: tuple[Value, ...]) -> list[Result]:
        name = call.name or ""
        if name in self.vocabulary.allocators:
            return [(work, self._fresh(ev, work, name, ValueKind.PAGE))]
        if name in self.vocabulary.folio_allocators:
            return [(work, self._fresh(ev, work, name, ValueKind.FOLIO))]
        word = next((v for v in values if v.kind is ValueKind.WORD), None)
        if word is not None and any(_has_flag(v) for v in values):
            return word_operation(ev, call, work, word)
        if not matches(name, self.vocabulary.harmless):
            self._escape(ev, call, work, values)
        value = self._result(ev, call, values)
        self._out_parameters(ev, call, work)
        return [(work, value)]

    def _out_parameters(self, ev: Evaluator, call: c_tree.Call, work: PathState) -> None:
        """A local whose address is passed may come back changed."""
        for arg in call.args:
            if isinstance(arg, c_tree.Unary) and arg.op == "&" and isinstance(arg.operand, c_tree.Name):
                name = arg.operand.id
                spelled = ev.context.types.get(name)
                if spelled is not None and ("struct" not in spelled or spelled.rstrip().endswith("*")):
                    ev.bind(work, name, UNKNOWN)

    def _fresh(self, ev: Evaluator, work: PathState, name: str, kind: ValueKind) -> Value:
        symbol = allocated(name, ev.node)
        work.pages[symbol] = fresh_page(name)
        return Value(kind, symbol)

    def _escape(self, ev: Evaluator, call: c_tree.Call, work: PathState, values: tuple[Value, ...]) -> PathState:
        """An unknown function gets the page: what it does is out of sight."""
        for value in values:
            if value.kind in _ESCAPING:
                whole = value.kind is not ValueKind.ADDRESS
                words = ev.context.words(value.ref)
                ev.emit(work, Event(EffectKind.CALL, ev.site(call.span), value.ref, words, misused=whole,
                                    callee=call.name or ""))  # fmt: skip
            elif value.is_term and call.name and matches(call.name, self.vocabulary.tag_workers):
                work.wild = Event(EffectKind.CALL, ev.site(call.span), callee=call.name)
        return work


def _has_flag(value: Value) -> bool:
    """Whether the value is a mask, or the word, with the flag set in it."""
    bits = value.bits
    return bits is not None and bits.role is FlagRole.TAGGED and bits.form in (BitForm.MASK, BitForm.WITH)
