"""The demonstrations as package data: ``mtelint.demonstrations`` once installed."""
