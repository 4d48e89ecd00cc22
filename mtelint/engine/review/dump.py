"""Draw what the analysis sees, so that a person can look."""

from pathlib import Path

from mtelint.errors import InputError, UsageError
from mtelint.flow.cfg.build import build_cfg
from mtelint.flow.cfg.graph import Cfg
from mtelint.flow.cfg.graph_text import to_dot
from mtelint.flow.domain.events import Site
from mtelint.flow.domain.path_state import PathState
from mtelint.flow.paths.one_function import stops_of
from mtelint.flow.paths.state_text import state_text
from mtelint.flow.program.program import Program
from mtelint.model import Vocabulary
from mtelint.syntax.unit import FunctionRef, Unit, parse_file


def cfg_text(path: str, function: str | None, vocabulary: Vocabulary) -> str:
    """The control-flow graph of one function of a C file, as Graphviz text.

    ``path`` may end in ``:FUNCTION``.  Raises :class:`InputError` where the file cannot be read, or the function is
    not in it or cannot be read for sure; :class:`UsageError` where the file has several functions and none is named.
    """
    unit, ref = _chosen(path, function)
    return to_dot(build_cfg(unit.lower(ref), *stops_of(vocabulary)), unit.text)


def states_text(path: str, function: str | None, vocabulary: Vocabulary) -> str:
    """The same with the states of the path-sensitive analysis at each node, numbered as they arrived there.

    One graph for each reading of a function that an ``#if`` group splits.  Where a limit ended the analysis, a comment
    says so.  Raises as :func:`cfg_text`.
    """
    unit, ref = _chosen(path, function)
    drawings: dict[int, tuple[Cfg, dict[int, list[str]]]] = {}

    def place(site: Site) -> str:
        if site.unit != 0:
            return f"macro {site.function}()"
        inside = "" if site.function == ref.name else f" of {site.function}()"
        return str(unit.text.count(b"\n", 0, site.start) + 1) + inside

    def watch(cfg: Cfg, index: int, work: PathState) -> None:
        if cfg.function == ref.name:
            notes = drawings.setdefault(id(cfg), (cfg, {}))[1].setdefault(index, [])
            number = sum(line.endswith(":") for line in notes) + 1
            notes.extend((f"state {number}:", *(f"  {line}" for line in state_text(work, place))))

    program = Program([unit], vocabulary, watch=watch)
    results = program.results_of(0, ref)
    cut = () if not results.limit_hit else ("// a limit ended the analysis: there are more states\n",)
    return "".join([*cut, *(to_dot(cfg, unit.text, notes) for cfg, notes in drawings.values())])


def _chosen(path: str, name: str | None) -> tuple[Unit, FunctionRef]:
    if name is None and not Path(path).exists():
        file, colon, last = path.rpartition(":")
        path, name = (file, last) if colon and last.isidentifier() else (path, None)
    try:
        unit = parse_file(path, Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    found = [ref for ref in unit.functions if name in (None, ref.name)]
    if len(found) == 1 or (found and name is not None):
        return unit, found[0]
    if found:
        names = ", ".join(ref.name for ref in found[:8])
        raise UsageError(f"{path}: name one function with --function, such as {names}")
    doubtful = [each for each in unit.skipped if each.function == name]
    why = f"cannot be read for sure: {doubtful[0].reason}" if doubtful else "is not in this file"
    raise InputError(f"{path}: {name or 'a function'} {why}")
