"""The editor server: diagnostics while a file is edited, and code actions that repair."""
