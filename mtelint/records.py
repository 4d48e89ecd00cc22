"""``dataclasses.dataclass`` and ``replace`` at a tenth of their price.

The standard decorator compiles up to eight methods per class when a module loads: 0.6 to 0.8 ms, and more than half of
what it took to import the engine.  Here comparison, hash and the like are closures, ``__init__`` is compiled when more
than a few values of a class are made, and a frozen value with slots keeps its hash.  The classes are dataclasses still:
``fields`` and ``asdict`` take them, and a type checker is told that both functions are the standard ones.  Of the
decorator's options there are those named below.
"""

import dataclasses
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def dataclass(*, frozen=False, slots=False, eq=True, order=False):
        """As :func:`dataclasses.dataclass`; a class without fields or with a base class that is one is not meant."""

        def make(cls):
            cls.__doc__ = cls.__doc__ or cls.__name__  # else the standard decorator asks for its signature
            made = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
            if slots:
                made = _with_slots(made, frozen and eq)
            _add_init(made, frozen)
            if "__repr__" not in cls.__dict__:
                made.__repr__ = _repr
            if eq:
                _add_comparison(made, frozen, order)
            if frozen:
                made.__setattr__, made.__delattr__ = _refuse, _refuse
                made.__getstate__, made.__setstate__ = _getstate, _setstate
            return made

        return make

    def replace(value, /, **changes):
        """As :func:`dataclasses.replace`."""
        cls = value.__class__
        copied = _copier(cls) if cls in _MADE_OFTEN else None
        if copied is None or not changes.keys() <= cls.__dataclass_fields__.keys():
            names, get = _arguments(cls)
            return cls(**{**dict(zip(names, get(value), strict=True)), **changes})
        made = copied(value)
        for name, new in changes.items():
            setattr(made, name, new)
        made.__class__ = cls
        return made


_FEW = 8
"""Values up to which a class does without a compiled ``__init__``: compiling costs what making some 40 of them does."""
_MADE_OFTEN: set[type] = set()
"""The classes that have had more."""
_MANY = 4
"""Fields from which on it pays to open a frozen value for a moment."""


class _Hashed:
    """Has the slot in which a frozen value keeps its hash once somebody asked for it."""

    __slots__ = ("_hash",)


def _with_slots(cls: Any, hashed: bool) -> Any:
    """The class again, with slots for its fields; what stood there are the defaults, which the fields have too."""
    names = tuple(field.name for field in dataclasses.fields(cls))
    inside = {key: each for key, each in cls.__dict__.items() if key not in (*names, "__dict__", "__weakref__")}
    bases = (_Hashed,) if hashed and cls.__bases__ == (object,) else cls.__bases__
    made = type(cls)(cls.__name__, bases, {**inside, "__slots__": names})
    made.__qualname__ = cls.__qualname__
    return made


@cache
def _arguments(cls: Any) -> tuple[tuple[str, ...], Callable[[object], Any]]:
    """The fields that are arguments, and what gets them as a tuple."""
    names = tuple(field.name for field in dataclasses.fields(cls) if field.init)
    return names, attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, n) for n in names)


def _add_init(cls: Any, frozen: bool) -> None:
    """Until a class has had a few values, its ``__init__`` is not worth compiling."""
    left = _FEW

    def start(self: object, *args: object, **kwargs: object) -> None:
        nonlocal left
        left -= 1
        if left >= 0 and _filled(self, args, kwargs):
            return
        if cls.__init__ is start:
            cls.__init__ = _compiled_init(cls, frozen)
            _MADE_OFTEN.add(cls)
        cls.__init__(self, *args, **kwargs)

    start.__name__, start.__qualname__ = "__init__", f"{cls.__qualname__}.__init__"
    cls.__init__ = start


def _filled(self: Any, args: tuple[object, ...], kwargs: dict[str, object]) -> bool:
    """Give a value its fields one by one; False where the arguments are wrong, which the compiled form tells."""
    names, _ = _arguments(self.__class__)
    if len(args) == len(self.__dataclass_fields__) == len(names) and not kwargs:
        for name, value in zip(names, args, strict=True):
            object.__setattr__(self, name, value)
        return _is_begun(self)
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    if len(given) != len(args) + len(kwargs) or not given.keys() <= set(names):
        return False
    for field in dataclasses.fields(self):
        if field.name in given:
            value = given[field.name]
        elif field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        elif field.default is not dataclasses.MISSING or not field.init:
            value = field.default
        else:
            return False
        if value is not dataclasses.MISSING:
            object.__setattr__(self, field.name, value)
    return _is_begun(self)


def _is_begun(value: Any) -> bool:
    """True, once the value has done what it does as soon as it has its fields."""
    if hasattr(value, "__post_init__"):
        value.__post_init__()
    return True


def _compiled_init(cls: Any, frozen: bool) -> Callable[..., None]:
    """The ``__init__`` that the standard decorator would have made, with defaults in the order of the fields."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_unset": dataclasses.MISSING}
    opened = frozen and "__slots__" in cls.__dict__ and len(dataclasses.fields(cls)) >= _MANY
    parameters, body = ["self"], []
    for field in dataclasses.fields(cls):
        name, source = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = field.default_factory
            source = f"_make_{name}() if {name} is _unset else {name}" if field.init else f"_make_{name}()"
            parameters += [f"{name}=_unset"] if field.init else []
        elif field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
            source = name if field.init else f"_default_{name}"
            parameters += [f"{name}=_default_{name}"] if field.init else []
        elif field.init:
            parameters.append(name)
        else:
            continue
        body.append(f"_set(self, {name!r}, {source})" if frozen and not opened else f"self.{name} = {source}")
    if opened:  # which is faster than to get by the refusal field by field
        known |= {"_open": _opened(cls), "_closed": cls}
        body = ["_set(self, '__class__', _open)", *body, "self.__class__ = _closed"]
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body or ["pass"]), known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


@cache
def _copier(cls: Any) -> Callable[[Any], Any] | None:
    """What makes an open copy of a value, or None for a class that has more to do than to get its fields."""
    names = list(cls.__dataclass_fields__)
    frozen = cls.__setattr__ is _refuse and "__slots__" in cls.__dict__ and len(names) >= _MANY
    if not frozen or hasattr(cls, "__post_init__") or len(names) != len(_arguments(cls)[0]):
        return None
    lines = ["made = _new(_open)", *(f"made.{name} = value.{name}" for name in names), "return made"]
    known: dict[str, Any] = {"_new": object.__new__, "_open": _opened(cls)}
    exec("def copied(value):\n " + "\n ".join(lines), known)
    made: Callable[[Any], Any] = known["copied"]
    return made


@cache
def _opened(cls: Any) -> Any:
    """A class of the same layout that takes changes: what a value is while it gets its fields."""
    return type(cls)(cls.__name__, cls.__bases__, {"__slots__": cls.__slots__})


def _add_comparison(cls: Any, frozen: bool, order: bool) -> None:
    """Equality (and order) of the fields that compare, within one class; a hash for what is frozen."""
    compared = [field for field in dataclasses.fields(cls) if field.compare]
    key = _key(compared)

    def equal(self: object, other: object) -> Any:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    cls.__eq__ = equal
    if "__hash__" not in cls.__dict__ or cls.__dict__["__hash__"] is None:
        hashed = _key([f for f in compared if f.hash is not False])
        cls.__hash__ = (_kept_hash(hashed) if issubclass(cls, _Hashed) else _plain_hash(hashed)) if frozen else None
    if order:
        _add_order(cls, key)


def _plain_hash(key: Callable[[object], Any]) -> Callable[[object], int]:
    return lambda self: hash(key(self))


def _kept_hash(key: Callable[[object], Any]) -> Callable[[Any], int]:
    def hashed(self: Any) -> int:
        try:
            return self._hash  # type: ignore[no-any-return]  # the slot of that name
        except AttributeError:
            value = hash(key(self))
            object.__setattr__(self, "_hash", value)
            return value

    return hashed


def _add_order(cls: Any, key: Callable[[object], Any]) -> None:
    def less(self: object, other: object) -> Any:
        return key(self) < key(other) if other.__class__ is self.__class__ else NotImplemented

    def at_most(self: object, other: object) -> Any:
        return key(self) <= key(other) if other.__class__ is self.__class__ else NotImplemented

    def greater(self: object, other: object) -> Any:
        return key(self) > key(other) if other.__class__ is self.__class__ else NotImplemented

    def at_least(self: object, other: object) -> Any:
        return key(self) >= key(other) if other.__class__ is self.__class__ else NotImplemented

    cls.__lt__, cls.__le__, cls.__gt__, cls.__ge__ = less, at_most, greater, at_least


def _key(chosen: list["dataclasses.Field[Any]"]) -> Callable[[object], Any]:
    """What to compare or to hash: the tuple of the fields, or the one field itself."""
    return attrgetter(*(field.name for field in chosen)) if chosen else lambda _: ()


def _repr(self: Any) -> str:
    shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{self.__class__.__qualname__}({shown})"


def _refuse(self: object, name: str, *value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot {'assign to' if value else 'delete'} field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
