"""Words of which the targets build texts that come near to what is read: bytes choose the words, so that a mutation of
the bytes is a mutation of the structure."""

C = (
    "for_each_x(a, b)", "list_for_each_entry(p, head, l)", "do_each_thread(g, t)", "while_each_thread(g, t);",
    "scoped_guard(mutex, &m)", "scoped_cond_guard(mutex_intr, return -EINTR, &m)", "guard(mutex)(&m);", "MACRO(x)",
    "M(x, y = 1;);", "M(if (a) b());", "struct foo *p __free(kfree) = f();", "min_t(unsigned long, a, b)",
    "container_of(p, struct foo, m)", "f(char *, int)", "(u32 __user *)p", "static int __init f(void)",
    "SYSCALL_DEFINE2(n, int, a, long, b)", "SYSCALL_DEFINE0(n)", "typeof(*p) q;", "offsetof(struct a, b[1].c)",
    'asm volatile(ALT("a", "b") : : : "memory");', 'asm goto("b" : : : : out);', "case 'a' ... 'z':", "cmp(a, ==, b)",
    "else", "if (a)", "while (b)", "do", "for (;;)", "switch (a)", "case 1:", "default:", "break;", "continue;", "{",
    "}", ";", ",", "(", ")", "\n", "\n\t", "\n#ifdef A\n", "\n#else\n", "\n#endif\n", "\n#if 0\n", "\n#if A && B\n",
    "\n#define X(a) if (a) return\n", '"for_each_x(a) b"', "'\\''", "/* for_each_x(a)\n { */", "// x\n", "x = y;",
    "return", "return x;", "out:", "goto out;", "goto *p;", "&&out", "= {", "INIT(x)", "EXPORT_SYMBOL(f);\n",
    "static DEFINE_MUTEX(m);", "DEFINE_PER_CPU(struct foo, n) = 1;", "do_div(a, b) * 100", 'KERN_ERR "x"', "\\\n",
    "\x0b", '"', "'", "/*", "*/", "#", "__printf(1, 2)", "__user", "int", "a", "b", " ", "({", "})", "a ?: b", "a && b",
    "a || b", "!a", "static void f(struct page *page)\n{\n", "void g(struct folio *folio)\n{\n", "\n}\n",
    "set_page_mte_tagged(page);", "if (page_mte_tagged(page))", "try_page_mte_tagging(page)",
    "mte_clear_page_tags(page_address(page));", "mte_copy_page_tags(kto, kfrom);", "mte_restore_page_tags(kto, tags);",
    "set_bit(PG_mte_tagged, &page->flags);", "test_and_set_bit(PG_mte_tagged, &page->flags)", "smp_wmb();", "smp_rmb();",
    "put_page(page);", "page++;", "for (i = 0; i < nr; i++, page++)", "folio_try_hugetlb_mte_tagging(folio)",
    "folio_set_hugetlb_mte_tagged(folio);", "struct page *page = pfn_to_page(pfn);", "page = folio_page(folio, i);",
    "spin_lock(&lock);", "spin_unlock(&lock);", "WARN_ON(a)", "unlikely(a)", "BUG();", "set_pte_at(mm, addr, ptep, pte);",
    "i", "i++", "[", "]", "->", ".", "*", "&", "=", "==", "0", "1UL", "\xe9", "\x00", "\r\n",
    "/* mtelint: ignore[MTE002] x */", "// mtelint: ignore[claim-race, MTE011] y\n", "/* mtelint: ignore[", "]",
)  # fmt: skip
DIFF = (
    "diff --git a/arch/arm64/mm/a.c b/arch/arm64/mm/a.c\n", "--- a/arch/arm64/mm/a.c\n", "+++ b/arch/arm64/mm/a.c\n",
    "--- /dev/null\n", "+++ /dev/null\n", "index 1234567..89abcde 100644\n", "new file mode 100644\n", "--- a/x\n+++ b/x\n",
    "deleted file mode 100644\n", "rename from a\n", "rename to b\n", "similarity index 90%\n", "@@ -1 +1 @@\n",
    "@@ -1,3 +1,4 @@ void f(struct page *page)\n", "@@ -1,2 +1,2 @@\n", "@@ -0,0 +1,3 @@\n", "@@ -10,0 +11 @@\n",
    "@@ -1,999999999 +1 @@\n", " ctx\n", "-old\n", "+new\n", " \n", "\n", "+\n", "-\n", "\\ No newline at end of file\n",
    "Binary files a/x and b/x differ\n", "GIT binary patch\n", "diff --cc x\n", "@@@ -1 -1 +1 @@@\n", "-- \n2.40.1\n",
    "+\tset_page_mte_tagged(page);\n", " \tmte_clear_page_tags(page_address(page));\n", "-\tset_page_mte_tagged(page);\n",
    " {\n", " }\n", "+}\n", "+void g(struct page *page)\n", "> ", ">> ", "\t", " ", "\r\n", "---\n", "text\n", "\xa0",
    "From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001\n", "From: a <a@b.c>\n", "Subject: [PATCH] x\n",
    "Subject: [PATCH v2 1/2] x: y\n", "Date: Thu, 30 Jun 2022 18:24:34 +0100\n", "Message-ID: <1@b>\n",
    "Content-Type: text/plain; charset=utf-8\n", "Content-Type: text/plain; format=flowed; delsp=yes\n",
    "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: quoted-printable\n", "=3D", "=\n",
    'Content-Type: multipart/mixed; boundary="x"\n', "--x\n", "--x--\n", "Content-Type: message/rfc822\n",
    "From a@b Thu Jun 30 18:24:34 2022\n", ">From a\n", "Content-Length: 10\n", "References: <1@b> <2@b>\n", "-- 8< --\n",
    "=?utf-8?q?=C3=A9?=", "=?x?b?!!?=", "\ufeff", "\x00", "\u2028", "\x0c", "\x1b[31m",
    "Message-ID: <1@b> (raw)\n", "Message-ID: <2@b> [flat|nested]\n", "<!doctype html><pre>\n", "<b>", "&lt;1@b&gt;",
    "From: a @ 2022-06-30 18:24 UTC (permalink / raw)\n", "^ permalink raw reply\n", "<style>", "Cc: a <a@b>, =?x?q?=2c?= <c@d>\n",
)  # fmt: skip
LITMUS = (
    "C x\n", "{}\n", "{ int x = 1; }\n", "{ x = 0; int *y = &x; }\n", "P0(int *x, int *y)\n{\n", "P1(int *x, int *y)\n{\n",
    "}\n", "WRITE_ONCE(*x, 1);\n", "int r0 = READ_ONCE(*x);\n", "r0 = READ_ONCE(*y);\n", "smp_mb();\n", "smp_wmb();\n",
    "smp_store_release(y, 1);\n", "int r1 = smp_load_acquire(y);\n", "atomic_inc(x);\n", "int r2 = xchg(x, 1);\n",
    "int r3 = cmpxchg(x, 0, 1);\n", "spin_lock(x);\n", "spin_unlock(x);\n", "rcu_read_lock();\n", "rcu_read_unlock();\n",
    "synchronize_rcu();\n", "if (r0) {\n", "else {\n", "while (r0)", "do {", "} while (r0 == 0);", "*x = 1;\n",
    "int r4 = *y;\n", "exists (0:r0=1 /\\ 1:r0=0)\n", "forall (x=1)\n", "~exists (x=1 \\/ y=2)\n", "locations [x; y]\n",
    "filter (x=0)\n", "(*\n * Result: Never\n *)\n", "(*", "*)", "/*", "*/", "//", "\n", " ", "(", ")", "{", "}", ";", ",",
    "r0", "x", "y", "*", "&", "=", "==", "+", "-", "!", "~", "^", "0", "1", "99999999999999999999", "0x", "/\\", "\\/", "=>",
    "set_bit(1, x);\n", "int r5 = test_and_set_bit(1, x);\n", "int r6 = rcu_dereference(*x);\n", "\x00", "\xe9", "int", "z",
)  # fmt: skip
PAGE = (
    "+++\n", 'id = "MTE001"\n', 'name = "raw-flag-op"\n', 'severity = "error"\n', 'confidence = "high"\n', 'since = "6.1"\n',
    'summary = "x"\n', "introduced_by = []\n", "fixed_by = []\n", "## What it flags\n", "## Why it matters on arm64\n",
    "## How to fix\n", "## Limits\n", "```c\n", "```c era=B path=mm/a.c\n", "```diff\n", "```litmus\n", "```\n", "```x\n",
    "x(); // expect: MTE001\n", "// expect: MTE001 note MTE002\n", "// expect:\n", "Result: Never\n", "text\n", "\n", '"""',
    "'", "=", "[", "]", "[[function]]\n", 'name = "f"\n', 'effects = ["set"]\n', "page = 0\n", "# x\n", "\x00", "{", "}",
)  # fmt: skip
CONFIG = (
    'select = ["MTE002"]\n', 'ignore = ["inverted-guard", "MTE016"]\n', 'min_severity = "note"\n',
    'min_confidence = "low"\n', 'exclude = ["mm/", "*.c"]\n', 'vocabulary = ["x"]\n', "[severity]\n", '[severity."mm/**"]\n',
    'MTE011 = "note"\n', 'tags-read-untested = "off"\n', "exclude = [", '"[!a-z]*"', '"[z-a]"', '"**/"', '"**"', '"?["', '"/a"',
    '"../a"', "]\n", "vocabulary = [", "select = ", "severity = ", '"', "'", '"""', "[", "]", "[[", "]]", "{", "}", ",", ".", "=",
    "\n", "#", "a", "1", "0x", "_", "1979-05-27", "inf", "true", "\\u0000", "\x00", "\u00e9", " ", "1" * 50, "a" * 50, "[" * 50,
)  # fmt: skip
STATE = (
    '{"mtelint-baseline": 1, "findings": [', "]}", '{"fingerprint": "a", "rule": "MTE002", "path": "mm/a.c"}',
    ', "function": "f"}', '{"sweep": "x"}\n', '{"sweep": "y"}\n', '{"piece": "a", "items": 1, "mails": 2, "reasons": []}\n',
    '{"fingerprint": "a", "origin": "introduced", "line": 1, "mail": {"message_id": "<1@b>", "part": 0}}\n',
    '{"fingerprint": "b", "origin": "introduced", "line": 2}\n', '{"piece": ', '"mail": ', '"line": ', '"rule": ', '"path": ',
    '"fingerprint": ', '"origin": ', '"findings": ', '"mtelint-baseline": ', '"sweep": ', '"part": ', '"message_id": ', '"x"',
    "null", "true", "1", "-1.5e9", "1" * 50, "[", "]", "{", "}", ",", ":", '"', "\\ud800", "\n", " ", "\x00", "\u00e9", "NaN",
    "[" * 50, '{"a":' * 20, '{"piece": "b", "first": "a", "items": 3}\n', '{"piece": "c", "first": "b", "items": -1}\n',
)  # fmt: skip


def text_of(data: bytes, pieces: tuple[str, ...]) -> bytes:
    """The text that `data` stands for: after an even first byte each byte names a piece, after an odd one it is itself.

    A byte that names no piece stands for itself, so that every text can be reached.
    """
    if not data or data[0] & 1:
        return data[1:]
    words = [piece.encode("utf-8", "replace") for piece in pieces]
    return b"".join(words[byte] if byte < len(words) else bytes((byte,)) for byte in data[1:])
