"""Index versions: immutable builds behind aliases, and everything that may be done with one."""
