"""Masking keeps every length and newline, and masking twice is masking once."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mtelint.syntax.mask.masking import mask

PIECES = [
    "for_each_x(a, b)", "list_for_each_entry(p, head, l)", "do_each_thread(g, t)", "while_each_thread(g, t);",
    "scoped_guard(mutex, &m)", "scoped_cond_guard(mutex_intr, return -EINTR, &m)", "guard(mutex)(&m);", "MACRO(x)",
    "IF_X(a)", "M(x, y = 1;);", "M(if (a) b());", "struct foo *p __free(kfree) = f();", "min_t(unsigned long, a, b)",
    "container_of(p, struct foo, m)", "f(char *, int)", "(u32 __user *)p", "static int __init f(void)",
    "SYSCALL_DEFINE2(n, int, a, long, b)", "SYSCALL_DEFINE0(n)", "typeof(*p) q;", "offsetof(struct a, b[1].c)",
    "asm volatile(ALT(\"a\", \"b\") : : : \"memory\");", "case 'a' ... 'z':", "cmp(a, ==, b)", "('a' - 'A')", "else",
    "if (a)", "while (b)", "do", "{", "}", ";", ",", "(", ")", "\n", "\n\t", "\n#ifdef A\n", "\n#else\n", "\n#endif\n",
    "\n#if 0\n", "\n#define X(a) if (a) return\n", "\"for_each_x(a) b\"", "'\\''", "/* for_each_x(a)\n { */", "// x\n",
    "x = y;", "return", "return x;", "label:", "= {", "INIT(x)", "EXPORT_SYMBOL(f)\n", "static DEFINE_MUTEX(m);",
    "DEFINE_PER_CPU(struct foo, n) = 1;", "static inline f(int a)\n{", "do_div(a, b) * 100", "KERN_ERR \"x\"", "\\\n",
    "\x0b", "\"", "'", "/*", "#", "__printf(1, 2)", "__user", "int", "a", " ",
]  # fmt: skip
SOUP = st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)


def newlines(text: bytes) -> list[int]:
    return [index for index, byte in enumerate(text) if byte == 0x0A]


@given(SOUP)
@settings(max_examples=300, deadline=None)
@example("\nSYSCALL_DEFINE0(\nn)\n{}\n")
@example("\nSYSCALL_DEFINE2(\nn, int,\na)\n{}\n")
@example("{\nM\n(x, y = 1;);\n}")
def test_every_offset_means_the_same_place_in_both_texts(text: str) -> None:
    source = text.encode()
    masked = mask(source)
    assert len(masked.text) == len(masked.code) == len(source)
    assert newlines(masked.text) == newlines(source)
    assert masked.original == source


@given(SOUP)
@settings(max_examples=300, deadline=None)
@example('a /* x */ " /* y */')
@example("case 1:f(a)\n#if 0\nG(b)\n#ifdef A\n\n#endif\n")
@example("0for_each_x(a, b)\n#else\nbreak;")
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text.encode()).text
    assert mask(once).text == once


@given(SOUP)
@settings(max_examples=200, deadline=None)
def test_every_note_holds_the_original_of_its_range(text: str) -> None:
    masked = mask(text.encode())
    assert list(masked.notes) == sorted(masked.notes)
    for note in masked.notes:
        assert masked.original[note.start : note.end] == note.original


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_bytes_that_are_no_c_are_survived(text: bytes) -> None:
    assert newlines(mask(text).text) == newlines(text)


@pytest.mark.kernel
def test_the_laws_hold_on_kernel_files(kernel_61: Path) -> None:
    for path in sorted((kernel_61 / "mm").glob("*.c"))[:40]:
        source = path.read_bytes()
        once = mask(source).text
        assert newlines(once) == newlines(source)
        assert mask(once).text == once
