"""Review many mail files by processes: each takes some of the files, and the results come in the order of the files."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mtelint.engine.options import Input, Options
from mtelint.engine.tally import Found

WORTH_PROCESSES = 32 << 20
"""Bytes of mail from which two processes win: some seconds of work, where to start one takes about 0.3 s."""
_PARTS = 8
"""Parts per process, so that a slow one is made up for."""


def jobs_for(inputs: Sequence[Input], options: Options) -> int:
    """How many processes to use: what was asked for, else one unless there is much to read.

    With a tree the patches of a series are laid upon each other, whatever file they are in: that is for one process.
    """
    sizes = [os.path.getsize(each.name) for each in inputs if os.path.isfile(each.name)]
    if options.tree or len(sizes) < len(inputs) or len(inputs) < 2:
        return 1
    if options.jobs:
        return min(options.jobs, len(inputs))
    return min(os.cpu_count() or 1, len(inputs)) if sum(sizes) >= WORTH_PROCESSES else 1


def spread(inputs: Sequence[Input], options: Options, jobs: int) -> Iterator[Found]:
    """What is found in the inputs, part by part, in their order."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    size = max(1, -(-len(inputs) // (jobs * _PARTS)))
    names = [each.name for each in inputs]
    parts = [names[at : at + size] for at in range(0, len(names), size)]
    plain = replace(options, jobs=1, baseline=None)
    # A fresh interpreter per process: a forked one would inherit locks and threads of whoever called us.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_review, parts, [plain] * len(parts))


def _review(names: Sequence[str], options: Options) -> Found:
    from mtelint.engine.review import find_in
    from mtelint.patches import inputs

    return find_in((each for name in names for each in inputs(name)), options).found()
