"""One report on several kernel trees: paths begin with the folder of their tree, so that nobody looks into another."""

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from mtelint.model import Finding, Simulation, Skipped, Step


def tree_prefixes(roots: Iterable[Path | None]) -> dict[Path | None, str]:
    """What the paths of each tree begin with; nothing where there is only one, or files are of none."""
    trees = dict.fromkeys(roots)
    several = len(trees.keys() - {None}) > 1
    return {root: _name(root) if several and root is not None else "" for root in trees}


def prefixed_finding(tree: str, finding: Finding) -> Finding:
    """The finding with paths that begin with ``tree``."""
    if not tree:
        return finding
    return replace(
        finding,
        path=prefixed_path(tree, finding.path),
        steps=tuple(_prefixed_step(tree, step) for step in finding.steps),
        cause=_prefixed_step(tree, finding.cause) if finding.cause is not None else None,
        simulation=_prefixed_simulation(tree, finding.simulation) if finding.simulation is not None else None,
    )


def prefixed_skipped(tree: str, skipped: Skipped) -> Skipped:
    """The same for what was not judged."""
    return replace(skipped, path=prefixed_path(tree, skipped.path))


def prefixed_path(tree: str, path: str) -> str:
    """``path`` from where ``tree`` is named; as it is where ``tree`` is empty."""
    return os.path.normpath(os.path.join(tree, path)) if tree else path


def _name(root: Path) -> str:
    """The folder from here, or in full where it is elsewhere."""
    real = os.path.realpath(root)
    near = os.path.relpath(real)
    return real if near.split(os.sep)[0] == os.pardir else near


def _prefixed_step(tree: str, step: Step) -> Step:
    return replace(step, path=prefixed_path(tree, step.path))


def _prefixed_simulation(tree: str, simulation: Simulation) -> Simulation:
    steps = tuple(replace(step, path=prefixed_path(tree, step.path)) for step in simulation.steps)
    return replace(simulation, steps=steps)
