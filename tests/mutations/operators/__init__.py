"""The mutation operators; importing this package registers them."""

from . import barriers, calls, claims, guards, huge, order, pages, paths

__all__ = ["barriers", "calls", "claims", "guards", "huge", "order", "pages", "paths"]
