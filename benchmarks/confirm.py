"""Measures the time that confirming takes per finding.

Run from the repository: ``python benchmarks/confirm.py [--repeat N]``.  Reads the known mails of the corpus in
``$MTELINT_CORPUS`` (default ``../shared``); what is absent is left out and said.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

from places import KNOWN_MAILS

from mtelint import confirm
from mtelint.confirm.projection import Place
from mtelint.engine import Options, review_patches
from mtelint.flow.domain.defects import Defect
from mtelint.mail.inputs import inputs
from mtelint.model import Simulation, Vocabulary
from mtelint.model.environments import Environments
from mtelint.model.rules import Modelling


class Clock:
    """Stands in for the engine's bridge to the simulator, and measures each call of it."""

    def __init__(self) -> None:
        self.bridge = confirm.confirm_defect
        self.seconds: list[tuple[float, str]] = []

    def __call__(
        self, defect: Defect, modelling: Modelling, place: Place, environments: Environments,
        vocabulary: Vocabulary, model: str = "lkmm",
    ) -> Simulation:  # fmt: skip
        started = time.perf_counter()
        answer = self.bridge(defect, modelling, place, environments, vocabulary, model)
        spent = time.perf_counter() - started
        path, line = place(defect.site)
        self.seconds.append((spent, f"{defect.rule} {path}:{line}"))
        return answer


def jobs() -> Iterator[tuple[str, Callable[[], object]]]:
    mails = sorted(KNOWN_MAILS.glob("*.eml"))
    if not mails:
        print(f"no known mails in {KNOWN_MAILS}: left out")
    for mail in mails:
        yield mail.name, partial(review_patches, list(inputs(str(mail))), Options(confirm=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    options = parser.parse_args()
    clock = confirm.confirm_defect = Clock()

    for _ in range(options.repeat):
        for _, job in jobs():
            job()
    spent = sorted(clock.seconds)
    if not spent:
        return
    values = [seconds * 1000 for seconds, _ in spent]
    median, high, most = statistics.median(values), values[int(len(values) * 0.99)], values[-1]
    print(f"{len(values)} findings: median {median:.1f} ms, p99 {high:.1f} ms, max {most:.1f} ms")
    print(f"slowest: {spent[-1][1]}")


if __name__ == "__main__":
    main()
