"""The decorator of our values is the standard one in all that is used of it, only cheaper to apply."""

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtelint.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Ours:
    """A value with all kinds of fields."""

    first: int
    second: str = "x"
    third: list[int] = field(default_factory=list, hash=False)
    hidden: int = field(default=0, repr=False, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """The same, made by the standard decorator."""

    first: int
    second: str = "x"
    third: list[int] = field(default_factory=list, hash=False)
    hidden: int = field(default=0, repr=False, compare=False)


@dataclass(slots=True)
class Changing:
    """Not frozen, with a field that is no argument."""

    count: int
    double: int = field(init=False)
    many: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.double = 2 * self.count


@dataclass(frozen=True, slots=True, order=True)
class Ordered:
    """Ordered by its fields."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """Equal to itself alone."""

    value: int


Fields = tuple[int, str, list[int], int]
ARGUMENTS = st.tuples(st.integers(0, 2), st.sampled_from("xy"), st.lists(st.integers(0, 1), max_size=1), st.integers())


@given(ARGUMENTS, ARGUMENTS)
def test_equality_hash_and_repr_are_those_of_the_standard_decorator(one: Fields, other: Fields) -> None:
    ours, theirs = [Ours(*one), Ours(*other)], [Theirs(*one), Theirs(*other)]
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])
    assert (hash(ours[0]) == hash(ours[1])) == (hash(theirs[0]) == hash(theirs[1]))
    assert repr(ours[0]) == repr(theirs[0]).replace("Theirs", "Ours")
    assert dataclasses.asdict(ours[0]) == dataclasses.asdict(theirs[0])


@given(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_order_is_that_of_the_fields(one: tuple[int, int], other: tuple[int, int]) -> None:
    left, right = Ordered(*one), Ordered(*other)
    assert [left < right, left <= right, left > right, left >= right] == [
        one < other, one <= other, one > other, one >= other,
    ]  # fmt: skip


def test_arguments_go_by_position_and_by_name() -> None:
    assert Ours(1, third=[2]) == Ours(first=1, second="x", third=[2])
    assert Ours(1).third is not Ours(1).third
    wrong: tuple[Any, ...]
    for wrong in ((), (1, "x", [], 0, 5)):
        with pytest.raises(TypeError, match="__init__"):
            Ours(*wrong)
    with pytest.raises(TypeError, match="nope"):
        Ours(1, nope=1)  # type: ignore[call-arg]  # that is the point


def test_frozen_values_refuse_changes_and_others_take_them() -> None:
    value, changing = Ours(1), Changing(2)
    with pytest.raises(dataclasses.FrozenInstanceError, match="first"):
        value.first = 2  # type: ignore[misc]  # that is the point
    with pytest.raises(dataclasses.FrozenInstanceError, match="second"):
        del value.second
    changing.count = 5
    assert (changing.count, changing.double, changing.many) == (5, 4, [])
    with pytest.raises(TypeError, match="unhashable"):
        hash(changing)


def test_values_are_replaced_copied_and_pickled() -> None:
    value = Ours(1, "y", [3], 4)
    assert dataclasses.replace(value, first=2) == Ours(2, "y", [3])
    assert copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value
    assert pickle.loads(pickle.dumps(value)).hidden == 4
    assert pickle.loads(pickle.dumps(Changing(3))) == Changing(3)


@given(st.dictionaries(st.sampled_from(["first", "second", "third", "hidden"]), st.integers(), max_size=4))
def test_a_value_is_replaced_as_the_standard_function_does(changes: dict[str, Any]) -> None:
    ours, theirs = Ours(1, "y", [3], 4), Theirs(1, "y", [3], 4)
    hash(ours)
    made = replace(ours, **changes)
    assert dataclasses.astuple(made) == dataclasses.astuple(dataclasses.replace(theirs, **changes))
    assert (type(made), ours) == (Ours, Ours(1, "y", [3], 4))
    assert hash(made) == hash(Ours(*dataclasses.astuple(made)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.first = 2  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError, match="nope"):
        replace(ours, nope=1)  # type: ignore[call-arg]  # that is the point


def test_classes_of_values_differ_even_where_the_fields_agree() -> None:
    ours: object = Ours(1)
    assert ours != Theirs(1)
    assert Single(1) != Single(1)
    assert not hasattr(Ours(1), "__dict__")


def test_values_can_be_matched() -> None:
    match Ordered(1, 2):
        case Ordered(low, high):
            assert (low, high) == (1, 2)


def test_the_first_values_of_a_class_and_the_many_after_them_are_made_alike() -> None:
    """The first ones do without a compiled ``__init__``; a frozen value with many fields is open while it is made."""

    @dataclass(frozen=True, slots=True)
    class Many:
        """Frozen, with fields of all kinds and something to do once they are there."""

        first: int
        second: int
        third: int = 3
        fourth: list[int] = field(default_factory=list)

        def __post_init__(self) -> None:
            with pytest.raises(dataclasses.FrozenInstanceError):
                self.first = 0  # type: ignore[misc]  # that is the point

    values = [Many(1, second=2) for _ in range(100)]
    assert set(map(repr, values)) == {repr(values[0])}
    assert len({id(value.fourth) for value in values}) == 100
    assert {type(value) for value in values} == {Many}
    cases: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((1,), {}), ((1, 2, 3, [], 5), {}), ((1,), {"first": 1}), ((1, 2), {"nope": 3}),
    ]  # fmt: skip
    for wrong, names in cases:
        for maker in (Many, type(values[-1])):
            with pytest.raises(TypeError, match="__init__"):
                maker(*wrong, **names)
