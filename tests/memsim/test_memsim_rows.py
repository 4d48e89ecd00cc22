"""Relations as bit rows against relations as sets of pairs."""

from hypothesis import given
from hypothesis import strategies as st

from mtelint.memsim.event import rows
from mtelint.memsim.event.rows import Rows

N = 5
PAIRS = st.sets(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)))
Pairs = set[tuple[int, int]]


def made(pairs: Pairs) -> Rows:
    relation = rows.empty(N)
    for a, b in pairs:
        relation[a] |= 1 << b
    return relation


def closed(pairs: Pairs) -> Pairs:
    while True:
        grown = pairs | {(a, d) for a, b in pairs for c, d in pairs if b == c}
        if grown == pairs:
            return pairs
        pairs = grown


@given(PAIRS, PAIRS)
def test_set_operations(a: Pairs, b: Pairs) -> None:
    assert rows.union(made(a), made(b)) == made(a | b)
    assert rows.union(made(a), made(b), made(a)) == made(a | b)
    assert rows.inter(made(a), made(b)) == made(a & b)
    assert rows.minus(made(a), made(b)) == made(a - b)
    assert set(rows.pairs(made(a))) == a
    assert rows.is_empty(made(a)) == (not a)


@given(PAIRS, PAIRS, PAIRS)
def test_composition(a: Pairs, b: Pairs, c: Pairs) -> None:
    assert rows.seq(made(a), made(b)) == made({(x, w) for x, y in a for z, w in b if y == z})
    assert rows.chain(made(a), made(b), made(c)) == rows.seq(made(a), rows.seq(made(b), made(c)))
    assert rows.inverse(made(a)) == made({(y, x) for x, y in a})


@given(PAIRS)
def test_closures(a: Pairs) -> None:
    identity = {(i, i) for i in range(N)}
    assert rows.closure(made(a)) == made(closed(a))
    assert rows.star(made(a)) == made(closed(a) | identity)
    assert rows.opt(made(a)) == made(a | identity)


@given(PAIRS)
def test_cycles(a: Pairs) -> None:
    cyclic = any(x == y for x, y in closed(a))
    assert rows.is_acyclic(made(a)) == (not cyclic)
    assert rows.is_irreflexive(made(a)) == (not any(x == y for x, y in a))
    cycle = rows.find_cycle(made(a))
    assert bool(cycle) == cyclic
    assert all((cycle[i], cycle[(i + 1) % len(cycle)]) in a for i in range(len(cycle)))


@given(PAIRS, st.integers(0, 2**N - 1), st.integers(0, 2**N - 1))
def test_restriction(a: Pairs, domain: int, codomain: int) -> None:
    kept = {(x, y) for x, y in a if domain >> x & 1 and codomain >> y & 1}
    assert rows.restrict(domain, made(a), codomain) == made(kept)
    assert rows.mask_of(list(rows.bits(domain))) == domain
