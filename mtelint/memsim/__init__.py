"""Reference simulator of the Linux kernel memory model; usable without the rest of mtelint.

Entry points: :func:`mtelint.memsim.explore.decide` on a :class:`~mtelint.memsim.program.Program`, which comes from
:func:`mtelint.memsim.parse.parse_litmus` or from :class:`mtelint.memsim.builder.ProgramBuilder`.
"""
