"""An outline has the functions that the parser finds in the whole text, each as the parser reads it."""

from pathlib import Path

import pytest

from mtelint.errors import InputError
from mtelint.syntax.c_tree import Function
from mtelint.syntax.outline import outline_file
from mtelint.syntax.parse.blocks import blocks
from mtelint.syntax.unit import FunctionRef, Unit, parse_file

FILE = b"""\
#include <linux/mm.h>
#define __quiet __attribute__((cold))
#define mark(p) \\
	set_bit(PG_mte_tagged, &(p)->flags)

struct box {
	int a[3];
};

static const int table[] = {
	1, 2,
};

/* What a() does. */
static int a(struct page *page, int (*fn)(int))
{
	mark(page);
	return fn(1);
}

#ifdef CONFIG_X
void __quiet b(void) __quiet
{
#if CONFIG_Y
	a(NULL, NULL);
#endif
}
#else
static inline void b(void) { }
#endif

#if 0
void dead(void)
{
}
#endif

SYSCALL_DEFINE1(c, int, x)
{
	return x;
}
EXPORT_SYMBOL(c);

int d(int x)
{}
int e(int x)
{
	return x;
}
"""


def read(unit: Unit, ref: FunctionRef) -> Function | str:
    try:
        return unit.lower(ref)
    except InputError as error:
        return str(error)


def differences(text: bytes) -> list[str]:
    """The functions that an outline and the parser disagree on, but for those that only the parser cannot read."""
    whole, outline = parse_file("x.c", text), outline_file("x.c", text)
    expected = {ref.name_span: read(whole, ref) for ref in whole.functions}
    found = {ref.name_span: ref for ref in outline.functions}
    lost = [f"{whole.path}: {ref.name} is lost" for ref in whole.functions if ref.name_span not in found]
    doubtful = {each.function for each in whole.skipped}
    for place, ref in found.items():
        function = read(outline, ref)
        if place in expected and function != expected[place]:
            lost.append(f"{ref.name} is read in another way: {function if isinstance(function, str) else ''}")
        elif place not in expected and ref.name not in doubtful:
            lost.append(f"{ref.name} is nowhere else")
    return lost


def test_an_outline_has_the_functions_of_the_file() -> None:
    outline = outline_file("x.c", FILE)
    assert [ref.name for ref in outline.functions] == ["a", "b", "b", "__do_sys_c", "d", "e"]
    assert differences(FILE) == []


def test_an_outline_has_the_macros_conditions_and_prototypes_of_the_file() -> None:
    text = FILE + b"\n#ifdef CONFIG_Z\nint f(int);\n#endif\n"
    whole, outline = parse_file("x.c", text), outline_file("x.c", text)
    assert outline.macros == whole.macros
    assert outline.prototypes == whole.prototypes != ()
    at = text.index(b"int f(")
    assert outline.condition_at(at) == whole.condition_at(at) == ("CONFIG_Z",)


def test_most_functions_are_told_by_their_lines() -> None:
    assert [block.name for block in blocks(FILE) if block.name] == ["a", "dead"]  # `d` and `e` touch each other


def test_what_is_never_compiled_is_no_function() -> None:
    assert "dead" not in {ref.name for ref in outline_file("x.c", FILE).functions}


def test_only_prototypes_that_are_asked_for_are_read() -> None:
    outline = outline_file("x.c", b"int f(int);\n\nvoid g(void)\n{\n}\n\nint h(int);\n")
    assert [p.name for p in outline.prototypes_of(lambda name: name == "h")] == ["h"]
    assert [p.name for p in outline.prototypes] == ["f", "h"]


def test_a_function_that_cannot_be_read_says_where() -> None:
    outline = outline_file("x.c", b"int f(void)\n{\n\tint x = ;;) (+ 3;\n}\n\nint g(void)\n{\n\treturn 1;\n}\n")
    first, second = outline.functions
    with pytest.raises(InputError, match=r"\(line 3\)"):
        outline.lower(first)
    with pytest.raises(InputError, match=r"\(line 3\)"):
        outline.lower(first)
    assert outline.lower(second).name == "g"


@pytest.mark.parametrize(
    "text",
    [
        b"/*\nint f(void)\n{\n}\n*/\nint g(void)\n{\n\treturn 0;\n}\n",
        b"int f(void)\n{\n\tif (x) {\n\t\tc = '}';\n}\n\tg();\n}\n\nint h(void)\n{\n\treturn 1;\n}\n",
        b'int f(void)\n{\n\tputs("int g(void)\\n{\\n");\n}\n',
        b"#define F(x) \\\nint f_##x(void) \\\n{ \\\n\treturn x; \\\n}\n\nF(1)\n\nint g(void)\n{\n\treturn 2;\n}\n",
        b"#ifdef A\nint f(int a)\n#else\nint f(void)\n#endif\n{\n\treturn 0;\n}\n",
        b"int f(void)\n{\n#ifdef A\n\tif (a) {\n#else\n\t{\n#endif\n\t\tb();\n\t}\n}\n",
        b"int f(a)\n\tint a;\n{\n\treturn a;\n}\n",
        b"int (*f(int a))(int)\n{\n\treturn g;\n}\n",
        b"int f(void) {\n\treturn 0;\n}\nint g(void)\n{\n\treturn 1;\n}\n",
        b"int f(void)\n\t__must_hold(&lock)\n{\n\treturn 0;\n}\n",
        b"int f(void)\r\n{\r\n\treturn 0;\r\n}\r\n\r\nint g(void)\r\n{\r\n\treturn f();\r\n}\r\n",
        b"static struct a b[] = {\n\t{ .f = 1 },\n}, c[] = {\n\t{ .f = 2 },\n};\nint g(void)\n{\n\treturn 0;\n}\n",
        b"int f(void)\n{\n\treturn 0;\n",
        b"}\nint f(void)\n{\n\treturn 0;\n}\n",
        b"",
    ],
)
def test_where_lines_are_in_doubt_the_parser_decides(text: bytes) -> None:
    assert differences(text) == []


def test_the_fixtures_are_read_in_the_same_way(root: Path) -> None:
    texts = [path.read_bytes() for path in sorted((root / "fixtures").rglob("*.[ch]"))]
    assert len(texts) >= 5
    assert [each for text in texts for each in differences(text)] == []


@pytest.mark.kernel
@pytest.mark.parametrize("folder", ["arch/arm64/kernel", "arch/arm64/kvm", "arch/arm64/mm", "mm", "include/linux"])
def test_the_kernel_is_read_in_the_same_way(kernel_61: Path, folder: str) -> None:
    paths = sorted((kernel_61 / folder).glob("*.[ch]"))[::3]
    assert len(paths) > 5
    assert [f"{path.name}: {each}" for path in paths for each in differences(path.read_bytes())] == []
