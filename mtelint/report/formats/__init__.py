"""The formats, each a function ``render_NAME(report, style)``; its module is in ``mtelint.report.FORMATS``."""
