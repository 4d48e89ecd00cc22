"""The Linux kernel memory model as of Linux 6.12, as named relations.

Written from the definition in the kernel (``tools/memory-model``: explanation.txt, linux-kernel.cat, .bell, lock.cat)
and from "Frightening small children and disconcerting grown-ups" (ASPLOS 2018); names are those used there.  An
instance serves one :class:`~mtelint.memsim.skeleton.Skeleton`: what does not depend on reads-from or coherence is a
cached property, the rest are methods on an :class:`~mtelint.memsim.skeleton.Execution`.

All axioms forbid something of relations that only grow while reads-from and coherence grow: a violation by a partial
execution is one of every completion.  Data races are not monotone and are asked of complete executions only.
Coherence and the atomicity of read-modify-writes hold by construction (:mod:`mtelint.memsim.coherence`).
"""

from functools import cached_property

from mtelint.memsim import plain, rcu
from mtelint.memsim.program import FenceKind
from mtelint.memsim.rows import (
    Rows,
    bits,
    closure,
    empty,
    is_acyclic,
    is_empty,
    is_irreflexive,
    minus,
    opt,
    restrict,
    seq,
    star,
    union,
)
from mtelint.memsim.skeleton import Execution, Skeleton


class Lkmm:
    """The model of Linux 6.3 and later, SRCU aside."""

    name = "lkmm"

    def __init__(self, skeleton: Skeleton) -> None:
        self.s = skeleton

    # Fences: relations that do not depend on the execution

    @cached_property
    def r4rmb(self) -> int:
        """Reads that smp_rmb orders: not the read part of an operation that returns nothing."""
        return self.s.R & ~self.s.noreturn

    @cached_property
    def rmb(self) -> Rows:
        """Reads with an smp_rmb between them."""
        return restrict(self.r4rmb, self.s.around(FenceKind.RMB), self.r4rmb)

    @cached_property
    def wmb(self) -> Rows:
        """Writes with an smp_wmb between them."""
        return restrict(self.s.W, self.s.around(FenceKind.WMB), self.s.W)

    @cached_property
    def mb(self) -> Rows:
        """Accesses with a full barrier between them; smp_mb__after_unlock_lock is in :meth:`after_unlock_lock`."""
        s = self.s
        po = opt(s.po)
        parts = [restrict(s.M, s.around(FenceKind.MB), s.M)]
        if FenceKind.BEFORE_ATOMIC in s.kinds:
            parts.append(restrict(s.M, seq(restrict(s.all, s.around(FenceKind.BEFORE_ATOMIC), s.atomic), po), s.M))
        if FenceKind.AFTER_ATOMIC in s.kinds:
            parts.append(restrict(s.M, seq(po, restrict(s.atomic, s.around(FenceKind.AFTER_ATOMIC))), s.M))
        if FenceKind.AFTER_SPINLOCK in s.kinds:
            parts.append(restrict(s.M, seq(po, restrict(s.lkw, s.around(FenceKind.AFTER_SPINLOCK))), s.M))
        return union(*parts)

    @cached_property
    def gp(self) -> Rows:
        """Events before a synchronize_rcu, and it and the events after it."""
        return seq(restrict(self.s.all, self.s.po, self.s.sync_rcu), opt(self.s.po))

    @cached_property
    def acq_po(self) -> Rows:
        """An acquire and the accesses after it."""
        return restrict(self.s.acquire, self.s.po, self.s.M)

    @cached_property
    def po_rel(self) -> Rows:
        """Accesses and a release after them."""
        return restrict(self.s.M, self.s.po, self.s.release)

    @cached_property
    def static_strong(self) -> Rows:
        """The strong fences that need no execution to be known."""
        return union(self.mb, self.gp)

    @cached_property
    def barrier(self) -> Rows:
        """Events that at least a compiler barrier keeps apart (for the mixed-accesses flag)."""
        s = self.s
        kinds = (
            FenceKind.BARRIER, FenceKind.RMB, FenceKind.WMB, FenceKind.MB, FenceKind.SYNC_RCU, FenceKind.BEFORE_ATOMIC,
            FenceKind.AFTER_ATOMIC, FenceKind.RCU_LOCK, FenceKind.RCU_UNLOCK,
        )  # fmt: skip
        ends = union(restrict(s.all, s.po, s.release | s.acquire), empty(s.n))
        between = seq(ends, s.po)
        return union(
            between, restrict(s.all, s.po, s.release), restrict(s.acquire, s.po), *(s.around(kind) for kind in kinds)
        )

    # Locks

    def links(self, x: Execution) -> Rows:
        """An unlock and a lock that follows it: in program order, or of the same lock on any CPU."""
        s = self.s
        return union(restrict(s.ul, s.po, s.lkr), restrict(s.ul, x.rf, s.lkr))

    def po_unlock_lock_po(self, x: Execution) -> Rows:
        """What comes before an unlock, and what comes after the lock that follows it."""
        if not self.s.ul:
            return self._nothing
        return seq(seq(self.s.po, self.links(x)), self.s.po)

    def after_unlock_lock(self, x: Execution) -> Rows:
        """The same with an smp_mb__after_unlock_lock behind the lock: a full barrier."""
        s = self.s
        if FenceKind.AFTER_UNLOCK_LOCK not in s.kinds or not s.ul:
            return self._nothing
        rows = empty(s.n)
        until_fence = seq(s.po, self.links(x))
        for before, after in s.fence_ends(FenceKind.AFTER_UNLOCK_LOCK):
            locks = before & s.lkr
            for i, row in enumerate(until_fence):
                if row & locks and s.M >> i & 1:
                    rows[i] |= after & s.M
        return rows

    @cached_property
    def _nothing(self) -> Rows:
        return empty(self.s.n)

    # Dependencies

    def carry_dep(self, x: Execution) -> Rows | None:
        """Dependencies carried through memory by a thread's own writes and reads; None where there is nothing."""
        step = seq(self.s.data, x.internal(x.rf))
        return None if is_empty(step) else star(step)

    def dependencies(self, x: Execution) -> tuple[Rows, Rows, Rows]:
        """Address, data and control dependencies."""
        s = self.s
        carry = self.carry_dep(x)
        if carry is None:
            return s.addr, s.data, s.ctrl
        return seq(carry, s.addr), seq(carry, s.data), seq(carry, s.ctrl)

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

    def rmw_sequence(self, x: Execution) -> Rows | None:
        """From a write along read-modify-writes that read from one another; None for the identity."""
        rows = empty(self.s.n)
        for read, write in self.s.rmw.items():
            source = x.source.get(read, -1)
            if source >= 0:
                rows[source] |= 1 << write
        return None if is_empty(rows) else star(rows)

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
        if self.s.sync_rcu and not self._rcu(x):
            return "rcu"
        if self.s.plain and plain.incoherent(self, x):
            return "plain-coherence"
        return None

    def _rcu(self, x: Execution) -> bool:
        """Add what grace periods and read-side critical sections order; False if that is a cycle."""
        order = rcu.rcu_fence(self.s, x)
        x.rb = rcu.rcu_before(x, order)
        x.fence = union(x.fence, order)
        x.strong = union(x.strong, order)
        return is_irreflexive(x.rb)

    # Plain accesses

    def w_post(self, x: Execution) -> Rows:
        """w-post-bounded: from a plain write to what orders it towards others."""
        rows = restrict(self.s.all, opt(x.fence), self.s.marked)
        along = self.rmw_sequence(x)
        return rows if along is None else seq(rows, along)

    def is_race(self, x: Execution) -> bool:
        """Whether a complete, allowed execution has a data race."""
        return bool(self.s.plain) and not is_empty(plain.races(self, x))

    @cached_property
    def mixed_accesses(self) -> Rows:
        """Plain writes and marked accesses to one location with no barrier between them."""
        s = self.s
        po_loc = minus(s.po_loc(), self.barrier)
        plain_write = s.plain & s.W
        return union(restrict(plain_write, po_loc, s.marked), restrict(s.marked, po_loc, plain_write))

    def nonrw_fence(self, x: Execution) -> Rows:
        """Fences that order more than reads among themselves or writes among themselves (RCU aside)."""
        late = self.after_unlock_lock(x)
        return union(self.static_strong, late, self.po_rel, self.acq_po)

    def named(self, x: Execution) -> dict[str, Rows]:
        """The relations worth showing, by name, of an execution that :meth:`relate` has been called on."""
        rfe, rfi = x.external(x.rf), x.internal(x.rf)
        addr, data, ctrl = self.dependencies(x)
        return {
            "po": self.s.po, "rf": x.rf, "rfe": rfe, "rfi": rfi, "co": x.co, "fr": x.fr, "addr": addr, "data": data,
            "ctrl": ctrl, "fence": x.fence, "strong-fence": x.strong, "ppo": self.ppo(x), "cumul-fence": x.cumul,
            "prop": x.prop, "hb": x.hb, "pb": x.pb, "rb": x.rb,
        }  # fmt: skip
