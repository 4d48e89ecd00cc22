"""Hunks without a tree: what they cut off is made whole, what is wrong in them stays wrong."""

import pytest

from mtelint.syntax import c_tree
from mtelint.syntax.parse.fragment import repair
from mtelint.syntax.parse.parser import damages, parse_tree
from mtelint.syntax.unit import Unit, parse_fragment

HEADING = "static int work(struct page *page, unsigned long nr,"


def is_whole(text: str, heading: str = HEADING) -> bool:
    return not any(damages(parse_tree(repair(text.encode(), heading).masked().text).root_node))


def read(text: str, heading: str = HEADING) -> Unit:
    return parse_fragment("a.c", text.encode(), heading)


def calls(unit: Unit) -> list[tuple[str, int]]:
    """Name and line of every call in the functions of a unit."""
    found: list[tuple[str, int]] = []

    for ref in unit.functions:
        for node in c_tree.walk(unit.lower(ref).body):
            if isinstance(node, c_tree.Call) and node.name:
                found.append((node.name, unit.lines.place(node.span.start)[0]))
    return sorted(found, key=lambda item: item[1])


@pytest.mark.parametrize(
    "text",
    [
        "\tf();\n\tg();\n\th();\n",
        " * the end of a comment\n */\n\tf();\n",
        "\tf();\n\t/* the start of\n\t * one\n",
        "\tf();\n#endif\n\tg();\n",
        "#ifdef A\n\tf();\n\tg();\n",
        "\tf();\n#else\n\tg();\n#endif\n",
        "\t\tf();\n\t}\n\tg();\n",
        "\t\tf();\n\t} else {\n\t\tg();\n\t}\n",
        "\t\tf();\n\t} while (x);\n\tg();\n",
        "\t\tf();\n\t\tbreak;\n\tcase 2:\n\t\tg();\n\t\tbreak;\n\t}\n\treturn 0;\n",
        "\tcase 2:\n\t\tg();\n\t\tbreak;\n\tdefault:\n",
        "\t\t  b, c);\n\tf();\n",
        "\t    b == c) {\n\t\tf();\n\t}\n",
        "\t     i < nr; i++) {\n\t\tf();\n\t}\n",
        "\t\t&& b) {\n\t\tf();\n\t}\n",
        "\telse\n\t\tf();\n\tg();\n",
        "\t\tf();\n\telse\n\t\tg();\n",
        "\t\t? a : b;\n\tf();\n",
        "\tf();\n\tg(a,\n",
        "\tf();\n\tif (a &&\n",
        "\tf();\n\tif (a)\n",
        "\tf();\n\tfor (i = 0;\n",
        "\tf();\n\tdo {\n\t\tg();\n",
        "\tf();\n\tx = a +\n",
        "\tf();\n\tif (a) {\n\t\tg();\n\t} else\n",
        "\tf();\n\tswitch (a) {\n\tcase 1:\n",
        "\tstruct s t = {\n\t\t.a = 1,\n",
        "\tf();\n}\n\nstatic int next(int a)\n{\n\tg();\n",
        "\tf();\n}\n\nstatic int next(int a,\n",
        "\tf();\n}\n\nstatic struct foo\n",
        "\t\tint last)\n{\n\tf();\n",
        "{\n\tf();\n",
        "\tif (a) {	\\\n\t\tf();	\\\n\t}\n\nint x;\n",
    ],
)
def test_a_cut_hunk_is_made_whole(text: str) -> None:
    assert is_whole(text)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("\tint a;\n\tint b;\n};\n\nint f(void);\n", "struct foo {"),
        ("\tint a;\n\tint b;\n", "struct foo {"),
        ("\t.read = f,\n\t.write = g,\n};\n", "static const struct ops o = {"),
        ("\tA,\n\tB,\n};\n", "enum e {"),
        ("\tint a;\n};\n\nint f(void)\n{\n\tg();\n}\n", "struct foo {"),
    ],
)
def test_a_hunk_in_a_structure_or_an_initialiser_is_made_whole(text: str, heading: str) -> None:
    assert is_whole(text, heading)


def test_places_are_those_of_the_hunk() -> None:
    unit = read("\t\tf(a);\n\t} else if (g(b)) {\n\t\th(c);\n")
    assert calls(unit) == [("f", 1), ("g", 2), ("h", 3)]
    assert unit.lines.place(unit.text.index(b"f(a)")) == (1, 3)
    assert unit.text == b"\t\tf(a);\n\t} else if (g(b)) {\n\t\th(c);\n"


def test_nothing_of_the_repair_is_a_call() -> None:
    unit = read("\t\t  b, c);\n\t}\n\tf();\n")
    assert [name for name, _ in calls(unit)] == ["f"]


def test_the_heading_names_the_function_and_its_visible_parameters() -> None:
    (ref,) = read("\tf();\n\tg();\n").functions
    assert (ref.name, ref.head, ref.tail, ref.static) == ("work", False, False, True)
    unit = read("\tf();\n\tg();\n")
    lowered = unit.lower(unit.functions[0])
    assert [param.name for param in lowered.params] == ["page", "nr"]
    assert [param.type for param in lowered.params] == ["struct page *", "unsigned long"]
    assert (lowered.head, lowered.tail, lowered.return_type) == (False, False, "int")


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("int f(void)", "f"),
        ("work(struct page *page,", "work"),
        ("SYSCALL_DEFINE3(mprotect, unsigned long, start, size_t, len,", "__do_sys_mprotect"),
        ("static __printf(1, 2) void f(const char *fmt, ...)", "f"),
        ("struct foo {", ""),
        ("out:", ""),
        ("", ""),
        ("EXPORT_SYMBOL(f);", ""),
        ("static const struct ops o = {", ""),
    ],
)
def test_a_heading_is_read(heading: str, name: str) -> None:
    unit = read("\tf();\n\tg();\n\th();\n\tif (a)\n\t\treturn;\n", heading)
    assert [ref.name for ref in unit.functions] in ([name], [])
    if name:
        assert unit.functions


def test_a_heading_without_a_return_type_gives_none() -> None:
    unit = read("\tf();\n\tg();\n", "work(struct page *page)")
    assert unit.lower(unit.functions[0]).return_type == ""


def test_a_hunk_over_two_functions_has_a_tail_and_a_head() -> None:
    unit = read("\tf();\n}\n\nint next(int a)\n{\n\tg();\n")
    assert [(ref.name, ref.head, ref.tail) for ref in unit.functions] == [("work", False, True), ("next", True, False)]


def test_the_rest_of_a_parameter_list_joins_the_heading() -> None:
    unit = read("\t\tint last)\n{\n\tf();\n}\n")
    (ref,) = unit.functions
    assert (ref.name, ref.head, ref.tail) == ("work", True, True)
    assert [param.name for param in unit.lower(ref).params] == ["page", "nr", "last"]


def test_a_heading_of_the_function_before_is_not_used_at_file_level() -> None:
    unit = read("\n/* Next. */\nint next(void)\n{\n\tf();\n}\n", "int before(void)")
    assert [ref.name for ref in unit.functions] == ["next"]


def test_a_stub_without_a_return_type_stays_one() -> None:
    stub = "#else\nstatic inline set_it(struct page *page)\n{\n}\n\n"
    unit = read(stub + "static inline bool it(struct page *page)\n{\n\treturn false;\n}\n#endif\n")
    assert [(ref.name, unit.lower(ref).return_type) for ref in unit.functions] == [("set_it", ""), ("it", "bool")]


def test_real_damage_is_skipped_with_its_line() -> None:
    unit = read("\tf();\n\tx = @ = (;\n\tg();\n}\n")
    assert not unit.functions
    assert unit.lines.place(unit.skipped[0].span.start)[0] == 2


@pytest.mark.parametrize(
    "text", ["", "\n", "}\n", ")\n", "};\n", "\\\n", "/*\n", "*/\n", "#endif\n", "@@\n", '"\n', "{\n"]
)
def test_scraps_give_a_unit(text: str) -> None:
    assert read(text, "").fragment


def test_the_return_type_on_the_line_above_comes_from_the_heading() -> None:
    unit = read("next(struct page *page)\n{\n\tf();\n}\n", "static struct foo *")
    (ref,) = unit.functions
    assert (ref.name, ref.head, unit.lower(ref).return_type) == ("next", True, "struct foo *")


def test_the_end_of_a_define_above_is_no_code() -> None:
    unit = read("\t\t PMD_TABLE)\n\nstatic inline int next(int a)\n{\n\treturn a;\n}\n", "")
    assert [ref.name for ref in unit.functions] == ["next"]


def test_the_other_reading_of_a_split_statement_has_nothing_of_the_repair() -> None:
    unit = read("\t\tf();\n\t}\n#ifdef A\n\tif (x)\n#endif\n\t\tg();\n")
    (other,) = unit.lower(unit.functions[0]).alternatives
    assert "x_" not in repr(other)
    assert "Literal" not in repr(other)
