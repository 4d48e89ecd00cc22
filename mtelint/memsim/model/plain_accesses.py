"""Plain accesses: which conflicting ones are ordered, and which race.

Follows the part of the kernel's definition on plain accesses and data races: an access is bounded by marked accesses
before and after it, and two conflicting accesses do not race if those bounds are ordered and visible.
"""

from mtelint.memsim.event.rows import Rows, chain, inter, inverse, is_empty, minus, opt, restrict, seq, star, union
from mtelint.memsim.event.skeleton import Execution
from mtelint.memsim.litmus.ast import FenceKind
from mtelint.memsim.model.relations import Relations


class Bounds:
    """The relations on plain accesses in one execution (after ``model.relate``)."""

    def __init__(self, model: Relations, x: Execution) -> None:
        s, self.x, self.model = model.s, x, model
        self.marked = s.marked
        addr, _, _ = model.dependencies(x)
        xb = union(x.hb, x.pb, x.rb)
        self.xbstar = star(xb)
        nonrw = model.nonrw_fence(x)
        not_noreturn = s.all & ~s.noreturn
        rmb = s.around(FenceKind.RMB)
        rmb_pre = restrict(model.r4rmb, rmb, not_noreturn)
        rmb_post = restrict(not_noreturn, rmb, model.r4rmb)
        self.w_pre = restrict(s.marked, opt(union(addr, x.fence)))
        self.r_pre = restrict(s.marked, opt(union(addr, nonrw, rmb_pre)))
        self.w_post = model.w_post(x)
        self.r_post = restrict(s.all, opt(union(nonrw, rmb_post)), s.marked)

    def vis(self) -> Rows:
        """A write is visible before another event executes."""
        x = self.x
        reach = union(chain(restrict(x.s.all, x.strong, self.marked), self.xbstar), x.internal(self.xbstar))
        front = restrict(x.s.all, seq(star(x.cumul), opt(x.external(x.rf))), self.marked)
        return seq(front, reach)

    def write_vis(self, pre: Rows) -> Rows:
        """ww-vis or wr-vis, by the bound ``pre`` of the second access."""
        x = self.x
        return union(x.fence, chain(x.strong, self.xbstar, pre), chain(self.w_post, self.vis(), pre))

    def rw_xbstar(self) -> Rows:
        """A read comes before a later write."""
        return union(self.x.fence, chain(self.r_post, self.xbstar, self.w_pre))


def pre_race(x: Execution) -> Rows:
    """Pairs of accesses on different CPUs, at least one of them plain; initial writes never race."""
    s = x.s
    rows = []
    for i, other in enumerate(s.other):
        if s.plain >> i & 1:
            rows.append(other & s.M)
        elif s.M >> i & 1:
            rows.append(other & s.plain)
        else:
            rows.append(0)
    return rows


def incoherent(model: Relations, x: Execution) -> bool:
    """Whether reads-from or coherence contradict the order between conflicting accesses (plain-coherence)."""
    candidates = pre_race(x)
    rf, fr, co = inter(candidates, x.rf), inter(candidates, x.fr), inter(candidates, x.co)
    if is_empty(rf) and is_empty(fr) and is_empty(co):
        return False
    b = Bounds(model, x)
    if not is_empty(inter(rf, inverse(b.rw_xbstar()))):
        return True
    if not is_empty(inter(fr, inverse(b.write_vis(b.r_pre)))):
        return True
    return not is_empty(inter(co, inverse(b.write_vis(b.w_pre))))


def races(model: Relations, x: Execution) -> Rows:
    """The racing pairs of a complete, allowed execution."""
    s = x.s
    candidates = pre_race(x)
    b = Bounds(model, x)
    ww_vis, wr_vis, rw_xb = b.write_vis(b.w_pre), b.write_vis(b.r_pre), b.rw_xbstar()
    from_marked = [(s.W if s.marked >> i & 1 else 0) | row for i, row in enumerate(rw_xb)]
    to_marked = [(s.marked if s.W >> i & 1 else 0) | row for i, row in enumerate(wr_vis)]
    ww_nonrace = inter(inter(ww_vis, from_marked), to_marked)
    ww_race = minus(inter(candidates, x.co), ww_nonrace)
    wr_race = minus(minus(inter(candidates, seq(opt(x.co), x.rf)), wr_vis), inverse(rw_xb))
    rw_race = minus(inter(candidates, x.fr), rw_xb)
    return union(ww_race, wr_race, rw_race)
