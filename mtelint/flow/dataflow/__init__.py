"""Dataflow over a control-flow graph: what is told of a node without a state."""
