"""Findings with the simulator's answer."""

from collections.abc import Sequence

from mtelint.confirm import confirm_defect, weighed
from mtelint.engine.judge.rules import modelling_of
from mtelint.engine.judge.sources import Source
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Site
from mtelint.model import Finding
from mtelint.rulebook import Rulebook
from mtelint.rulebook.environments import load_environments


def confirmed(finding: Finding, defect: Defect, book: Rulebook, sources: Sequence[Source]) -> Finding:
    """The finding with what the simulator says of its path; refuted, it is a note."""

    def place(site: Site) -> tuple[str, int]:
        found = sources[site.unit].place(site)
        return found.path, found.line

    return weighed(finding, confirm_defect(defect, modelling_of(defect.rule, book), place, load_environments()))
