"""MTE018: a helper and the stub in its place, where it is configured out, must agree in type and signature."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from mtelint.checks.rule import Evidence, Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Site
from mtelint.flow.transfer.name_patterns import matches
from mtelint.model import Confidence, Vocabulary
from mtelint.syntax.c_tree import Function, Parameter
from mtelint.syntax.unit import FunctionRef, Prototype, Unit

_NOT_TYPE = re.compile(
    r"\b(static|inline|extern|__always_inline|__maybe_unused|notrace|__init|__user|__iomem|__percpu|__rcu|__force)\b"
)
_SPACE = re.compile(r"\s+")


class _Declaration(Struct, frozen=True):
    name: str
    returns: str
    params: tuple[str, ...]
    site: Site
    enabled: bool | None
    """Whether the declaration stands where the feature is on; None where that is out of sight."""
    body: bool


def helper_contract(
    units: Sequence[Unit], vocabulary: Vocabulary, lowered: Callable[[int, FunctionRef], Function | None] | None = None
) -> Iterator[Defect]:
    """All disagreements, each at the stub (or at the later of two declarations).

    ``lowered`` gives a function of the unit of that number as a tree, where somebody keeps those.
    """
    by_name: dict[tuple[str, str], list[_Declaration]] = {}
    prototypes = [unit.prototypes_of(lambda name: _concerns(name, vocabulary)) for unit in units]
    names = Counter((unit.path, ref.name) for unit in units for ref in _functions(unit, vocabulary))
    names.update((unit.path, each.name) for unit, declared in zip(units, prototypes, strict=True) for each in declared)
    for index, unit in enumerate(units):
        several = {name for (path, name), count in names.items() if path == unit.path and count > 1}
        for declaration in _declarations(unit, index, vocabulary, lowered, several, prototypes[index]):
            by_name.setdefault((unit.path, declaration.name), []).append(declaration)
    for (_, name), found in by_name.items():
        if _is_of_protocol(name, found, vocabulary):
            yield from _judge(found)


def _judge(found: list[_Declaration]) -> Iterator[Defect]:
    for each in found:
        if not each.returns and each.body:
            yield _defect(each, f"`{each.name}` has no return type")
    stubs = [d for d in found if d.enabled is False]
    real = [d for d in found if d.enabled is True]
    if not stubs and not real and len(found) == 2:
        real, stubs = found[:1], found[1:]
    for stub in stubs:
        for helper in real[:1]:
            what = _difference(helper, stub)
            if what and stub.returns and helper.returns:
                yield _defect(stub, f"the stub of `{stub.name}` differs from the helper in {what}")


def _difference(helper: _Declaration, stub: _Declaration) -> str:
    if helper.returns != stub.returns:
        return f"its return type: `{stub.returns}` instead of `{helper.returns}`"
    if len(helper.params) != len(stub.params):
        return f"the number of its parameters: {len(stub.params)} instead of {len(helper.params)}"
    for index, (ours, theirs) in enumerate(zip(helper.params, stub.params, strict=True), 1):
        if ours != theirs:
            return f"the type of parameter {index}: `{theirs}` instead of `{ours}`"
    return ""


def _defect(declaration: _Declaration, message: str) -> Defect:
    return Defect("MTE018", declaration.site, message, declaration.name, None, Confidence.HIGH)


def _declarations(
    unit: Unit,
    index: int,
    vocabulary: Vocabulary,
    lowered: Callable[[int, FunctionRef], Function | None] | None,
    several: set[str],
    prototypes: Sequence[Prototype],
) -> Iterator[_Declaration]:
    """The declarations in one unit; ``several`` are the names that have more than one, to be compared."""
    for ref in _functions(unit, vocabulary):
        if ref.name not in several and _has_type(unit, ref):
            continue
        function = lowered(index, ref) if lowered else unit.lower(ref)
        if function is None:  # too deep to be read
            continue
        site = Site(unit.path, index, ref.name_span.start, ref.name_span.end, ref.name)
        yield _Declaration(
            ref.name,
            _type(function.return_type),
            _params(function),
            site,
            _enabled(unit, ref.span.start, vocabulary.configs),
            True,
        )
    for prototype in prototypes:
        site = Site(unit.path, index, prototype.span.start, prototype.span.end, prototype.name)
        yield _Declaration(
            prototype.name, _type(prototype.return_type), _types(prototype.params), site,
            _enabled(unit, prototype.span.start, vocabulary.configs), False,
        )  # fmt: skip


def _functions(unit: Unit, vocabulary: Vocabulary) -> list[FunctionRef]:
    return [ref for ref in unit.functions if _concerns(ref.name, vocabulary) and ref.head]


def _has_type(unit: Unit, ref: FunctionRef) -> bool:
    """Whether a word before the name is a type beyond doubt."""
    words = unit.text[ref.span.start : ref.name_span.start].decode("utf-8", "replace")
    return any(word.isidentifier() and not word.startswith("__") for word in _NOT_TYPE.sub(" ", words).split())


def _concerns(name: str, vocabulary: Vocabulary) -> bool:
    entry = vocabulary.functions.get(name)
    return (entry is not None and (entry.helper or entry.derived)) or matches(name, vocabulary.stubbed)


def _is_of_protocol(name: str, found: Sequence[_Declaration], vocabulary: Vocabulary) -> bool:
    """Whether the vocabulary names the function, or one of its declarations is about a page, a folio or a PTE.

    Other features have helpers of like names, such as KASAN's.
    """
    types = {_type(spelled) for spelled in vocabulary.types}
    about = any(types & {_type(d.returns), *d.params} for d in found)
    return about or name in vocabulary.functions or matches(name, vocabulary.harmless)


def _enabled(unit: Unit, offset: int, configs: Sequence[str]) -> bool | None:
    conditions = unit.condition_at(offset)
    on = {form for name in configs for form in (name, f"defined({name})")}
    if any(c[:1] == "!" and c[1:] in on for c in conditions):
        return False
    return True if any(c.lstrip("!") in on for c in conditions) else None


def _params(function: Function) -> tuple[str, ...]:
    return _types(function.params)


def _types(params: tuple[Parameter, ...]) -> tuple[str, ...]:
    types = tuple(_type(p.type) for p in params)
    return () if types == ("void",) else types


def _type(spelled: str) -> str:
    """A type without storage class, attributes and layout."""
    words = _NOT_TYPE.sub(" ", spelled)
    return _SPACE.sub(" ", words.replace("*", " * ")).strip()


RULE = Rule(
    "MTE018",
    check_units=helper_contract,
    evidence=Evidence.EVENTS,
)
