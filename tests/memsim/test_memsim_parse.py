"""The litmus format: what is read, what is refused with file and line, what is not modelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtelint.errors import InputError
from mtelint.memsim.litmus.ast import Store
from mtelint.memsim.litmus.condition_parser import StateParser
from mtelint.memsim.litmus.final_state import (
    Both,
    Either,
    Equals,
    Not,
    Observable,
    Prop,
    Quantifier,
    Value,
    atoms,
    holds,
)
from mtelint.memsim.litmus.lexer import state_tokens
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.output.herd_text import prop_text
from mtelint.memsim.search.decide import decide


def litmus_text(body: str, *, init: str = "", ending: str = "exists (0:r0=1)", head: str = "C test\n") -> str:
    return f"{head}\n{{ {init} }}\n\nP0(int *x, int *y)\n{{\n{body}\n}}\n\n{ending}\n"


def reason(text: str) -> tuple[str, int]:
    program = parse_litmus(text, "t.litmus")
    outcome = decide(program)
    assert outcome.verdict.value == "unknown"
    assert outcome.reason is not None
    return outcome.reason, outcome.line


def verdict(text: str) -> str:
    outcome = decide(parse_litmus(text, "t.litmus"))
    assert outcome.reason is None, outcome.reason
    return outcome.verdict.value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t.litmus:1: not a litmus test"),
        ("C only-a-name\n", "t.litmus:1: no initial state"),
        ("C t\n{ x = 1;\n", "t.litmus:2: the initial state has no closing brace"),
        ("C t\n{}\nexists (x=1)\n", "t.litmus:2: no function P0"),
        ("C t\n{}\nP0(int *x) {\nWRITE_ONCE(*x, 1);\n", "t.litmus:3: the function has no closing brace"),
        (litmus_text("WRITE_ONCE(*x 1);"), "t.litmus:7: expected ','"),
        (litmus_text("int r0 = ;"), "t.litmus:7: expected a value"),
        (litmus_text("int r0 = 1 @ 2;"), "t.litmus:7: unexpected character"),
        (litmus_text("smp_mb()"), "t.litmus:8: expected ';'"),
        (litmus_text("smp_mb();", ending="exists (0:r0==)"), "t.litmus:10: expected a value"),
        (litmus_text("smp_mb();", ending="sometimes (0:r0=1)"), "t.litmus:10: expected exists"),
        (litmus_text("smp_mb();", ending="exists (0:r0=1) x"), "t.litmus:10: expected the end"),
        (litmus_text("smp_mb();", ending="exists (7:r0=1)"), "the condition names P7"),
        (litmus_text("smp_mb();", ending="exists (0:r0=1) (* open"), "comment never ends"),
        (litmus_text("smp_mb();", init="x = ;"), "t.litmus:3: expected a value"),
        ("C t\n{}\nP0(int *x) { smp_mb(); }\nP2(int *x) { smp_mb(); }\nexists (x=1)\n", "P0, P1, ... without gaps"),
    ],
)
def test_malformed_files_are_refused_with_file_and_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=r"t\.litmus") as caught:
        parse_litmus(text, "t.litmus")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("goto out;", "'goto'"),
        ("call_rcu(x, y);", "call_rcu()"),
        ("guard(preempt)();", "guard(preempt)"),
        ("for (int i = 0; i < 100; i++) WRITE_ONCE(*x, i);", "more than 64 turns"),
        ("int r0 = atomic_or_return(1, x);", "atomic_or_return()"),
        ("int r1 = READ_ONCE(*x); int r0 = y[r1];", "an index that is not constant"),
        ("int r0[2];", "local arrays"),
        ("int r0 = &x;", "drop the '&'"),
        ("int r1; int r0 = &r1;", "the address of what is no location"),
        ("int r0 = 1 << 64;", "a shift by 64"),
        ("int r0; r0 = try_cmpxchg(x, y, 1);", "without the address of a local variable"),
        ("int r0 = 1 < 2 < 3;", "chained"),
        ("int r0 = READ_ONCE(x);", "write READ_ONCE(*x)"),
        ("int r0 = READ_ONCE(*x, 1);", "takes 1 argument"),
        ("__fence{mb};", "__fence"),
        ("int r0 = __load{once}(*x);", "__load"),
        ("int r0 = READ_ONCE(*x); r0 = 1 / r0;", "division by zero"),
        ("int r0 = x + 1;", "arithmetic on a pointer"),
        ("spin_unlock(x);", "without being locked"),
        ("spin_lock(x); WRITE_ONCE(*x, 1); spin_unlock(x);", "as a lock and as a variable"),
    ],
)
def test_what_is_not_modelled_is_named_with_its_line(body: str, what: str) -> None:
    text, line = reason(litmus_text(body))
    assert what in text
    assert line in (0, 7)


def test_other_things_that_are_not_modelled() -> None:
    assert "AArch64" in reason("AArch64 t\n{ }\n P0 ;\n NOP ;\nexists (x=1)\n")[0]
    assert "pointer" in reason("C t\n{}\nP0(int x) { smp_mb(); }\nexists (x=1)\n")[0]
    assert "'observed'" in reason(litmus_text("smp_mb();", ending="observed 0:r0=1;"))[0]
    assert "final value of lock" in reason(litmus_text("spin_lock(x);", ending="exists (x=1)"))[0]
    assert "initial value" in reason(litmus_text("spin_lock(x);", init="x=1"))[0]


def test_programs_beyond_all_measure_are_not_answered() -> None:
    assert "nested" in reason(litmus_text(f"int r0 = {'(' * 3000}1{')' * 3000};"))[0]
    assert "too large" in reason(litmus_text("smp_mb();\n" * 3000))[0]


def test_conditions_are_read_even_where_the_program_is_not_modelled() -> None:
    program = parse_litmus(litmus_text("goto out;", head="C name\n(* Result: Never *)\n"), "t")
    assert (program.name, program.result, program.unmodelled) == ("name", "Never", ("'goto' is not modelled", 8))


@pytest.mark.parametrize(
    "init",
    ["x=1", "int x=1", "int x = 1;", "[x]=1;", "int x=0x1; int y;", "volatile int x = 1", "int *y = &x; int x = 1;",
     "int *y=x; x=1;", "(* a comment *) x=1; // another\n", "atomic_t x = ATOMIC_INIT(1);", "spinlock_t l; x=1;;",
     "*y = x; x = 1;", "0:r5=7; x=1", "int 0:r5=7; x=1", "P0:r5 = 7; x=1;"],
)  # fmt: skip
def test_initial_states(init: str) -> None:
    assert verdict(litmus_text("int r0 = READ_ONCE(*x);", init=init)) == "Always"


@pytest.mark.parametrize(
    "body",
    [
        "int r0;\nr0 = 1;",
        "int r0, r1 = 1;\nr0 = r1;",
        "long r0 = (1);",
        "unsigned int r0 = (int)1;",
        "int *r2 = x;\nint r0 = r2 == x;",
        "r0 = 1; // no declaration",
        "int r0 = 1; /* a\ncomment */",
        "int r0 = !0;",
        "int r0 = -(-1);",
        "int r0 = 3 & ~2;",
        "int r0 = (7 & 4 | 1 ^ 4) - 4;",
        "int r0 = 1 + 2 * 3 == 7;",
        "int r0 = 6 / 4;",
        "int r0 = x != y;",
        "int r0 = 2 > 1;",
        "int r0 = (1 <= 1) && (2 >= 3 || 1 < 2);",
        "int r0; if (x) r0 = 1; else r0 = 2;",
        "int r0; if (NULL) { r0 = 2; } else if (1) { r0 = 1; } else { r0 = 3; }",
        "int r0; { r0 = 1; };",
        "struct page *r0 = 1;",
        "WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*x);",
        "*x = 1; int r0 = *x;",
        "*(x) = 1; int r0 = *(int *)x;",
        "WRITE_ONCE(*y, x); WRITE_ONCE(*x, 1); int r0 = **y;",
        "(void)atomic_inc_return(x); int r0 = atomic_read(x);",
        "atomic_inc_return(x); int r0 = atomic_read(x);",
        "int r0 = xchg(x, 5); r0 = cmpxchg_relaxed(x, 5, 1) - 4; r0 = READ_ONCE(*x);",
        "int r0 = spin_trylock(y);",
        "int r0 = atomic_inc_and_test(x) + 1;",
        "smp_store_mb(*x, 1); int r0 = smp_load_acquire(x);",
        "int r0 = 0; for (int i = 0; i < 4; i++) { if (i == 1) continue; if (i == 3) break; r0 += i; } r0--;",
        "int r0 = 0; int i = 3; do { r0 += i; i--; } while (i > 0); r0 = r0 == 6;",
        "int r0 = 5; while (r0 > 1) r0 -= 2;",
        "int r0 = 0; while (1) { if (r0 == 1) break; r0++; }",
        "int r0 = 0; for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) { if (j > i) break; r0++; } r0 = r0 == 6;",
        "int r0; switch (2) { case 1: r0 = 3; break; case 2: case 3: r0 = 1; break; default: r0 = 4; }",
        "int r0 = 0; switch (7) { case 1: r0 = 3; default: r0++; break; case 2: r0 = 9; }",
        "int r0 = 0; switch (1) { case 1: if (1) break; r0 = 5; } r0++;",
        "int r0 = 1; { return; } r0 = 2;",
        "int r0 = 0 ? 2 : 1;",
        "int r0 = 7 % 4 - 2;",
        "int r0 = BIT(3) >> 3;",
        "int r0 = GENMASK(5, 4) == 48;",
        "int r1; int r0 = ((r1 = 3)) == r1;",
        "int r1 = 1; int r0 = r1++ + 0;",
        "int r1 = 0; int r0 = ++r1;",
        "set_bit(0, x); int r0 = test_bit(0, x);",
        "int r0 = !test_and_set_bit(5, x) && test_bit(5, x);",
        "__set_bit(70, x); int r0 = x[1] >> 6;",
        "int r2 = 0; int r0 = try_cmpxchg(x, &r2, 4) && READ_ONCE(*x) == 4;",
        "int r2 = 7; int r0 = !try_cmpxchg(x, &r2, 4) && r2 == 0;",
        "x->next = 1; int r0 = x->next;",
        "WRITE_ONCE(x->a[2], 1); int r0 = READ_ONCE(*(&x->a[2]));",
        "int r0 = READ_ONCE(*x) || READ_ONCE(*y) || 1;",
        "refcount_set(x, 1); int r0 = refcount_dec_and_test(x);",
        "atomic_long_set(x, 1); int r0 = atomic64_read(x);",
        "mutex_lock(x); mutex_unlock(x); int r0 = mutex_trylock(x);",
        "int r0; { guard(mutex)(x); r0 = 1; } mutex_lock(x);",
        "read_lock(x); read_lock(x); read_unlock(x); read_unlock(x); write_lock(x); int r0 = 1;",
        "unsigned long f; spin_lock_irqsave(x, f); spin_unlock_irqrestore(x, f); int r0 = spin_trylock(x);",
        "assign_bit(0, x, 1); clear_bit_unlock(0, x); bit_spin_lock(0, x); int r0 = READ_ONCE(*x);",
    ],
)
def test_programs_that_end_with_one(body: str) -> None:
    assert verdict(litmus_text(body)) == "Always"


@pytest.mark.parametrize(
    ("header", "word"),
    [("(*\n * Result: Never\n *)", "Never"), ("(* Result: Sometimes *)", "Sometimes"), ("", None),
     ("(*\n * Result: Never DATARACE\n * Result: Always\n *)", "Never"), ('"a title"\nCycle=Rfe Fre\n', None)],
)  # fmt: skip
def test_result_lines(header: str, word: str | None) -> None:
    assert parse_litmus(litmus_text("smp_mb();", head=f"C t\n{header}\n"), "t").result == word


@pytest.mark.parametrize(
    ("ending", "quantifier"),
    [("exists (x=1)", Quantifier.EXISTS), ("~exists x=1", Quantifier.NOT_EXISTS), ("forall (x=1)", Quantifier.FORALL),
     ("exists (x=y/\\0:r0=x\\/x=1)", Quantifier.EXISTS),
     ("not exists (x=1);", Quantifier.NOT_EXISTS), ("final (x=1)", Quantifier.EXISTS), ("(x=1)", Quantifier.EXISTS),
     ("locations [x; 0:r0;] exists (x=1)", Quantifier.EXISTS), ("filter (x=0) exists (x=1)", Quantifier.EXISTS),
     ("locations [x; 0:r0 int*] filter (x=0) exists (x=1) (* Bad. *)", Quantifier.EXISTS), ("", Quantifier.FORALL)],
)  # fmt: skip
def test_endings(ending: str, quantifier: Quantifier) -> None:
    assert parse_litmus(litmus_text("smp_mb();", ending=ending), "t").quantifier is quantifier


@pytest.mark.parametrize(
    ("ending", "hint"),
    [("exists (0:r0=1 && x=1)", "join with '/\\'"), ("exists (0:r0=1 || x=1)", "join with '\\/'"),
     ("exists (!(0:r0=1))", "negated with '~'"), ("exists (0:r0 > 1)", "compare with '=' and '!=' alone")],
)  # fmt: skip
def test_operators_of_c_in_a_condition_get_a_hint(ending: str, hint: str) -> None:
    with pytest.raises(InputError, match=r"t:10: ") as caught:
        parse_litmus(litmus_text("int r0 = 1;", ending=ending), "t")
    assert hint in str(caught.value)


def test_an_assignment_in_a_condition_gets_a_hint() -> None:
    with pytest.raises(InputError, match=r"t:7: '=' in a condition: write '==' to compare"):
        parse_litmus(litmus_text("int r0 = 1; if (r0 = 2) r0 = 3;"), "t")


def test_a_name_that_nothing_declares_is_noted() -> None:
    program = parse_litmus(litmus_text("int r0 = 1;\nWRITE_ONCE(*z, r0);"), "t")
    assert program.notes == (("P0 has no parameter or variable z: it is always 0", 8),)
    assert parse_litmus(litmus_text("WRITE_ONCE(*x, 1);"), "t").notes == ()


@pytest.mark.parametrize(
    ("init", "ending"),
    [("int a[3] = {1, 2, 3};", "exists (a[1]=2 /\\ a=1)"), ("struct page p = {.flags = 4};", "exists (p->flags=4)"),
     ("p.flags = 4;", "exists (p.flags=4)"), ("int a[2]; a[1] = 3;", "exists (a[1]=3 /\\ a[0]=0)"),
     ("int a[2] = {0x10};", "exists (a=16 /\\ a[1]=0)"), ("int *q = &a[1]; int a[2];", "exists (q=a[1])")],
)  # fmt: skip
def test_parts_of_structures_and_arrays_have_initial_values(init: str, ending: str) -> None:
    assert verdict(litmus_text("smp_mb();", init=init, ending=ending)) == "Always"


def test_functions_without_parameters_know_the_locations_of_the_initial_state() -> None:
    text = "C t\n{ int x = 1; int *p = &x; }\nP0(void) { int *r1 = p; int r0 = *r1; }\nexists (0:r0=1)\n"
    assert verdict(text) == "Always"


def test_a_line_is_that_of_the_file() -> None:
    program = parse_litmus(litmus_text("\n\nWRITE_ONCE(*x,\n1);"), "t")
    statement = program.threads[0].body[0]
    assert isinstance(statement, Store)
    assert statement.line == 9


X, R = Observable(-1, "x"), Observable(1, "r0")
PROPS: st.SearchStrategy[Prop] = st.recursive(
    st.builds(Equals, st.sampled_from([X, R]), st.integers(0, 2)),
    lambda inner: st.one_of(st.builds(Not, inner), st.builds(Both, inner, inner), st.builds(Either, inner, inner)),
    max_leaves=6,
)


@given(PROPS, st.integers(0, 2), st.integers(0, 2))
def test_conditions_mean_the_same_when_written_and_read_again(prop: Prop, x: int, r: int) -> None:
    again = StateParser(state_tokens(f"exists ({prop_text(prop)})", 1, "t")).condition()[1]
    state: dict[Observable, Value] = {X: x, R: r}
    assert holds(again, state) == holds(prop, state)
    assert atoms(again) == atoms(prop)


@given(st.text(max_size=200), st.integers(0, 400))
def test_broken_files_give_an_error_or_an_answer_never_a_crash(noise: str, at: int) -> None:
    text = litmus_text("int r0 = READ_ONCE(*x);\nif (r0) { WRITE_ONCE(*y, 1); }", init="int x=1;")
    try:
        program = parse_litmus(text[:at] + noise + text[at:], "t")
    except InputError:
        return
    decide(program, bound=200)


@given(st.integers(0, 250), st.integers(1, 20))
def test_files_with_a_piece_missing_never_crash(at: int, length: int) -> None:
    text = litmus_text("int r0 = READ_ONCE(*x);\nif (r0) { WRITE_ONCE(*y, 1); }", init="int x=1;")
    try:
        program = parse_litmus(text[:at] + text[at + length :], "t")
    except InputError:
        return
    decide(program, bound=200)
