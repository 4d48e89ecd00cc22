"""What is made to be slow or large ends within bounds that have names, is named as skipped, and the rest goes on."""

import bz2
import gzip
import io
import lzma
import subprocess

import pytest
from program import FILE, PROGRAM, mail

from mtelint.engine import Input, Options, review_patches, review_paths
from mtelint.memsim.explore import decide
from mtelint.memsim.parse import parse_litmus
from mtelint.model import Report
from mtelint.patches import reader
from mtelint.patches.mailbox import MESSAGE_LIMIT
from mtelint.patches.reader import read_letters

FROM = b"From a@b Thu Jun 30 18:24:34 2022\n"
GOOD = FROM + mail() + b"\n"


def judged(data: bytes) -> Report:
    return review_patches([Input("x", lambda: io.BytesIO(data))], Options())


def test_a_line_of_a_hundred_megabytes_is_skipped_and_the_next_mail_is_judged() -> None:
    report = judged(FROM + b"Subject: x\n\n" + b"a" * 100_000_000 + b"\n\n" + GOOD)
    assert [f.rule for f in report.findings] == ["MTE002"]
    assert "too long" in report.skipped[0].reason
    assert MESSAGE_LIMIT < 100_000_000


@pytest.mark.parametrize(
    "head",
    [
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (i, i) for i in range(2_000)),
        b"Content-Type: message/rfc822\n\n" * 3_000,
    ],
    ids=["multipart", "message"],
)
def test_parts_within_parts_are_skipped_and_the_next_mail_is_judged(head: bytes) -> None:
    report = judged(FROM + b"From: a@b\nSubject: x\n" + head + b"\nx\n\n" + GOOD)
    assert [f.rule for f in report.findings] == ["MTE002"]
    assert report.skipped


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_what_unpacks_beyond_all_measure_is_read_no_further(pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "UNPACKED_FREE", 1 << 20)
    text = GOOD + (FROM + b"Subject: x\n\n" + b"a" * 1_000 + b"\n\n") * 20_000
    report = judged(pack(text))
    assert len(report.unreadable) == 1
    assert "unpacks to more than 200 times its size" in report.unreadable[0]
    assert [f.rule for f in report.findings] == ["MTE002"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_a_packed_mailbox_is_read_as_it_is(pack) -> None:
    assert len(list(read_letters(io.BytesIO(pack(GOOD * 50)), "x"))) == 50


DEEP = {
    "braces": "{" * 50_000 + "\tset_page_mte_tagged(page);\n" + "}" * 50_000,
    "parentheses": "x = " + "(" * 50_000 + "1" + ")" * 50_000 + ";\n\tset_page_mte_tagged(page);\n",
    "conditions": "if (a) " * 20_000 + "\tset_page_mte_tagged(page);\n",
    "alternatives": "".join(f"if (a == {i}) b();\nelse " for i in range(5_000))
    + "c();\n\tset_page_mte_tagged(page);\n",
    "groups": "#ifdef A\nif (a) {\n#else\nif (b) {\n#endif\n" * 500 + "\tset_page_mte_tagged(page);\n" + "}" * 500,
}


@pytest.mark.parametrize("kind", DEEP)
def test_a_function_that_is_too_deep_is_skipped_and_the_others_are_judged(kind: str, tmp_path) -> None:
    (tmp_path / "x.c").write_text(f"void deep(struct page *page, int a)\n{{\n{DEEP[kind]}}}\n\n{FILE}")
    report = review_paths([str(tmp_path)], Options())
    assert ("MTE002", "f") in [(f.rule, f.function) for f in report.findings]
    assert [skipped for skipped in report.skipped if skipped.function == "deep"]


def test_too_many_states_end_at_the_step_limit_and_the_others_are_judged(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mtelint.flow import solver

    monkeypatch.setattr(solver, "STEP_LIMIT", 500)
    names = [f"a{i}" for i in range(30)]
    sets = "".join(f"\tif ({a})\n\t\tset_page_mte_tagged(page);\n\telse\n\t\tb();\n" for a in names)
    clears = "".join(f"\tif ({a})\n\t\tmte_clear_page_tags(page_address(page));\n" for a in names)
    text = f"void wide(struct page *page, int {', int '.join(names)})\n{{\n{sets}{clears}}}\n\n{FILE}"
    (tmp_path / "x.c").write_text(text)
    report = review_paths([str(tmp_path)], Options())
    assert ("MTE002", "f") in [(f.rule, f.function) for f in report.findings]
    assert ["step limit" in s.reason for s in report.skipped if s.function == "wide"] == [True]


def test_two_thousand_hunks_are_judged_one_by_one() -> None:
    hunks = "".join(
        f"@@ -{i * 20 + 1},3 +{i * 20 + 1},3 @@ void f{i}(struct page *page)\n \ta();\n-\tset_page_mte_tagged(page);\n"
        f"+\tset_page_mte_tagged(page); \n \tb();\n"
        for i in range(2_000)
    )
    assert judged(f"--- a/mm/x.c\n+++ b/mm/x.c\n{hunks}".encode()).stats.hunks == 2_000


def test_a_simulation_ends_at_its_bound_with_unknown() -> None:
    lines = [f"WRITE_ONCE(*x, {i + 1});\nint r{i} = READ_ONCE(*y);\n" for i in range(6)]
    threads = "".join(f"P{n}(int *x, int *y)\n{{\n{''.join(lines)}}}\n" for n in range(4))
    outcome = decide(parse_litmus(f"C big\n{{}}\n{threads}exists (0:r0=9)\n"), bound=1_000, timeout=5.0)
    assert "bound exceeded" in (outcome.reason or "")


def test_memory_does_not_grow_with_the_number_of_mails() -> None:
    code = (
        "import resource, io, sys; sys.path[:0] = ['tests/robust']\n"
        "from test_bounds import GOOD, judged\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "plain = GOOD.replace(b'page_mte_tagged', b'other_name')\n"
        "judged(plain * 2_000); first = peak(); judged(plain * 20_000); print(peak() - first)\n"
    )
    from program import ENVIRON, ROOT

    done = subprocess.run([PROGRAM[0], "-c", code], cwd=ROOT, env=ENVIRON, capture_output=True, check=True, timeout=300)
    assert int(done.stdout) < 60_000, "kilobytes, of which the input itself is the most"
