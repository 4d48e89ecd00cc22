"""Memory events: the paths of each thread with program order and dependencies, and candidate executions over them."""
