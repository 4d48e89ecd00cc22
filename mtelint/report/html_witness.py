"""The witness as HTML: a drawing of the CPUs in time, and the steps in words below it."""

from collections.abc import Iterator, Sequence

from mtelint.model import Simulation, SimulationStep
from mtelint.report.html_source import safe

_STEP, _LANE, _LEFT, _RADIUS = 48, 44, 92, 14
"""Units of the drawing: a step to the right, a CPU down, the room for the names, a step's circle."""


def witness(simulation: Simulation) -> Iterator[str]:
    """The steps of the witness: drawn as a time line, and told with a column per CPU."""
    if not simulation.steps:
        return
    cpus = sorted({step.cpu for step in simulation.steps} | set(range(len(simulation.cpus))))
    heads = "".join(f'<th scope="col">CPU {cpu}: {_name(simulation, cpu)}</th>' for cpu in cpus)
    kind = "witness many" if len(cpus) > 1 else "witness"
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Witness">'
    if len(cpus) > 1:
        yield from _drawn(simulation, cpus)
    yield f'<table class="{kind}">'
    yield f'<thead><tr><th scope="col" class="time">time</th>{heads}</tr></thead><tbody>'
    for number, step in enumerate(simulation.steps, start=1):
        cells = "".join(f'<td class="busy">{_step(step)}</td>' if step.cpu == cpu else "<td></td>" for cpu in cpus)
        yield f'<tr><td class="time">{number}</td>{cells}</tr>'
    yield "</tbody></table></div>"


def _name(simulation: Simulation, cpu: int) -> str:
    return safe(simulation.cpus[cpu]) if cpu < len(simulation.cpus) else ""


def _step(step: SimulationStep) -> str:
    place = f'<span class="soft">line {step.line}</span> ' if step.line is not None else ""
    note = f"<br>{safe(step.note)}" if step.note else ""
    return f"{place}<code>{safe(step.text)}</code>{note}"


def _drawn(simulation: Simulation, cpus: Sequence[int]) -> Iterator[str]:
    """Time runs to the right, each CPU has its line, and a thread through the numbered steps shows their order."""
    places = [(_LEFT + _STEP * at, _lane(cpus.index(step.cpu))) for at, step in enumerate(simulation.steps)]
    width, height = places[-1][0] + _STEP, _LANE * len(cpus)
    order = ", then ".join(f"CPU {step.cpu}" for step in simulation.steps)
    yield (f'<svg class="lanes" role="img" aria-label="Steps in time: {order}" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}">')  # fmt: skip
    for row, cpu in enumerate(cpus):
        y = _lane(row)
        yield f'<text x="12" y="{y + 5}">CPU {cpu}</text>'
        yield f'<path class="lane" d="M{_LEFT - _STEP // 2} {y}H{width - _RADIUS}"/>'
    yield f'<path class="order" d="M{" L".join(f"{x} {y}" for x, y in places)}"/>'
    for number, ((x, y), step) in enumerate(zip(places, simulation.steps, strict=True), start=1):
        words = safe(f"{step.text} {step.note}".strip())
        yield f'<g class="event"><title>{number}: {words}</title><circle cx="{x}" cy="{y}" r="{_RADIUS}"/>'
        yield f'<text x="{x}" y="{y + 5}" text-anchor="middle">{number}</text></g>'
    yield "</svg>"


def _lane(row: int) -> int:
    return _LANE * row + _LANE // 2
