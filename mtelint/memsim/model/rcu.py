"""RCU: grace periods against read-side critical sections.

A sequence of grace periods and critical sections, joined by links, with at least as many grace periods as critical
sections, orders like a strong fence between CPUs.
"""

from mtelint.memsim.event.rows import Rows, chain, inverse, opt, restrict, seq, star, union
from mtelint.memsim.event.skeleton import Execution, Skeleton


def rcu_link(s: Skeleton, x: Execution) -> Rows:
    """How one grace period or critical section comes before the next."""
    return chain(opt(s.po), star(x.hb), star(x.pb), x.prop, s.po)


def rcu_order(s: Skeleton, x: Execution) -> Rows:
    """Least relation of balanced sequences: at least as many grace periods as critical sections."""
    link = rcu_link(s, x)
    grace = [1 << i if s.sync_rcu >> i & 1 else 0 for i in range(s.n)]
    section = inverse(s.rcu_sections())
    grace_link, section_link = seq(grace, link), seq(section, link)
    order = union(grace, seq(grace_link, section), seq(section_link, grace))
    while True:
        inner = seq(order, link)
        grown = union(
            order,
            chain(grace_link, inner, section),
            chain(section_link, inner, grace),
            seq(inner, order),
        )
        if grown == order:
            return order
        order = grown


def rcu_fence(s: Skeleton, x: Execution) -> Rows:
    """What comes before such a sequence, and what comes after it."""
    return chain(s.po, rcu_order(s, x), opt(s.po))


def rcu_before(x: Execution, fence: Rows) -> Rows:
    """rb: order through :func:`rcu_fence`."""
    return restrict(x.s.all, chain(x.prop, fence, star(x.hb), star(x.pb)), x.s.marked)
