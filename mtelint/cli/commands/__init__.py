"""One module per command, each with the click command of its name."""
