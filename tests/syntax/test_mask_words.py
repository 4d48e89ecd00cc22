"""Words that C does not know, types as arguments, heads at file level."""

import pytest
from reading import in_body, is_sound, masked_body, notes_of

from mtelint.syntax.mask.masking import mask
from mtelint.syntax.mask.notes import NoteKind


@pytest.mark.parametrize(
    ("source", "expected", "kind"),
    [
        ("x = container_of(p, struct foo, m);", "x = container_of(p, struct_foo, m);", NoteKind.TYPE_ARG),
        ("x = min_t(unsigned long, a, b);", "x = min_t(unsigned_long, a, b);", NoteKind.TYPE_ARG),
        ("x = max_t(int, a, b);", "x = max_t(INT, a, b);", NoteKind.TYPE_ARG),
        ("x = va_arg(ap, char *);", "x = va_arg(ap, char__);", NoteKind.TYPE_ARG),
        ("x = alloc_percpu(struct foo *);", "x = alloc_percpu(struct_foo__);", NoteKind.TYPE_ARG),
        ("x = va_arg(ap, const struct foo *);", "x = va_arg(ap, const_struct_foo__);", NoteKind.TYPE_ARG),
        ("x = (u32 __user *)q;", "x = (u32        *)q;", NoteKind.ADDRESS_SPACE),
        ("void __user *q = p->q;", "void        *q = p->q;", NoteKind.ADDRESS_SPACE),
        ("int x __maybe_unused = 0;", "int x                = 0;", NoteKind.ATTRIBUTE),
        ("struct foo *q __free(kfree) = f();", "struct foo *q               = f();", NoteKind.FREE),
        ("typeof(*p) q;", "typeof__p_ q;", NoteKind.TYPEOF),
        ("x = offsetof(struct foo, a[1].b);", "x = offsetoX(struct_foo, a[1].b);", NoteKind.OFFSETOF),
        ("VERIFY3(a, ==, b);", "VERIFY3(a, XX, b);", NoteKind.OPERATOR_ARG),
        ('asm volatile(ALT("a", "b", C) : "=r"(x) : : "memory");',
         'asm volatile(""               : "=r"(x) : : "memory");', NoteKind.ASM),
        ('asm_volatile_goto("a" : : : : out);\nout:\nx = 1;',
         'asm volatile goto("a" : : : : out);\nout:\nx = 1;', NoteKind.ASM_GOTO),
        ("switch (x) {\ncase 1 ... 9:\n\tf();\n}", "switch (x) {\ncase 1 ||  9:\n\tf();\n}", NoteKind.CASE_RANGE),
        ('printk(KERN_ERR "x");', 'printk(         "x");', NoteKind.OTHER),
        ("static DEFINE_RATELIMIT_STATE(rs, 1, 2);", "       DEFINE_RATELIMIT_STATE(rs, 1, 2);", NoteKind.FILE_MACRO),
    ],
)  # fmt: skip
def test_a_word_or_argument_gets_a_shape_that_parses(source: str, expected: str, kind: NoteKind) -> None:
    text, masked = masked_body(source)
    assert text == expected
    assert notes_of(masked, kind)
    assert is_sound(in_body(source))


def test_the_cleanup_of_a_variable_is_noted_with_its_function() -> None:
    masked = masked_body("struct foo *q __free(put_thing) = f();")[1]
    assert [note.extra for note in notes_of(masked, NoteKind.FREE)] == ["put_thing"]


def test_the_cleanup_of_a_variable_may_be_no_utf_8() -> None:
    note = mask(b"struct foo *p __free(k\xb5) = f();").at(14, NoteKind.FREE)
    assert note is not None
    assert note.extra == "k\ufffd"


def test_a_type_argument_keeps_its_spelling() -> None:
    masked = masked_body("x = va_arg(ap, const struct foo *);")[1]
    assert [note.original for note in notes_of(masked, NoteKind.TYPE_ARG)] == [b"const struct foo *"]


@pytest.mark.parametrize(
    "source",
    [
        "static int __init f(void)\n{\n}\n",
        "static __printf(1, 2) void f(const char *fmt, ...)\n{\n}\n",
        "asmlinkage __visible noinstr void f(int a) __acquires(lock)\n{\n}\n",
        "struct s {\n\tint a;\n} __packed __aligned(8);\nint f(void)\n{\n}\n",
        "module_init(start)\nint f(void)\n{\n}\n",
        "static DEFINE_PER_CPU(struct foo, counters);\nint f(void)\n{\n}\n",
        "static DEFINE_PER_CPU(struct foo, counters) = { 1 };\nint f(void)\n{\n}\n",
        "EXPORT_SYMBOL(g);\nint f(void)\n{\n}\n",
        "#define HIDDEN __attribute__((visibility(\"hidden\")))\nHIDDEN int f(void)\n{\n}\n",
        "int f(a, b)\n\tint a;\n\tchar *b;\n{\n\treturn a;\n}\n",
        "__FORTIFY_INLINE int f(int x)\n{\n}\n",
    ],
)  # fmt: skip
def test_heads_with_attributes_and_macro_lines_parse(source: str) -> None:
    assert is_sound(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("SYSCALL_DEFINE2(f, int, a, char *, b)\n{\n}\n", "long            f( int  a, char *  b)\n{\n}\n"),
        ("SYSCALL_DEFINE0(fork)\n{\n}\n", "long           fork()\n{\n}\n"),
        ("BPF_CALL_1(helper, u32, flags)\n{\n}\n", "long       helper( u32  flags)\n{\n}\n"),
    ],
)  # fmt: skip
def test_a_system_call_is_a_function(source: str, expected: str) -> None:
    masked = mask(source.encode())
    assert masked.text.decode() == expected
    assert notes_of(masked, NoteKind.SYSCALL)[0].extra == source.split("(")[0]
    assert is_sound(source)


def test_a_head_without_a_return_type_is_read_and_noted() -> None:
    source = "static inline f(int a)\n{\n}\n"
    assert notes_of(mask(source.encode()), NoteKind.NO_TYPE)
    assert is_sound(source)


# What earlier rules did wrong without any error to show for it.


def test_do_div_is_no_loop() -> None:
    for source in ("x = do_div(a, b) * 100;", "do_div(a, b);\nx = 1;"):
        assert masked_body(source)[0] == source


def test_character_constants_are_no_operator() -> None:
    assert masked_body("x = c + ('a' - 'A');")[0] == "x = c + ('a' - 'A');"
    assert masked_body("f('*', '/');")[0] == "f('*', '/');"


def test_an_initialiser_gets_no_semicolon() -> None:
    for source in (
        "struct s t[] = { INIT(x) };",
        "struct s t[] = {\n\tINIT(x)\n};",
        "struct s t[] = {\n\tINIT(x),\n\tINIT(y)\n};",
    ):
        assert ";" not in masked_body(source)[0].rstrip(";")


def test_nothing_matches_inside_a_string_or_a_comment() -> None:
    for source in (
        'f("for_each_x(a) {");',
        'f("container_of(p, struct foo, m)");',
        "f('\\'', \"__user\");",
        'f("/* x");\ng("*/");',
    ):
        assert masked_body(source)[0] == source
    assert not masked_body("/* for_each_x(a) {\n__user */\nf();")[1].notes


def test_directives_are_not_code() -> None:
    text, masked = masked_body("#define LOOP(x) for_each_thing(x) {\nf();\n#undef LOOP")
    assert not masked.notes
    assert "f();" in text


def test_an_attribute_s_name_as_a_member_stays() -> None:
    for source in ("p->__unused = 1;", "x = s.__init;", "f(&__init);"):
        assert masked_body(source)[0] == source
