"""The litmus files that go with a confirmed finding."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from mtelint.confirm.litmus_arm import Untranslatable, litmus_aarch64
from mtelint.errors import InputError
from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.output.litmus_names import Names
from mtelint.memsim.output.litmus_text import litmus_text, with_comment
from mtelint.memsim.output.runnable import how_to_run, wrapped
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.outcome import Verdict
from mtelint.model import Answer, Finding, FlagRole, Simulation, Vocabulary

BOUND = 20_000

MEANINGS = {
    "flags": "a page's flags word: 1 is {tagged}, 2 {lock}, 4 another bit",
    "flags_other": "the flags word that the path writes, which is not the one of the page",
    "mt": "tags of a page: 0 stale, 1 initialised, 2 the user's, 3 restored or copied, 4 another initialiser's",
    "mt1": "tags of the page's last granule, with the values of mt",
    "pte": "1 once the page is mapped",
    "freed": "1 once the last reference is gone",
    "ready": "1 once somebody was told that the tags are there",
    "lock": "the lock that the path holds",
    "elsewhere": "tags that the path writes to another place than the page's",
}
"""What the locations of exported tests stand for."""

_LOCATION = re.compile(r"(?P<stem>[a-z]+(?:_other)?1?)(?P<page>_\d+)?(?P<twin>b)?")


def litmus_files(finding: Finding, vocabulary: Vocabulary, compat: bool = False) -> list[tuple[str, str]]:
    """Names and texts of the litmus files for a finding: none unless it is confirmed.

    The first is for the kernel's memory model; with ``compat`` it uses ``atomic_add``, which older versions of herd7
    know, wherever that has the same verdict.  The second is for AArch64 with memory tagging, where that can be said.
    The tests are called like their files.
    """
    simulation = finding.simulation
    if simulation is None or simulation.verdict is not Answer.CONFIRMED or simulation.litmus is None:
        return []
    stem = f"{PurePosixPath(finding.path).name}-{finding.line}-{finding.rule}"
    try:
        program = replace(parse_litmus(simulation.litmus, finding.path), name=stem)
    except InputError:
        return []
    where = f"{finding.path}:{finding.line}: {finding.message} [{finding.rule}]"
    about = (where, f"Asked: {simulation.reason}.", *legend(program, vocabulary))
    files = [(f"{stem}.litmus", _c(program, simulation, about, compat))]
    arm = _arm(program, simulation, where)
    return [*files, (f"{stem}.arm64.litmus", arm)] if arm else files


def legend(program: Program, vocabulary: Vocabulary) -> Iterator[str]:
    """A line for every location of a test."""
    names = Names(program)
    bits = {role.value: vocabulary.flag_name(role) for role in FlagRole}
    for name in sorted(names.used):
        match = _LOCATION.fullmatch(name.rstrip("_"))
        meaning = MEANINGS.get(match["stem"]) if match is not None else None
        if match is None or meaning is None:
            yield f"{names.location(name)}: a location of the path"
            continue
        page = " (of another page)" if match["page"] else ""
        twin = ", as the second CPU has it" if match["twin"] else ""
        yield f"{names.location(name)}: {meaning.format(**bits)}{page}{twin}"


def _c(program: Program, simulation: Simulation, about: tuple[str, ...], compat: bool) -> str:
    verdict = _verdict(program, simulation.model)
    translated = litmus_text(program)
    note: list[str] = []
    if compat and translated.macros_612:
        older = litmus_text(program, compat=True)
        if _verdict(parse_litmus(older.text), simulation.model) is verdict:
            translated = older
        else:
            note = ["No atomic_add() stands in for atomic_or() here: a bit is set twice."]
    paragraphs = [
        f"Result: {verdict.value}", *about, *note,
        f"Expected: {verdict.value}. Or run: mtelint litmus FILE",
    ]  # fmt: skip
    lines = [line for each in paragraphs for line in wrapped(each)]
    return with_comment(translated.text, "\n".join([*lines, *how_to_run(translated)]))


def _arm(program: Program, simulation: Simulation, where: str) -> str | None:
    paragraphs = (
        where, f"Asked: {simulation.reason}.", "Tags are colours: green is what the page starts with.",
        "Run: herd7 -variant memtag,precise FILE",
        "Sometimes (or Always) says that the architecture allows it too; Never that the kernel's model alone does, "
        "which is weaker than arm64.",
    )  # fmt: skip
    try:
        return litmus_aarch64(program, "\n".join(line for each in paragraphs for line in wrapped(each)))
    except Untranslatable:
        return None


def _verdict(program: Program, model: str) -> Verdict:
    return decide(program, model, bound=BOUND, timeout=2.0).verdict
