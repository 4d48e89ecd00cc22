"""The HTML report: one file, whole by itself, and safe whatever the input says."""

import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from mtelint.model import Answer, ExcerptLine, Finding, Report
from mtelint.report import PLAIN, renderer
from mtelint.report.formats.html import CSS

VOID = {"meta", "br", "!doctype"}
ALONE = {"path", "circle"}
EVIL = '<script>alert(1)</script> \x1b[2J\x00 &amp; "quoted" \''


class Reader(HTMLParser):
    """Collects tags and texts, and refuses tags that do not nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALONE
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def inside(self, tag: str) -> list[str]:
        return [text for where, text in self.texts if where == tag]


def read(report: Report) -> Reader:
    return Reader(renderer("html")(report, PLAIN))


def test_the_page_needs_nothing_but_itself(report: Report) -> None:
    page = renderer("html")(report, PLAIN)
    reader = read(report)
    assert not {tag for tag, _ in reader.tags} & {"script", "link", "img", "iframe", "object"}
    assert not [attrs for _, attrs in reader.tags if "src" in attrs or (attrs.get("href") or "#")[0] != "#"]
    assert not re.search(r"url\(|@import|https?:", page)


def test_every_finding_is_linked_from_the_top(report: Report) -> None:
    reader = read(report)
    links = [attrs["href"] for tag, attrs in reader.tags if tag == "a"]
    ids = [f"#{attrs['id']}" for tag, attrs in reader.tags if tag == "article"]
    assert links == ids == ["#finding-1", "#finding-2"]


def test_the_code_of_each_step_is_marked(finding: Finding) -> None:
    assert read(Report((finding,))).inside("mark") == [
        "page_mte_tagged(page)", "mte_clear_page_tags(page_address(page))"]  # fmt: skip


def test_marks_that_overlap_are_one(finding: Finding) -> None:
    first = finding.steps[0]
    inner = replace(first, column=first.column + 5, end_column=first.end_column)
    assert read(Report((replace(finding, steps=(first, inner)),))).inside("mark") == ["page_mte_tagged(page)"]


def test_the_witness_has_a_column_per_cpu_and_a_row_per_step(race: Finding) -> None:
    reader = read(Report((race,)))
    assert [text for text in reader.inside("th") if text.startswith("CPU")] == [
        "CPU 0: pool_refill()", "CPU 1: copy_page_tags()"]  # fmt: skip
    busy = [attrs for tag, attrs in reader.tags if tag == "td" and attrs.get("class") == "busy"]
    assert len(busy) == 4


def test_the_witness_is_drawn_with_a_line_per_cpu_and_a_circle_per_step(race: Finding) -> None:
    reader = read(Report((race,)))
    lanes = [attrs for tag, attrs in reader.tags if tag == "path" and attrs["class"] == "lane"]
    circles = [(int(attrs["cx"] or 0), attrs["cy"]) for tag, attrs in reader.tags if tag == "circle"]
    assert len(lanes) == 2
    assert circles == sorted(circles)
    assert [y for _, y in circles] == ["22", "66", "66", "22"]
    assert [attrs["aria-label"] for tag, attrs in reader.tags if tag == "svg"] == [
        "Steps in time: CPU 0, then CPU 1, then CPU 1, then CPU 0"]  # fmt: skip


def test_without_steps_or_with_one_cpu_nothing_is_drawn(race: Finding) -> None:
    assert race.simulation is not None
    silent = replace(race.simulation, steps=(), verdict=Answer.NOT_MODELLED)
    alone = replace(race.simulation, steps=race.simulation.steps[:1], cpus=race.simulation.cpus[:1])
    for each in (silent, alone):
        assert "svg" not in {tag for tag, _ in read(Report((replace(race, simulation=each),))).tags}


def test_the_input_cannot_write_markup(finding: Finding, race: Finding) -> None:
    assert finding.mail is not None
    assert race.simulation is not None
    steps = tuple(replace(step, text=EVIL, note=EVIL) for step in race.simulation.steps)
    told = replace(race.simulation, reason=EVIL, cpus=(EVIL, EVIL), steps=steps, forbidden_by=EVIL)
    bad = replace(
        finding, message=EVIL, path=EVIL, function=EVIL, snippet=EVIL, fix=EVIL, before=EVIL, commits=(EVIL,),
        mail=replace(finding.mail, subject=EVIL, message_id=EVIL), excerpt=(ExcerptLine(20, "+", EVIL),),
        simulation=told,
        steps=(replace(finding.steps[0], message=EVIL, text=EVIL), replace(finding.steps[1], path=EVIL, text=EVIL)),
    )  # fmt: skip
    page = renderer("html")(Report((bad,), command=EVIL, unreadable=(EVIL,)), PLAIN)
    assert "<script" not in page
    assert all(char == "\n" or char.isprintable() for char in page)
    Reader(page)


@pytest.mark.parametrize("empty", [Report(), Report(unreadable=("x: gone",))])
def test_a_clean_run_says_so(empty: Report) -> None:
    assert read(empty).inside("h1") == ["mtelint: no finding"]


def test_the_page_has_a_language_a_title_and_one_first_heading(report: Report) -> None:
    reader = read(report)
    assert ("html", {"lang": "en"}) in reader.tags
    assert [tag for tag, _ in reader.tags].count("h1") == 1
    assert reader.inside("title")[0] == "mtelint: 2 findings (2 errors)"


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = color.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


INKS = ("text", "soft", "error", "warning", "note", "link")
PAIRS = [(ink, ground) for ink in INKS for ground in ("page", "card")]
PAIRS += [("text", "added"), ("text", "removed"), ("text", "mark"), ("soft", "added"), ("soft", "removed")]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read_in_both_themes(theme: int, ink: str, ground: str) -> None:
    colors = [dict(re.findall(r"--(\w+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)]
    assert contrast(colors[theme][ink], colors[theme][ground]) >= 4.5
