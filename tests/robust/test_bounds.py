"""What is made to be slow or large ends within bounds that have names, is named as skipped, and the rest goes on."""

import bz2
import gzip
import io
import lzma
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from probes import CODE, MAILS, PATCHES, SET, Text
from program import DEFECT, ENVIRON, FILE, PROGRAM, ROOT, inside, mail, mtelint
from sampling import some_at_once

from mtelint.engine import Input, Options, review_patches, review_paths
from mtelint.engine.judge import images
from mtelint.engine.review import last_resort
from mtelint.mail.mailbox import MESSAGE_LIMIT, read_letters
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.search.decide import decide
from mtelint.model import Report, Verdict
from mtelint.model.limits import NAMES, Limits
from mtelint.patches.patch import Patch

FROM = b"From a@b Thu Jun 30 18:24:34 2022\n"
GOOD = FROM + mail() + b"\n"


def judged(data: bytes, **limits: int) -> Report:
    return review_patches([Input("x", lambda: io.BytesIO(data))], Options(limits=tuple(limits.items())))


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
    report = judged(FROM + b"From: a@b\nSubject: x\n" + head + b"\nPG_mte_tagged\n\n" + GOOD)
    assert [f.rule for f in report.findings] == ["MTE002"]
    assert report.skipped


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_what_unpacks_beyond_all_measure_is_read_no_further(pack: Callable[[bytes], bytes]) -> None:
    text = GOOD + (FROM + b"Subject: x\n\n" + b"a" * 1_000 + b"\n\n") * 20_000
    report = judged(pack(text), unpacked_bytes=1 << 20)
    assert len(report.unreadable) == 1
    assert "unpacks to more than unpacked_bytes = 1048576 and unpacked_ratio = 200 allow" in report.unreadable[0]
    assert [f.rule for f in report.findings] == ["MTE002"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_a_packed_mailbox_is_read_as_it_is(pack: Callable[[bytes], bytes]) -> None:
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
def test_a_function_that_is_too_deep_is_skipped_and_the_others_are_judged(kind: str, tmp_path: Path) -> None:
    (tmp_path / "x.c").write_text(f"void deep(struct page *page, int a)\n{{\n{DEEP[kind]}}}\n\n{FILE}")
    report = review_paths([str(tmp_path)], Options())
    assert ("MTE002", "f") in [(f.rule, f.function) for f in report.findings]
    assert [skipped for skipped in report.skipped if skipped.function == "deep"]


def wide(conditions: int = 30) -> str:
    """A function with more paths than can be told apart, and one with a defect."""
    names = [f"a{i}" for i in range(conditions)]
    sets = "".join(f"\tif ({a})\n\t\tset_page_mte_tagged(page);\n\telse\n\t\tb();\n" for a in names)
    clears = "".join(f"\tif ({a})\n\t\tmte_clear_page_tags(page_address(page));\n" for a in names)
    return f"void wide(struct page *page, int {', int '.join(names)})\n{{\n{sets}{clears}}}\n\n{FILE}"


def reasons(text: str, folder: Path, **limits: int) -> dict[str | None, str]:
    """Why which function of a file is skipped under other bounds; the defect behind them is found."""
    (folder / "x.c").write_text(text)
    report = review_paths([str(folder / "x.c")], Options(limits=tuple(limits.items())))
    assert ("MTE002", "f") in [(f.rule, f.function) for f in report.findings]
    return {skipped.function: skipped.reason for skipped in report.skipped}


def chain(length: int) -> str:
    """Functions that call the next, in a ring, each of which sets the flag."""
    each = "static void c{0}(struct page *page)\n{{\n\tc{1}(page);\n\tset_page_mte_tagged(page);\n}}\n\n"
    return "".join(each.format(i, (i + 1) % length) for i in range(length)) + FILE


def test_each_bound_of_a_function_names_itself_and_the_others_are_judged(tmp_path: Path) -> None:
    assert reasons(wide(), tmp_path, steps=500) == {"wide": "step limit of steps = 500 reached"}
    assert reasons(wide(), tmp_path, nodes=50) == {"wide": "it has more statements than nodes = 50 allows"}
    deep = f"void deep(struct page *page)\n{{\n{SET}\ta = {'(' * 20}1{')' * 20};\n}}\n\n{FILE}"
    assert reasons(deep, tmp_path, nesting=15) == {"deep": "brackets nest deeper than nesting = 15 allows (line 2)"}
    assert set(reasons(chain(60), tmp_path, calls=20).values()) == {
        "functions call each other deeper than calls = 20 allows"
    }
    behind = FILE + wide().replace(FILE, "") + FILE.replace(" f(", " late(")
    assert reasons(behind, tmp_path, total_steps=100)["late"] == "the functions before it took all of total_steps = 100"


def doubling(depth: int) -> str:
    """Functions that each call the next one twice: two to the power of ``depth`` paths of events."""
    last = f"static void d{depth}(struct page *page)\n{{\n{SET}}}\n\n"
    call = "static void d{0}(struct page *page)\n{{\n\td{1}(page);\n\td{1}(page);\n}}\n\n"
    return last + "".join(call.format(at, at + 1) for at in reversed(range(depth))) + FILE


def test_what_a_callee_tells_its_callers_does_not_double_with_each_level(tmp_path: Path) -> None:
    found = reasons(doubling(25), tmp_path)
    assert found == {"d17": "its callers are not told what it does: more than events = 256"}
    assert reasons(doubling(6), tmp_path) == {}
    assert len(reasons(doubling(6), tmp_path, events=50)) == 1


def web(labels: int) -> str:
    """A function of jumps from everywhere to everywhere."""
    jumps = [f"l{at}: if (a{at}) goto l{(at * 81 + 7) % labels};\n" for at in range(labels)]
    half = labels // 2
    return f"void web(struct page *page)\n{{\n{''.join(jumps[:half])}{SET}{''.join(jumps[half:])}}}\n\n{FILE}"


def test_a_web_of_jumps_asks_once_what_hangs_on_its_conditions(tmp_path: Path) -> None:
    """Where all ways meet at one point, one search tells it for all; the joins of what is live are counted."""
    assert reasons(web(20), tmp_path) == {}
    assert "more than live = 50" in reasons(web(20), tmp_path, live=50)["web"]


def test_the_clock_of_last_resort_is_named_and_the_next_mail_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    real = images.review_patch

    def spinning(patch: Patch, *rest: Any, **named: Any) -> Verdict:
        while "never" in patch.subject:
            pass
        return real(patch, *rest, **named)

    monkeypatch.setattr(images, "review_patch", spinning)
    monkeypatch.setattr(last_resort, "SECONDS", 0.2)
    report = judged(
        FROM
        + mail().replace(b"Subject: ", b"Subject: never ", 1).replace(b".c", b"2.c").replace(b"<1@", b"<2@")
        + b"\n"
        + GOOD
    )
    assert [f.rule for f in report.findings] == ["MTE002"]
    assert "given up after 0.2 s of processor time" in report.skipped[0].reason


def test_few_states_are_few_and_the_defect_is_found_still(tmp_path: Path) -> None:
    assert reasons(wide(8), tmp_path, states=2) == {}


def test_each_bound_of_an_input_names_itself_and_the_others_are_judged(tmp_path: Path) -> None:
    long = FROM + b"Subject: x\n\n" + b"a\n" * 5_000 + b"\n"
    report = judged(long + GOOD, message_bytes=5_000)
    assert ["message_bytes = 5000" in skipped.reason for skipped in report.skipped] == [True]
    assert [f.rule for f in report.findings] == ["MTE002"]
    assert "document_bytes = 100" in judged(DEFECT.encode(), document_bytes=100).skipped[0].reason
    (tmp_path / "a.c").write_text(FILE + "/*" + "x" * 10_000 + "*/\n")
    (tmp_path / "b.c").write_text(FILE)
    found = review_paths([str(tmp_path)], Options(limits=(("file_bytes", 5_000),)))
    assert ["file_bytes = 5000" in line for line in found.unreadable] == [True]
    assert [Path(f.path).name for f in found.findings] == ["b.c"]


# --- the names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_each_bound_is_documented_with_its_name_and_its_value(name: str) -> None:
    value = f"{getattr(Limits(), name):,}"
    for page in ("docs/robustness.md", "docs/configuration.md"):
        assert any(f"`{name}`" in line and value in line for line in (ROOT / page).read_text().splitlines()), page


def test_a_bound_is_set_in_the_configuration_and_the_command_line_beats_it(tmp_path: Path) -> None:
    (tmp_path / "x.c").write_text(wide())
    (tmp_path / ".mtelint.toml").write_text("[limits]\nsteps = 400\n")
    assert b"steps = 400 reached" in inside("check", "--format", "json", "x.c", cwd=tmp_path).stdout
    done = inside("check", "--format", "json", "--limit", "steps=300", "x.c", cwd=tmp_path)
    assert b"steps = 300 reached" in done.stdout
    shown = inside("config", "--show", "x.c", cwd=tmp_path).stdout.decode()
    assert re.search(r"limits +steps = 400 +.mtelint.toml:1", shown)


def test_a_bound_holds_in_every_process(tmp_path: Path) -> None:
    (tmp_path / ".mtelint.toml").write_text("[limits]\nmessage_bytes = 100\n")
    for name in "abc":
        (tmp_path / f"{name}.eml").write_bytes(mail())
    one, two = (mtelint("patch", "--jobs", n, "--format", "json", ".", cwd=tmp_path).stdout for n in "12")
    assert one == two
    assert one.count(b"message_bytes = 100") == 3


@pytest.mark.parametrize(
    ("text", "hint"),
    [("stepz = 4", "did you mean `steps`?"), ("steps = 0", "due is a number above 0"), ("steps = true", "above 0")],
)
def test_a_wrong_bound_names_file_line_and_remedy(text: str, hint: str, tmp_path: Path) -> None:
    (tmp_path / ".mtelint.toml").write_text(f"[limits]\n{text}\n")
    (tmp_path / "x.c").write_text(FILE)
    done = inside("check", "x.c", cwd=tmp_path)
    assert done.returncode == 2
    assert b".mtelint.toml:2: " in done.stderr
    assert hint.encode() in done.stderr


WRONG = ("stepz=4", "steps=0", "steps=x", "steps", "steps=-1", "steps=1e9", "steps=" + "9" * 50)


@pytest.mark.parametrize("word", WRONG)
def test_a_wrong_bound_on_the_command_line_is_wrong_usage(word: str) -> None:
    done = inside("patch", "--limit", word, "-", stdin=mail())
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


# --- patches ----------------------------------------------------------------------------------------------------------


def test_ten_thousand_hunks_cost_a_parse_only_where_they_can_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtelint.engine.judge import sources
    from mtelint.syntax.unit import Unit, parse_fragment

    parsed: list[str] = []

    def counted(path: str, text: bytes, heading: str = "") -> Unit:
        parsed.append(path)
        return parse_fragment(path, text, heading)

    monkeypatch.setattr(sources, "parse_fragment", counted)
    report = judged(PATCHES["hunks that do not matter"](10_000).encode())
    assert report.stats.hunks == 10_001
    assert [f.rule for f in report.findings] == ["MTE002"]
    assert len(parsed) == 2, "the two images of the hunk with the defect"


def test_a_hunk_without_a_word_that_calls_what_another_defines_is_judged_with_it() -> None:
    helper = "+static void flag(struct page *page)\n+{\n+\tset_page_mte_tagged(page);\n+}\n"
    caller = (
        "@@ -9000,4 +9005,5 @@ void g(struct page *page)\n \ta();\n+\tflag(page);\n \tb();\n"
        " \tcopy_page_tags_here(page);\n \tc();\n"
    )
    many = "".join(f"@@ -{i * 20 + 100},2 +{i * 20 + 105},2 @@ int h{i}(void)\n a\n-b\n+c\n" for i in range(100))
    diff = f"--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,1 +1,5 @@\n{helper} \n{many}{caller}"
    from mtelint.engine.judge.sources import fragment_sources
    from mtelint.patches.patch import Patch
    from mtelint.patches.reader import read_patches
    from mtelint.rulebook import load

    patch = next(p for p in read_patches(io.BytesIO(diff.encode()), "x") if isinstance(p, Patch))
    kept = fragment_sources(patch, True, load().vocabulary)
    assert [source.fragment.start for source in kept if source.fragment] == [1, 9005]


def test_hundreds_of_hunks_are_judged_one_by_one() -> None:
    hunks = "".join(
        f"@@ -{i * 20 + 1},3 +{i * 20 + 1},3 @@ void f{i}(struct page *page)\n \ta();\n-\tset_page_mte_tagged(page);\n"
        f"+\tset_page_mte_tagged(page); \n \tb();\n"
        for i in range(500)
    )
    assert judged(f"--- a/mm/x.c\n+++ b/mm/x.c\n{hunks}".encode()).stats.hunks == 500


def test_a_simulation_ends_at_its_bound_with_unknown() -> None:
    lines = [f"WRITE_ONCE(*x, {i + 1});\nint r{i} = READ_ONCE(*x);\n" for i in range(6)]
    threads = "".join(f"P{n}(int *x, int *y)\n{{\n{''.join(lines)}}}\n" for n in range(4))
    asked = " /\\ ".join(f"{n}:r{i}=9" for n in range(4) for i in range(6))
    outcome = decide(parse_litmus(f"C big\n{{}}\n{threads}exists ({asked})\n"), bound=1_000, timeout=5.0)
    assert "bound exceeded" in (outcome.reason or "")


def test_memory_does_not_grow_with_the_number_of_mails() -> None:
    code = (
        "import resource, io, sys; sys.path[:0] = ['tests/robust']\n"
        "from test_bounds import GOOD, judged\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "plain = GOOD.replace(b'page_mte_tagged', b'other_name')\n"
        "judged(plain * 500); first = peak(); judged(plain * 5_000); print(peak() - first)\n"
    )
    done = subprocess.run([PROGRAM[0], "-c", code], cwd=ROOT, env=ENVIRON, capture_output=True, check=True, timeout=300)
    assert int(done.stdout) < 15_000, "kilobytes, of which the input itself is the most"


# --- what grows -------------------------------------------------------------------------------------------------------

SLOPE = 3
"""Eight times the text takes at most so many times eight times the steps; of what is quadratic it takes 8 times."""


def steps_of(run: Callable[[str], object], text: str) -> int:
    """How many functions, of ours and of Python's own, are called: a measure that no load of the machine changes."""
    count = 0

    def called(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        run(text)
    finally:
        sys.setprofile(None)
    return count


def parsed(text: str) -> object:
    from mtelint.syntax.unit import parse_file, parse_fragment

    parse_fragment("x.c", text.encode().partition(b"{")[2], "void probe(int a)")
    return parse_file("x.c", text.encode())


def grows(run: Callable[[str], object], text: Text) -> float:
    """The steps of eight times the text over those of the text, as a multiple of eight.

    Up to a bound on nesting or on a search, steps may grow faster: a longer text tells.
    """
    run(text(4))  # what is made once is made
    found = _ratio(run, text, 4_000)
    return found if found < SLOPE else _ratio(run, text, 20_000)


def _ratio(run: Callable[[str], object], text: Text, size: int) -> float:
    each = max((len(text(300)) - len(text(100))) / 200, 1)
    number = max(4, round(size / each))
    first, second = steps_of(run, text(number)), steps_of(run, text(number * 8))
    return second / max(first, 2_000) / 8


@pytest.mark.parametrize("probe", some_at_once(CODE, 8))
def test_the_steps_of_reading_code_grow_with_its_length(probe: str) -> None:
    assert grows(parsed, CODE[probe]) < SLOPE


@pytest.mark.parametrize("probe", some_at_once(PATCHES | MAILS, 4))
def test_the_steps_of_reviewing_patches_and_mails_grow_with_their_length(probe: str) -> None:
    assert grows(lambda text: judged(text.encode("utf-8", "replace")), (PATCHES | MAILS)[probe]) < SLOPE
