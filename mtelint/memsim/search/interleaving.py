"""Interleavings of the accesses to one location."""

from typing import Protocol

Access = tuple[int, int]
"""Numbers of a read and a write; -1 for the one that an access has not.  With both it is an atomic operation."""


class Owner(Protocol):
    """Who binds values to reads and is told about every finished interleaving."""

    def bind(self, read: int, write: int, location: str) -> bool:
        """Let ``read`` take its value from ``write`` (-1: initial state); False if that cannot be."""

    def unbind(self, read: int) -> None:
        """Undo :meth:`bind`."""

    def placed(self, index: int, name: str, writes: list[int], reads: list[tuple[int, int]]) -> None:
        """Take one interleaving: writes in coherence order, reads with the place of their source among them."""

    def step(self) -> None:
        """Count a step; may raise to end the search."""

    def learned(self) -> int:
        """A number that changes with everything that is learned."""

    def covered(self) -> bool:
        """Whether nothing new can follow from here."""


class Interleaving:
    """Enumerates the interleavings of the accesses to one location, each pair of co and rf exactly once.

    Reads between two writes are taken in order of threads: any other order of them is the same execution.
    """

    def __init__(
        self, owner: Owner, index: int, name: str, steps: list[list[Access]], leader: dict[int, int], ahead: bool
    ) -> None:
        self.owner = owner
        self.index = index
        self.name = name
        self.steps = steps
        self.leader = leader
        self.ahead = ahead
        self.position = [0] * len(steps)
        self.left = sum(len(part) for part in steps)
        self.writes: list[int] = []
        self.reads: list[tuple[int, int]] = []

    def walk(self, last: int, reader: int) -> None:
        """Extend by one step; ``last`` is the last write (-1: initial), ``reader`` the last thread to read it."""
        self.owner.step()
        if not self.left:
            self.owner.placed(self.index, self.name, self.writes, self.reads)
            return
        learned = self.owner.learned() if self.ahead else 0
        for thread, steps in enumerate(self.steps):
            place = self.position[thread]
            if place == len(steps):
                continue
            read, write = steps[place]
            if write < 0 and thread < reader:
                continue
            if not place and thread in self.leader and not self.position[self.leader[thread]]:
                continue
            self.position[thread] += 1
            self.left -= 1
            self._take(thread, read, write, last)
            self.left += 1
            self.position[thread] -= 1
            if self.ahead and learned != (learned := self.owner.learned()) and self.owner.covered():
                return

    def _take(self, thread: int, read: int, write: int, last: int) -> None:
        possible = read < 0 or self.owner.bind(read, last, self.name)
        if read >= 0:
            self.reads.append((read, len(self.writes) - 1))
        if possible:
            if write >= 0:
                self.writes.append(write)
                self.walk(write, -1)
                self.writes.pop()
            else:
                self.walk(last, thread)
        if read >= 0:
            self.reads.pop()
            self.owner.unbind(read)
