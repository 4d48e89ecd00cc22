"""``docs/analysis.md`` says what the code does: its worked example, its symbols and its limits are run and compared."""

import re
from pathlib import Path

import pytest

from mtelint.engine.review.code import review_text
from mtelint.engine.review.dump import states_text
from mtelint.flow.program.program import Program
from mtelint.flow.transfer.summary import MAX_PATHS
from mtelint.model import EffectKind, Era
from mtelint.model.limits import Limits
from mtelint.rulebook import load
from mtelint.syntax.unit import parse_file

HEAD = (
    "int f(struct page *page, struct folio *folio, struct page **pages, void *addr, pte_t pte, int n)"
    "\n{\n\tint i;\n\n\t%s\n\treturn 0;\n}\n"
)
VOCABULARY = load().vocabulary


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "analysis.md").read_text()


@pytest.fixture(scope="module")
def example(page: str) -> str:
    return page.split("```c\n")[1].split("```")[0]


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the table under a header row, without the rule below it."""
    lines = page.split(f"| {heading} |")[1].splitlines()[2:]
    table = lines[: lines.index("")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def drawn(file: Path) -> list[tuple[str, list[str]]]:
    """Of each node its text and what its states know of the page."""
    found = []
    for line in states_text(f"{file}:prepare", None, VOCABULARY).splitlines():
        label = re.match(r'  n\d+ \[shape=box, label="(.*)"\];', line)
        if label is not None:
            first, *below = label[1].replace("\\n", "\\l").split("\\l")
            text = "".join(below)
            states = [re.search(r"  page: (.*?)(?=  \w|$)", each) for each in text.split("state ")[1:]]
            found.append((first.split(": ")[-1], [state[1] if state else "nothing" for state in states]))
    return found


def test_the_states_of_the_worked_example_are_those_of_the_drawing(page: str, example: str, tmp_path: Path) -> None:
    file = tmp_path / "prepare.c"
    file.write_text(example)
    nodes = dict(drawn(file))
    table = rows(page, "node | line | states on arrival: what is known of `page`")
    assert [row[0].strip("`") for row in table] == list(nodes)
    told = {name.strip("`"): text for name, _, text in table}
    for name in ("entry", "page_mte_tagged(page)"):
        assert nodes[name] == [told[name]] == ["nothing"]
    for name in ("return 0", "set_page_mte_tagged(page)", "zeroed"):
        assert nodes[name] == [told[name].strip("`")]
    pending = nodes["zeroed"][0]
    assert nodes["wipe(page)"] == [pending]
    assert nodes["return 1"][0] == pending
    added = re.findall("`(.*?)`", told["return 1"])[0]
    assert nodes["return 1"][1] == pending.replace("known.asked ", f"known.asked {added} ", 1)
    assert nodes["exit"] == [*nodes["return 0"], *nodes["return 1"]]


def test_the_worked_example_has_the_defect_that_the_page_says(page: str, example: str) -> None:
    (finding,) = review_text("prepare.c", example, Era.B)
    assert f"prepare.c:{finding.line}:{finding.column}: error: {finding.rule}" in page
    assert finding.message[1:] in page


@pytest.mark.parametrize("number", range(11))
def test_a_symbol_is_the_one_of_the_table(page: str, number: int) -> None:
    table = rows(page, "in C | symbol")
    assert len(table) == 11
    code, symbols = (re.findall("`(.*?)`", cell) for cell in table[number])
    unit = parse_file("f.c", (HEAD % code[0]).encode())
    results = Program([unit], VOCABULARY).results_of(0, unit.functions[0])
    events = [record.event for record in results.records if record.event.kind is EffectKind.SET]
    assert [event.page.text for event in events if event.page] == symbols


def test_the_bounds_are_those_of_the_table(page: str) -> None:
    table = {name.strip("`"): number.replace(",", "") for name, number, _ in rows(page, "bound | default | beyond it")}
    assert int(table.pop("paths of a summary")) == MAX_PATHS
    assert {name: int(number) for name, number in table.items()} == {name: getattr(Limits(), name) for name in table}


def test_the_modules_that_the_page_names_are_there(page: str, root: Path) -> None:
    named = re.findall(r"`((?:cfg|dataflow|domain|transfer|paths|program)/\w+\.py)`", page)
    assert named
    assert [name for name in named if not (root / "mtelint" / "flow" / name).is_file()] == []
