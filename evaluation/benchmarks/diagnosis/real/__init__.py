"""The same faults on a real API server, with the real controllers and the real scheduler."""
