"""The litmus files that go with a confirmed finding."""

import textwrap
from pathlib import PurePosixPath

from mtelint.confirm.litmus_arm import Untranslatable, litmus_aarch64
from mtelint.confirm.litmus_c import litmus_c
from mtelint.errors import InputError
from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.outcome import Verdict
from mtelint.model import Finding, Simulation

BOUND = 20_000
_WIDTH = 96

LEGEND = (
    "flags: 1 is PG_mte_tagged, 2 is PG_mte_lock, 4 is another bit. mt: tags of the page; 0 stale, 1 initialised, "
    "2 the user's, 3 restored or copied, 4 another initialiser's."
)


def litmus_files(finding: Finding, compat: bool = False) -> list[tuple[str, str]]:
    """Names and texts of the litmus files for a finding: none unless it is confirmed.

    The first is for the kernel's memory model; with ``compat`` it uses ``atomic_add``, which older versions of herd7
    know, wherever that has the same verdict.  The second is for AArch64 with memory tagging, where that can be said.
    """
    simulation = finding.simulation
    if simulation is None or simulation.verdict != "confirmed" or simulation.litmus is None:
        return []
    try:
        program = parse_litmus(simulation.litmus, finding.path)
    except InputError:
        return []
    stem = f"{PurePosixPath(finding.path).name}-{finding.line}-{finding.rule}"
    where = f"{finding.path}:{finding.line}: {finding.message} [{finding.rule}]"
    files = [(f"{stem}.litmus", _c(program, simulation, where, compat))]
    arm = _arm(program, simulation, where)
    return [*files, (f"{stem}.arm64.litmus", arm)] if arm else files


def _c(program: Program, simulation: Simulation, where: str, compat: bool) -> str:
    verdict = _verdict(program, simulation.model)
    runs = ("Run in tools/memory-model: herd7 -conf linux-kernel.cfg FILE", "Or: mtelint litmus FILE")
    expected = f"Expected: {verdict.value}."
    about = (where, f"Asked: {simulation.reason}.", LEGEND)
    if compat:
        older = litmus_c(program, compat=True)
        if _verdict(parse_litmus(older), simulation.model) is verdict:
            return litmus_c(program, True, _comment(f"Result: {verdict.value}", *about, *runs, expected))
    needs = "atomic_or() needs herd7 7.58 or later."
    if compat:
        needs += " No atomic_add() stands in for it here: a bit is set twice."
    return litmus_c(program, comment=_comment(f"Result: {verdict.value}", *about, *runs, needs, expected))


def _arm(program: Program, simulation: Simulation, where: str) -> str | None:
    comment = _comment(
        where, f"Asked: {simulation.reason}.", "Tags are colours: green is what the page starts with.",
        "Run: herd7 -variant memtag,precise FILE",
        "Sometimes (or Always) says that the architecture allows it too; Never that the kernel's model alone does, "
        "which is weaker than arm64.",
    )  # fmt: skip
    try:
        return litmus_aarch64(program, comment)
    except Untranslatable:
        return None


def _comment(*paragraphs: str) -> str:
    """Lines for a comment: short, and without what would open, close or confuse one in herd7."""
    safe = [each.replace("(*", "( *").replace("*)", "* )").replace('"', "'") for each in paragraphs]
    return "\n".join(line for each in safe for line in textwrap.wrap(each, _WIDTH, break_on_hyphens=False))


def _verdict(program: Program, model: str) -> Verdict:
    return decide(program, model, bound=BOUND, timeout=2.0).verdict
