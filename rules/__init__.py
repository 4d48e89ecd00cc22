"""The rule pages and the protocol vocabulary as package data: ``mtelint.rules`` once installed."""
