"""Run a named function in a child process of its own."""
