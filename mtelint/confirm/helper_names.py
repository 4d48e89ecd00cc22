"""What the code under review calls the helpers and the operations that a text may name."""

from collections.abc import Collection

from msgspec import Struct

from mtelint.model import BarrierKind, EffectKind, Role, Vocabulary


class Names(Struct, frozen=True):
    """The names of helpers, barriers and the raw test and set, each without parentheses."""

    tester: str
    claimer: str
    setter: str
    write_barrier: str
    read_barrier: str
    full_barrier: str
    test_and_set: str

    def barrier(self, kind: BarrierKind) -> str:
        """A barrier of a kind in words."""
        called = {
            BarrierKind.WRITE: self.write_barrier, BarrierKind.READ: self.read_barrier,
            BarrierKind.FULL: self.full_barrier,
        }  # fmt: skip
        return f"{called[kind]}()" if kind in called else kind.value


def names_of(vocabulary: Vocabulary, beside: Collection[str] = ()) -> Names:
    """The names in code that calls ``beside``: a vendor's helpers where it calls one of them."""
    tester, claimer, setter = (vocabulary.helper(r, beside=beside) for r in (Role.TESTER, Role.CLAIMER, Role.SETTER))
    write, read, full = map(vocabulary.barrier, (BarrierKind.WRITE, BarrierKind.READ, BarrierKind.FULL))
    return Names(
        tester.name if tester else "", claimer.name if claimer else "", setter.name if setter else "",
        write, read, full, vocabulary.bit_operation(EffectKind.CLAIM),
    )  # fmt: skip
