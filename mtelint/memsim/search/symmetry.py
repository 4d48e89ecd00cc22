"""Threads that take the same path may be exchanged: explore one order of them, report all.

Two threads are interchangeable in a combination of paths if their paths have equal signatures and the filter does not
tell them apart.  The order of their first accesses to some location is then fixed, and every state that is found
stands for all states that exchange them.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mtelint.memsim.event.event_path import Path
from mtelint.memsim.litmus.final_state import Both, Either, Equals, Not, Observable, Prop, Truth, Value
from mtelint.memsim.litmus.symbolic import renumber

StateMap = dict[Observable, Value]


def signature(path: Path) -> Any:
    """What is equal for two paths of different threads that behave alike; hashable."""
    order: dict[int, int] = {}
    for event in path.events:
        if event.slot >= 0:
            order[event.slot] = len(order)
    events = tuple(
        (e.sets, e.location, order.get(e.slot, -1), renumber(e.value, order), e.fence, e.domain) for e in path.events
    )
    constraints = tuple((renumber(symbol, order), truth) for symbol, truth in path.constraints)
    registers = tuple((name, renumber(symbol, order)) for name, symbol in path.registers)
    return events, path.po, path.addr, path.data, path.ctrl, path.rmw, constraints, registers


def groups(signatures: Sequence[Any], filter_prop: Prop | None) -> list[list[int]]:
    """Groups of two or more interchangeable threads, each in rising order."""
    by_signature: dict[Any, list[int]] = {}
    for thread, key in enumerate(signatures):
        by_signature.setdefault(key, []).append(thread)
    return [
        members
        for members in by_signature.values()
        if len(members) > 1 and (filter_prop is None or _indifferent(filter_prop, members))
    ]


def _indifferent(prop: Prop, members: list[int]) -> bool:
    """Whether exchanging neighbours among ``members``, and so any of them, leaves the filter as it is."""
    shape = _shape(prop, {})
    return all(_shape(prop, {a: b, b: a}) == shape for a, b in itertools.pairwise(members))


def _shape(prop: Prop, exchange: dict[int, int]) -> Any:
    """A form of the proposition that does not depend on the order of its parts."""
    match prop:
        case Truth(value):
            return value
        case Equals(left, right):
            other = _exchanged(right, exchange) if isinstance(right, Observable) else right
            return ("=", _exchanged(left, exchange), other)
        case Not(of):
            return ("not", _shape(of, exchange))
        case Both():
            return ("and", frozenset(_shape(part, exchange) for part in _parts(prop, Both)))
        case Either():
            return ("or", frozenset(_shape(part, exchange) for part in _parts(prop, Either)))


def _parts(prop: Prop, kind: type[Both] | type[Either]) -> Iterator[Prop]:
    if isinstance(prop, kind):
        yield from _parts(prop.left, kind)
        yield from _parts(prop.right, kind)
    else:
        yield prop


def _exchanged(what: Observable, exchange: dict[int, int]) -> Observable:
    return Observable(exchange.get(what.thread, what.thread), what.name)


def with_partners(needed: Iterable[Observable], found: Iterable[list[int]]) -> list[Observable]:
    """``needed`` and the same registers of the threads that may be exchanged with theirs."""
    wanted = set(needed)
    for members in found:
        names = {what.name for what in wanted if what.thread in members}
        wanted.update(Observable(thread, name) for thread in members for name in names)
    return sorted(wanted)


def variants(state: StateMap, found: Iterable[list[int]], visible: set[int]) -> Iterator[StateMap]:
    """The states that exchanging interchangeable threads makes of ``state``, itself first.

    ``visible`` are the threads whose registers are looked at; groups without one are left alone.
    """
    choices = [list(itertools.permutations(members)) for members in found if visible & set(members)]
    origin = [members for members in found if visible & set(members)]
    for chosen in itertools.product(*choices):
        exchange: dict[int, int] = {}
        for members, permuted in zip(origin, chosen, strict=True):
            exchange.update(zip(members, permuted, strict=True))
        yield {_exchanged(what, exchange): value for what, value in state.items()} if exchange else state
