"""A path state as lines of short text, for people: drawings and tests.

Only what is known is told: a field of a page that is as in one of which nothing is known is left out, and so is a
variable that has its own name as value.
"""

from collections.abc import Callable, Collection, Iterator
from enum import Enum

from msgspec import Struct

from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.page_state import PageState
from mtelint.flow.domain.path_state import RETURNED, PathState
from mtelint.flow.domain.symbols import Symbol, variable
from mtelint.flow.domain.values import Value, ValueKind

Place = Callable[[Site], str]
"""A site in the words of the drawing, such as its line."""

_NEW = PageState()


def state_text(state: PathState, place: Place) -> tuple[str, ...]:
    """What a path knows: pages, variables, decided conditions, locks; each in an order of its own."""
    lines = sorted(f"{symbol.text}: {page_text(page, place)}" for symbol, page in state.pages.items())
    lines += [_bound(name, value) for name, value in sorted(state.env.items()) if value.ref != variable(name)]
    lines += sorted(f"{lvalue.text} = {value_text(value)}" for lvalue, value in state.memory.items())
    lines += sorted(f"{symbol.text} is {'true' if fact.truth else 'false'}" for symbol, fact in state.facts.items())
    lines += [f"holds {lock}" for lock in sorted(state.locks)]
    others = (("write out of sight", state.wild), ("write barrier", state.barrier))
    lines += [f"{what}: {_told(value, place)}" for what, value in others if value is not None]
    return (*lines, *(f"loop at n{head}: {what}" for head, what in sorted(state.loops)))


def page_text(page: PageState, place: Place) -> str:
    """What is known of a page beyond what is known of any, in the order of its fields."""
    return " ".join(_differing(page, _NEW, place)) or "nothing known"


def value_text(value: Value) -> str:
    """A symbolic value: its text, what it is where that is more than a text, and its bits."""
    kind = "" if value.kind in (ValueKind.TERM, ValueKind.CONST) else f"{value.kind} "
    inside = " + offset" if value.offset else ""
    bits = f" [{value.bits.form} {value.bits.role}]" if value.bits is not None else ""
    copied = f" [{'whole' if value.copied.full else 'short of'} page]" if value.copied is not None else ""
    return f"{kind}{value.ref.text}{inside}{bits}{copied}"


def _bound(name: str, value: Value) -> str:
    if name == RETURNED:
        return f"returns {value_text(value)}"
    return f"{name.replace('$', 't')} = {value_text(value)}"


def _differing(value: Struct, plain: Struct, place: Place, within: str = "") -> Iterator[str]:
    """The fields in which two values of one class differ, those of aspects by the name of the aspect and their own."""
    for field in value.__struct_fields__:
        one, other = getattr(value, field), getattr(plain, field)
        if one == other or field == "words":
            continue
        name = within + field.replace("_", "-")
        if isinstance(one, bool):
            yield name if one else f"not {name}"
        elif type(one) is type(other) and isinstance(one, Struct) and not isinstance(one, Enum | Site | Event | Symbol):
            yield from _differing(one, other, place, f"{name}.")
        else:
            yield f"{name}={_told(one, place)}"


def _told(value: object, place: Place) -> str:
    match value:
        case Site():
            return place(value)
        case Event():
            return f"{value.kind}@{place(value.place)}"
        case Symbol():
            return value.text
        case Enum():
            return str(value.value)
        case str():
            return value
        case Collection():
            return "{" + ", ".join(sorted(_told(each, place) for each in value)) + "}"
    return str(value)
