"""A program: the units under review together, their functions analysed on demand, callees before their callers.

A unit is a file or a hunk.  Which functions can matter is told by the names in them
(:mod:`mtelint.flow.program.call_graph`); only those are lowered and solved, each once.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import partial

from msgspec.structs import replace

from mtelint.errors import InputError
from mtelint.flow.cfg.build import build_cfg, build_cfgs
from mtelint.flow.cfg.graph import Cfg
from mtelint.flow.dataflow.reachability import reachable
from mtelint.flow.domain.path_state import PathState
from mtelint.flow.paths.one_function import Return, context_of, entry_state, follow, stops_of, summarise
from mtelint.flow.paths.path_analysis import Watcher
from mtelint.flow.program.call_graph import call_graph, is_told, words_of_support, words_that_touch
from mtelint.flow.program.function_macros import Macros, flag_names, read_macros
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.program.hunk_parts import VERSIONS, Key, Part, key_of
from mtelint.flow.program.infer import address_parameters, hands_on_flags, page_names
from mtelint.flow.transfer.calls import CallHandler
from mtelint.flow.transfer.summary import Summary
from mtelint.model import EffectKind, FlagRole, Form, Vocabulary
from mtelint.model.limits import limits
from mtelint.syntax import c_tree
from mtelint.syntax.unit import FunctionRef, Unit, parse_file

_ENTERING = 32
"""States that enter a part of a function from the part above it."""
_BYTES_PER_STEP = 10
"""Bytes of a function that take as long to be read as one step to be followed."""
_TOUCHING = (EffectKind.CLAIM, EffectKind.SET, EffectKind.CLEAR, EffectKind.WRITE, EffectKind.READ)


class Program:
    """Units analysed together; ``units`` in the order in which their findings are wanted.

    ``refused`` are the functions that cannot be judged, by unit and start, and why; ``untold`` likewise those that are
    judged, but too long to be told to their callers; ``watch`` is shown the states of
    every function that is solved.  ``files`` are those for each of which ``total_steps`` may be spent.
    """

    def __init__(
        self, units: Sequence[Unit], vocabulary: Vocabulary, *, files: int = 1, watch: Watcher | None = None
    ) -> None:
        self.units = units
        self.files = files
        self.vocabulary = vocabulary
        self.watch = watch
        self.refused: dict[Key, tuple[FunctionRef, str]] = {}
        self.untold: dict[Key, tuple[FunctionRef, str]] = {}
        self._done: dict[Key, tuple[FunctionResults, Summary]] = {}
        self._active: set[Key] = set()
        self._functions: dict[Key, c_tree.Function] = {}
        self._leaving: dict[Key, Sequence[PathState]] = {}
        self._returns: dict[Key, Sequence[Return]] = {}
        self._macros: dict[str, FunctionRef] = {}
        self._other_names: Mapping[str, str] = {}
        self._spent = 0  # steps of the solver
        everywhere = (macro for unit in units for macro in unit.macros.values())
        self.aliases: Mapping[str, FlagRole] = flag_names(everywhere, vocabulary)
        words = words_that_touch(vocabulary, self.aliases)
        macros = self._read_macros(words)
        self._graph = call_graph(units, vocabulary, words | macros.touching, (*self._macros, *self._other_names))

    def _read_macros(self, words: frozenset[str]) -> Macros:
        """Macros that touch the flag or the tags become functions of a unit of their own, behind the others."""
        known = {*self.vocabulary.functions, *self.vocabulary.conversions, *self.vocabulary.flags}
        macros = {n: m for unit in self.units for n, m in unit.macros.items() if n not in known}
        found = read_macros(macros, words, words_of_support(self.vocabulary))
        self._other_names = found.other_names
        if found.text:
            unit = parse_file("<macros>", found.text.encode())
            self._macros = {ref.name: ref for ref in unit.functions}
            self.units = (*self.units, unit)
        return found

    def analyses(self) -> Iterator[FunctionResults]:
        """Each function that can matter, in source order."""
        touching = self._touching()
        for unit, ref in self._graph.functions:
            if (unit, ref.span.start) in touching:
                found = self._try_analyse(unit, ref)
                if found is not None:
                    yield found[0]

    def results_of(self, unit: int, ref: FunctionRef) -> FunctionResults:
        """One function, whether it can matter or not; raises :class:`InputError` where it cannot be judged."""
        return self._analyse(unit, ref)[0]

    # --- which functions can matter -----------------------------------------------------------------------------------

    def _touching(self) -> Set[Key]:
        """The functions in which a flag is set or tags are touched: by a word in them, or by what a callee does.

        Who only calls functions that keep it to themselves needs no analysis; parts of one function stay together.
        """
        graph = self._graph
        parts = {key_of(part) for part in graph.above.values()} | graph.above.keys()
        by_place = {key_of(part): part for part in graph.functions}
        starts = [key for key, function in by_place.items() if key in parts or self._touches(*function)]

        def concerned(key: Key) -> list[Key]:
            callee = by_place[key]
            callers = [c for c in graph.mentioning.get(callee[1].name, ()) if self._body(callee[1].name, c) == callee]
            return [key_of(caller) for caller in callers] if callers and self._hands_on(*callee) else []

        return reachable(starts, concerned).keys()

    def _touches(self, unit: int, ref: FunctionRef) -> bool:
        """Whether a function itself may do something to the flag or the tags."""
        words = self._graph.mentions[unit, ref.span.start] & self._graph.direct
        flags = {*self.vocabulary.flags, *self.aliases}
        if not words or not words <= flags:
            return bool(words)
        function = self.try_lowered(unit, ref)
        return function is None or not hands_on_flags(function, flags, partial(self._is_out_of_sight, (unit, ref)))

    def _body(self, name: str, caller: Part) -> Part | None:
        """The body that a call in ``caller`` means."""
        return self._graph.scope.body(name, caller)

    def _is_out_of_sight(self, caller: Part, name: str) -> bool:
        known = self._body(name, caller)
        seen = name in self._macros or (known is not None and key_of(known) in self._graph.read)
        return not seen and self._calls(caller).escapes(name)

    def _calls(self, caller: Part) -> CallHandler:
        """What calls in the function are."""
        return CallHandler(self.vocabulary, partial(self._summary, caller), self._other_names)

    def _hands_on(self, unit: int, ref: FunctionRef) -> bool:
        """Whether a function does more than ask about a page that it is given, or may do so out of sight."""
        if is_told(self.vocabulary, ref.name):
            return False
        found = self._try_analyse(unit, ref)
        if found is None:
            return True
        summary = found[1]
        return not summary.complete or any(e.kind in _TOUCHING for path in summary.paths for e in path.events)

    def callers_of(self, function: Part) -> list[Part]:
        """The functions in sight that call the function, those of its own file where it is static."""
        graph, path = self._graph, self.units[function[0]].path
        found = [c for c in graph.mentioning.get(function[1].name, ()) if graph.scope.is_meant(function, c)]
        return [c for c in found if self.units[c[0]].path == path] if function[1].static else found

    # --- one function -------------------------------------------------------------------------------------------------

    def lowered(self, unit: int, ref: FunctionRef) -> c_tree.Function:
        """The function as a tree; memoised."""
        key = (unit, ref.span.start)
        if key not in self._functions:
            self._functions[key] = self.units[unit].lower(ref)
        return self._functions[key]

    def try_lowered(self, unit: int, ref: FunctionRef) -> c_tree.Function | None:
        """The same, or None for a function that cannot be read; it is in ``refused``."""
        try:
            return self.lowered(unit, ref)
        except InputError as error:
            self.refused[unit, ref.span.start] = (ref, str(error))
            return None

    def _summary(self, caller: Part, name: str) -> Summary | None:
        known = self._body(name, caller)
        macro = known is None and name in self._macros
        if macro:
            known = (len(self.units) - 1, self._macros[name])
        if known is None or key_of(known) in self._active or not (macro or key_of(known) in self._graph.read):
            return None
        found = self._try_analyse(*known)
        if found is None:
            return None
        return replace(found[1], macro=True) if macro else found[1]

    def _try_analyse(self, unit: int, ref: FunctionRef) -> tuple[FunctionResults, Summary] | None:
        """None for a function that cannot be judged; it is in ``refused``, and the others are."""
        key = (unit, ref.span.start)
        if key in self.refused:
            return None
        try:
            return self._analyse(unit, ref)
        except InputError as error:
            self.refused[key] = (ref, str(error))
            return None

    def _analyse(self, unit: int, ref: FunctionRef) -> tuple[FunctionResults, Summary]:
        key = (unit, ref.span.start)
        if key not in self._done:
            if len(self._active) > limits().calls:
                raise InputError(f"functions call each other deeper than calls = {limits().calls} allows")
            self._active.add(key)
            try:
                for part in self._parts_above(key):
                    self._analyse(*part)
                self._done[key] = self._solve(unit, ref)
            finally:
                self._active.discard(key)
        return self._done[key]

    def _parts_above(self, key: Key) -> list[Part]:
        """The parts of the function above this one that are not analysed yet, the first one first."""
        found: list[Part] = []
        while key in self._graph.above:
            part = self._graph.above[key]
            key = key_of(part)
            if key in self._done or key in self._active:
                break
            found.append(part)
        return found[::-1]

    def _solve(self, unit: int, ref: FunctionRef) -> tuple[FunctionResults, Summary]:
        if self._spent > limits().total_steps * self.files:
            raise InputError(f"the functions before it took all of total_steps = {limits().total_steps}")
        self._spent += (ref.span.end - ref.span.start) // _BYTES_PER_STEP
        key, function = (unit, ref.span.start), self.lowered(unit, ref)
        context = context_of(function, self.units[unit], unit, self.vocabulary, self.aliases, self._graph.matters)
        handler = self._calls((unit, ref))
        above = self._graph.above.get(key)
        graphs = build_cfgs(function, *stops_of(self.vocabulary))
        if not function.head:
            context.types.update(page_names(graphs[0], self.vocabulary))
        entry = entry_state(context, function, self._address_parameters(unit, function))
        versions = VERSIONS * self._graph.depths.get(key, 0)
        found = follow(graphs, context, handler, self._entering(above, entry), versions, self.watch)
        self._spent += found.steps
        self._leaving[key] = found.leaving
        before = self._returns.get(key_of(above), ()) if above is not None else ()
        self._returns[key] = [*before, *found.returns]
        parameters = tuple(p.name for p in function.params)
        complete = function.head and function.tail and not found.limit_hit
        callers = tuple(r.name for _, r in self.callers_of((unit, ref)))
        results = FunctionResults(
            self.units[unit].path, unit, ref, function, found.records, found.exits, callers, found.limit_hit
        )  # fmt: skip
        summary = summarise(ref.name, parameters, self._returns[key], complete)
        if summary.cut:
            self.untold[key] = (ref, f"its callers are not told what it does: more than events = {limits().events}")
        return results, summary

    def _entering(self, above: Part | None, entry: PathState) -> Sequence[PathState]:
        """The states in which a part is entered: those that leave the part above, where one is in sight."""
        leaving = self._leaving.get(key_of(above), ()) if above is not None else ()
        return leaving[:_ENTERING] or [entry]

    def _address_parameters(self, unit: int, function: c_tree.Function) -> Mapping[str, str]:
        """Address parameters of a static function whose page is another parameter, by what all callers pass."""
        if "static" not in function.storage or len(function.params) < 2:
            return {}
        return address_parameters(
            function, self._graphs_of_callers(self.units[unit].path, function.name), self.vocabulary
        )

    def _graphs_of_callers(self, path: str, name: str) -> Iterator[Cfg]:
        """The graphs of the functions of a file that call one by that name and take the address of a page."""
        addresses = {n for n in self.vocabulary.conversions if self.vocabulary.converts(n, Form.PAGE, Form.ADDRESS)}
        for index, ref in self._graph.functions:
            key = (index, ref.span.start)
            mentions = self._graph.mentions[key]
            same = self.units[index].path == path
            if same and key not in self.refused and name in mentions and mentions & addresses:
                try:
                    yield build_cfg(self.lowered(index, ref), *stops_of(self.vocabulary))
                except InputError as error:
                    self.refused[key] = (ref, str(error))
