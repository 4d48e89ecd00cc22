"""The units under review together: call graph, summaries, functions analysed on demand."""
