"""A program: the units under review together, their functions analysed bottom-up.

A unit is a file or a hunk.  Only functions that can matter are lowered: those that mention a word of the vocabulary,
and those that call them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from mtelint.errors import InputError
from mtelint.flow import convert
from mtelint.flow.analysis import Analysis
from mtelint.flow.calls import CallHandler
from mtelint.flow.cfg import build_cfg, build_cfgs, calls_in
from mtelint.flow.cfg_names import NORETURN
from mtelint.flow.context import Context, Recorder
from mtelint.flow.infer import address_aliases, hands_on_flags, page_addresses, page_names
from mtelint.flow.macros import as_functions, other_names, touching
from mtelint.flow.pages import PageState
from mtelint.flow.parts import VERSIONS, Part, depths, parts_above, with_all_parts
from mtelint.flow.solver import Solver
from mtelint.flow.state import Work
from mtelint.flow.summarise import summarise
from mtelint.flow.summary import Summary
from mtelint.flow.values import Value, ValueKind
from mtelint.model import EffectKind, Vocabulary
from mtelint.model.limits import limits
from mtelint.patterns import regex
from mtelint.records import dataclass, replace
from mtelint.syntax import nodes
from mtelint.syntax.unit import FunctionRef, Unit, parse_file

_ENTERING = 32
"""States that enter a part of a function from the part above it."""
_IDENTIFIER = regex(r"[A-Za-z_]\w*", re.ASCII)
_TOUCHING = (EffectKind.CLAIM, EffectKind.SET, EffectKind.CLEAR, EffectKind.WRITE, EffectKind.READ)
_SUPPORT = (
    EffectKind.PUT, EffectKind.PUBLISH, EffectKind.BARRIER, EffectKind.ACQUIRE, EffectKind.RELEASE,
    EffectKind.ZERO_TEST, EffectKind.HUGETLB_TEST,
)  # fmt: skip
_SHORT = 2000
"""Bytes up to which a function that only locks, orders or lets go is read for its callers."""


@dataclass(slots=True)
class Program:
    """Units analysed together; ``units`` in the order in which their findings are wanted."""

    units: Sequence[Unit]
    vocabulary: Vocabulary
    aliases: Mapping[str, str] = field(default_factory=dict)
    refused: dict[tuple[int, int], tuple[FunctionRef, str]] = field(default_factory=dict)
    """The functions that cannot be judged, by unit and start, and why."""
    _refs: dict[str, tuple[int, FunctionRef]] = field(default_factory=dict)
    _mentions: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)
    _interesting: list[tuple[int, FunctionRef]] = field(default_factory=list)
    _chosen: frozenset[tuple[int, int]] = frozenset()
    _mentioning: dict[str, list[tuple[int, FunctionRef]]] = field(default_factory=dict)
    """By name, the interesting functions that hold it."""
    _done: dict[tuple[int, int], tuple[Analysis, Summary]] = field(default_factory=dict)
    _active: set[tuple[int, int]] = field(default_factory=set)
    _functions: dict[tuple[int, int], nodes.Function] = field(default_factory=dict)
    _matters: frozenset[str] = frozenset()
    _direct: frozenset[str] = frozenset()
    _above: dict[tuple[int, int], Part] = field(default_factory=dict)
    _leaving: dict[tuple[int, int], list[Work]] = field(default_factory=dict)
    _returns: dict[tuple[int, int], list[tuple[Work, Value | None]]] = field(default_factory=dict)
    _supporting: set[tuple[int, int]] = field(default_factory=set)
    _macros: dict[str, FunctionRef] = field(default_factory=dict)
    _spent: int = 0
    """Steps of the solver."""
    _depths: dict[tuple[int, int], int] = field(default_factory=dict)
    """How many parts of its function stand above each part."""
    _other_names: dict[str, str] = field(default_factory=dict)
    _deciding: frozenset[str] = frozenset()
    """The macros that touch the flag or the tags: who uses one is reviewed."""

    def __post_init__(self) -> None:
        self.aliases = {**self._macro_aliases(), **self.aliases}
        self._read_macros()
        self._collect()

    def analyses(self) -> Iterator[Analysis]:
        """Each function that can matter, in source order."""
        touching = self._touching()
        for unit, ref in self._interesting:
            if (unit, ref.span.start) in touching:
                found = self._try_analyse(unit, ref)
                if found is not None:
                    yield found[0]

    # --- which functions can matter -----------------------------------------------------------------------------------

    def _macro_aliases(self) -> dict[str, str]:
        """``#define X PG_arch_3`` makes X a spelling of the bit."""
        found = {}
        for unit in self.units:
            for name, macro in unit.macros.items():
                role = self.vocabulary.flags.get(macro.body.strip().strip("()"))
                if role and macro.params is None and name not in self.vocabulary.flags:
                    found[name] = role
        return found

    def _read_macros(self) -> None:
        """Macros that touch the flag or the tags become functions of a unit of their own, behind the others."""
        known = set(self.vocabulary.functions) | set(self.vocabulary.conversions) | set(self.vocabulary.flags)
        macros = {n: m for unit in self.units for n, m in unit.macros.items() if n not in known}
        touch = touching(macros, self._words())
        support = {n for n, e in self.vocabulary.functions.items() if any(x.do in _SUPPORT for x in e.effects)}
        found = touching(macros, self._words() | support)
        self._deciding = frozenset(m.name for m in touch)
        self._other_names = other_names(found)
        text = as_functions(found)
        if text:
            unit = parse_file("<macros>", text.encode())
            self._macros = {ref.name: ref for ref in unit.functions}
            self.units = (*self.units, unit)

    def _words(self) -> frozenset[str]:
        """Names that touch the flag or the tags by themselves."""
        touching = {
            name
            for name, entry in self.vocabulary.functions.items()
            if entry.helper or entry.derived or any(e.do in (EffectKind.WRITE, EffectKind.READ) for e in entry.effects)
        }
        return frozenset(touching | set(self.vocabulary.flags) | set(self.aliases))

    def _collect(self) -> None:
        words = self._words()
        everything: list[tuple[int, FunctionRef]] = []
        last = len(self.units) - 1 if self._macros else len(self.units)
        for index, unit in enumerate(self.units[:last]):
            text = unit.text.decode("latin-1")  # one character a byte, so that spans hold
            for ref in unit.functions:
                mentioned = frozenset(_IDENTIFIER.findall(text, ref.span.start, ref.span.end)) - {ref.name}
                self._mentions[index, ref.span.start] = mentioned
                everything.append((index, ref))
        names: set[str] = {*words, *self._deciding}
        chosen: set[tuple[int, int]] = set()
        self._direct = frozenset(names)
        while True:
            new = [
                (i, r) for i, r in everything
                if (i, r.span.start) not in chosen and self._mentions[i, r.span.start] & names
            ]  # fmt: skip
            if not new:
                break
            chosen |= {(i, r.span.start) for i, r in new}
            names |= {r.name for _, r in new if r.name and not self._is_told(r.name)}
        self._above = parts_above(everything, self.units)
        self._depths = depths(self._above)
        chosen = with_all_parts(chosen, self._above)
        self._support(everything, chosen)
        silent = {name for name, entry in self.vocabulary.functions.items() if entry.effects}
        names |= {r.name for i, r in everything if (i, r.span.start) in self._supporting}
        names |= {*self._macros, *self._other_names}
        self._matters = frozenset(names | silent | set(self.vocabulary.allocators))
        self._interesting = [(i, r) for i, r in everything if (i, r.span.start) in chosen]
        self._chosen = frozenset(chosen)
        for index, ref in self._interesting:
            for word in self._mentions[index, ref.span.start]:
                self._mentioning.setdefault(word, []).append((index, ref))
        worth = chosen | self._supporting
        for index, ref in everything:
            self._remember(index, ref, (index, ref.span.start) in worth)

    def _support(self, everything: list[tuple[int, FunctionRef]], chosen: set[tuple[int, int]]) -> None:
        """Short functions that the chosen ones call and that lock, order or let go: not judged, but summarised."""
        words = {n for n, e in self.vocabulary.functions.items() if any(x.do in _SUPPORT for x in e.effects)}
        called = frozenset[str]().union(*(self._mentions[key] for key in chosen))
        for index, ref in everything:
            key = (index, ref.span.start)
            short = ref.span.end - ref.span.start <= _SHORT
            if key not in chosen and short and ref.name in called and self._mentions[key] & words:
                self._supporting.add(key)

    def _remember(self, index: int, ref: FunctionRef, interesting: bool) -> None:
        """Of several bodies of one name the one that does something and is seen whole wins (a stub does nothing)."""
        if not ref.name:
            return
        known = self._refs.get(ref.name)
        if (
            known is None
            or (interesting and not self._is_chosen(known))
            or (interesting and ref.head and ref.tail and not (known[1].head and known[1].tail))
            or self._above.get((index, ref.span.start)) == known
        ):
            self._refs[ref.name] = (index, ref)

    def _is_chosen(self, item: tuple[int, FunctionRef]) -> bool:
        key = (item[0], item[1].span.start)
        return key in self._chosen or key in self._supporting

    def _is_told(self, name: str) -> bool:
        """The vocabulary says all that a call of the function does: its body tells its callers nothing."""
        entry = self.vocabulary.functions.get(name)
        return entry is not None and not (entry.derived or entry.callers_duty)

    def _touching(self) -> set[tuple[int, int]]:
        """The functions in which a flag is set or tags are touched: by a word in them, or by what a callee does.

        Who only calls functions that keep it to themselves needs no analysis; parts of one function stay together.
        """
        parts = {(i, r.span.start) for i, r in self._above.values()} | self._above.keys()
        by_place = {(i, r.span.start): (i, r) for i, r in self._interesting}
        found = [key for key, function in by_place.items() if key in parts or self._touches(*function)]
        known = set(found)
        for key in found:  # which grows
            callee = by_place[key]
            if self._refs.get(callee[1].name) == callee and self._hands_on(*callee):
                callers = [(i, r.span.start) for i, r in self._mentioning.get(callee[1].name, ())]
                found.extend(k for k in callers if k not in known)
                known.update(callers)
        return known

    def _touches(self, unit: int, ref: FunctionRef) -> bool:
        """Whether a function itself may do something to the flag or the tags."""
        words = self._mentions[unit, ref.span.start] & self._direct
        flags = {*self.vocabulary.flags, *self.aliases}
        if not words or not words <= flags:
            return bool(words)
        function = self.try_lowered(unit, ref)
        return function is None or not hands_on_flags(function, flags, self._is_out_of_sight)

    def _is_out_of_sight(self, name: str) -> bool:
        known = self._refs.get(name)
        seen = name in self._macros or (known is not None and self._is_chosen(known))
        return not seen and CallHandler(self.vocabulary, self._summary, self._other_names).escapes(name)

    def _hands_on(self, unit: int, ref: FunctionRef) -> bool:
        """Whether a function does more than ask about a page that it is given, or may do so out of sight."""
        if self._is_told(ref.name):
            return False
        found = self._try_analyse(unit, ref)
        if found is None:
            return True
        summary = found[1]
        return not summary.complete or any(e.kind in _TOUCHING for path in summary.paths for e in path.events)

    def callers_of(self, name: str, unit: int, static: bool) -> tuple[str, ...]:
        """The functions in sight that mention ``name`` (of the same path where it is static)."""
        path = self.units[unit].path
        return tuple(
            r.name for i, r in self._mentioning.get(name, ()) if not static or self.units[i].path == path
        )  # fmt: skip

    # --- one function -------------------------------------------------------------------------------------------------

    def lowered(self, unit: int, ref: FunctionRef) -> nodes.Function:
        """The function as a tree; memoised."""
        key = (unit, ref.span.start)
        if key not in self._functions:
            self._functions[key] = self.units[unit].lower(ref)
        return self._functions[key]

    def try_lowered(self, unit: int, ref: FunctionRef) -> nodes.Function | None:
        """The same, or None for a function that cannot be read; it is in ``refused``."""
        try:
            return self.lowered(unit, ref)
        except InputError as error:
            self.refused[unit, ref.span.start] = (ref, str(error))
            return None

    def _summary(self, name: str) -> Summary | None:
        known = self._refs.get(name)
        if known is None and name in self._macros:
            ref = self._macros[name]
            unit = len(self.units) - 1
            if (unit, ref.span.start) in self._active:
                return None
            found = self._try_analyse(unit, ref)
            return replace(found[1], macro=True) if found else None
        if known is None or not self._is_chosen(known) or (known[0], known[1].span.start) in self._active:
            return None
        found = self._try_analyse(*known)
        return found[1] if found else None

    def _try_analyse(self, unit: int, ref: FunctionRef) -> tuple[Analysis, Summary] | None:
        """None for a function that cannot be judged; it is in ``refused``, and the others are."""
        key = (unit, ref.span.start)
        if key in self.refused:
            return None
        try:
            return self._analyse(unit, ref)
        except InputError as error:
            self.refused[key] = (ref, str(error))
            return None

    def _analyse(self, unit: int, ref: FunctionRef) -> tuple[Analysis, Summary]:
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

    def _parts_above(self, key: tuple[int, int]) -> list[Part]:
        """The parts of the function above this one that are not analysed yet, the first one first."""
        found: list[Part] = []
        while key in self._above:
            part = self._above[key]
            key = (part[0], part[1].span.start)
            if key in self._done or key in self._active:
                break
            found.append(part)
        return found[::-1]

    def _solve(self, unit: int, ref: FunctionRef) -> tuple[Analysis, Summary]:
        if self._spent > limits().total_steps:
            raise InputError(f"the functions before it took all of total_steps = {limits().total_steps}")
        function = self.lowered(unit, ref)
        context = self._context(unit, ref, function)
        recorder = Recorder(context)
        handler = CallHandler(self.vocabulary, self._summary, self._other_names)
        limit, returns, leaving = False, [], []
        above = self._above.get((unit, ref.span.start))
        graphs = build_cfgs(function, frozenset(self.vocabulary.noreturn) | NORETURN)
        if not function.head:
            context.types.update(page_names(graphs[0], self.vocabulary))
        entry = self._entry(context, function)
        for name, page in self._address_parameters(unit, function).items():
            entry.env[name] = convert.as_kind(entry.env[page], ValueKind.ADDRESS)
        for cfg in graphs:
            versions = VERSIONS * self._depths.get((unit, ref.span.start), 0)
            solver = Solver(cfg, context, recorder, handler, versions)
            for work in self._entering(above, entry):
                solver.run(work.fork())
            limit = limit or solver.limit_hit
            self._spent += solver.steps
            returns.extend(solver.returns)
            leaving.extend(solver.leaving)
        self._leaving[unit, ref.span.start] = leaving
        if above is not None:
            returns = [*self._returned(above), *returns]
        self._returns[unit, ref.span.start] = returns
        parameters = tuple(p.name for p in function.params)
        summary = summarise(ref.name, parameters, returns, function.head and function.tail and not limit)
        analysis = Analysis(
            self.units[unit].path, unit, ref, function, tuple(recorder.records.values()),
            tuple(recorder.exits.values()), self.callers_of(ref.name, unit, "static" in function.storage), limit,
        )  # fmt: skip
        return analysis, summary

    def _entering(self, above: Part | None, entry: Work) -> list[Work]:
        """The states in which a part is entered: those that leave the part above, where one is in sight."""
        leaving = self._leaving.get((above[0], above[1].span.start), []) if above is not None else []
        return leaving[:_ENTERING] or [entry]

    def _returned(self, above: Part) -> list[tuple[Work, Value | None]]:
        return self._returns.get((above[0], above[1].span.start), [])

    def _context(self, unit: int, ref: FunctionRef, function: nodes.Function) -> Context:
        source = self.units[unit]

        def text(span: nodes.Span) -> str:
            return source.text[span.start : span.end].decode("utf-8", "replace")

        types = {p.name: p.type for p in function.params if p.name}
        return Context(
            source.path, unit, ref.name, self.vocabulary, types, self.aliases, text,
            parameters=tuple(p.name for p in function.params), words_that_matter=self._matters,
            contract=frozenset(p.name for p in function.params if p.name and "static" in function.storage),
        )  # fmt: skip

    def _address_parameters(self, unit: int, function: nodes.Function) -> dict[str, str]:
        """Address parameters of a static function whose page is another parameter, by what all callers pass."""
        if "static" not in function.storage or len(function.params) < 2:
            return {}
        calls = []
        for index, ref in self._interesting:
            same = self.units[index].path == self.units[unit].path
            key = (index, ref.span.start)
            if same and key not in self.refused and {function.name, "page_address"} <= self._mentions[key]:
                try:
                    cfg = build_cfg(self.lowered(index, ref))
                except InputError as error:
                    self.refused[key] = (ref, str(error))
                    continue
                addresses = page_addresses(cfg)
                calls += [(call, addresses) for call in calls_in(cfg) if call.name == function.name]
        return address_aliases(function, calls)

    def _entry(self, context: Context, function: nodes.Function) -> Work:
        work = Work({}, {}, {})
        entry = self.vocabulary.functions.get(function.name)
        for index, parameter in enumerate(function.params, 1):
            if not parameter.name:
                continue
            value = context.typed(parameter.name, parameter.name)
            work.env[parameter.name] = value
            if entry is not None and index in entry.fresh:
                work.pages[convert.as_kind(value, ValueKind.PAGE).ref] = PageState(words=parameter.name, fresh=True)
        return work
