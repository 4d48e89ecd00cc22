"""Reports: one module per format, each a pure function from a report to text."""

from mtelint.report.renderers import FORMATS, Renderer, renderer
from mtelint.report.style import PLAIN, Style

__all__ = ["FORMATS", "PLAIN", "Renderer", "Style", "renderer"]
