"""Macros that are statements get the shape of one; the note says what they were."""

import pytest
from reading import in_body, is_sound, masked_body, node_types, notes_of

from mtelint.syntax.mask.masking import mask
from mtelint.syntax.mask.notes import NoteKind


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("for_each_thing(a, b) {\n\tf(a);\n}", "while         (a, b) {"),
        ("for_each_thing(a, b)\n\tf(a);", "while         (a, b)"),
        ("for_each_thing(a) {\n\tf(a);\n}", "while         (a) {"),
        ("for_each_thing(a) f(a);", "while         (a) f(a);"),
        ("for_each_thing() {\n\tf(a);\n}", "while(1)         {"),
        ("list_for_each_entry_safe(p, q, &head, list) {\n\tf(p);\n}", "while                   (p, q, &head, list) {"),
        ("unknown_loop(a, b) {\n\tf(a);\n}", "while       (a, b) {"),
        ("for_each_thing(p) *p = 0;", "while         (p) *p = 0;"),
    ],
)  # fmt: skip
def test_a_loop_macro_is_a_while(source: str, expected: str) -> None:
    text, masked = masked_body(source)
    assert text.split("\n")[0] == expected
    (note,) = notes_of(masked, NoteKind.LOOP)
    assert note.extra == source.split("(")[0]
    assert is_sound(in_body(source))
    assert "while_statement" in node_types(in_body(source))


@pytest.mark.parametrize(
    "source",
    [
        "if (c)\n\tfor_each_thing(a, b) {\n\t\tf(a);\n\t}\nelse\n\tz();",
        "if (c)\n\tfor_each_thing(a)\n\t\tf(a);\nelse\n\tz();",
        "for_each_thing(a, b)\n\tfor_each_other(b, c)\n\t\tif (a)\n\t\t\tf(a);\n\t\telse\n\t\t\tg(a);",
        "if (c) {\n\tz();\n} else for_each_thing(a) {\n\tf(a);\n}",
        "switch (c) {\ncase 1:\n\tfor_each_thing(a) f(a);\n\tbreak;\n}",
    ],
)
def test_loop_macros_nest_and_keep_the_else_with_its_if(source: str) -> None:
    assert is_sound(in_body(source))
    types = node_types(in_body(source))
    assert types.count("while_statement") == source.count("for_each")
    assert types.count("else_clause") == source.count("else")


def test_do_each_pairs_are_do_while() -> None:
    text, masked = masked_body("do_each_thread(g, t) {\n\tf(t);\n} while_each_thread(g, t);")
    assert text == "do                   {\n\tf(t);\n} while            (g, t);"
    assert notes_of(masked, NoteKind.DO_LOOP)[0].extra == "do_each_thread"
    assert notes_of(masked, NoteKind.WHILE_EACH)[0].extra == "while_each_thread"


def test_while_each_alone_is_a_loop() -> None:
    source = "while_each_thread(g, t) {\n\tf(t);\n}"
    assert notes_of(masked_body(source)[1], NoteKind.LOOP)
    assert is_sound(in_body(source))


@pytest.mark.parametrize("body", [" {\n\tf();\n}", "\n\tf();"])
def test_a_scoped_guard_has_its_block(body: str) -> None:
    text, masked = masked_body("scoped_guard(mutex, &p->lock)" + body)
    assert text.startswith("while       (mutex, &p->lock)")
    assert not notes_of(masked, NoteKind.LOOP)
    assert notes_of(masked, NoteKind.SCOPED_GUARD)[0].extra == "scoped_guard"


@pytest.mark.parametrize(
    ("failure", "argument", "keyword"),
    [
        ("return -EINTR", "       -EINTR", "return"),
        ("continue", "CONTINUE", "continue"),
        ("goto out", "     out", "goto"),
    ],
)
def test_the_failure_of_a_conditional_guard_is_kept(failure: str, argument: str, keyword: str) -> None:
    text, masked = masked_body(f"scoped_cond_guard(mutex_intr, {failure}, &p->lock) {{\n\tf();\n}}")
    assert f"(mutex_intr, {argument}, &p->lock) {{" in text
    assert notes_of(masked, NoteKind.COND_GUARD)
    assert notes_of(masked, NoteKind.JUMP_ARG)[0].extra == keyword


def test_guard_stays_a_call_of_a_call() -> None:
    text, masked = masked_body("guard(mutex)(&p->lock);")
    assert text == "guard(mutex)(&p->lock);"
    assert not masked.notes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("CHECK(x, y = 1;);", "{     x; y = 1;};"),
        ("D1(if (a) b());", "{  if (a) b();}"),
        ('ASSERT_OR(a, "text", return -1);', '{         a; "text"; return -1;}'),
    ],
)
def test_a_statement_as_an_argument_becomes_a_block(source: str, expected: str) -> None:
    text, masked = masked_body(source)
    assert text == expected
    assert notes_of(masked, NoteKind.STATEMENT_ARG)[0].extra == source.split("(")[0]
    assert is_sound(in_body(source))


@pytest.mark.parametrize("source", ["MACRO(x)\nif (a)\n\tf();", "MACRO(x)\nMACRO(y)\nf();", "f();\nMACRO(x)\nint y;"])
def test_a_macro_without_a_semicolon_gets_one_before_the_next_line(source: str) -> None:
    masked = masked_body(source)[1]
    assert len(notes_of(masked, NoteKind.SEMICOLON)) == source.count("MACRO")
    assert is_sound(in_body(source))


@pytest.mark.parametrize("head", ["if (a(b))", "while (a)", "switch (a(b))", "for (;a;)"])
def test_a_statement_that_is_not_indented_is_no_macro_line(head: str) -> None:
    source = f"void f(void)\n{{\nx();\n{head}\ny();\n}}\n"
    assert mask(source.encode()).text == source.encode()


def test_a_declaration_as_an_argument_declares() -> None:
    assert masked_body("ONLY_DEBUG(char buf[8]);")[0] == "           char buf[8] ;"


def test_a_call_is_no_block() -> None:
    for source in (
        "f(a);",
        "x = for_each_name(a);",
        "if (f(a)) {\n\tg();\n}",
        "return for_each(a);",
        "g(for_each_fn, a);",
    ):
        assert masked_body(source)[0] == source
