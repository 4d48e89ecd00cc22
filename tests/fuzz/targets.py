"""All fuzz targets by name, in the order in which a campaign runs them."""

from collections.abc import Callable

from .targets_c import cfg, hunk, judging, masking, parser, patching
from .targets_data import baseline, configuration, litmus, pages, state, vocabulary
from .targets_mail import decoder, diffs, mails, packed, splitter

Target = Callable[[bytes], None]

TARGETS: dict[str, Target] = {
    each.__name__: each
    for each in (
        splitter, decoder, diffs, mails, packed,
        masking, parser, hunk, cfg, judging, patching,
        pages, vocabulary, litmus, configuration, baseline, state,
    )
}  # fmt: skip
