"""The control-flow graph of a function, and what is told of it as a graph."""
