"""Loops over the pages of a folio: were all of them written, or only some."""

from collections.abc import Set
from dataclasses import replace

from mtelint.flow.events import Event
from mtelint.flow.pages import Claim
from mtelint.flow.state import Work
from mtelint.model import Extent
from mtelint.syntax import nodes


def leaps(expr: nodes.Expr | None, names: Set[str]) -> bool:
    """``i += 2`` passes by a page."""
    step = expr.value if isinstance(expr, nodes.Assign) and expr.op in ("+=", "-=") else None
    named = isinstance(expr, nodes.Assign) and isinstance(expr.target, nodes.Name) and expr.target.id in names
    return named and isinstance(step, nodes.Literal) and step.text != "1"


def stepped(expr: nodes.Expr | None) -> str | None:
    """The variable that ``i++`` and ``i += n`` move on."""
    if isinstance(expr, nodes.Comma):
        return stepped(expr.left) or stepped(expr.right)
    if isinstance(expr, nodes.Update) and expr.op == "++" and isinstance(expr.operand, nodes.Name):
        return expr.operand.id
    if isinstance(expr, nodes.Assign) and expr.op == "+=" and isinstance(expr.target, nodes.Name):
        return expr.target.id
    return None


def _same_page(now: Event | None, before: Event | None) -> bool:
    """Both turns wrote one and the same page: nothing in its symbol changes from turn to turn."""
    if now is None or before is None or now.domain == "hugetlb" or now.extent is not Extent.WHOLE:
        return False
    return now.page == before.page and "@" not in now.page


def end_turn(work: Work) -> None:
    """One turn is over: each folio learns whether a page of it was written in this turn, and another than before."""
    for symbol, page in work.pages.items():
        if _same_page(page.cover_write, page.cover_turn):
            work.pages[symbol] = replace(page, cover="some", cover_turn=page.cover_write, cover_write=None)
        elif page.cover_write is not None and page.cover in ("", "every"):
            work.pages[symbol] = replace(page, cover="every", cover_turn=page.cover_write, cover_write=None)
        elif page.cover == "every" and page.cover_write is None:
            work.pages[symbol] = replace(page, cover="some")


def no_turn(work: Work) -> None:
    """A loop over the pages of a claimed folio made no turn; a folio has at least one page, so this path is none."""
    for symbol, page in work.pages.items():
        if page.claim_huge and page.claim is not Claim.LOST and not page.cover:
            work.pages[symbol] = replace(page, cover="all")


def end_loop(work: Work, covers: bool) -> None:
    """The loop is over by its condition; ``covers`` tells that this takes a turn for each page."""
    for symbol, page in work.pages.items():
        if page.cover == "every":
            work.pages[symbol] = replace(page, cover="all" if covers else "some")
            if covers and page.write is not None:
                work.push(replace(page.write, extent=Extent.WHOLE))
