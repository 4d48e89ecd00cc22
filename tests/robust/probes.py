"""Texts of any size that repeat one construct, in a row or nested: what grows faster than its text shows here."""

from collections.abc import Callable

from program import DEFECT, FILE, mail

Text = Callable[[int], str]
SET = "\tset_page_mte_tagged(page);\n"


def _body(text: str) -> str:
    """The text in a function that sets the flag, so that it is lowered, and a defect behind it."""
    return f"void probe(struct page *page, int a, int b)\n{{\n{text}{SET}}}\n\n{FILE}"


def _row(*items: str) -> Text:
    """The items again and again in the body of a function; ``@`` is a number."""
    return lambda n: _body("".join(items[i % len(items)].replace("@", str(i)) for i in range(n)))


def _open(opener: str, closer: str = "", middle: str = "") -> Text:
    """Nested in each other."""
    return lambda n: _body(opener * n + middle + closer * n)


def _file(item: str) -> Text:
    """The item again and again at file level."""
    return lambda n: "".join(item.replace("@", str(i)) for i in range(n)) + "\n" + FILE


def _macros_that_call_each_other(n: int) -> str:
    names = [f"m{i}" for i in range(max(2, int(n**0.5)))]
    return "".join(f"#define {name}(x) do {{ {' '.join(names)} }}\n" for name in names) + _body("\tm0(a);\n")


ROWS: dict[str, Text] = {
    "calls": _row("\tfoo@(a, b);\n"),
    "calls that set": _row(f"\tfoo@(a);\n{SET}"),
    "loop macros without a body": _row("\tfor_each_x(a)\n"),
    "loop macros of lists": _row("\tlist_for_each_entry(p, h, l)\n"),
    "loop macros with a body": _row("\tfor_each_x(a) {\n\t\tfoo(a);\n\t}\n"),
    "loop macros on one line": _row("for_each_x(a) "),
    "loop macros without a space": _row("for_each_x(a)"),
    "loop macros at file level": _file("for_each_x(a)\n"),
    "unknown macros": _row("\tMACRO(a)\n"),
    "unknown macros on one line": _row("MACRO(a) "),
    "unknown macros, indented deeper": _row("\tMACRO(a)\n\t\tb\n"),
    "bare macros": _row("\tMACRO_X\n"),
    "unclosed macros": _row("\tMACRO(\n"),
    "unclosed loop macros": _row("\tfor_each_x(a\n"),
    "scoped guards": _row("\tscoped_guard(mutex, &a)\n"),
    "conditional guards": _row("\tscoped_cond_guard(mutex, return -1, &a)\n"),
    "guards": _row("\tguard(mutex)(&a->b@);\n"),
    "do_each": _row("\tdo_each_x(a, b) {\n\t\tc();\n\t} while_each_x(a, b);\n"),
    "do_each, open": _row("\tdo_each_x(a, b) {\n"),
    "statement arguments": _row("\tM(a, b;);\n"),
    "statements first": _row("\tM(a, return -1);\n"),
    "statements first, unclosed": _row("\tM(a, return -1,\n"),
    "type arguments": _row("\tx = M(struct foo *, unsigned long);\n"),
    "operator arguments": _row("\tx = M(a, ==, b);\n"),
    "pointers in arguments": _row("\tx = M(a * * * *, b);\n"),
    "empty arguments": _row("\tM(a,,,,,b);\n"),
    "arguments": lambda n: _body(f"\tfoo({'a, ' * n}b);\n"),
    "empty arguments in one list": lambda n: _body(f"\tfoo(a{',' * n}b);\n"),
    "type arguments in one list": lambda n: _body(f"\tfoo({'struct foo *, ' * n}b);\n"),
    "return arguments in one list": lambda n: _body(f"\tfoo({'return, ' * n}b);\n"),
    "stars": lambda n: _body(f"\tfoo({'*' * n}b);\n"),
    "stars before a comma": lambda n: _body(f"\tfoo({'* ' * n}, b);\n"),
    "many stars": _row("\t* * * * * * *\n"),
    "minus signs": lambda n: _body(f"\tx = {'- ' * n}b;\n"),
    "exclamation marks": lambda n: _body(f"\tx = {'!' * n}b;\n"),
    "ifs": _row("\tif (a)\n\t\tfoo(b);\n"),
    "ifs that set": _row(f"\tif (a@)\n\t{SET}"),
    "ifs that leave": _row("\tif (a)\n\t\treturn;\n"),
    "else ifs": lambda n: _body("\tif (a)\n\t\tb();\n" + "\telse if (a == b)\n\t\tb();\n" * n),
    "loops": _row("\tfor (a = 0; a < b; a++)\n\t\tfoo(b);\n"),
    "while loops": _row("\twhile (a)\n\t\tfoo(b);\n"),
    "do loops": _row("\tdo {\n\t\tfoo(b);\n\t} while (0);\n"),
    "labels": _row("l@:\n\tfoo(a);\n"),
    "gotos forward": lambda n: _body(
        "".join(f"\tif (a)\n\t\tgoto l{i};\n" for i in range(n)) + "".join(f"l{i}:\n\tb();\n" for i in range(n))
    ),
    "gotos backward": _row("l@:\n\tif (a)\n\t\tgoto l@;\n"),
    "gotos to one label": lambda n: _body("\tif (a)\n\t\tgoto out;\n" * n + "out:\n"),
    "gotos to nowhere": _row("\tgoto l@;\n"),
    "cases": lambda n: _body(
        "\tswitch (a) {\n" + "".join(f"\tcase {i}:\n\t\tb();\n\t\tbreak;\n" for i in range(n)) + "\t}\n"
    ),
    "cases that fall through": lambda n: _body(
        "\tswitch (a) {\n" + "".join(f"\tcase {i}:\n\t\tb();\n" for i in range(n)) + "\t}\n"
    ),
    "case labels": lambda n: _body(
        "\tswitch (a) {\n" + "".join(f"\tcase {i}:\n" for i in range(n)) + "\t\tb();\n\t}\n"
    ),
    "case ranges": lambda n: _body(
        "\tswitch (a) {\n" + "".join(f"\tcase {i} ... {i}:\n" for i in range(n)) + "\t\tb();\n\t}\n"
    ),
    "case words": _row("case "),
    "switches": _row("\tswitch (a) {\n\tcase 1:\n\t\tb();\n\t}\n"),
    "blocks": _row("\t{\n\t\tint x@ = 1;\n\t}\n"),
    "declarations": _row("\tint x@ = a;\n"),
    "declarators": lambda n: _body(f"\tint x{', *y' * n};\n"),
    "assignments": _row("\ta = b + @;\n"),
    "assignments in a chain": lambda n: _body(f"\ta = {'b = ' * n}1;\n"),
    "pages": _row("\tstruct page *p@ = foo(a);\n\tset_page_mte_tagged(p@);\n"),
    "copies of the page": _row("\tpage = page@;\n"),
    "page tests": _row(f"\tif (!page_mte_tagged(page))\n\t{SET}"),
    "claims": _row("\tif (try_page_mte_tagging(page)) {\n\t\tmte_clear_page_tags(page_address(page));\n\t}\n"),
    "ands": lambda n: _body(f"\tif (a{' && b' * n})\n\t\tb();\n"),
    "ors": lambda n: _body(f"\tif (a{' || b' * n})\n\t\tb();\n"),
    "ands and ors": lambda n: _body(f"\tif (a{' && b || a' * n})\n\t\tb();\n"),
    "sums": lambda n: _body(f"\ta = a{' + b' * n};\n"),
    "commas": lambda n: _body(f"\ta = 1{', b = 2' * n};\n"),
    "ternaries in a row": _row("\ta = b ? 1 : 2;\n"),
    "ternaries in a chain": lambda n: _body(f"\ta = {'b ? 1 : ' * n}2;\n"),
    "members": lambda n: _body(f"\ta = b{'->c' * n};\n"),
    "subscripts": lambda n: _body(f"\ta = b{'[1]' * n};\n"),
    "calls of calls": lambda n: _body(f"\tb{'(1)' * n};\n"),
    "casts": _row("\ta = (unsigned long)b;\n"),
    "casts in a chain": lambda n: _body(f"\ta = {'(int)' * n}b;\n"),
    "sizeofs": _row("\ta = sizeof(struct foo@) + offsetof(struct foo, a);\n"),
    "typeofs": _row("\ttypeof(a) x@ = b;\n"),
    "typeofs, unclosed": _row("\ttypeof(a\n"),
    "strings": _row('\tpr_debug("text @ \\" {");\n'),
    "strings in a row": lambda n: _body("\tfoo(" + '"x" ' * n + ");\n"),
    "strings, unclosed": _row('\tfoo("text);\n'),
    "backslashes in a string": lambda n: _body('\tfoo("' + "\\\\" * n + '");\n'),
    "backslashes in an open string": lambda n: _body('\tfoo("' + "\\\\" * n + ";\n"),
    "quotes": lambda n: _body('"' * n),
    "apostrophes": lambda n: _body("'" * n),
    "comments": _row("\t/* text @ */\n"),
    "comments at line ends": _row("\ta = 1; // text @\n"),
    "comments, unclosed": _row("\t/* text\n"),
    "comments that go on": _row("\t// text \\\n"),
    "slashes": lambda n: _body("/" * n),
    "one comment": lambda n: _body("/*" + " * text\n" * n + "*/\n"),
    "suppressions": _row("\t/* mtelint: ignore[MTE002] reason */\n"),
    "continued lines": lambda n: "#define X \\\n" + "\tfoo(a); \\\n" * n + "\n" + FILE,
    "continued lines in code": _row("\tfoo(a); \\\n"),
    "backslashes": lambda n: _body("\\" * n),
    "backslashes at line ends": lambda n: _body("\\\n" * n),
    "asm": _row('\tasm volatile("x" : : "r" (a) : "memory");\n'),
    "asm goto": _row('\tasm_volatile_goto("x" : : : : l@);\nl@:\n'),
    "asm, unclosed": _row("\tasm volatile(\n"),
    "asm, unclosed, underscored": _row("__asm__ "),
    "attributes": _row("\tint x@ __maybe_unused;\n"),
    "attribute calls": _row("\tint x@ __attribute__((unused));\n"),
    "attribute calls, unclosed": _row("\tint x@ __attribute__((unused;\n"),
    "attributes of one function": lambda n: f"void f(void) {'__cold ' * n}\n{{\n}}\n" + FILE,
    "unknown attributes of one function": lambda n: f"void f(void) {'foo ' * n}\n{{\n}}\n" + FILE,
    "attribute words": lambda n: _body("__user " * n),
    "underscores": lambda n: _body("_" * n),
    "underscored words": lambda n: _body("__x" * n),
    "one word": lambda n: _body("x" * n),
    "one word in capitals": lambda n: _body("\t" + "X" * n + "\n"),
    "digits": lambda n: _body("\ta = " + "1" * n + ";\n"),
    "log levels": _row('\tprintk(KERN_ERR "x");\n'),
    "stringify": _row('\tfoo("a" __stringify(b));\n'),
    "free": _row("\tvoid *p@ __free(kfree) = foo();\n"),
    "address spaces": _row("\tvoid __user *p@ = foo();\n"),
    "initialisers": lambda n: f"int x[] = {{{'1, ' * n}}};\n" + FILE,
    "designators": lambda n: "int x[] = {\n" + "".join(f"\t[{i}] = {i},\n" for i in range(n)) + "};\n" + FILE,
    "members of a structure": lambda n: "struct x {\n" + "".join(f"\tint m{i};\n" for i in range(n)) + "};\n" + FILE,
    "constants of an enumeration": lambda n: "enum x {\n" + "".join(f"\tE{i},\n" for i in range(n)) + "};\n" + FILE,
    "statement expressions": _row("\ta = ({ int x = b; x; });\n"),
    "compound literals": _row("\tfoo((struct x){ .a = 1 });\n"),
    "blank lines": _row("\n"),
    "spaces": lambda n: _body(" " * n),
    "lines of spaces": _row("  \t \n"),
    "form feeds": _row("\f\n"),
    "semicolons": lambda n: _body(";" * n),
    "commas alone": lambda n: _body("," * n),
    "colons": lambda n: _body(":" * n),
    "question marks": lambda n: _body("\ta = b" + " ? b" * n + ";\n"),
    "equals signs": lambda n: _body("=" * n),
    "at signs": lambda n: _body("@ " * n),
    "zero bytes": lambda n: _body("\0" * n),
    "other bytes": lambda n: _body("\u00e4 " * n),
    "one long line": lambda n: _body("\t" + "foo(a); " * n + "\n"),
    "functions": _file("static void f@(int a)\n{\n\tfoo(a);\n}\n\n"),
    "functions that set": _file("void f@(struct page *page)\n{\n\tset_page_mte_tagged(page);\n}\n\n"),
    "functions that call the next": lambda n: (
        "".join(f"static void f{i}(struct page *page)\n{{\n\tf{i + 1}(page);\n}}\n\n" for i in range(n))
        + f"static void f{n}(struct page *page)\n{{\n{SET}}}\n"
        + FILE
    ),
    "functions that call the last": lambda n: (
        "static void f(struct page *page)\n{\n"
        + SET
        + "}\n"
        + "".join(f"static void f{i}(struct page *page)\n{{\n\tf{i - 1 if i else ''}(page);\n}}\n\n" for i in range(n))
        + FILE
    ),
    "functions that call one": lambda n: (
        f"static void s(struct page *page)\n{{\n{SET}}}\n"
        + "".join(f"static void f{i}(struct page *page)\n{{\n\ts(page);\n}}\n\n" for i in range(n))
    ),
    "functions that call in a ring": lambda n: "".join(
        f"static void f{i}(struct page *page)\n{{\n\tf{(i + 1) % n}(page);\n\tset_page_mte_tagged(page);\n}}\n\n"
        for i in range(n)
    ),
    "functions of one name": _file("static void f(struct page *page)\n{\n\tset_page_mte_tagged(page);\n}\n\n"),
    "functions of the old style": _file("int f@(a)\n\tint a;\n{\n\treturn a;\n}\n\n"),
    "functions without a type": _file("static f@(int a)\n{\n\treturn a;\n}\n\n"),
    "functions without an end": _file("static void f@(int a)\n{\n\tfoo(a);\n\n"),
    "functions without a start": _file("\tfoo(a);\n}\n\n"),
    "system calls": _file("SYSCALL_DEFINE1(f@, int, a)\n{\n\treturn a;\n}\n\n"),
    "parameters": lambda n: f"void f({'int a, ' * n}int b)\n{{\n}}\n" + FILE,
    "prototypes": _file("int f@(int a, struct foo *b);\n"),
    "typedefs": _file("typedef int t@;\n"),
    "variables": _file("static int v@ = 1;\n"),
    "exports": _file("EXPORT_SYMBOL(f@);\n"),
    "file macros": _file("DEFINE_FOO(f@)\n"),
    "file macros, unclosed": _file("DEFINE_FOO(f@\n"),
    "static macros": _file("static DEFINE_MUTEX(f@);\n"),
    "static words": _file("static "),
    "per CPU": _file("DEFINE_PER_CPU(int, f@) = 1;\n"),
    "bitmaps": _file("DECLARE_BITMAP(f@, 3) = {\n};\n"),
    "includes": _file("#include <linux/f@.h>\n"),
    "defines": _file("#define F@ 1\n"),
    "defines of one name": _file("#define F(x) foo(x)\n"),
    "empty defines": _file("#define __f@\n"),
    "empty defines in use": lambda n: (
        "".join(f"#define __f{i}\n" for i in range(n)) + "".join(f"int __f{i} x{i};\n" for i in range(n))
    ),
    "defines with a jump": _file("#define F@(x) do { if (x) return; } while (0)\n"),
    "defines that call the next": lambda n: (
        "".join(f"#define f{i}(x) f{i + 1}(x)\n" for i in range(n)) + _body("\tf0(a);\n")
    ),
    "defines that call each other": _macros_that_call_each_other,
    "groups": _row("#ifdef A@\n\tfoo(a);\n#endif\n"),
    "groups with an else": _row("#ifdef A@\n\tfoo(a);\n#else\n\tfoo(b);\n#endif\n"),
    "groups in mid-statement": _row("\tfoo(a,\n#ifdef A@\n\t1\n#else\n\t2\n#endif\n\t);\n"),
    "groups that split": _row("#ifdef A@\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n"),
    "groups that never hold": _row("#if 0\n\tfoo(a);\n#endif\n"),
    "groups at file level": _file("#ifdef A@\nint x@;\n#endif\n"),
    "functions in groups": _file("#ifdef A@\nstatic void f@(void)\n{\n}\n#endif\n"),
    "arms": lambda n: _body("#if A\n\tfoo(a);\n" + "".join(f"#elif A{i}\n\tfoo(b);\n" for i in range(n)) + "#endif\n"),
    "arms in mid-statement": lambda n: _body(
        "\tfoo(\n#if A\n\ta\n" + "".join(f"#elif A{i}\n\tb\n" for i in range(n)) + "#endif\n\t);\n"
    ),
    "arms at file level": lambda n: (
        "#if A\nint a;\n" + "".join(f"#elif A{i}\nint b{i};\n" for i in range(n)) + "#endif\n" + FILE
    ),
    "one condition": lambda n: _body(f"#if A{' && B' * n}\n\tfoo(a);\n#endif\n"),
    "one condition in parentheses": lambda n: _body(f"#if {'(' * n}A{')' * n}\n\tfoo(a);\n#endif\n"),
    "ifs without an endif": _row("#ifdef A@\n"),
    "endifs without an if": _row("#endif\n"),
    "elses without an if": _row("#else\n"),
    "number signs": _row("#\n"),
    "number signs on one line": lambda n: _body("# " * n),
    "directives with spaces": lambda n: _body("#" + " " * n + "\n"),
    "semicolons behind macros": lambda n: _body("\tM(a)\n" + "#ifdef A\n#endif\n" * n + "\tb();\n"),
}
"""In a row."""

NESTED: dict[str, Text] = {
    "braces": _open("{", "}"),
    "braces on lines": _open("{\n", "}\n"),
    "braces, unclosed": _open("{"),
    "braces, unopened": _open("", "}"),
    "braces, unopened, indented": _open("", "\t}\n"),
    "braces that begin with others": _open("{(", "}"),
    "parentheses": lambda n: _body(f"\ta = {'(' * n}1{')' * n};\n"),
    "parentheses, unclosed": _open("("),
    "parentheses, unopened": _open("", ")"),
    "parentheses, unopened, in statements": _open("", "a)\n"),
    "brackets": lambda n: _body(f"\ta = b{'[b' * n}{']' * n};\n"),
    "calls in calls": lambda n: _body(f"\t{'foo(' * n}a{')' * n};\n"),
    "calls in calls, unclosed": _open("foo("),
    "macros in macros": lambda n: _body(f"\t{'M(' * n}a{')' * n}\n\tb();\n"),
    "macros in macros, unclosed": _open("\tM(a\n"),
    "for_each in for_each": lambda n: _body(f"\t{'for_each_x(' * n}a{')' * n}\n\tb();\n"),
    "scoped in scoped": lambda n: _body(f"\t{'scoped_x(' * n}a{')' * n}\n\tb();\n"),
    "typeof in typeof": lambda n: _body(f"\t{'typeof(' * n}a{')' * n} x;\n"),
    "attribute in attribute": lambda n: _body(f"\tint x {'__aligned(' * n}1{')' * n};\n"),
    "asm in asm": lambda n: _body(f"\t{'asm(' * n}a{')' * n};\n"),
    "statement expressions": lambda n: _body(f"\ta = {'({ ' * n}1; {'}); ' * n}\n"),
    "statement arguments": lambda n: _body(f"\t{'M(a, ' * n}b;{');' * n}\n"),
    "statements first": lambda n: _body(f"\t{'M(a, if (b) ' * n}c{');' * n}\n"),
    "ifs": lambda n: _body(f"{'if (a) ' * n}b();\n"),
    "ifs with braces": _open("if (a) {\n", "}\n"),
    "if else": lambda n: _body(f"{'if (a) b(); else ' * n}b();\n"),
    "loops": lambda n: _body(f"{'while (a) ' * n}b();\n"),
    "loops with braces": _open("for (;;) {\n", "}\n"),
    "do loops": _open("do {\n", "} while (a);\n"),
    "dos": lambda n: _body(f"{'do ' * n}b();\n"),
    "loop macros": _open("for_each_x(a) {\n", "}\n"),
    "scoped guards": _open("scoped_guard(mutex, &a) {\n", "}\n"),
    "switches": _open("switch (a) {\ncase 1:\n", "}\n"),
    "labels": lambda n: _body("".join(f"l{i}: " for i in range(n)) + "b();\n"),
    "initialisers": lambda n: f"int x[] = {'{' * n}1{'}' * n};\n" + FILE,
    "structures": lambda n: "struct {\n" * n + "int a;\n" + "} x;\n" * n + FILE,
    "declarators": lambda n: f"int {'(*' * n}f{')(void)' * n};\n" + FILE,
    "declarators with a body": lambda n: f"int {'(*' * n}f{')(void)' * n}\n{{\n}}\n" + FILE,
    "pointers": lambda n: f"int {'*' * n}f(void)\n{{\n}}\n" + FILE,
    "groups": lambda n: _body("#ifdef A\n" * n + "\tb();\n" + "#endif\n" * n),
    "groups with an else": lambda n: _body("#ifdef A\n\tb();\n" * n + "#else\n\tb();\n#endif\n" * n),
    "groups at file level": lambda n: "#ifdef A\n" * n + "int b;\n" + "#endif\n" * n + FILE,
    "groups of different conditions": lambda n: _body(
        "".join(f"#ifdef A{i}\n" for i in range(n)) + "\tb();\n" + "#endif\n" * n
    ),
    "groups in mid-statement": lambda n: _body("\tfoo(\n" + "#ifdef A\n" * n + "\tb\n" + "#endif\n" * n + "\t);\n"),
    "elses in elses": lambda n: _body("#ifdef A\n\tb();\n#else\n" * n + "#endif\n" * n),
    "groups that split": lambda n: _body("#ifdef A\nif (a) {\n#else\nif (b) {\n#endif\n" * n + "}" * n),
    "linkage": lambda n: 'extern "C" {\n' * n + "int f(void)\n{\n}\n" + "}\n" * n + FILE,
}
"""In each other."""

CODE = {f"{name}, in a row": text for name, text in ROWS.items()} | {
    f"{name}, nested": text for name, text in NESTED.items()
}


# --- patches ----------------------------------------------------------------------------------------------------------


def _hunk(number: int, text: str = " \ta();\n-\tb();\n+\tc();\n", heading: str = "void g(void)") -> str:
    old = sum(not line.startswith("+") for line in text.splitlines())
    new = sum(not line.startswith("-") for line in text.splitlines())
    return f"@@ -{number * 20 + 1},{old} +{number * 20 + 1},{new} @@ {heading}\n{text}"


def _git(path: str, hunks: str) -> str:
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n{hunks}"


_PLAIN = "MIME-Version: 1.0\n"
_MOVED = "-\tset_page_mte_tagged(page);\n \tb();\n+\tset_page_mte_tagged(page);\n"
_EDITED = " \tset_page_mte_tagged(page);\n-\tb();\n+\tc();\n"


def _letter(head: str, body: str = "") -> str:
    text = mail().decode()
    top, _, rest = text.partition("\n\n")
    return f"{top}\n{head}\n{rest.replace('Why.', 'Why.' + chr(10) + body)}"


def _parts(n: int) -> str:
    one = "--b\nContent-Type: text/plain\n\n" + DEFECT + "\n"
    return f'From: a@b\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n{one * n}--b--\n'


PATCHES: dict[str, Text] = {
    "hunks that do not matter": lambda n: _git("mm/x.c", "".join(_hunk(i) for i in range(n))) + DEFECT,
    "hunks that move the set": lambda n: _git("mm/x.c", "".join(_hunk(i, _MOVED) for i in range(n))),
    "hunks that show the set": lambda n: _git(
        "mm/x.c", "".join(_hunk(i, _EDITED, f"void f{i}(int a)") for i in range(n))
    ),
    "hunks with a defect": lambda n: _git(
        "mm/x.c",
        "".join(
            _hunk(
                i,
                "-\tmte_clear_page_tags(page_address(page));\n \tset_page_mte_tagged(page);\n"
                "+\tmte_clear_page_tags(page_address(page));\n",
                f"void f{i}(struct page *page)",
            )
            for i in range(n)
        ),
    ),
    "files": lambda n: "".join(_git(f"mm/x{i}.c", _hunk(0, _MOVED)) for i in range(n)),
    "diffs of one file": lambda n: "".join(_git("mm/x.c", _hunk(i, _MOVED)) for i in range(n)),
    "git lines": lambda n: "diff --git a/x b/x\n" * n + DEFECT,
    "old names": lambda n: "--- a/x\n" * n + DEFECT,
    "new names": lambda n: "+++ b/x\n" * n + DEFECT,
    "both names": lambda n: "--- a/x\n+++ b/x\n" * n + DEFECT,
    "hunk headers": lambda n: "@@ -1 +1 @@\n" * n + DEFECT,
    "hunk headers below names": lambda n: "--- a/x.c\n+++ b/x.c\n" + "@@ -1,9 +1,9 @@\n" * n + DEFECT,
    "renames": lambda n: (
        "".join(
            f"diff --git a/x{i} b/y{i}\nsimilarity index 100%\nrename from x{i}\nrename to y{i}\n" for i in range(n)
        )
        + DEFECT
    ),
    "binary": lambda n: "diff --git a/x b/x\nindex 1..2\nGIT binary patch\n" * n + DEFECT,
    "combined": lambda n: "diff --cc x\n@@@ -1 -1 +1 @@@\n" * n + DEFECT,
    "added lines": lambda n: _git("mm/x.c", f"@@ -0,0 +1,{n} @@\n" + "+\tfoo(a);\n" * n) + DEFECT,
    "added lines in a function": lambda n: _git(
        "mm/x.c",
        f"@@ -1,1 +1,{n + 1} @@ void f(struct page *page)\n \tset_page_mte_tagged(page);\n" + "+\tfoo(a);\n" * n,
    ),
    "removed lines": lambda n: _git("mm/x.c", f"@@ -1,{n} +0,0 @@\n" + "-\tfoo(a);\n" * n) + DEFECT,
    "changed lines": lambda n: _git(
        "mm/x.c",
        f"@@ -1,{n + 1} +1,{n + 1} @@ void f(struct page *page)\n \tset_page_mte_tagged(page);\n"
        + "-\tfoo(a);\n+\tfoo(b);\n" * n,
    ),
    "a hunk cut in the middle": lambda n: (
        _git("mm/x.c", f"@@ -1,{n * 2} +1,{n * 2} @@\n" + " \tfoo(a);\n" * n) + DEFECT
    ),
    "dashes": lambda n: "-" * n + "\n" + DEFECT,
    "lines of dashes": lambda n: "---\n" * n + DEFECT,
    "signatures": lambda n: "-- \n" * n + DEFECT,
    "one line": lambda n: "x " * n + "\n" + DEFECT,
    "blanks in a git line": lambda n: "diff --git" + " a" * n + "\n" + DEFECT,
    "blanks in a name": lambda n: "--- a/" + "x " * n + "\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n" + DEFECT,
    "quotes in a name": lambda n: '--- "' + '\\"' * n + "\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n" + DEFECT,
    "a hunk with a long heading": lambda n: _git("mm/x.c", _hunk(0, _MOVED, "void f(" + "int a, " * n)),
    "a hunk with a long word as heading": lambda n: _git("mm/x.c", _hunk(0, _MOVED, "struct " * n + "x")),
    "a hunk with a heading of blanks": lambda n: _git("mm/x.c", _hunk(0, _MOVED, "x " * n + "=")),
    "no-break spaces": lambda n: "\u00a0" * n + "\n" + DEFECT,
    "carriage returns": lambda n: "\r" * n + "\n" + DEFECT,
    "quoted lines": lambda n: "> a\n" * n + DEFECT,
    "quoted diffs": lambda n: "".join("> " + line for line in DEFECT.splitlines(keepends=True)) * n + DEFECT,
    "quote marks": lambda n: ">" * n + " @@ -1 +1 @@\n" + DEFECT,
    "quote layers": lambda n: "".join(">" * (i % 300) + " @@ -1 +1 @@\n" for i in range(n)) + DEFECT,
    "blanks before a quote mark": lambda n: (" " * 40 + "> \n") * n + DEFECT,
    "lines of quote marks": lambda n: "> > > > > > > > > >\n" * n + DEFECT,
}
"""As plain diffs."""


def _numbered(number: int, subject: str) -> str:
    """One mail of a mailbox, with a file of its own."""
    text = mail(DEFECT.replace("x.c", f"x{number}.c"), subject).decode().replace("<1@", f"<{number}@")
    return f"From a@b Thu Jun 30 18:24:34 2022\n{text}\n"


MAILS: dict[str, Text] = {
    "headers": lambda n: _letter("".join(f"X-{i}: a\n" for i in range(n))),
    "a long header": lambda n: _letter("X: " + "a " * n + "\n"),
    "a long subject": lambda n: mail(subject="[PATCH] " + "a " * n).decode(),
    "a folded header": lambda n: _letter("X: a\n" + " a\n" * n),
    "a folded subject": lambda n: mail(subject="a\n" + " a\n" * n + " b").decode(),
    "encoded words": lambda n: mail(subject="=?utf-8?q?a?= " * n).decode(),
    "encoded words, open": lambda n: mail(subject="=?utf-8?q?" * n).decode(),
    "brackets in a subject": lambda n: mail(subject="[" * n).decode(),
    "tags in a subject": lambda n: mail(subject="[PATCH] " * n).decode(),
    "numbers in a subject": lambda n: mail(subject="[PATCH " + "1/" * n + "]").decode(),
    "references": lambda n: _letter("References: " + " ".join(f"<{i}@x>" for i in range(n)) + "\n"),
    "references, open": lambda n: _letter("References: " + "<" * n + "\n"),
    "message ids": lambda n: _letter("Message-ID: <" + "a@" * n + ">\n"),
    "addresses": lambda n: mail(name=", ".join(f"a{i}@b" for i in range(n))).decode(),
    "parentheses in an address": lambda n: mail(name="(" * n).decode(),
    "quotes in an address": lambda n: mail(name='"' * n).decode(),
    "a date": lambda n: _letter("Date: " + "1 " * n + "\n"),
    "parameters": lambda n: _letter("Content-Type: text/plain" + "; a=b" * n + "\n"),
    "continued parameters": lambda n: _letter(
        "Content-Type: text/plain" + "".join(f"; a*{i}=b" for i in range(n)) + "\n"
    ),
    "quotes in a parameter": lambda n: _letter('Content-Type: text/plain; charset="' + '\\"' * n + "\n"),
    "semicolons in a type": lambda n: _letter("Content-Type: text/plain" + ";" * n + "\n"),
    "parts": _parts,
    "part lines": lambda n: (
        'From: a@b\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
        + "--b\n" * n
        + "\n"
        + DEFECT
    ),
    "parts within parts": lambda n: (
        "From: a@b\nSubject: x\nMIME-Version: 1.0\n"
        + "".join(f'Content-Type: multipart/mixed; boundary="{i}"\n\n--{i}\n' for i in range(n))
        + "\n"
        + DEFECT
    ),
    "mails in mails": lambda n: (
        "From: a@b\nSubject: x\nMIME-Version: 1.0\n" + "Content-Type: message/rfc822\n\n" * n + DEFECT
    ),
    "mails": lambda n: "".join(
        f"From a@b Thu Jun 30 18:24:34 2022\n{mail().decode().replace('<1@', f'<{i}@')}\n" for i in range(n)
    ),
    "mails that are other patches": lambda n: "".join(_numbered(i, "[PATCH] x") for i in range(n)),
    "mails of one series": lambda n: "".join(
        f"From a@b Thu Jun 30 18:24:34 2022\n"
        f"{mail(DEFECT.replace('x.c', f'x{i}.c'), f'[PATCH {i + 1}/{n}] x').decode().replace('<1@', f'<{i}@')}\n"
        for i in range(n)
    ),
    "versions of a series": lambda n: "".join(_numbered(i, f"[PATCH v{i + 1}] x") for i in range(n)),
    "from lines": lambda n: "From a@b Thu Jun 30 18:24:34 2022\n" * n + mail().decode(),
    "from lines in a text": lambda n: _letter("", "From a@b Thu Jun 30 18:24:34 2022\n\n" * n),
    "flowed lines": lambda n: _letter("Content-Type: text/plain; format=flowed\n", "a \n" * n),
    "quoted-printable": lambda n: _letter("Content-Transfer-Encoding: quoted-printable\n", "=41=\n" * n),
    "base64": lambda n: _letter("Content-Transfer-Encoding: base64\n", "QUFB\n" * n),
    "uuencoded": lambda n: _letter("Content-Transfer-Encoding: x-uuencode\n", "begin 644 x\n" + "#0V%T\n" * n),
    "scissors": lambda n: _letter("", "-- >8 --\n" * n),
    "a page": lambda n: "<html><head></head><body><pre>" + "<b>&gt;</b>" * n + DEFECT + "</pre></body></html>",
    "a page of open elements": lambda n: "<html>" + "<script" * n + DEFECT,
    "a page of open tags": lambda n: "<html>" + "<" * n + DEFECT,
    "a page of marks": lambda n: "<html><pre>" + "Message-ID: <a@b> (raw)\n" * n + DEFECT,
    "a page of headers": lambda n: "<html><pre>" + "From: a @ 2022-06-30 18:24 UTC (permalink / raw)\n\n" * n + DEFECT,
    "a page of header lines": lambda n: "<html><pre>" + "X: a\n" * n + "Message-ID: <a@b> (raw)\n\n" + DEFECT,
}
"""As mails, mailboxes and pages."""
