"""Which body a call means: linkage, headers, architectures, and the arms of ``#if`` that exclude each other.

A static function is its file's own, and one in a header everybody's.  A file's own definition hides those of others.
What belongs to an architecture is no callee of another one, nor is what no build compiles together with the caller.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set

from msgspec import Struct, field

from mtelint.flow.program.hunk_parts import Key, Part, key_of
from mtelint.syntax.unit import FunctionRef, Unit

_ARCHITECTURE = re.compile(r"(?:\A|/)arch/(\w+)(?:/|\Z)")
_INCLUDED = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"(?:[^"\n]*/)?([^"/\n]+\.c)"', re.MULTILINE)


class Scope(Struct, frozen=True):
    """The functions in sight by name; ``read`` are those whose body is read, ``above`` the part above each part.

    ``folders`` are where the code under review is at home: of several architectures theirs is meant.
    """

    units: Sequence[Unit]
    named: Mapping[str, Sequence[Part]]
    read: Set[Key]
    above: Mapping[Key, Part]
    folders: Sequence[str] = ()
    _visible: dict[tuple[str, str], Sequence[Part]] = field(default_factory=dict)

    def body(self, name: str, caller: Part) -> Part | None:
        """The body that a call of ``name`` in ``caller`` means; None where none that it can mean is in sight."""
        if name not in self.named:
            return None
        if caller[0] >= len(self.units):
            return _best(self.named[name], self.read, self.above)  # code of macros stands wherever they are used
        unit = self.units[caller[0]]
        key = name, unit.path
        if key not in self._visible:
            self._visible[key] = self._visible_in(unit, self.named[name])
        found = self._visible[key]
        if len(found) > 1:
            found = [part for part in found if not self._excludes(caller, part)] or found
        return _best(found, self.read, self.above)

    def is_meant(self, part: Part, caller: Part) -> bool:
        """Whether the caller, which mentions the name of ``part``, means the function of which it is a part."""
        body = self.body(part[1].name, caller)
        return body is not None and self.units[body[0]].path == self.units[part[0]].path

    def _visible_in(self, unit: Unit, parts: Sequence[Part]) -> Sequence[Part]:
        """The definitions that code of the unit can mean, its own before those of others."""
        own = [part for part in parts if self.units[part[0]].path == unit.path]
        if own:
            return own
        seen = [part for part in parts if not is_private(self.units[part[0]].path, part[1])]
        seen = seen or [part for part in parts if _includes(unit, self.units[part[0]])]
        return self._of_architecture(_architecture(unit.path), seen)

    def _of_architecture(self, here: str, parts: Sequence[Part]) -> Sequence[Part]:
        """The definitions of no other architecture than ``here``; for common code those of the home before others."""
        where = {key_of(part): _architecture(self.units[part[0]].path) for part in parts}
        if here:
            return [part for part in parts if where[key_of(part)] in ("", here)]
        homes = {_architecture(folder) for folder in self.folders} | {""}
        return [part for part in parts if where[key_of(part)] in homes] or parts

    def _excludes(self, caller: Part, callee: Part) -> bool:
        """Whether no build has both: one stands under a condition, the other one under its contrary."""
        here, there = (self.units[unit].condition_at(ref.span.start) for unit, ref in (caller, callee))
        return any(contrary(condition) in there for condition in here)


def contrary(condition: str) -> str:
    """``!X`` of ``X``, and ``X`` of ``!X``."""
    return condition[1:] if condition.startswith("!") else f"!{condition}"


def is_private(path: str, ref: FunctionRef) -> bool:
    """Whether only its own file can call the function: it is static, and not in a header."""
    return ref.static and not path.endswith(".h")


def by_name(parts: Iterable[Part]) -> dict[str, list[Part]]:
    """Functions by their names, in the order of the source."""
    found: dict[str, list[Part]] = {}
    for part in parts:
        if part[1].name:
            found.setdefault(part[1].name, []).append(part)
    return found


def _best(parts: Sequence[Part], read: Set[Key], above: Mapping[Key, Part]) -> Part | None:
    """The one that does something and is seen whole (a stub does nothing); of a cut function the last part."""
    best: Part | None = None
    for part in parts:
        key = key_of(part)
        better = key in read and (best is None or key_of(best) not in read or _is_whole(part) > _is_whole(best))
        if best is None or better or above.get(key) == best:
            best = part
    return best


def _is_whole(part: Part) -> bool:
    return part[1].head and part[1].tail


def _architecture(path: str) -> str:
    found = _ARCHITECTURE.search(path)
    return found[1] if found else ""


def _includes(unit: Unit, other: Unit) -> bool:
    """Whether the one file is compiled as a part of the other."""
    name = other.path.rsplit("/", 1)[-1].encode()
    return b'.c"' in unit.text and name in _INCLUDED.findall(unit.text)
