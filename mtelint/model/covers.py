"""One defect, one finding: which rules stay silent under which."""

from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class Covers:
    """The rules, by id, whose defects on the same page stay silent under a defect of one rule."""

    at_place: tuple[str, ...] = ()
    """Those that are covered where they stand at the same place."""
    in_function: tuple[str, ...] = ()
    """Those that are covered anywhere in the function."""

    def may_cover(self, rule: str) -> bool:
        """Whether a defect of ``rule`` may be covered at all."""
        return rule in self.at_place or rule in self.in_function
