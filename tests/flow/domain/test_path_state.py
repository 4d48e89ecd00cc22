"""The state of a path in time: what a name means, what is aged, what is kept."""

from pages import PAGE

from mtelint.flow.dataflow.liveness import Live
from mtelint.flow.domain.page_state import PageState, page_of
from mtelint.flow.domain.path_state import Fact, PathState, held, lvalue_of, parameter_of, pointer_of
from mtelint.flow.domain.symbols import How, Symbol, derived, result, variable
from mtelint.flow.domain.values import UNKNOWN, Value, ValueKind, const, term

I = variable("i", 3)  # noqa: E741  # the usual name of a counter
PAGES_I = derived(How.INDEX, "", variable("pages"), I)
NOTHING = Live(frozenset(), frozenset(), frozenset())


def page(symbol: Symbol = PAGE) -> Value:
    return Value(ValueKind.PAGE, symbol)


def test_a_symbol_is_current_while_its_variables_hold_what_they_held() -> None:
    state = PathState()
    assert state.is_current(PAGE)
    state.assign("page", page(variable("page", 5)), 5)
    assert not state.is_current(PAGE)
    assert state.is_current(variable("page", 5))
    assert not state.is_current(result("alloc", 5))


def test_an_assignment_in_the_next_turn_ages_what_the_turn_before_made() -> None:
    state = PathState({PAGES_I: PageState("x")}, {"i": term(I), "page": page(PAGES_I)})
    assert state.assign("i", term(I), 3) == []
    older = state.env["page"].ref
    assert older != PAGES_I
    assert older.latest == PAGES_I
    assert state.pages == {older: PageState("x")}


def test_what_is_two_turns_old_is_handed_back() -> None:
    state = PathState({PAGES_I: PageState("x")}, {"i": term(I), "page": page(PAGES_I)})
    state.assign("i", term(I), 3)
    assert [known for _, known in state.assign("i", term(I), 3)] == [PageState("x")]
    assert state.env["page"] == UNKNOWN


def test_a_page_that_no_name_reaches_is_handed_back() -> None:
    made = result("get", 4)
    state = PathState({made: PageState("x")}, {"page": page(made)})
    assert state.assign("page", const("0"), 6) == [(made, PageState("x"))]


def test_a_folio_stays_while_a_page_of_it_is_known() -> None:
    folio = result("get", 4)
    state = PathState({folio: PageState("f"), PAGE: page_of(folio, "p")}, {"x": const("1")})
    assert state.assign("x", const("0"), 6) == []


def test_facts_about_what_has_another_value_by_now_are_dropped() -> None:
    state = PathState(facts={variable("n"): Fact(True, "n"), variable("m"): Fact(True, "m")})
    state.assign("n", const("0"), 2)
    assert list(state.facts) == [variable("m")]


def test_a_fork_shares_nothing_that_changes() -> None:
    state = PathState({PAGE: PageState()}, {"page": page()})
    forked = state.fork()
    assert forked.key() == state.key()
    forked.assign("page", const("0"), 2)
    assert forked.key() != state.key()
    assert state.env == {"page": page()}


def test_the_projection_keeps_what_is_asked_for_and_what_names_a_page() -> None:
    state = PathState({PAGE: PageState()}, {"page": page(), "n": const("1"), "m": const("2")})
    state.project(Live(frozenset({"n"}), frozenset(), frozenset()))
    assert state.env == {"page": page(), "n": const("1")}


def test_the_projection_is_idempotent_and_keeps_what_callers_are_told() -> None:
    out = derived(How.PREFIX, "*", variable("left"))
    state = PathState(memory={out: const("0")}, facts={variable("flags"): Fact(True, "flags")})
    state.project(NOTHING, frozenset({"left", "flags"}))
    once = state.key()
    assert state.memory
    assert state.facts
    state.project(NOTHING, frozenset({"left", "flags"}))
    assert state.key() == once
    state.project(NOTHING)
    assert not state.memory
    assert not state.facts


def test_which_parameter_an_lvalue_is_about() -> None:
    behind, member = derived(How.PREFIX, "*", variable("p")), derived(How.ARROW, "f", variable("p"))
    assert [pointer_of(each) for each in (behind, member, variable("p"))] == ["p", "p", ""]
    assert [parameter_of(each) for each in (behind, member, variable("p"), variable("p", 2))] == ["p", "p", "p", ""]


def test_variables_and_memory_are_read_where_they_were_written() -> None:
    state, member = PathState(), derived(How.ARROW, "f", variable("p"))
    state.assign("x", const("1"), 1)
    state.store(member, const("2"))
    assert held(state, "x") == held(state, lvalue_of(variable("x"))) == const("1")
    assert held(state, member) == const("2")
    assert held(state, None) is None
