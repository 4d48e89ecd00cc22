"""``#if`` groups: whole statements stay, what splits a statement is resolved, in as many variants as there are arms."""

import pytest
from reading import in_body, is_sound, masked_body

from mtelint.syntax.mask.masking import mask
from mtelint.syntax.scan import negate, normalise
from mtelint.syntax.unit import parse_file


def variant(body: str, branch: int) -> str:
    return " ".join(mask(in_body(body).encode(), branch).text.decode().split()[5:-1])


@pytest.mark.parametrize(
    "body",
    [
        "#ifdef A\nf();\n#else\ng();\n#endif\nh();",
        "#if defined(A) && B\nf();\n#endif",
        "switch (x) {\n#ifdef A\ncase 1:\n\tf();\n\tbreak;\n#endif\ndefault:\n\tg();\n}",
    ],
)
def test_whole_statements_stay_in_the_tree(body: str) -> None:
    assert "#if" in masked_body(body)[0]
    assert masked_body(body)[1].variants == 1
    assert is_sound(in_body(body))


@pytest.mark.parametrize(
    ("body", "first", "second"),
    [
        ("#ifdef A\nif (x)\n\ta();\nelse\n#endif\nz();", "if (x) a(); else z();", "z();"),
        ("#ifdef A\nif (x) {\n#else\nif (y) {\n#endif\nf();\n}", "if (x) { f(); }", "if (y) { f(); }"),
        ("#ifdef A\nif (x) {\n#endif\nf();\n#ifdef A\n}\n#endif", "if (x) { f(); }", "f();"),
        ("if (a ||\n#ifdef A\n    b ||\n#endif\n    c)\n\tf();", "if (a || b || c) f();", "if (a || c) f();"),
        ("x = f(a,\n#ifdef A\nb\n#else\nc\n#endif\n);", "x = f(a, b );", "x = f(a, c );"),
        ("goto out;\nout:\n#ifdef A\nf();\n#endif\ng();", "goto out; out: f(); g();", "goto out; out: g();"),
        ("#ifndef A\nif (x)\n#endif\nf();\n#ifdef A\nif (y)\n#endif\ng();", "if (x) f(); g();", "f(); if (y) g();"),
    ],
)
def test_a_group_that_splits_a_statement_has_two_readings(body: str, first: str, second: str) -> None:
    assert (variant(body, 0), variant(body, 1)) == (first, second)
    assert masked_body(body)[1].variants == 2
    assert is_sound(in_body(body))


def test_a_list_keeps_all_its_items() -> None:
    body = "int t[] = {\n\t1,\n#ifdef A\n\t2,\n#else\n\t3,\n#endif\n\t4,\n};"
    assert variant(body, 0) == "int t[] = { 1, 2, 3, 4, };"


def test_what_is_never_compiled_is_not_read() -> None:
    assert variant("#if 0\nif (x {\n#else\nf();\n#endif", 0) == "f();"
    assert variant("#ifdef __cplusplus\nbroken {\n#endif\nf();", 0) == "f();"


def test_the_other_reading_of_a_function_is_an_alternative() -> None:
    body = "#ifdef A\nif (x) {\n#else\nif (y) {\n#endif\nf();\n}"
    unit = parse_file("a.c", in_body(body).encode())
    function = unit.lower(unit.functions[0])
    assert len(function.alternatives) == 1
    assert function.alternatives[0] != function.body


def test_a_function_without_a_split_has_one_reading() -> None:
    unit = parse_file("a.c", (in_body("f();") + in_body("#ifdef A\nif (x)\n#endif\ng();")).encode())
    assert [len(unit.lower(ref).alternatives) for ref in unit.functions] == [0, 1]


@pytest.mark.parametrize(
    ("keyword", "text", "expected"),
    [
        ("ifdef", " A ", "A"),
        ("ifndef", "A", "!A"),
        ("if", "defined(A)", "A"),
        ("if", "defined A", "A"),
        ("if", "!defined(A)", "!A"),
        ("if", "IS_ENABLED(CONFIG_X)", "CONFIG_X"),
        ("if", "(defined(A) && defined(B))", "A && B"),
        ("elif", "defined(A) \\\n || B", "A || B"),
    ],
)
def test_equal_conditions_are_equal_strings(keyword: str, text: str, expected: str) -> None:
    assert normalise(keyword, text) == expected


def test_negation_is_its_own_opposite() -> None:
    for condition in ("A", "!A", "A && B", "!(A && B)", "X > 3"):
        assert negate(negate(condition)) == condition
