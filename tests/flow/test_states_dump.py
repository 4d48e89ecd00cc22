"""The drawing of a graph with the states of the path-sensitive analysis at each node."""

import subprocess
import sys
from pathlib import Path

import pytest

from mtelint.engine.review.dump import states_text
from mtelint.errors import InputError
from mtelint.model.limits import Limits, holding
from mtelint.rulebook import load

SOURCE = """\
static void wipe(struct page *page)
{
	mte_clear_page_tags(page_address(page));
}

int f(struct page *page, int flags)
{
	int unused = flags + 1;

	if (!try_page_mte_tagging(page))
		return 0;
	wipe(page);
	set_page_mte_tagged(page);
	return flags;
}
"""
VOCABULARY = load().vocabulary


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.c"
    path.write_text(SOURCE)
    return path


def nodes(drawing: str) -> dict[str, str]:
    """The label of each node by its first line, without the number of the source's line."""
    labels = [line.partition("label=")[2].strip('"];') for line in drawing.splitlines() if "shape=" in line]
    return {label.partition("\\n")[0].split(": ")[-1]: label.partition("\\n")[2] for label in labels[1:]}


def test_each_node_shows_what_the_paths_that_come_there_know(file: Path) -> None:
    drawn = nodes(states_text(str(file), "f", VOCABULARY))
    assert "page: known.flag=set known.by=claim known.asked claim.state=lost claim.site=10" in drawn["return 0"]
    assert "page: known.flag=clear known.by=claim known.asked claim.state=held claim.site=10" in drawn["wipe(page)"]
    assert "tags.extent=whole tags.last=write@3 of wipe()" in drawn["set_page_mte_tagged(page)"]
    assert "set.event=set@13" in drawn["return flags"]
    assert drawn["exit"].count("state ") == 2


def test_a_node_that_bears_on_no_page_is_dotted(file: Path) -> None:
    lines = states_text(str(file), "f", VOCABULARY).splitlines()
    assert [line.partition("label=")[2] for line in lines if "style=dotted" in line] == [
        '"8: int unused = flags + 1"];'
    ]


def test_a_function_may_be_named_behind_its_file(file: Path) -> None:
    assert states_text(f"{file}:f", None, VOCABULARY) == states_text(str(file), "f", VOCABULARY)
    with pytest.raises(InputError, match="nothere is not in this file"):
        states_text(f"{file}:nothere", None, VOCABULARY)
    with pytest.raises(InputError, match=r"b\.c: No such file"):
        states_text(str(file.with_name("b.c")), "f", VOCABULARY)


def test_every_reading_of_an_if_group_that_splits_a_statement_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "a.c"
    file.write_text(
        "void f(struct page *p, int a)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (!a) {\n#endif\n"
        "\t\tset_page_mte_tagged(p);\n\t}\n}\n"
    )
    assert states_text(str(file), None, VOCABULARY).count("digraph") == 2


def test_a_limit_that_ended_the_analysis_is_said(file: Path) -> None:
    with holding(Limits(steps=3)):
        drawing = states_text(str(file), "f", VOCABULARY)
    assert drawing.startswith("// a limit ended the analysis: there are more states\ndigraph")


def test_the_command_draws_the_same_bytes_whatever_the_order_of_sets(file: Path) -> None:
    command = [sys.executable, "-m", "mtelint", "check", "--dump", "states", f"{file}:f"]
    drawn = {
        subprocess.run(command, capture_output=True, check=True, env={"PYTHONHASHSEED": seed, "HOME": "/"}).stdout
        for seed in ("1", "2", "3")
    }
    assert drawn == {states_text(str(file), "f", VOCABULARY).encode()}
