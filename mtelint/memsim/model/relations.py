"""Relations of the Linux kernel memory model that come before its axioms: fences, locks, dependencies.

Written from the definition in the kernel (``tools/memory-model``: explanation.txt, linux-kernel.cat, .bell, lock.cat)
and from "Frightening small children and disconcerting grown-ups" (ASPLOS 2018); names are those used there.
"""

from functools import cached_property

from mtelint.memsim.event.rows import Rows, empty, is_empty, minus, opt, restrict, seq, star, union
from mtelint.memsim.event.skeleton import Execution, Skeleton
from mtelint.memsim.litmus.ast import FenceKind


class Relations:
    """Base relations over one :class:`~mtelint.memsim.event.skeleton.Skeleton`.

    What does not depend on reads-from or coherence is a cached property, the rest are methods on an
    :class:`~mtelint.memsim.event.skeleton.Execution`.
    """

    srcu_accesses = True
    """Whether srcu_read_lock and srcu_read_unlock are a load and a store."""

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
        if FenceKind.AFTER_SRCU_UNLOCK in s.kinds:
            parts.append(restrict(s.M, seq(po, restrict(s.srcu_unlock, s.around(FenceKind.AFTER_SRCU_UNLOCK))), s.M))
        return union(*parts)

    @cached_property
    def gp(self) -> Rows:
        """Events before a grace period, and it and the events after it."""
        return seq(restrict(self.s.all, self.s.po, self.s.grace_periods), opt(self.s.po))

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
        s = self.s
        data = restrict(s.all, s.data, s.all & ~s.srcu_unlock) if s.srcu_unlock else s.data
        step = seq(data, x.internal(x.rf))
        return None if is_empty(step) else star(step)

    def srcu_sections(self, x: Execution, domain: str) -> Rows:
        """From each srcu_read_lock to the srcu_read_unlock that its index reaches, also through memory."""
        s = self.s
        here = s.of_domain(domain)
        step = seq(restrict(s.all, s.data, s.all & ~s.srcu_unlock), x.rf)
        carried = s.data if is_empty(step) else seq(star(step), s.data)
        return restrict(s.srcu_lock & here, carried, s.srcu_unlock & here)

    def dependencies(self, x: Execution) -> tuple[Rows, Rows, Rows]:
        """Address, data and control dependencies."""
        s = self.s
        carry = self.carry_dep(x)
        if carry is None:
            return s.addr, s.data, s.ctrl
        return seq(carry, s.addr), seq(carry, s.data), seq(carry, s.ctrl)

    # Bounds of plain accesses

    def rmw_sequence(self, x: Execution) -> Rows | None:
        """From a write along read-modify-writes that read from one another; None for the identity."""
        rows = empty(self.s.n)
        for read, write in self.s.rmw.items():
            source = x.source.get(read, -1)
            if source >= 0:
                rows[source] |= 1 << write
        return None if is_empty(rows) else star(rows)

    def w_post(self, x: Execution) -> Rows:
        """w-post-bounded: from a plain write to what orders it towards others."""
        rows = restrict(self.s.all, opt(x.fence), self.s.marked)
        along = self.rmw_sequence(x)
        return rows if along is None else seq(rows, along)

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
