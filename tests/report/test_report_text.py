"""What a person sees: the reason, the source with the path marked, the witness, and how to go on."""

import pytest
from msgspec.structs import replace

from mtelint.model import ExcerptLine, Finding, Origin, Report, Skipped
from mtelint.report import PLAIN, Style, renderer
from mtelint.report.overview import summary
from mtelint.report.style import width

text = renderer("text")
GUARD = "\tif (page_mte_tagged(page)) {"


def test_a_finding_names_place_severity_rule_function_and_reason(finding: Finding) -> None:
    lines = text(Report((finding,)), PLAIN).splitlines()
    assert lines[0] == "mm/pool.c:20:6: error: MTE008 inverted-guard in pool_add()"
    assert lines[1] == "  The tags of `page` are cleared only if its flag is already set."


def test_carets_stand_under_the_code_of_their_step(finding: Finding) -> None:
    lines = text(Report((finding,)), PLAIN).splitlines()
    source = next(i for i, line in enumerate(lines) if line.startswith("  20 +"))
    caret = lines[source + 1]
    start = caret.index("^")
    stop = start + caret.count("^")
    assert lines[source][start:stop] == "page_mte_tagged(page)"
    assert caret[stop:].startswith(" 1: true only for a page")


def test_the_end_names_mail_command_base_and_era(finding: Finding) -> None:
    shown = text(Report((finding,), command="mtelint patch a.mbox"), PLAIN)
    assert "in   [PATCH] mm: pool, mail line 120" in shown
    assert "<1@example.org>, hunk 1, diff line 7" in shown
    assert "why  mtelint explain MTE008" in shown
    assert shown.endswith("base: no tree, the hunks alone; era: C\nagain: mtelint patch a.mbox\n")


def test_the_replaced_line_is_shown_once(finding: Finding) -> None:
    assert "before the patch: if (try_page_mte_tagging(page)) {" in text(Report((finding,)), PLAIN)
    removed = ExcerptLine(20, "-", "\tif (try_page_mte_tagging(page)) {")
    with_removed = replace(finding, excerpt=(removed, *finding.excerpt))
    shown = text(Report((with_removed,)), PLAIN)
    assert "before the patch" not in shown
    assert shown.count("try_page_mte_tagging") == 1


def test_a_finding_without_steps_still_has_its_line_and_a_caret(finding: Finding) -> None:
    shown = text(Report((replace(finding, steps=(), excerpt=(), mail=None, origin=None),)), PLAIN)
    assert "  20   if (page_mte_tagged(page)) {" in shown
    assert "^" * 21 in shown
    assert "base: the files as they are" in shown


def test_steps_of_one_call_share_a_caret(finding: Finding) -> None:
    first = finding.steps[0]
    shown = text(Report((replace(finding, steps=(first, replace(first, message="and again")), excerpt=()),)), PLAIN)
    assert sum(set(line) <= set(" ^") and "^" in line for line in shown.splitlines()) == 1
    assert "2: and again" in shown


def test_steps_in_another_file_stand_under_its_name(finding: Finding) -> None:
    far = replace(finding.steps[1], path="mm/helper.c", line=99)
    shown = text(Report((replace(finding, steps=(finding.steps[0], far)),)), PLAIN)
    assert "  in mm/helper.c:\n  99   mte_clear_page_tags" in shown


def test_the_witness_of_a_race_has_a_column_per_cpu(race: Finding) -> None:
    lines = text(Report((race,)), PLAIN).splitlines()
    head = next(i for i, line in enumerate(lines) if "CPU 0" in line and "CPU 1" in line)
    second = lines[head].index("CPU 1")
    assert lines[head + 1].strip().startswith("60  set_page_mte_tagged()")
    assert next(line for line in lines if "27  page_mte" in line).index("27  page_mte") == second
    prose = " ".join(" ".join(lines).split())
    assert "confirmed by the kernel memory model (lkmm): a reader sees the flag and stale tags (2 threads, 14" in prose


def test_a_narrow_page_stacks_the_cpus(race: Finding) -> None:
    shown = text(Report((race,)), Style(width=50))
    assert "  CPU 0  60  set_page_mte_tagged()" in shown
    assert max(width(line) for line in shown.splitlines() if "(" not in line) <= 60


@pytest.mark.parametrize("columns", [40, 60, 80, 100])
def test_on_a_terminal_source_lines_are_cut_to_the_page(finding: Finding, columns: int) -> None:
    long = ExcerptLine(22, " ", "\t\t\t" + "x" * 300)
    shown = text(Report((replace(finding, excerpt=(*finding.excerpt, long)),)), Style(width=columns, clip=True))
    assert all(width(line) <= columns for line in shown.splitlines() if "xxx" in line)
    assert "x…" in shown


def test_colours_only_where_they_are_asked_for(report: Report) -> None:
    assert "\x1b" not in text(report, PLAIN)
    assert "\x1b[1;31merror:\x1b[0m" in text(report, Style(color=True))


def test_control_characters_of_the_input_are_shown_not_obeyed(finding: Finding) -> None:
    evil = "\x1b]0;owned\x07\r\u202eabc"
    assert finding.mail is not None
    bad = replace(
        finding, message=f"reason {evil}", path=f"mm/{evil}.c", function=evil, snippet=f"\tf({evil});",
        fix=evil, before=evil, commits=(evil,), mail=replace(finding.mail, subject=evil, message_id=evil),
        excerpt=(ExcerptLine(20, "+", f"\tf({evil});"),),
    )  # fmt: skip
    shown = text(Report((bad,), command=evil), Style(width=70, clip=True))
    assert all(char == "\n" or char.isprintable() for char in shown)
    assert "\\x1b]0;owned\\x07" in shown


def test_where_nothing_is_found_only_the_closing_line_says_so() -> None:
    assert text(Report(), PLAIN) == ""
    assert summary(Report()).startswith("nothing to review: ")


def test_the_summary_counts_and_names_what_was_skipped(report: Report) -> None:
    lines = summary(report).splitlines()
    assert lines[0] == "2 findings (2 errors) introduced, 5 fixed by the patch; 2 files, 3 hunks, 1 skipped"
    assert lines[1] == "skipped: mm/odd.c:3: odd(): missing }"


def test_what_was_skipped_is_named_even_where_nothing_is_found() -> None:
    assert "damaged" in summary(Report(skipped=(Skipped("mm/a.c", None, None, "damaged"),)))


def test_a_fixed_finding_says_so_and_points_at_the_old_line(finding: Finding) -> None:
    gone = replace(finding, origin=Origin.FIXED, steps=(), excerpt=(ExcerptLine(20, "-", GUARD),))
    shown = text(Report((gone,)), PLAIN)
    assert "error, fixed: MTE008" in shown
    assert "  20 - if (page_mte_tagged(page)) {\n           ^^^^" in shown
