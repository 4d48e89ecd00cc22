"""The abstract domain: events, page symbols and their states, symbolic values, the state of a path."""
