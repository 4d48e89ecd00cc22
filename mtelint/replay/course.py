"""From a finding or a scenario to an answer: builds the guest, boots it as often as the scenario says, judges."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from mtelint.replay.answer import Answer, Verdict, judge
from mtelint.replay.holdpoint import Witness
from mtelint.replay.initramfs import newc
from mtelint.replay.kernel import Kernel, module_files
from mtelint.replay.machine import Boot, Machine, words_of
from mtelint.replay.scenarios import Scenario, Scenarios
from mtelint.replay.session import Record, attend
from mtelint.replay.tools import Tools, compile_guest

SECONDS = 600.0
"""The time of one boot, after which its machine is ended."""
_NO_WITNESS = "the finding has no witness: let `mtelint check --confirm --format json` write the file"


def _silent(line: str) -> None:
    del line


class Laboratory(Struct, frozen=True):
    """What all runs share: tools, the folder for what is built, the time of a boot, and who hears the console."""

    tools: Tools
    cache: Path
    seconds: float = SECONDS
    tell: Callable[[str], None] = _silent


def replay(witness: Witness, kernel: Kernel, scenarios: Scenarios, laboratory: Callable[[], Laboratory]) -> Answer:
    """Bring a finding's witness to a run.  ``laboratory`` is asked for only if there is something to run.

    Raises:
        MtelintError: a tool is missing or does not do what it is there for.
    """
    refused = scenarios.refusal(witness.rule, witness.function)
    if refused:
        return Answer(Verdict.NO_SCENARIO, refused)
    if witness.verdict is None:
        return Answer(Verdict.NO_SCENARIO, _NO_WITNESS)
    scenario = scenarios.reaching(witness.function, witness.hold, witness.named)
    if scenario is None:
        held = f" and holds a CPU at {witness.hold}()" if witness.hold else ""
        return Answer(Verdict.NO_SCENARIO, f"no program reaches {witness.function}(){held}")
    hold = witness.hold if scenario.holds else None
    records = run(scenario, kernel, (f"hold={hold}",) if hold else (), laboratory())
    verdict, reason = judge(records, hold, scenarios.waits)
    return Answer(verdict, reason, kernel.version, scenario.name, hold)


def run(scenario: Scenario, kernel: Kernel, arguments: tuple[str, ...], laboratory: Laboratory) -> list[Record]:
    """Boot the kernel to the scenario's program, once for each of its boots.

    Raises:
        MtelintError: a tool is missing or does not do what it is there for.
    """
    with tempfile.TemporaryDirectory(prefix="mtelint-replay-") as name:
        folder = Path(name)
        initramfs = folder / "initramfs"
        initramfs.write_bytes(_initramfs(scenario, kernel, laboratory))
        disk = _disk(folder, scenario.disk)
        boots = scenario.boots or ("",)
        return [
            _boot(Boot(kernel, initramfs, words_of([*filter(None, [boot]), *arguments]), disk), folder, laboratory)
            for boot in boots
        ]


def _boot(boot: Boot, folder: Path, laboratory: Laboratory) -> Record:
    stub = folder / "stub" if "hold=" in boot.arguments else None
    with Machine(laboratory.tools, boot, stub) as machine:
        return attend(machine, laboratory.seconds, laboratory.tell)


def _disk(folder: Path, size: int) -> Path | None:
    if not size:
        return None
    disk = folder / "disk"
    with disk.open("wb") as file:
        file.truncate(size << 20)
    return disk


def _initramfs(scenario: Scenario, kernel: Kernel, laboratory: Laboratory) -> bytes:
    include = scenario.folder.parent / "include"
    built = laboratory.cache / "programs"
    sources = {"init": include / "init.c", "test": scenario.source}
    files: dict[str, bytes] = {}
    for name, source in sources.items():
        target = built / source.stem
        compile_guest(laboratory.tools, source, include, target)
        files[name] = target.read_bytes()
    modules = module_files(kernel, scenario.modules)
    return newc(files | {f"mods/{number:02d}-{name}.ko": raw for number, (name, raw) in enumerate(modules.items())})
