"""RCU: grace periods against read-side critical sections.

A sequence of grace periods and critical sections, joined by links, with at least as many grace periods as critical
sections, orders like a strong fence between CPUs.
"""

from collections.abc import Sequence

from mtelint.memsim.event.rows import Rows, chain, inverse, opt, restrict, seq, star, union
from mtelint.memsim.event.skeleton import Execution, Skeleton


def rcu_link(s: Skeleton, x: Execution) -> Rows:
    """How one grace period or critical section comes before the next."""
    return chain(opt(s.po), star(x.hb), star(x.pb), x.prop, s.po)


Domains = Sequence[tuple[int, Rows]]
"""Per domain, RCU or one ``srcu_struct``: its grace periods, and its critical sections from lock to unlock."""


def rcu_order(s: Skeleton, x: Execution, domains: Domains) -> Rows:
    """Least relation of balanced sequences: at least as many grace periods as critical sections of the same domain."""
    link = rcu_link(s, x)
    pairs = [_linked(s, link, grace, sections) for grace, sections in domains]
    order = union(*(grace for grace, _, _, _ in pairs))
    for grace, section, grace_link, section_link in pairs:
        order = union(order, seq(grace_link, section), seq(section_link, grace))
    while True:
        inner = seq(order, link)
        grown = union(order, seq(inner, order))
        for grace, section, grace_link, section_link in pairs:
            grown = union(grown, chain(grace_link, inner, section), chain(section_link, inner, grace))
        if grown == order:
            return order
        order = grown


def _linked(s: Skeleton, link: Rows, grace_periods: int, sections: Rows) -> tuple[Rows, Rows, Rows, Rows]:
    """Grace periods and sections (backwards) of one domain, and both followed by a link."""
    grace = [1 << i if grace_periods >> i & 1 else 0 for i in range(s.n)]
    section = inverse(sections)
    return grace, section, seq(grace, link), seq(section, link)


def rcu_fence(s: Skeleton, x: Execution, domains: Domains) -> Rows:
    """What comes before such a sequence, and what comes after it."""
    return chain(s.po, rcu_order(s, x, domains), opt(s.po))


def rcu_before(x: Execution, fence: Rows) -> Rows:
    """rb: order through :func:`rcu_fence`."""
    return restrict(x.s.all, chain(x.prop, fence, star(x.hb), star(x.pb)), x.s.marked)
