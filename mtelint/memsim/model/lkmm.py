"""The Linux kernel memory model as of Linux 6.12: preserved program order, propagation, axioms.

An instance serves one :class:`~mtelint.memsim.event.skeleton.Skeleton`.  All axioms forbid something of relations that
only grow while reads-from and coherence grow: a violation by a partial execution is one of every completion.  Data
races are not monotone and are asked of complete executions only.  Coherence and the atomicity of read-modify-writes
hold by construction (:mod:`mtelint.memsim.search.interleaving`).
"""

from functools import cached_property

from mtelint.memsim.event.rows import (
    Rows,
    bits,
    closure,
    is_acyclic,
    is_empty,
    is_irreflexive,
    restrict,
    seq,
    star,
    union,
)
from mtelint.memsim.event.skeleton import Execution
from mtelint.memsim.model import plain_accesses, rcu
from mtelint.memsim.model.relations import Relations


class Lkmm(Relations):
    """The model of Linux 6.3 and later."""

    name = "lkmm"

    # Preserved program order

    def to_w(self, x: Execution, addr: Rows, data: Rows, ctrl: Rows) -> Rows:
        """Preserved program order towards a write."""
        s = self.s
        rows = restrict(s.all, union(addr, data, ctrl), s.W)
        rows = union(rows, x.internal(union(x.co, x.fr)))
        if s.plain:
            rows = union(rows, seq(restrict(s.all, addr, s.plain), self.wmb))
        return rows

    def to_r(self, x: Execution, addr: Rows, data: Rows) -> Rows:
        """Preserved program order towards a read."""
        s = self.s
        forwarded = seq(restrict(s.all, union(addr, data), s.marked), x.internal(x.rf))
        return union(restrict(s.all, addr, self.addr_targets), forwarded)

    @cached_property
    def addr_targets(self) -> int:
        """What an address dependency reaches of itself; writes are reached by :meth:`to_w`."""
        return self.s.R

    def ppo(self, x: Execution) -> Rows:
        """Preserved program order."""
        addr, data, ctrl = self.dependencies(x)
        rows = union(self.to_r(x, addr, data), self.to_w(x, addr, data, ctrl), x.internal(x.fence))
        return union(rows, x.internal(self.po_unlock_lock_po(x))) if self.s.ul else rows

    # Propagation

    def a_cumul(self, x: Execution, rows: Rows) -> Rows:
        """``rows``, also from the write that its start reads from on another CPU."""
        rfe = restrict(self.s.all, x.external(x.rf), self.s.marked)
        return union(rows, seq(rfe, rows))

    def cumul_fence(self, x: Execution) -> Rows:
        """Fences that order the propagation of writes."""
        s = self.s
        rows = union(self.a_cumul(x, union(x.strong, self.po_rel)), self.wmb)
        if s.ul:
            rows = union(rows, self.po_unlock_lock_po(x))
        rows = restrict(s.marked, rows, s.marked)
        along = self.rmw_sequence(x)
        return rows if along is None else seq(rows, along)

    def propagation(self, x: Execution) -> Rows:
        """prop: one event's effects reach some CPU before another's."""
        s = self.s
        overwrite = x.external(union(x.co, x.fr))
        cumul = closure(x.cumul)
        rfe = x.external(x.rf)
        rows = []
        for i, row in enumerate(overwrite):
            if not s.marked >> i & 1:
                rows.append(0)
                continue
            reached = row | 1 << i
            for j in bits(reached):
                reached |= cumul[j]
            reached &= s.marked
            for j in bits(reached & s.W):
                reached |= rfe[j]
            rows.append(reached & s.marked)
        return rows

    # Axioms

    def happens_before(self, x: Execution) -> Rows:
        """hb: order that the passage of time imposes."""
        s = self.s
        own = [row & same & ~(1 << i) for i, (row, same) in enumerate(zip(x.prop, s.same, strict=True))]
        rows = union(self.ppo(x), x.external(x.rf), own)
        return restrict(s.marked, rows, s.marked) if s.plain else rows

    def propagates_before(self, x: Execution) -> Rows:
        """pb: order through strong fences."""
        if is_empty(x.strong):
            return self._nothing
        return restrict(self.s.all, seq(seq(x.prop, x.strong), star(x.hb)), self.s.marked)

    def relate(self, x: Execution) -> str | None:
        """Fill in the derived relations of ``x``; the name of the axiom it breaks, or None if it breaks none."""
        x.strong = self.static_strong
        late = self.after_unlock_lock(x)
        if late is not self._nothing:
            x.strong = union(x.strong, late)
        x.fence = union(x.strong, self.po_rel, self.acq_po, self.wmb, self.rmb)
        x.cumul = self.cumul_fence(x)
        x.prop = self.propagation(x)
        x.hb = self.happens_before(x)
        if not is_acyclic(x.hb):
            return "happens-before"
        x.pb = self.propagates_before(x)
        if not is_acyclic(x.pb):
            return "propagation"
        x.rb = self._nothing
        if self.s.grace_periods and not self._rcu(x):
            return "rcu"
        if self.s.plain and plain_accesses.incoherent(self, x):
            return "plain-coherence"
        return None

    def critical_sections(self, x: Execution) -> list[tuple[int, Rows]]:
        """Per domain, RCU's first: its grace periods, and its read-side critical sections from lock to unlock."""
        found = [(self.s.sync_rcu, self.s.rcu_sections())] if self.s.sync_rcu else []
        for domain in sorted(self.s.domains()):
            found.append((self.s.sync_srcu & self.s.of_domain(domain), self.srcu_sections(x, domain)))
        return found

    def _rcu(self, x: Execution) -> bool:
        """Add what grace periods and read-side critical sections order; False if that is a cycle."""
        order = rcu.rcu_fence(self.s, x, self.critical_sections(x))
        x.rb = rcu.rcu_before(x, order)
        x.fence = union(x.fence, order)
        x.strong = union(x.strong, order)
        return is_irreflexive(x.rb)

    def is_race(self, x: Execution) -> bool:
        """Whether a complete, allowed execution has a data race."""
        return bool(self.s.plain) and not is_empty(plain_accesses.races(self, x))

    def named(self, x: Execution) -> dict[str, Rows]:
        """The relations worth showing, by name, of an execution that :meth:`relate` has been called on."""
        rfe, rfi = x.external(x.rf), x.internal(x.rf)
        addr, data, ctrl = self.dependencies(x)
        return {
            "po": self.s.po, "rf": x.rf, "rfe": rfe, "rfi": rfi, "co": x.co, "fr": x.fr, "addr": addr, "data": data,
            "ctrl": ctrl, "fence": x.fence, "strong-fence": x.strong, "ppo": self.ppo(x), "cumul-fence": x.cumul,
            "prop": x.prop, "hb": x.hb, "pb": x.pb, "rb": x.rb,
        }  # fmt: skip
