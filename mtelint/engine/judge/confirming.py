"""Findings with the simulator's answer."""

from collections.abc import Sequence

from mtelint.checks.common import Defect
from mtelint.confirm import confirm_defect, weighed
from mtelint.engine.judge.sources import Source
from mtelint.flow.domain.events import Site
from mtelint.model import Finding, Vocabulary
from mtelint.rulebook.environments import load_environments


def confirmed(finding: Finding, defect: Defect, sources: Sequence[Source], vocabulary: Vocabulary) -> Finding:
    """The finding with what the simulator says of its path; refuted, it is a note."""

    def place(site: Site) -> tuple[str, int]:
        found = sources[site.unit].place(site)
        return found.path, found.line

    return weighed(finding, confirm_defect(defect, place, load_environments(), vocabulary))
