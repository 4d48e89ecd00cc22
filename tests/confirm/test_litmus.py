"""The litmus texts of a program say what the program says."""

import dataclasses
import re

import msgspec
import pytest
from eventpaths import ask, path
from test_rules import CASES, _names

from mtelint.confirm import litmus_aarch64, litmus_c, litmus_files
from mtelint.memsim.litmus.ast import Assign, Const, Load, Marking
from mtelint.memsim.litmus.final_state import Both, Either, Equals, Not, Observable, Prop, atoms
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.search.decide import decide
from mtelint.model import Confidence, Era, Finding, Severity, Simulation
from mtelint.rulebook import load

MODELS = ["lkmm", "lkmm-6.1"]
VOCABULARY = load().vocabulary


def _finding(simulation: Simulation | None) -> Finding:
    return Finding(
        "MTE002", "flag-before-tags", Severity.ERROR, Confidence.HIGH, "the flag is set first", "mm/a.c", "f",
        7, 1, 7, 9, "", "", None, Era.C, simulation=simulation,
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=_names)
def test_the_c_text_read_back_has_the_verdict_and_the_states_of_the_program(case) -> None:  # type: ignore[no-untyped-def]
    answer = ask(case[0], case[2])
    assert answer.litmus is not None

    outcome = decide(parse_litmus(answer.litmus))

    assert outcome.positive > 0
    assert len(outcome.states) <= (answer.states or 0)


@pytest.mark.parametrize("case", CASES, ids=_names)
def test_writing_what_was_read_changes_nothing(case) -> None:  # type: ignore[no-untyped-def]
    text = ask(case[0], case[2]).litmus or ""

    assert litmus_c(parse_litmus(text)) == text


@pytest.mark.parametrize("case", [c for c in CASES if "lock" not in c[1]], ids=_names)
def test_the_aarch64_text_is_well_formed(case) -> None:  # type: ignore[no-untyped-def]
    program = parse_litmus(ask(case[0], case[2]).litmus or "")

    lines = litmus_aarch64(program).splitlines()

    rows = [line for line in lines if line.endswith(";") and line.startswith(" ")]
    assert {row.count("|") for row in rows} == {len(program.threads) - 1}
    code = "\n".join(rows)
    for label in re.findall(r"(?:CBN?Z W\d+,|B )(L\d+)", code):
        assert code.count(f"{label}:") == 1
    state = lines[lines.index("{") + 1]
    addresses = set(re.findall(r"\[(X\d+)\]", code))
    assert {f":{register}=" for register in addresses} <= {m[0] for m in re.finditer(r":X\d+=", state)}
    assert lines[-1].startswith("exists (")


def test_the_aarch64_text_of_the_flag_set_first() -> None:
    program = parse_litmus(ask("MTE002", path().raw_set().clear_tags()).litmus or "")

    rows = [[cell.strip(" ;") for cell in line.split("|")] for line in litmus_aarch64(program).splitlines()[5:]]

    writer = [row[0] for row in rows if len(row) == 2]
    reader = [row[1] for row in rows if len(row) == 2]
    assert [cell.split()[0] for cell in writer if cell] == ["MOV", "LDSET", "STG", "MOV"]
    assert [cell.split()[0] for cell in reader if cell] == ["LDR", "AND", "CBZ", "DMB", "LDG", "L110:"]


def _asked_of_a_load(prop: Prop) -> Prop:
    match prop:
        case Equals(left, right) if left.thread < 0 and left.name.startswith("mt"):
            return Equals(Observable(0, f"final_{left.name}"), right)
        case Not(of):
            return Not(_asked_of_a_load(of))
        case Both(left, right):
            return Both(_asked_of_a_load(left), _asked_of_a_load(right))
        case Either(left, right):
            return Either(_asked_of_a_load(left), _asked_of_a_load(right))
        case _:
            return prop


@pytest.mark.parametrize("case", CASES, ids=_names)
@pytest.mark.parametrize("which", [2, 3], ids=["defect", "repaired"])
def test_the_final_tags_may_be_asked_of_a_load_at_the_end_of_p0(case, which: int) -> None:  # type: ignore[no-untyped-def]
    """The AArch64 text does so; the answer is the same."""
    answer = ask(case[0], case[which]) if case[which].events else None
    if answer is None or answer.litmus is None:
        return
    program = parse_litmus(answer.litmus)
    first = program.threads[0]
    loads = tuple(Assign(f"final_{name}", Load(Const(name), Marking.ONCE)) for name in ("mt", "mt1"))
    condition = _asked_of_a_load(program.condition)
    asked = dataclasses.replace(
        program, threads=(dataclasses.replace(first, body=(*first.body, *loads)), *program.threads[1:]),
        condition=condition, observed=tuple(sorted(atoms(condition))),
    )  # fmt: skip

    assert (decide(asked).positive > 0) == (decide(program).positive > 0)


def test_locks_have_no_aarch64_text_and_the_c_file_is_written_alone() -> None:
    answer = ask("MTE006", path().lock().clear_tags().unlock().set())

    assert [name for name, _ in litmus_files(_finding(answer), VOCABULARY)] == ["a.c-7-MTE002.litmus"]


def test_a_confirmed_finding_has_a_file_for_each_model_and_says_what_to_expect() -> None:
    files = dict(litmus_files(_finding(ask("MTE002", path().set().clear_tags())), VOCABULARY))

    assert sorted(files) == ["a.c-7-MTE002.arm64.litmus", "a.c-7-MTE002.litmus"]
    program = parse_litmus(files["a.c-7-MTE002.litmus"])
    assert program.result == decide(program).verdict.value == "Sometimes"
    assert "herd7 -variant memtag,precise" in files["a.c-7-MTE002.arm64.litmus"]


def test_a_message_cannot_end_the_comment_that_it_stands_in() -> None:
    answer = ask("MTE002", path().set().clear_tags())
    finding = msgspec.structs.replace(
        _finding(answer), message='the flag of `(*pages)` ("x") is set *)' + " first" * 40
    )

    for _, text in litmus_files(finding, VOCABULARY):
        head = text.partition("\n{")[0]
        assert head.count("(*") == head.count("*)") == 1
        assert max(map(len, head.splitlines())) <= 100
    assert decide(parse_litmus(litmus_files(finding, VOCABULARY)[0][1])).verdict.value == "Sometimes"


def test_nothing_is_written_for_what_is_not_confirmed() -> None:
    refuted = ask("MTE002", path().clear_tags().set())

    assert refuted.verdict == "refuted"
    assert litmus_files(_finding(refuted), VOCABULARY) == []
    assert litmus_files(_finding(None), VOCABULARY) == []


@pytest.mark.parametrize("case", CASES, ids=_names)
def test_compat_adds_only_where_that_is_the_same(case) -> None:  # type: ignore[no-untyped-def]
    answer = ask(case[0], case[2])
    text = litmus_files(_finding(answer), VOCABULARY, compat=True)[0][1]

    program = parse_litmus(text)
    for model in MODELS:
        assert decide(program, model).verdict == decide(parse_litmus(answer.litmus or ""), model).verdict


@pytest.mark.parametrize("case", CASES, ids=_names)
def test_an_exported_test_explains_every_location_and_is_called_like_its_file(case) -> None:  # type: ignore[no-untyped-def]
    for name, text in litmus_files(_finding(ask(case[0], case[2])), VOCABULARY):
        assert text.split("\n")[0].split(" ", 1)[1] == name.removesuffix(".litmus").removesuffix(".arm64")
        if ".arm64" in name:
            continue
        head, code = text.split(" *)\n", 1)
        for location in {each for line in re.findall(r"P\d\((.*)\)", code) for each in re.findall(r"\*(\w+)", line)}:
            assert f"\n * {location}: " in head
        assert "a location of the path" not in head


@pytest.mark.parametrize("case", CASES, ids=_names)
def test_an_exported_test_has_the_definitions_that_older_models_lack(case) -> None:  # type: ignore[no-untyped-def]
    for name, text in litmus_files(_finding(ask(case[0], case[2])), VOCABULARY):
        if ".arm64" in name:
            continue
        defined = set(re.findall(r"^ \* 6\.12: (\w+)\(", text, re.MULTILINE))
        used = set(re.findall(r"\b(atomic_(?:fetch_)?(?:or|and|xor|andnot)\w*)\(", text.split(" *)\n", 1)[1]))
        assert used == defined
        assert ("-macros" in text) == bool(defined)
