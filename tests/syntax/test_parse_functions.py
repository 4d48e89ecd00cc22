"""Each function is held against its braces; what is damaged is listed, what can be read alone is."""

from pathlib import Path

import pytest
from reading import in_body, reading_of

from mtelint.syntax.mask.masking import mask
from mtelint.syntax.parse.parser import read_functions
from mtelint.syntax.unit import parse_file

GOOD = "static int good(struct page *page)\n{\n\treturn f(page);\n}\n"


def names(text: str) -> list[str]:
    return [ref.name for ref in parse_file("a.c", text.encode()).functions]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("int f(void)", "f"),
        ("static struct foo *\nbar(int a,\n    int b)", "bar"),
        ("int (*get(int a))(void)", "get"),
        ("SYSCALL_DEFINE2(mprotect, int, a, long, b)", "__do_sys_mprotect"),
        ("COMPAT_SYSCALL_DEFINE1(thing, int, a)", "__do_compat_sys_thing"),
        ("SYSCALL_DEFINE0(fork)", "__do_sys_fork"),
        ("static int __init start(void)", "start"),
        ("void f(int a) __must_hold(&lock)", "f"),
    ],
)
def test_a_function_has_its_name(head: str, name: str) -> None:
    assert names(f"{head}\n{{\n}}\n") == [name]


def test_spans_are_those_of_the_source() -> None:
    text = ("/* a comment */\nint x;\n\n" + GOOD).encode()
    (ref,) = parse_file("a.c", text).functions
    assert text[ref.span.start : ref.span.end].decode() == GOOD.rstrip("\n")
    assert text[ref.name_span.start : ref.name_span.end] == b"good"
    assert (ref.head, ref.tail, ref.static) == (True, True, True)


def test_a_damaged_function_is_skipped_with_its_reason_and_the_others_are_read() -> None:
    unit = parse_file("a.c", (GOOD + "int bad(void)\n{\n\tx = @ = (;\n}\n" + GOOD.replace("good", "last")).encode())
    assert [ref.name for ref in unit.functions] == ["good", "last"]
    (skipped,) = unit.skipped
    assert skipped.function == "bad"
    assert skipped.reason
    assert unit.lines.place(skipped.span.start)[0] == 7


def test_a_function_is_parsed_alone_where_the_file_fails() -> None:
    readings = read_functions(mask(("int table[] = { A B C, (, };\nstruct {{{ ;\n}\n" + GOOD).encode()))[1]
    assert [(item.name, item.trouble) for item in readings] == [("good", "")]


def test_a_label_at_the_end_of_a_block_is_no_damage() -> None:
    assert not reading_of(in_body("goto out;\nout:")).trouble


def test_a_block_at_column_0_does_not_end_the_function() -> None:
    text = "int f(void)\n{\n\tg();\n#ifdef DEBUG\n{\n\th();\n}\n#endif\n\treturn 0;\n}\n"
    assert not reading_of(text).trouble


def test_prototypes_macros_and_conditions_are_listed() -> None:
    text = (
        "#ifndef _X_H\n#define _X_H\n#ifdef CONFIG_ARM64_MTE\n#define FLAG PG_arch_2\n"
        "void set(struct page *page, int);\n#else\n#define GET(a, b) \\\n\t((a) + (b))\n#endif\nint *f(void);\n#endif\n"
    )
    unit = parse_file("x.h", text.encode())
    assert [(item.name, item.return_type) for item in unit.prototypes] == [("set", "void"), ("f", "int *")]
    assert [(param.name, param.type) for param in unit.prototypes[0].params] == [("page", "struct page *"), ("", "int")]
    assert unit.macros["FLAG"].body == "PG_arch_2"
    assert unit.macros["FLAG"].condition == ("CONFIG_ARM64_MTE",)
    assert unit.macros["GET"].params == ("a", "b")
    assert unit.macros["GET"].condition == ("!CONFIG_ARM64_MTE",)
    assert unit.condition_at(text.index("void set")) == ("CONFIG_ARM64_MTE",)
    assert unit.condition_at(text.index("int *f")) == ()


def test_a_missing_return_type_is_an_empty_one() -> None:
    unit = parse_file("a.h", b"static inline set_it(struct page *page)\n{\n}\n")
    function = unit.lower(unit.functions[0])
    assert (function.name, function.return_type, function.storage) == ("set_it", "", ("static", "inline"))
    assert [param.type for param in function.params] == ["struct page *"]


def test_lines_and_columns_count_from_one() -> None:
    unit = parse_file("a.c", b"int a;\n\tint b;\n")
    assert [unit.lines.place(offset) for offset in (0, 6, 7, 8)] == [(1, 1), (1, 7), (2, 1), (2, 2)]
    assert unit.lines.line(2) == "\tint b;"
    assert unit.lines.line(9) == ""


@pytest.mark.parametrize("text", ["", "\n", "{", "}", "(", "int f(", "#if", "#else\n", "int f(void)\n{", "\x00\xff"])
def test_texts_that_are_no_c_give_a_unit(text: str) -> None:
    assert parse_file("a.c", text.encode("latin1")).path == "a.c"


@pytest.mark.kernel
def test_almost_every_body_of_mm_is_sound(kernel_61: Path) -> None:
    files = sorted((kernel_61 / "mm").glob("*.c"))
    readings = [reading for path in files for reading in read_functions(mask(path.read_bytes()))[1]]
    assert len(readings) > 4000
    assert sum(bool(item.trouble) for item in readings) <= len(readings) * 0.001


@pytest.mark.parametrize("body", ["x = " + "(" * 3000 + "1" + ")" * 3000 + ";", "{" * 3000 + "}" * 3000])
def test_what_nests_too_deep_is_skipped_and_not_followed(body: str) -> None:
    unit = parse_file("a.c", (in_body(body) + GOOD).encode())
    assert [ref.name for ref in unit.functions] == ["good"]
    assert [item.function for item in unit.skipped] == ["outer"]


def test_a_long_text_of_brackets_takes_no_long_time() -> None:
    group = b"#if A\n" + b"(" * 20_000 + b")" * 20_000 + b"\n#endif\n"
    for text in (b"(" * 50_000, group, b"f(" * 20_000, b"{ " * 20_000):
        assert parse_file("a.c", text).text == text
