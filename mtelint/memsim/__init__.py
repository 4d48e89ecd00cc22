"""Reference simulator of the Linux kernel memory model; usable without the rest of mtelint.

Rooms, each of which imports only those before it:

- ``litmus``: a test as frozen values, read from herd7's C format or built in Python;
- ``event``: the paths of its threads as memory events with static relations, and candidate executions over them;
- ``model``: the relations and axioms of the memory model;
- ``search``: every execution that a model allows, final states, verdict, witness;
- ``output``: answers as text, JSON and graphs, and what would change them.

Entry points: :func:`mtelint.memsim.search.decide.decide` on a :class:`~mtelint.memsim.litmus.ast.Program`, which comes
from :func:`mtelint.memsim.litmus.litmus_parser.parse_litmus` or :class:`mtelint.memsim.litmus.builder.ProgramBuilder`.
"""
