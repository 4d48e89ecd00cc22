"""From C to events on pages: graphs, page identity, the path-sensitive solver, summaries.  Knows no rule."""
