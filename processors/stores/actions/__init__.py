"""The sockets of actions: what executes them, and the audit."""
