"""The axioms: relations of the Linux kernel memory model on a candidate execution."""
