"""Reading kernel C right: the only room that knows tree-sitter."""
