"""What the simulator saw, as columns in time: one column per CPU, one line per step, the earlier above."""

from collections.abc import Sequence

from mtelint.model import Answer, Simulation, SimulationStep
from mtelint.report.overview import plural
from mtelint.report.style import Ink, Style, labelled, one_line, width, wrapped

_GAP = 3
"""Columns between two CPUs."""
_NARROW = 30
"""Columns below which a CPU gets no column of its own."""
_MARGIN = 7
"""Columns in front of the witness, which stands under the text of its verdict."""
_MODELS = {"lkmm": "the kernel memory model (lkmm)"}
"""Models by the name that people know."""


def verdict(simulation: Simulation, columns: int) -> list[str]:
    """The line that names verdict, model and reason."""
    return labelled("sim", said(simulation), columns)


def said(simulation: Simulation) -> str:
    """Verdict, model, reason and counts in words."""
    text = simulation.verdict.value
    if simulation.model and simulation.verdict is not Answer.NOT_MODELLED:
        text += f" by {_MODELS.get(simulation.model, one_line(simulation.model))}"
    if simulation.reason:
        text += f": {one_line(simulation.reason)}"
    counts = _counts(simulation)
    return f"{text} ({counts})" if counts else text


def _counts(simulation: Simulation) -> str:
    threads = len(simulation.cpus) or len({step.cpu for step in simulation.steps})
    parts = [plural(threads, "thread")] if threads else []
    if simulation.states is not None:
        parts.append(plural(simulation.states, "state"))
    return ", ".join(parts)


def witness(simulation: Simulation, style: Style) -> list[str]:
    """The steps side by side where the page is wide enough, else one below the other; empty without steps."""
    if not simulation.steps:
        return []
    cpus = sorted({step.cpu for step in simulation.steps} | set(range(len(simulation.cpus))))
    column = (style.width - _MARGIN - _GAP * (len(cpus) - 1)) // len(cpus)
    lines = _stacked(simulation, style) if column < _NARROW else _side_by_side(simulation, cpus, column, style)
    if simulation.forbidden_by:
        lines += ["", *labelled("", f"forbidden by {one_line(simulation.forbidden_by)}", style.width)]
    return lines


def _side_by_side(simulation: Simulation, cpus: Sequence[int], column: int, style: Style) -> list[str]:
    heads = [_head(simulation, cpu) for cpu in cpus]
    lines = [style.paint(line, Ink.PLACE) for line in _band([wrapped(head, column) for head in heads], column)]
    for step in simulation.steps:
        cells = [_cell(step, column) if step.cpu == cpu else [] for cpu in cpus]
        lines += _band(cells, column)
    return lines


def _band(cells: Sequence[Sequence[str]], column: int) -> list[str]:
    """Cells of several lines set side by side."""
    height = max(len(cell) for cell in cells)
    rows = [[cell[i] if i < len(cell) else "" for cell in cells] for i in range(height)]
    return [" " * _MARGIN + (" " * _GAP).join(_padded(text, column) for text in row).rstrip() for row in rows]


def _padded(text: str, column: int) -> str:
    return text + " " * (column - width(text))


def _cell(step: SimulationStep, column: int) -> list[str]:
    front = f"{step.line}  " if step.line is not None else ""
    lines = wrapped(_said(step), column - len(front))
    return [(front if not i else " " * len(front)) + line for i, line in enumerate(lines)]


def _stacked(simulation: Simulation, style: Style) -> list[str]:
    heads = dict.fromkeys(step.cpu for step in simulation.steps)
    lines = [" " * _MARGIN + style.paint(_head(simulation, cpu), Ink.PLACE) for cpu in heads]
    for step in simulation.steps:
        front = f"CPU {step.cpu}  "
        cell = _cell(step, style.width - _MARGIN - len(front))
        lines += [" " * _MARGIN + (front if not i else " " * len(front)) + line for i, line in enumerate(cell)]
    return lines


def _head(simulation: Simulation, cpu: int) -> str:
    name = one_line(simulation.cpus[cpu]) if cpu < len(simulation.cpus) else ""
    return f"CPU {cpu}  {name}".rstrip()


def _said(step: SimulationStep) -> str:
    note = one_line(step.note)
    return f"{one_line(step.text)}: {note}" if note else one_line(step.text)
