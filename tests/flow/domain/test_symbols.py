"""The laws of symbols, over all that can be derived from a few leaves."""

from hypothesis import given
from hypothesis import strategies as st

from mtelint.flow.domain.conversions import as_kind, parameter_of
from mtelint.flow.domain.symbols import (
    ZERO_PAGE,
    How,
    Leaf,
    Symbol,
    aged,
    allocated,
    derived,
    folio_of,
    head_page,
    result,
    text,
    variable,
    words,
)
from mtelint.flow.domain.values import Value, ValueKind

LEAVES = (
    variable("page"), variable("folio"), variable("i", 3), variable("i", 7), variable("page", 3), result("kmap", 3),
    allocated("alloc_page", 4), text("0"), ZERO_PAGE,
)  # fmt: skip
VERSIONS = [Leaf(How.VARIABLE, "i", 3), Leaf(How.VARIABLE, "page", 3), Leaf(How.VARIABLE, "i", 7)]
PAIRS = {How.NTH_PAGE: "folio_page", How.INFIX: "+", How.INDEX: ""}
SINGLES = {How.HEAD: "", How.OF_PFN: "", How.OF_PTE: "", How.ARROW: "mapping", How.DOT: "page", How.PREFIX: "*"}


def _grown(inner: st.SearchStrategy[Symbol]) -> st.SearchStrategy[Symbol]:
    singles = st.builds(lambda how, of: derived(how, SINGLES[how], of), st.sampled_from(list(SINGLES)), inner)
    pairs = st.builds(lambda how, a, b: derived(how, PAIRS[how], a, b), st.sampled_from(list(PAIRS)), inner, inner)
    return st.one_of(singles, pairs, st.builds(folio_of, inner))


symbols = st.recursive(st.sampled_from(LEAVES), _grown, max_leaves=6)
versions = st.sampled_from(VERSIONS)


def rebuilt(symbol: Symbol) -> Symbol:
    """The same tree, made a second time and outside of what keeps symbols unique."""
    of = tuple(rebuilt(part) for part in symbol.of)
    return Symbol(symbol.how, symbol.name, of, symbol.leaf, symbol.text, symbol.leaves)


@given(symbols)
def test_identity_is_the_tree(symbol: Symbol) -> None:
    again = rebuilt(symbol)
    assert again == symbol
    assert hash(again) == hash(symbol)


@given(symbols)
def test_leaves_are_the_leaves_of_the_tree(symbol: Symbol) -> None:
    assert symbol.leaves == {each.leaf for each in symbol.walk() if each.leaf is not None}


@given(symbols, versions)
def test_a_symbol_without_the_version_does_not_age(symbol: Symbol, version: Leaf) -> None:
    assert version in symbol.leaves or aged(symbol, version) == symbol


@given(symbols, versions)
def test_two_generations_are_told_apart_and_the_third_is_gone(symbol: Symbol, version: Leaf) -> None:
    once = aged(symbol, version)
    assert once is not None
    assert version not in once.leaves
    if version in symbol.leaves:
        assert once != symbol
        assert aged(once, version) is None


@given(symbols, versions, versions)
def test_the_order_in_which_two_variables_age_does_not_matter(symbol: Symbol, one: Leaf, other: Leaf) -> None:
    first, second = aged(symbol, one), aged(symbol, other)
    assert first is not None
    assert second is not None
    if one != other:
        assert aged(first, other) == aged(second, one)


@given(symbols, versions)
def test_generations_meet_in_the_latest(symbol: Symbol, version: Leaf) -> None:
    older = aged(symbol, version)
    assert older is not None
    assert older.latest == symbol.latest == symbol.latest.latest


@given(symbols)
def test_the_head_page_belongs_to_its_folio(folio: Symbol) -> None:
    assert folio_of(head_page(folio)) == folio


@given(symbols, st.sampled_from(LEAVES))
def test_what_is_replaced_is_gone(symbol: Symbol, leaf: Symbol) -> None:
    assert symbol.replaced(leaf, leaf) == symbol
    assert not symbol.replaced(leaf, variable("other")).holds(leaf)


@given(symbols)
def test_no_version_is_printed(symbol: Symbol) -> None:
    assert "@" not in words(symbol)
    assert (words(symbol) == symbol.text) != symbol.is_versioned


@given(st.sampled_from([ValueKind.PAGE, ValueKind.ADDRESS, ValueKind.PFN, ValueKind.PTE]))
def test_the_page_of_a_parameter_leads_back_to_it(kind: ValueKind) -> None:
    given_in = Value(ValueKind.TERM, variable("b"))
    assert parameter_of(as_kind(given_in, kind).ref, ("a", "b")) == (1, kind)
    assert parameter_of(as_kind(Value(ValueKind.TERM, variable("b", 3)), kind).ref, ("a", "b")) is None


def test_the_head_page_of_a_parameter_leads_back_to_its_folio() -> None:
    assert parameter_of(head_page(variable("f")), ("f",)) == (0, ValueKind.FOLIO)


def test_addresses_that_are_followed_again_are_what_they_are_of() -> None:
    address = derived(How.PREFIX, "&", variable("x"))
    assert derived(How.PREFIX, "*", address) == variable("x")
    assert derived(How.ARROW, "f", address) == derived(How.DOT, "f", variable("x"))


def test_spellings() -> None:
    assert folio_of(variable("page", 4)).text == "page_folio(page@4)"
    older = aged(derived(How.INDEX, "", variable("pages"), variable("i", 3)), Leaf(How.VARIABLE, "i", 3))
    assert older is not None
    assert (older.text, words(older)) == ("pages[i@3']", "pages[i]")
