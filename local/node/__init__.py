"""A real Kubernetes node, and the chart on it. `python -m local.node`; the Makefile is its front door."""
