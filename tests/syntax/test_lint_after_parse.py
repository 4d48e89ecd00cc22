"""Wrong trees without an error are found, here on text that was not masked."""

import pytest
from reading import in_body, reading_of

from mtelint.syntax.parse.lexical import bodies
from mtelint.syntax.parse.parser import parse_tree
from mtelint.syntax.parse.tree_lint import suspects
from mtelint.syntax.scan import scan
from mtelint.syntax.unit import parse_file


def unmasked(body: str) -> str:
    """Why a body is suspect if it is parsed as it stands; empty for a sound one."""
    text = in_body(body).encode()
    code = bytes(scan(text).code)
    (found,) = bodies(code)
    suspect = suspects(parse_tree(text).root_node).within(code, found.open, found.close + 1)
    return suspect[1] if suspect else ""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("for_each_thing(a) {\n\tf(a);\n}", "function inside"),
        ("for_each_thing(a) f(a);", "declaration"),
        ("scoped_cond_guard(c, return -EINTR, &m) {\n\tf();\n}", "keyword"),
        ("MACRO(x)\nif (a)\n\tf();", "keyword"),
    ],
)
def test_a_silent_misparse_is_noticed(body: str, reason: str) -> None:
    assert reason in unmasked(body)
    assert not reading_of(in_body(body)).trouble


@pytest.mark.parametrize(
    "body",
    [
        "int f(int a);",
        "extern foo_t f(x);",
        "int (*f)(int a);",
        "struct s x = f(a);",
        "if (a)\n\tf();\nelse if (b)\n\tg();\nelse\n\th();",
        "do {\n\tf();\n} while (x);\nswitch (x) {\ncase 1:\n\tbreak;\ndefault:\n\tgoto out;\n}\nout:\nreturn 0;",
        "foo_t f(struct s *p);",
    ],
)
def test_ordinary_code_is_not_suspect(body: str) -> None:
    assert unmasked(body) == ""
    assert not reading_of(in_body(body)).trouble


def test_a_suspect_function_is_skipped_and_not_listed() -> None:
    unit = parse_file("a.c", in_body("int inner(int a)\n{\n\treturn a;\n}").encode())
    assert not unit.functions
    assert [(item.function, "function inside" in item.reason) for item in unit.skipped] == [("outer", True)]
