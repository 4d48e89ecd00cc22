"""The Linux kernel memory model as of Linux 6.1: what is different from :mod:`mtelint.memsim.model.lkmm`.

No order along sequences of read-modify-writes, no dependencies carried through plain accesses, and another reading of
smp_mb__after_unlock_lock.  Kept to compare with older runs of herd7.
"""

from functools import cached_property

from mtelint.memsim.event.rows import Rows, empty, restrict, seq, union
from mtelint.memsim.event.skeleton import Execution
from mtelint.memsim.litmus.ast import FenceKind
from mtelint.memsim.model.lkmm import Lkmm


class Lkmm61(Lkmm):
    """The model before Linux 6.3."""

    name = "lkmm-6.1"
    srcu_accesses = False

    def rmw_sequence(self, x: Execution) -> Rows | None:
        """Read-modify-writes carry no order."""
        return None

    def carry_dep(self, x: Execution) -> Rows | None:
        """Memory carries no dependency."""
        return None

    def srcu_sections(self, x: Execution, domain: str) -> Rows:
        """Matched by nesting on one CPU."""
        return self.s.rcu_sections(FenceKind.SRCU_LOCK, FenceKind.SRCU_UNLOCK, domain)

    @cached_property
    def addr_targets(self) -> int:
        """An address dependency orders whatever it reaches."""
        return self.s.all

    def after_unlock_lock(self, x: Execution) -> Rows:
        """Unlock, any later lock of it or in program order, and the barrier behind that lock."""
        s = self.s
        if FenceKind.AFTER_UNLOCK_LOCK not in s.kinds or not s.ul:
            return self._nothing
        locks = union(restrict(s.ul, x.co, s.lkw), restrict(s.ul, s.po, s.lkw))
        until_lock = restrict(s.M, seq(s.po, locks))
        return restrict(s.all, seq(until_lock, s.around(FenceKind.AFTER_UNLOCK_LOCK)), s.M) if s.n else empty(0)

    def ppo(self, x: Execution) -> Rows:
        """All fences count, also the one that reaches another CPU."""
        return union(super().ppo(x), x.fence)
